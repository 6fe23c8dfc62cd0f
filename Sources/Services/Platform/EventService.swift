package import Core
package import Domain
import Repositories
import Synchronization

/// The log of events, page by page and as it grows.
package struct EventService: Sendable {
    /// How many days events are kept when nobody says otherwise, and how few are allowed: a follower may be away for a term.
    package static let usualRetentionDays = 180
    package static let leastRetentionDays = 90
    package static let pageLimit = 200
    /// A stream that has nothing to say for this long says so.
    private static let quiet = Duration.seconds(10)
    private static let chunk = 1_000

    let store: Store
    /// Days.
    package let retention: Int
    private let shared = SharedPages()

    /// What addresses in events begin with.
    private let base: String

    init(store: Store, retention: Int, base: String) {
        self.store = store
        self.base = base
        self.retention = retention
    }

    // MARK: Reading

    /// A part of the log, each event encoded.
    package struct Page: Sendable {
        package let items: [[UInt8]]
        /// Where to go on.
        package let next: Int64
        /// The newest there is.
        package let seq: Int64
    }

    /// - Parameter after: nil for the oldest kept.
    /// Throws ``DomainError/expired(oldestSeq:)`` and ``DomainError/ahead(seq:)``.
    package func page(after: Int64?, limit: Int, _ filter: EventFilter, _ call: Call) async throws -> Page {
        let reader = Reader(call.actor)
        let page = try await store.read {
            try $0.eventPage(after: after, limit: limit, filter, of: reader.types, visibleTo: reader.visibility)
        }
        return Page(items: page.events.map { $0.encoded(base: base) }, next: page.next, seq: page.seq)
    }

    /// Where a stream begins that says nothing else: with whatever comes next. Throws as ``page(after:limit:_:_:)`` does.
    package func start(after: Int64?, _ call: Call) async throws -> Int64 {
        guard let after else { return try await store.read { try $0.lastSeq() } }
        _ = try await page(after: after, limit: 1, EventFilter(types: []), call)
        return after
    }

    /// Hands over events after a number and then each as it is committed, encoded as server-sent events, until the store closes, the caller
    /// is no longer who it was, or `sink` throws.
    ///
    /// `sink` is waited for, and no more than a page is held for it. It gets a comment where there is nothing to say.
    package func follow(
        after start: Int64, _ filter: EventFilter, _ call: Call, isSame: @Sendable () -> Bool, _ sink: ([UInt8]) async throws -> Void
    ) async throws {
        let reader = Reader(call.actor)
        var after = start
        var lastSent = ContinuousClock.now
        for await change in store.commits.changes(atLeastEvery: .seconds(2)) {
            var isBehind = true
            while isBehind {
                guard !store.commits.isClosed, isSame() else { return }
                let page = try await shared.page(change, SharedPages.Key(reader: reader, filter: filter, after: after)) { [after] in
                    let page = try await store.read {
                        try $0.eventPage(after: after, limit: Self.pageLimit, filter, of: reader.types, visibleTo: reader.visibility)
                    }
                    return SharedPages.Page(bytes: page.events.flatMap { $0.serverSent(base: base) }, next: page.next, seq: page.seq)
                }
                after = page.next
                isBehind = page.next < page.seq
                if !page.bytes.isEmpty || ContinuousClock.now - lastSent >= Self.quiet {
                    try await sink(page.bytes.isEmpty ? Array(": nothing new\n\n".utf8) : page.bytes)
                    lastSent = .now
                }
            }
        }
    }

    // MARK: Forgetting

    /// Removes what is older than it is kept, every hour, until the task is cancelled.
    package func run() async throws {
        while true {
            // What can't be removed now is next time.
            try? await removeExpired()
            try await Task.sleep(for: .seconds(3_600))
        }
    }

    package func removeExpired() async throws {
        let end = store.now().advanced(bySeconds: -86_400 * Int64(retention))
        while try await store.bookkeeping({ try $0.forgetChanges(before: end, limit: Self.chunk) }) >= Self.chunk {}
    }
}

/// What decides which events are for somebody.
private struct Reader: Hashable {
    let visibility: Visibility
    let types: Set<ResourceType>

    init(_ actor: Actor) {
        visibility = Visibility(of: actor)
        types = Set(ResourceType.allCases.filter { $0.readPermission.isHeld(by: actor) })
    }
}

/// Pages that were read since the last change, for all who stand at the same place and see the same: of a hundred readers one asks the database.
private final class SharedPages: Sendable {
    struct Key: Hashable {
        let reader: Reader
        let filter: EventFilter
        let after: Int64
    }

    struct Page: Sendable {
        let bytes: [UInt8]
        let next: Int64
        let seq: Int64
    }

    /// Those who catch up make many that nobody else will ask for.
    private static let capacity = 64

    private struct State {
        var change = 0
        var pages: [Key: Task<Page, any Error>] = [:]
    }

    private let state = Mutex(State())

    /// - Parameter change: number of the change the caller was woken by; what was read since then or later is new enough.
    func page(_ change: Int, _ key: Key, _ read: @escaping @Sendable () async throws -> Page) async throws -> Page {
        let task = state.withLock { state in
            if change > state.change || state.pages.count >= Self.capacity {
                state.change = max(change, state.change)
                state.pages = [:]
            }
            if let task = state.pages[key] { return task }
            let task = Task { try await read() }
            state.pages[key] = task
            return task
        }
        do {
            return try await task.value
        } catch {
            // The next one tries again.
            state.withLock { if $0.pages[key] == task { $0.pages[key] = nil } }
            throw error
        }
    }
}

extension Event {
    /// As HTML's event stream; JSON has no line breaks of its own.
    fileprivate func serverSent(base: String) -> [UInt8] {
        Array("id: \(seq)\nevent: \(type)\ndata: ".utf8) + encoded(base: base) + Array("\n\n".utf8)
    }
}
