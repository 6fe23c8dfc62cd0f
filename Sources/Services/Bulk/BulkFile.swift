import Core
import Cryptography
import Domain
import Glibc
import Repositories

/// The lines of a bulk in a file without a name, gone when the last who holds it lets go, or when the process ends: a slow upload holds
/// neither memory nor a transaction, and nothing has to be cleared away.
package final class BulkFile: Sendable {
    package static let maximumBytes = 32 << 20
    package static let maximumLines = 10_000
    package static let maximumLineBytes = 1 << 20

    /// Why it isn't taken; nothing has been written then.
    package enum Refusal: Error, Hashable, Sendable {
        case empty
        case tooManyLines
        case lineTooLong(Int)
    }

    private let content: DiskFile
    /// How much is read at a time.
    private let pieceBytes: Int

    private init(_ content: DiskFile, pieceBytes: Int) {
        self.content = content
        self.pieceBytes = pieceBytes
    }

    /// Takes the body as it comes. Throws ``Refusal``, `diskFull`, and whatever `body` throws.
    package static func receive<Body: AsyncSequence>(
        _ body: Body, in directory: String, pieceBytes: Int = 256 << 10, minimumFreeBytes: Int64? = nil
    ) async throws -> BulkFile where Body.Element: Sequence<UInt8> {
        let path = "\(directory)/bulk-\(Hex.encode(SecureRandom.bytes(8)))"
        let file = try DiskFile(making: path)
        unlink(path)
        var bounds = Bounds()
        for try await piece in body {
            if let free = Disk.freeBytes(at: directory), free < minimumFreeBytes ?? Disk.minimumFreeBytes {
                throw DomainError.diskFull
            }
            let bytes = Array(piece)
            try bounds.take(bytes)
            try bytes.withUnsafeBytes { try file.write($0) }
        }
        guard bounds.hasContent else { throw Refusal.empty }
        return BulkFile(file, pieceBytes: pieceBytes)
    }

    /// Hands over each line that isn't blank, without its end (LF or CRLF), and its number, counted from 1 with the blank ones. May be called again.
    package func eachLine(_ body: (_ number: Int, _ line: UnsafeRawBufferPointer) throws -> Void) throws {
        var lines = lines()
        while let (number, line) = try lines.next() { try line.withUnsafeBytes { try body(number, $0) } }
    }

    /// The same lines, one after the other when they are asked for.
    func lines() -> Lines { Lines(file: self) }

    struct Lines {
        private let file: BulkFile
        private var offset = 0
        /// What was read and not handed over.
        private var rest: ArraySlice<UInt8> = []
        private var isAtEnd = false
        private var number = 0

        fileprivate init(file: BulkFile) {
            self.file = file
        }

        mutating func next() throws -> (number: Int, line: ArraySlice<UInt8>)? {
            while let line = try nextOfAny() {
                number += 1
                let line = line.last == 0x0D ? line.dropLast() : line
                if line.contains(where: { $0 != 0x20 && $0 != 0x09 }) { return (number, line) }
            }
            return nil
        }

        /// Blank ones too.
        private mutating func nextOfAny() throws -> ArraySlice<UInt8>? {
            var searched = rest.startIndex
            while true {
                if let end = rest[searched...].firstIndex(of: 0x0A) {
                    defer { rest = rest[(end + 1)...] }
                    return rest[..<end]
                }
                guard !isAtEnd else {
                    defer { rest = [] }
                    return rest.isEmpty ? nil : rest
                }
                let known = rest.count
                // Copied to the beginning, so that what was handed over is let go.
                rest = ArraySlice(Array(rest))
                searched = rest.startIndex + known
                let piece = try file.content.read(at: offset, count: file.pieceBytes)
                offset += piece.count
                isAtEnd = piece.isEmpty
                rest += piece
            }
        }
    }

    /// Counts lines and their bytes as they come.
    private struct Bounds {
        private var line = 1
        private var lineBytes = 0
        private(set) var hasContent = false

        mutating func take(_ bytes: [UInt8]) throws {
            for byte in bytes {
                if byte == 0x0A {
                    line += 1
                    lineBytes = 0
                } else {
                    if line > maximumLines { throw Refusal.tooManyLines }
                    lineBytes += 1
                    if lineBytes > maximumLineBytes { throw Refusal.lineTooLong(line) }
                    if byte > 0x20 { hasContent = true }
                }
            }
            // The end of the last line begins no other; a thousand blank ones do.
            if line > maximumLines + 1 { throw Refusal.tooManyLines }
        }
    }
}
