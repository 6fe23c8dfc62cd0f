import Core
import DequeModule
import Domain
import Synchronization

/// Encoded resources by (type, id, version), bounded in bytes.
///
/// Every read takes ids and versions from SQLite, so an entry is either current or never asked for again: nothing needs invalidating.
/// One version per resource is kept. Eviction is first in, first out, with a second chance for what was used meanwhile.
final class EncodedCache: Sendable {
    private struct Key: Hashable {
        let type: ResourceType
        let id: String
    }

    private struct Entry {
        var etag: VersionTag
        var bytes: [UInt8]
        var wasUsed = false
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var order: Deque<Key> = []
        var size = 0
    }

    /// What an entry costs besides its bytes, roughly.
    private static let overhead = 160

    private let capacity: Int
    private let state = Mutex(State())

    /// `capacity` in bytes.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// The bytes kept, with their bookkeeping.
    var size: Int { state.withLock(\.size) }

    /// The bytes of each version that is there, in the order asked.
    func bytes(_ type: ResourceType, _ versions: [(id: String, etag: VersionTag)]) -> [[UInt8]?] {
        state.withLock { state in versions.map { Self.find(Key(type: type, id: $0.id), $0.etag, &state) } }
    }

    /// The bytes of this version, if they are there.
    func bytes(_ type: ResourceType, id: String, etag: VersionTag) -> [UInt8]? {
        state.withLock { Self.find(Key(type: type, id: id), etag, &$0) }
    }

    private static func find(_ key: Key, _ etag: VersionTag, _ state: inout State) -> [UInt8]? {
        guard let index = state.entries.index(forKey: key), state.entries.values[index].etag == etag else { return nil }
        state.entries.values[index].wasUsed = true
        return state.entries.values[index].bytes
    }

    func insert(_ type: ResourceType, id: String, etag: VersionTag, bytes: [UInt8]) {
        let cost = bytes.count + Self.overhead
        guard cost <= capacity / 8 else { return }
        state.withLock { state in
            let key = Key(type: type, id: id)
            if let present = state.entries[key] {
                // A reader of an older snapshot comes late.
                guard present.etag.number < etag.number else { return }
                state.size -= present.bytes.count + Self.overhead
            } else {
                state.order.append(key)
            }
            state.entries[key] = Entry(etag: etag, bytes: bytes)
            state.size += cost
            while state.size > capacity { evictOne(&state) }
        }
    }

    private func evictOne(_ state: inout State) {
        guard let key = state.order.popFirst(), let entry = state.entries[key] else { return }
        if entry.wasUsed {
            state.entries[key]?.wasUsed = false
            state.order.append(key)
        } else {
            state.entries[key] = nil
            state.size -= entry.bytes.count + Self.overhead
        }
    }
}
