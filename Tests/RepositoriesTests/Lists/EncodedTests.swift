import Core
import Domain
import Testing

@testable import Repositories

@Suite struct EncodedTests {
    @Test("Encoded resources are what the codec makes of the rows, at first and from memory")
    func sameBytes() async throws {
        let test = try TestStore()
        let schools = try await test.insert((0..<5).map { .test($0) })
        for _ in 0..<2 {
            let page = try test.store.readNow { try $0.encodedPage(School.self, ListQuery(limit: 3, countsTotal: true)) }
            #expect(page.items.map(\.id) == schools.prefix(3).map(\.id))
            #expect(try page.items.map(\.bytes) == schools.prefix(3).map { try JSONCodec.encode($0) })
            #expect(page.total == 5)
            #expect(page.next != nil)
        }
        let one = try #require(try test.store.readNow { try $0.encoded(School.self, id: schools[0].id) })
        #expect(one == Encoded(id: schools[0].id, etag: .first, bytes: try JSONCodec.encode(schools[0])))
        #expect(try test.store.readNow { try $0.encoded(School.self, id: "sch_none") } == nil)
    }

    @Test("A change is seen at once, also one made by another process")
    func change() async throws {
        let test = try TestStore()
        let school = try await test.insert([.test(1)])[0]
        _ = try test.store.readNow { try $0.encoded(School.self, id: school.id) }
        let other = try Store(directory: test.directory)
        let changed = try await other.write(.test) { transaction in
            var changed = school
            changed.vision = "new"
            return try transaction.update(from: school, to: changed)
        }
        try other.close()
        #expect(try test.store.readNow { try $0.encoded(School.self, id: school.id) }?.bytes == JSONCodec.encode(changed))
    }

    @Test("Versions of a dry run or of a write that failed are never kept")
    func uncommitted() async throws {
        let test = try TestStore()
        let school = try await test.insert([.test(1)])[0]
        func write(_ vision: String, dryRun: Bool) async throws -> Encoded? {
            try await test.store.write(.test(dryRun: dryRun)) { transaction in
                var changed = school
                changed.vision = vision
                try transaction.update(from: school, to: changed)
                return try transaction.encoded(School.self, id: school.id)
            }
        }
        let tried = try await write("tried", dryRun: true)
        #expect(try test.store.readNow { try $0.encoded(School.self, id: school.id) }?.etag == .first)
        let done = try await write("done", dryRun: false)
        #expect(tried?.etag == done?.etag)
        let stored = try #require(try test.store.readNow { try $0.find(School.self, id: school.id) })
        #expect(stored.vision == "done")
        #expect(done?.bytes == (try JSONCodec.encode(stored)))
        #expect(try test.store.readNow { try $0.encoded(School.self, id: school.id) } == done)
    }

    @Test("What bookkeeping changes without a new version is never kept")
    func volatile() async throws {
        let test = try TestStore()
        let job = ImportJob(id: ResourceType.importJob.makeID(at: .test), source: "gias", groupUid: nil, createdAt: .test)
        try await test.store.write(.test) { try $0.insert(job, audience: .leadership(schoolIds: [])) }
        _ = try test.store.readNow { try $0.encoded(ImportJob.self, id: job.id) }
        try await test.store.bookkeeping { transaction in
            var progress = job
            progress.rowsRead = 42
            try transaction.imports.save(progress)
        }
        let bytes = try #require(try test.store.readNow { try $0.encoded(ImportJob.self, id: job.id) }).bytes
        #expect(try JSON(parsing: bytes)["rowsRead"] == 42)
    }

    @Test("Memory stays within its bounds and what is used survives longest")
    func bounds() {
        let cache = EncodedCache(capacity: 20_000)
        let bytes = [UInt8](repeating: 0, count: 840)
        for number in 0..<20 { cache.insert(.school, id: "hot\(number % 2)\(number)", etag: .first, bytes: bytes) }
        for number in 0..<1000 {
            _ = cache.bytes(.school, [("hot00", .first)])
            cache.insert(.school, id: "sch_\(number)", etag: .first, bytes: bytes)
            #expect(cache.size <= 20_000)
        }
        #expect(
            cache.bytes(.school, [("hot00", .first), ("sch_0", .first), ("sch_999", .first)]).map { $0 != nil } == [true, false, true])
        cache.insert(.school, id: "huge", etag: .first, bytes: [UInt8](repeating: 0, count: 10_000))
        #expect(cache.bytes(.school, [("huge", .first)])[0] == nil)
    }

    @Test("A late reader of an older version doesn't displace the newer one")
    func lateReader() {
        let cache = EncodedCache(capacity: 20_000)
        cache.insert(.school, id: "a", etag: VersionTag(number: 2), bytes: [2])
        cache.insert(.school, id: "a", etag: VersionTag(number: 1), bytes: [1])
        #expect(cache.bytes(.school, [("a", VersionTag(number: 2)), ("a", VersionTag(number: 1))]) == [[2], nil])
    }

    @Test("An export has everything the query finds, in its order, as of its start")
    func export() async throws {
        let test = try TestStore()
        let schools = try await test.insert(
            (0..<250).map { number in .test(number) { $0.pupils = number.isMultiple(of: 7) ? nil : number % 13 } })
        let sort = [SortKey(member: "pupils", descending: true)]
        var ids: [String] = []
        let rows = try await test.store.snapshot().rows(of: School.self, ListQuery(limit: 1, sort: sort), visibleTo: .everything)
        try await rows.each { school in
            if ids.isEmpty {
                try await test.insert([.test(999) { $0.pupils = 0 }])
                try await test.store.write(.test) { try $0.delete(schools[5]) }
            }
            ids.append(school.id)
        }
        #expect(ids == schools.sorted(by: sort).map(\.id))
    }
}
