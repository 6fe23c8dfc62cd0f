import Core
import Domain
import Testing

@testable import Repositories

@Suite struct EventTests {
    @Test("Creating, changing and deleting each leave one event, in order, with audience and changed members")
    func events() async throws {
        let test = try TestStore()
        let school = try await test.insert([.test(1)])[0]
        let changed = try await test.store.write(.test) { transaction in
            var changed = school
            changed.vision = "V"
            changed.shortName = "S"
            return try transaction.update(from: school, to: changed, audience: .leadership(schoolIds: []))
        }
        try await test.store.write(.test) { try $0.delete(changed, audience: .parties(["per_1", "per_2"])) }
        let events = try test.store.readNow { try $0.events(after: 0, limit: 10) }
        #expect(events.map(\.seq) == [1, 2, 3])
        #expect(events.map(\.type) == ["school.created", "school.updated", "school.deleted"])
        #expect(events.map(\.etag.number) == [1, 2, 3])
        #expect(events.map(\.audience) == [.directory, .leadership(schoolIds: []), .parties(["per_1", "per_2"])])
        #expect(events[1].changedMembers == ["shortName", "vision"])
        #expect(events.allSatisfy { $0.resourceId == school.id && $0.requestId == "req_1" && TypeID.isValid($0.id, prefix: "evt") })
        #expect(events[0].actor["name"] == "Test")
        #expect(try test.store.readNow { try $0.lastSeq() } == 3)
        #expect(try test.store.readNow { try $0.events(after: 2, limit: 10) }.map(\.seq) == [3])
    }

    @Test("A deleted resource is gone and leaves a tombstone")
    func tombstone() async throws {
        let test = try TestStore()
        let school = try await test.insert([.test(1)])[0]
        try await test.store.write(.test) { try $0.delete(school) }
        #expect(try test.store.readNow { try $0.find(School.self, id: school.id) } == nil)
        let tombstones = try test.store.readNow { try $0.tombstones(of: .school, since: .test, limit: 10) }
        #expect(tombstones.map(\.id) == [school.id])
        #expect(tombstones.map(\.etag.number) == [2])
        #expect(try await test.store.check() == [])
    }

    @Test("The event log is read by an index on audience and seq")
    func index() throws {
        let test = try TestStore()
        let plan = try test.store.readNow {
            try $0.connection.database.prepared(
                "EXPLAIN QUERY PLAN SELECT * FROM event WHERE audience = 'directory' AND seq > 5 ORDER BY seq"
            )
            .first { $0.text(3) }
        }
        #expect(
            plan == "SEARCH event USING INDEX eventByAudience (audience=? AND rowid>?)"
                || plan?.contains("eventByAudience (audience=? AND seq>?)") == true)
    }
}
