import Cryptography
import Glibc

/// The bytes of one file, open: they stay readable to the end, whatever becomes of the file.
package final class FileContent: Sendable {
    private let descriptor: Int32

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Hands these bytes to the sink, piece by piece.
    package func read(_ range: Range<Int>, _ sink: ([UInt8]) async throws -> Void) async throws {
        var place = range.lowerBound
        while place < range.upperBound {
            let (start, count) = (place, min(FileVault.pieceBytes, range.upperBound - place))
            let piece = try await Disk.work { try self.piece(at: start, count: count) }
            try await sink(piece)
            place += piece.count
        }
    }

    /// So many bytes from the start, at once: for what is known to be small.
    package func beginning(_ count: Int) throws -> [UInt8] { try piece(at: 0, count: count) }

    func length() throws -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError.last("read", "a file") }
        return Int(status.st_size)
    }

    /// All of it.
    func eachPiece(_ body: ([UInt8]) throws -> Void) throws {
        let length = try length()
        for start in stride(from: 0, to: length, by: FileVault.pieceBytes) {
            try body(piece(at: start, count: min(FileVault.pieceBytes, length - start)))
        }
    }

    /// Of all of it, in lower-case hex.
    func sha256() throws -> String {
        let digest = SHA256()
        try eachPiece(digest.update)
        return Hex.encode(digest.finalize())
    }

    private func piece(at start: Int, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            while filled < count {
                let got = pread(descriptor, target.baseAddress! + filled, count - filled, off_t(start + filled))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { throw FileError.make("read", "a file", got == 0 ? EIO : errno) }
                filled += got
            }
        }
    }
}
