import Domain
import Foundation
import Services
import Testing

@Suite("Lines of a bulk")
struct BulkFileTests {
    private let directory = FileManager.default.temporaryDirectory.path

    private func receive(_ pieces: [String], pieceBytes: Int = 7, minimumFreeBytes: Int64? = nil) async throws -> BulkFile {
        let body = AsyncStream { continuation in
            for piece in pieces { continuation.yield(Array(piece.utf8)) }
            continuation.finish()
        }
        return try await BulkFile.receive(body, in: directory, pieceBytes: pieceBytes, minimumFreeBytes: minimumFreeBytes)
    }

    private func lines(_ file: BulkFile) throws -> [String] {
        var lines: [String] = []
        try file.eachLine { number, line in lines.append("\(number) \(String(decoding: line, as: UTF8.self))") }
        return lines
    }

    @Test("They come whole, wherever the pieces that arrive or are read end", arguments: 1...40)
    func pieces(size: Int) async throws {
        let text = "{\"a\":1}\r\n\n  \t\r\n{\"b\":\"a longer line than a piece\"}\n{\"é\":3}\n\n{\"d\":4}"
        let expected = ["1 {\"a\":1}", "4 {\"b\":\"a longer line than a piece\"}", "5 {\"é\":3}", "7 {\"d\":4}"]
        let characters = Array(text)
        let pieces = stride(from: 0, to: characters.count, by: size).map { String(characters[$0..<min($0 + size, characters.count)]) }
        let file = try await receive(pieces, pieceBytes: size)
        #expect(try lines(file) == expected)
        #expect(try lines(file) == expected, "read again")
        #expect(try lines(try await receive(pieces.map { $0 } + ["\n"], pieceBytes: size)) == expected)
    }

    @Test("As many lines and bytes as are allowed are taken, one more isn't")
    func bounds() async throws {
        let most = String(repeating: "1\n", count: BulkFile.maximumLines)
        #expect(try lines(try await receive([most], pieceBytes: 4096)).count == BulkFile.maximumLines)
        #expect(try lines(try await receive([String(most.dropLast())], pieceBytes: 4096)).count == BulkFile.maximumLines)
        await #expect(throws: BulkFile.Refusal.tooManyLines) { try await receive([most, "1"]) }
        await #expect(throws: BulkFile.Refusal.tooManyLines) { try await receive([String(repeating: "\n", count: 10_001)]) }
        let longest = String(repeating: "1", count: BulkFile.maximumLineBytes)
        #expect(try lines(try await receive([longest + "\n"], pieceBytes: 4096)).count == 1)
        await #expect(throws: BulkFile.Refusal.lineTooLong(2)) { try await receive(["1\n", longest, "1"]) }
        await #expect(throws: BulkFile.Refusal.empty) { try await receive([]) }
        await #expect(throws: BulkFile.Refusal.empty) { try await receive(["\r\n", " \n"]) }
    }

    @Test("The file has no name, and is refused where the disk is needed for the database")
    func file() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bulk-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let body = AsyncStream { continuation in
            continuation.yield(Array("1".utf8))
            continuation.finish()
        }
        let file = try await BulkFile.receive(body, in: folder.path)
        #expect(try lines(file) == ["1 1"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        await #expect(throws: DomainError.diskFull) { try await receive(["1"], minimumFreeBytes: .max) }
    }
}
