import Core
import Domain
import Synchronization
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
        let tombstones = try test.store.readNow { try $0.tombstones(of: .school, since: .test, limit: 10, visibleTo: .everything) }
        #expect(tombstones.map(\.id) == [school.id])
        #expect(tombstones.map(\.etag.number) == [2])
        #expect(try await test.store.check() == [])
    }

    @Test("A page looks at a bounded range of the log and tells where it got to, also where nothing of it is for the reader")
    func pages() async throws {
        let test = try TestStore()
        for number in 1...6 {
            let audience: Audience = number.isMultiple(of: 3) ? .directory : .leadership(schoolIds: [])
            try await test.store.write(.test) { try $0.insert(School.test(number), audience: audience) }
        }
        let narrow = Visibility(leadership: .none, parties: [])
        func page(_ after: Int64?, limit: Int = 10, range: Int64 = 2, _ filter: EventFilter = EventFilter()) throws -> [Int64] {
            let page = try test.store.readNow {
                try $0.eventPage(after: after, limit: limit, range: range, filter, of: [.school], visibleTo: narrow)
            }
            #expect(page.seq == 6)
            return [page.next] + page.events.map(\.seq)
        }
        #expect(try page(nil) == [2])
        #expect(try page(2) == [4, 3])
        #expect(try page(4) == [6, 6])
        #expect(try page(6) == [6])
        #expect(try page(0, limit: 1, range: 100) == [3, 3])
        #expect(try page(0, range: 100, EventFilter(types: ["school.deleted"])) == [6])
        #expect(throws: DomainError.ahead(seq: 6)) { try page(7) }
    }

    @Test("A page is read by the numbers alone")
    func index() async throws {
        let test = try TestStore()
        let plan = try test.store.readNow {
            try $0.connection.database.prepared(
                """
                EXPLAIN QUERY PLAN SELECT * FROM event WHERE seq > 5 AND seq <= 15 AND +resourceType IN (SELECT value FROM json_each('[]'))
                AND (\(Audience.condition(Visibility(leadership: .all, parties: [])).sql.replacing("?", with: "'[]'"))) ORDER BY seq
                """
            ).first { $0.text(3) }
        }
        #expect(plan == "SEARCH event USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)")
    }

    @Test("What is forgotten goes from the oldest on, and who missed it is told; newer events and deletions stay")
    func forgetting() async throws {
        let clock = Mutex(Instant.test)
        let test = try TestStore(options: StoreOptions(clock: { clock.withLock(\.self) }))
        let schools = try await test.insert((1...5).map { School.test($0) })
        try await test.store.write(.test) { try $0.delete(schools[0]) }
        clock.withLock { $0 = $0.advanced(bySeconds: 60) }
        try await test.store.write(.test) { try $0.delete(schools[1]) }
        let end = Instant.test.advanced(bySeconds: 60)
        // Chunk by chunk, and none of what is newer.
        var forgotten: [Int] = []
        for _ in 0..<4 { forgotten.append(try await test.store.bookkeeping { try $0.forgetChanges(before: end, limit: 4) }) }
        #expect(forgotten == [5, 2, 0, 0])
        func next(_ after: Int64?) throws -> Int64 {
            try test.store.readNow { try $0.eventPage(after: after, limit: 9, of: [.school], visibleTo: .everything).next }
        }
        #expect(try next(nil) == 7 && next(6) == 7)
        #expect(throws: DomainError.expired(oldestSeq: 7)) { try next(5) }
        let since = ListQuery(updatedSince: end, includesDeleted: true)
        #expect(try test.store.readNow { try $0.encodedPage(School.self, since) }.deleted?.map(\.id) == [schools[1].id])
        #expect(throws: DomainError.expired(oldestSeq: 7)) {
            try test.store.readNow {
                try $0.encodedPage(School.self, ListQuery(updatedSince: Instant.test, includesDeleted: true))
            }
        }
        // Without any event left, the next one is the oldest.
        _ = try await test.store.bookkeeping { try $0.forgetChanges(before: end.advanced(bySeconds: 1), limit: 100) }
        #expect(try next(7) == 7 && next(nil) == 7)
        #expect(throws: DomainError.expired(oldestSeq: 8)) { try next(6) }
    }
}
