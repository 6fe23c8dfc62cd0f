import Core
import Domain
import Foundation
import GRDB
import Synchronization

@testable import Repositories

/// A store in a temporary directory that goes away with it.
final class TestStore: Sendable {
    let directory: String
    let store: Store
    private let time = Mutex(Instant("2026-11-23T20:00:00.000Z")!)

    /// A migrated database that each store starts from a copy of: to migrate takes longer than most tests.
    private static let template = Result {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("store-template-\(UUID().uuidString)").path
        try Store(directory: directory).close()
        return directory
    }

    init(options: StoreOptions? = nil) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)").path
        try FileManager.default.copyItem(atPath: Self.template.get(), toPath: directory)
        store = try Store(directory: directory, options: options ?? StoreOptions())
    }

    deinit {
        try? store.close()
        try? FileManager.default.removeItem(atPath: directory)
    }

    var database: String { directory + "/partnership.db" }

    /// Runs SQL beside the store, as somebody else with the file would.
    func tamper(_ sql: String) throws {
        let queue = try DatabaseQueue(path: database)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    /// Runs on the store's own writing connection.
    func onWriter<Value>(_ body: (Database) throws -> Value) throws -> Value { try store.pool.writeWithoutTransaction(body) }

    func integer(_ sql: String) throws -> Int {
        try store.pool.read { try Int.fetchOne($0, sql: sql) ?? 0 }
    }

    @discardableResult
    func insert(_ schools: [School]) async throws -> [School] {
        try await store.write(.test) { transaction in
            for school in schools { try transaction.insert(school) }
        }
        return schools
    }
}

extension Call {
    static let test = Call(actor: Actor(kind: .token, id: "tok_1", name: "Test"), requestId: "req_1")

    static func test(_ precondition: Precondition = .none, dryRun: Bool = false) -> Call {
        Call(actor: Call.test.actor, requestId: "req_1", precondition: precondition, dryRun: dryRun)
    }
}

extension Instant {
    static let test = Instant("2026-11-23T20:00:00.000Z")!
}

extension School {
    /// A school with this number and nothing optional; `change` fills in the rest.
    static func test(_ number: Int, _ change: (inout School) -> Void = { _ in }) -> School {
        var school = School(
            id: ResourceType.school.makeID(at: Instant(milliseconds: Instant.test.milliseconds + Int64(number))),
            urn: String(100_000 + number), name: "School \(number)", phase: .primary, establishmentTypeCode: "34",
            establishmentType: "Academy converter", status: .open, createdAt: .test)
        change(&school)
        return school
    }
}
