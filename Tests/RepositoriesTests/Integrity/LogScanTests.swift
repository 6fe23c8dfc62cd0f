import Domain
import Foundation
import GRDB
import Testing

@testable import Repositories

@Suite struct LogScanTests {
    private static let frameBytes = 24 + DatabasePage.size

    /// A database and its log as a kill leaves them, in a directory of their own.
    private final class Killed {
        let directory: String
        let log: Data
        /// Which the directory goes away with.
        private let test: TestStore
        var database: String { directory + "/partnership.db" }

        /// - Parameter commits: how many there are in the log, each of one school.
        init(_ test: TestStore, commits: Int) async throws {
            self.test = test
            // What migrating wrote is no part of it.
            try test.onWriter { _ = try $0.checkpoint(.truncate) }
            for number in 0..<commits { try await test.insert([.test(number)]) }
            directory = test.directory + "/killed-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: test.database + suffix, toPath: directory + "/partnership.db" + suffix)
            }
            log = try Data(contentsOf: URL(fileURLWithPath: directory + "/partnership.db-wal"))
        }

        func verdict(_ change: (inout Data) -> Void = { _ in }) throws -> LogScan.Verdict {
            var changed = log
            change(&changed)
            try changed.write(to: URL(fileURLWithPath: database + "-wal"))
            return try LogScan(of: database).verdict
        }

        /// The frames that end a commit, counted from 0.
        var commits: [Int] {
            (0..<(log.count - 32) / frameBytes).filter { log[32 + $0 * frameBytes + 4..<32 + $0 * frameBytes + 8].contains { $0 != 0 } }
        }
    }

    private func zero(_ frame: Int, _ log: inout Data) {
        log.replaceSubrange(32 + frame * Self.frameBytes..<32 + (frame + 1) * Self.frameBytes, with: Data(count: Self.frameBytes))
    }

    @Test("A log as SQLite wrote it is whole, and its pages are known; without one there is nothing to say")
    func whole() async throws {
        let test = try TestStore()
        let killed = try await Killed(test, commits: 6)
        #expect(killed.commits.count == 6)
        #expect(try killed.verdict() == .whole)
        #expect(try !LogScan(of: killed.database).pages.isEmpty)
        #expect(try LogScan(of: test.directory + "/none.db").verdict == .whole)
    }

    @Test("Whichever frame is lost, it is damage where two commits come after it, and a torn end where fewer do")
    func everyFrame() async throws {
        let killed = try await Killed(try TestStore(), commits: 6)
        for frame in 0...killed.commits.last! {
            let after = killed.commits.count { $0 > frame }
            let verdict = try killed.verdict { zero(frame, &$0) }
            #expect(verdict == (after >= 2 ? .tornMiddle(frame: frame + 1) : after == 1 ? .tornEnd(frame: frame) : .whole), "\(frame)")
        }
    }

    @Test("A byte changed in any frame before the last two commits is damage, wherever in the frame")
    func everyByte() async throws {
        let killed = try await Killed(try TestStore(), commits: 6)
        for _ in 0..<200 {
            let place = Int.random(in: 32..<32 + killed.commits[3] * Self.frameBytes)
            let frame = (place - 32) / Self.frameBytes
            #expect(try killed.verdict { $0[place] ^= 0x10 } == .tornMiddle(frame: frame + 1), "byte \(place)")
        }
    }

    @Test("A log cut off anywhere is no damage: what is missing is the newest")
    func cut() async throws {
        let killed = try await Killed(try TestStore(), commits: 4)
        for _ in 0..<40 {
            let length = Int.random(in: 0..<killed.log.count)
            let verdict = try killed.verdict { $0 = $0.prefix(length) }
            #expect(verdict == .whole, "\(length) bytes")
        }
    }

    @Test("What an earlier log left behind in the file, or commits torn by one power cut after another, is no damage")
    func leftovers() async throws {
        let test = try TestStore()
        let long = try await Killed(test, commits: 6)
        // The log begins anew, over the old one.
        try test.onWriter { _ = try $0.checkpoint(.restart) }
        try await test.insert([.test(100)])
        var log = try Data(contentsOf: URL(fileURLWithPath: test.database + "-wal"))
        #expect(log.count == long.log.count && log != long.log)
        #expect(try long.verdict { $0 = log } == .whole)

        // Of the third commit only the last frame arrived; the service went on, and of the next commit again only the last one did.
        log = long.log
        let ends = long.commits
        for frame in ends[1] + 1..<ends[2] { zero(frame, &log) }
        for frame in ends[2] + 1..<ends[5] where frame != ends[4] { zero(frame, &log) }
        log.removeLast(log.count - 32 - (ends[4] + 1) * Self.frameBytes)
        #expect(try long.verdict { $0 = log } == .tornEnd(frame: ends[1] + 1))
    }

    @Test("A damaged header is damage; a header of a log that is about to begin isn't")
    func header() async throws {
        let killed = try await Killed(try TestStore(), commits: 3)
        for place in 0..<32 { #expect(try killed.verdict { $0[place] ^= 0x21 } == .damagedHeader, "byte \(place)") }
        // Begun anew and torn: both salts are others.
        #expect(try killed.verdict { for place in 16..<32 { $0[place] ^= 0x5A } } == .whole)
    }

    @Test("A store with a log damaged in the middle isn't opened, and nothing of it is touched, until the loss is accepted")
    func refused() async throws {
        let killed = try await Killed(try TestStore(), commits: 6)
        _ = try killed.verdict { zero(killed.commits[1], &$0) }
        let path = killed.database + "-wal"
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        for role in [StoreOptions.Role.service, .command] {
            #expect(throws: StoreError.tornLog(path: path, frame: killed.commits[1] + 1)) {
                try Store(directory: killed.directory, options: StoreOptions(role: role, migrates: false))
            }
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        let store = try Store(directory: killed.directory, options: StoreOptions(migrates: false, acceptsLoss: true))
        #expect(try await store.check() == [])
        #expect(try await store.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM school") } == 1)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path + ".torn")) == before)
        try store.close()
    }
}
