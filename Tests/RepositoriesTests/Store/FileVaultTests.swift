import Core
import Cryptography
import Domain
import Foundation
import Testing

@testable import Repositories

@Suite struct FileVaultTests {
    private func body(_ pieces: [String]) -> AsyncStream<[UInt8]> {
        AsyncStream { continuation in
            for piece in pieces { continuation.yield(Array(piece.utf8)) }
            continuation.finish()
        }
    }

    private func record(_ hold: FileHold, size: Int, _ test: TestStore) async throws -> File {
        try await test.store.write(.test) { transaction in
            let file = File(
                id: ResourceType.file.makeID(at: .test), name: "a", contentType: "text/plain", sizeBytes: size, sha256: hold.sha256,
                recordedBy: "tok_1", at: .test)
            return try transaction.insert(file)
        }
    }

    /// All bytes below the directory of files, whole or on their way.
    private func all(_ directory: String) throws -> [String] {
        guard FileManager.default.fileExists(atPath: directory) else { return [] }
        return try FileManager.default.subpathsOfDirectory(atPath: directory).filter { $0.split(separator: "/").last!.utf8.count >= 32 }
    }

    @Test("What arrives in pieces has its name once it is whole, and nobody sees it before")
    func arriving() async throws {
        let test = try TestStore()
        let vault = FileVault(dataDirectory: test.directory)
        let incoming = try await vault.receive(body(["ab", "", "c"]))
        #expect(incoming.sizeBytes == 3 && incoming.beginning == Array("abc".utf8))
        #expect(incoming.sha256 == Hex.encode(Digest.sha256(Array("abc".utf8))))
        #expect(try vault.open(sha256: incoming.sha256) == nil)
        let hold = try vault.keep(incoming)
        #expect(try vault.open(sha256: hold.sha256)?.sha256() == hold.sha256)
        #expect(try all(test.directory + "/files").count == 1)
    }

    @Test("A body that breaks off, and one that isn't kept, leave nothing")
    func brokenOff() async throws {
        struct Broken: Error {}
        let test = try TestStore()
        let vault = FileVault(dataDirectory: test.directory)
        let breaking = AsyncThrowingStream<[UInt8], any Error> { continuation in
            continuation.yield([UInt8](repeating: 1, count: 2_000_000))
            continuation.finish(throwing: Broken())
        }
        await #expect(throws: Broken.self) { _ = try await vault.receive(breaking) }
        do { _ = try await vault.receive(body(["never kept"])) }
        #expect(try all(test.directory + "/files") == [])
    }

    @Test("A disk with too little room refuses, and nothing stays")
    func diskFull() async throws {
        let test = try TestStore()
        let vault = FileVault(dataDirectory: test.directory, minimumFreeBytes: .max)
        await #expect(throws: DomainError.diskFull) { _ = try await vault.receive(body(["a"])) }
        #expect(try all(test.directory + "/files") == [])
    }

    @Test("Bytes without a row are collected, but not while somebody is about to write it")
    func collecting() async throws {
        let test = try TestStore()
        let vault = FileVault(dataDirectory: test.directory)
        let isNeeded = { (sha256: String) in try test.store.readNow { try $0.files.needs(sha256: sha256) } }
        func keep(_ text: String) async throws -> FileHold { try vault.keep(try await vault.receive(body([text]))) }
        var held: FileHold? = try await keep("held")
        _ = try await record(keep("needed"), size: 6, test)
        _ = try await keep("orphan")
        #expect(try vault.collect(isNeeded: isNeeded) == 1)
        #expect(try all(test.directory + "/files").count == 2)
        held = nil
        #expect(held == nil)
        #expect(try vault.collect(isNeeded: isNeeded) == 1)
        #expect(try vault.collect(isNeeded: isNeeded) == 0)
    }

    @Test("Nothing is collected while a backup copies")
    func copying() async throws {
        let test = try TestStore()
        let vault = FileVault(dataDirectory: test.directory)
        _ = try vault.keep(try await vault.receive(body(["orphan"])))
        let lock = try vault.lockForCopying()
        #expect(try vault.collect { _ in false } == 0)
        withExtendedLifetime(lock) {}
    }

    @Test("What was on its way when a service was killed is removed by the next")
    func unfinished() throws {
        let test = try TestStore()
        let vault = FileVault(dataDirectory: test.directory)
        _ = try vault.begin()
        try Data("half".utf8).write(to: URL(fileURLWithPath: test.directory + "/files/incoming/" + String(repeating: "a", count: 32)))
        vault.removeUnfinished()
        #expect(try all(test.directory + "/files") == [])
    }

    @Test("A backup has the files, and restoring it elsewhere brings them back")
    func backup() async throws {
        let test = try TestStore()
        let vault = FileVault(dataDirectory: test.directory)
        let hold = try vault.keep(try await vault.receive(body(["kept"])))
        _ = try await record(hold, size: 4, test)
        let copy = test.directory + "/b.db"
        try await test.store.backup(to: copy)
        try Restore.restore(copy, into: test.directory + "/new")
        let restored = try Store(directory: test.directory + "/new")
        #expect(try await restored.check() == [])
        #expect(try FileVault(dataDirectory: test.directory + "/new").open(sha256: hold.sha256)?.sha256() == hold.sha256)
        try restored.close()
    }

    @Test("Bytes that are missing, shortened or changed are found by a check, stop a backup, and a backup without them is refused")
    func damage() async throws {
        let test = try TestStore()
        let vault = FileVault(dataDirectory: test.directory)
        let hold = try vault.keep(try await vault.receive(body(["kept"])))
        _ = try await record(hold, size: 4, test)
        let path = URL(fileURLWithPath: vault.path(hold.sha256))
        try await test.store.backup(to: test.directory + "/b.db")
        let copy = URL(fileURLWithPath: test.directory + "/b.db.files/\(hold.sha256.prefix(2))/\(hold.sha256)")
        for damage in [Data("kepT".utf8), Data("kep".utf8)] {
            try damage.write(to: path)
            #expect(try await test.store.check().count == 1)
            await #expect(throws: StoreError.self) { try await test.store.backup(to: test.directory + "/c.db") }
            #expect(!FileManager.default.fileExists(atPath: test.directory + "/c.db"))
            try damage.write(to: copy)
            #expect(throws: StoreError.self) { try Restore.restore(test.directory + "/b.db", into: test.directory + "/new") }
            #expect(!FileManager.default.fileExists(atPath: test.directory + "/new/partnership.db"))
        }
        try FileManager.default.removeItem(at: path)
        #expect(try await test.store.check() == ["The bytes of files with the SHA-256 \(hold.sha256) are missing."])
    }
}
