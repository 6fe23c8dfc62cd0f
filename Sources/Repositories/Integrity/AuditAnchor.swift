import Cryptography
import GRDB
import Glibc

/// The newest entry of the audit trail, by its number and its hash, which covers all before it: kept elsewhere it proves the past.
package struct AuditHead: Hashable, Sendable, CustomStringConvertible {
    package let seq: Int64
    package let hash: [UInt8]

    package var hexHash: String { Hex.encode(hash) }

    /// `4711 3f0a…`
    package var description: String { "\(seq) \(hexHash)" }
}

extension AuditHead {
    /// nil before the first entry.
    init?(_ database: Database) throws {
        let newest = try database.cached("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
        guard let head = try newest.first(read: { AuditHead(seq: $0.integer(0), hash: $0.blob(1)) }) else { return nil }
        self = head
    }

    /// Whether the trail in a database goes through here.
    func isPart(of database: Database) throws -> Bool {
        try database.cached("SELECT hash FROM audit WHERE seq = ?").first([.integer(seq)]) { $0.blob(0) } == hash
    }
}

/// The head of the audit trail as it was a while ago, in a file beside the database: what no longer leads there has lost its end.
///
/// It is written after what it speaks of is on disk, so it is never ahead: an older one is as good, only less telling. It is replaced in one piece.
struct AuditAnchor {
    let path: String

    /// nil where there is none. Throws ``StoreError/damaged(path:reason:)`` for one that isn't as it was written.
    func read() throws -> AuditHead? {
        guard let text = try content() else { return nil }
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 3, let seq = Int64(words[0]), let hash = Hex.decode(words[1]), hash.count == AuditChain.digestLength,
            Self.line(AuditHead(seq: seq, hash: hash)) == text
        else {
            throw StoreError.damaged(
                path: path, reason: "it isn't as it was written; remove it once `partnership check` finds nothing else")
        }
        return AuditHead(seq: seq, hash: hash)
    }

    func write(_ head: AuditHead) throws {
        let new = "\(path).\(getpid())"
        let descriptor = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError.last("make", new) }
        let bytes = Array(Self.line(head).utf8)
        let isWritten = Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        let reason = errno
        close(descriptor)
        guard isWritten else {
            unlink(new)
            throw FileError.make("write", new, reason)
        }
        try DatabaseCopy.move(new, to: path)
    }

    /// From now on nothing is compared.
    func remove() throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw FileError.last("remove", path) }
    }

    /// With a digest of itself, so that a fault of the file isn't taken for one of the trail.
    private static func line(_ head: AuditHead) -> String {
        "\(head) \(Hex.encode(Array(Digest.sha256(Array(head.description.utf8)).prefix(4))))\n"
    }

    private func content() throws -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw FileError.last("open", path) }
            return nil
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw FileError.last("read", path) }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
