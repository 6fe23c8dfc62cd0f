import Core
import Domain
import Synchronization
import Testing

@testable import Repositories

@Suite struct MutatorTests {
    private static let later = Instant("2026-11-24T08:00:00.000Z")!

    private func changing(_ school: School, _ change: (inout School) -> Void) -> School {
        var changed = school
        change(&changed)
        return changed
    }

    @Test("A change counts the version up and dates it; only changed members are in its event")
    func update() async throws {
        let test = try TestStore(options: StoreOptions(clock: { Self.later }))
        let school = try await test.insert([.test(1)])[0]
        let changed = changing(school) { $0.vision = "V" }
        let stored = try await test.store.write(.test) { try $0.update(from: school, to: changed) }
        #expect(stored.etag == VersionTag(number: 2))
        #expect(stored.updatedAt == Self.later)
        #expect(stored.createdAt == school.createdAt)
        #expect(try test.store.readNow { try $0.find(School.self, id: school.id) } == stored)
    }

    @Test(
        "What was asked once, also when the answer was nothing, is asked again only after a change that authority may follow from, and after any undone part from there on"
    )
    func once() async throws {
        let test = try TestStore()
        let asked = Mutex(0)
        let ask: @Sendable (WriteTransaction) throws -> Int = { transaction in
            let answer: Int? = try transaction.once("question") {
                asked.withLock { $0 += 1 }
                return nil
            }
            return answer == nil ? asked.withLock(\.self) : -1
        }
        try await test.store.write(.test) { transaction in
            #expect(try [ask(transaction), ask(transaction)] == [1, 1])
            try transaction.insert(School.test(1))
            #expect(try ask(transaction) == 1)
            #expect(try transaction.attempt { try ask(transaction) } == 1)
            #expect(throws: DomainError.busy) { try transaction.attempt { throw DomainError.busy } }
            #expect(try ask(transaction) == 1)
        }
        try await test.store.write(.test) { transaction in
            #expect(try ask(transaction) == 1)
            try transaction.insert(
                ApiToken(
                    id: ResourceType.apiToken.makeID(at: .test), name: "T", role: .trustAdmin, scopes: [], schoolIds: [], expiresAt: nil,
                    createdAt: .test, updatedAt: .test))
            #expect(try [ask(transaction), ask(transaction)] == [2, 2])
            #expect(throws: DomainError.busy) { try transaction.attempt { throw DomainError.busy } }
            #expect(try ask(transaction) == 3)
        }
        #expect(try await test.store.write(.test, ask) == 4)
    }

    @Test("Many rows added at once leave what the same rows leave one by one, and a taken value among them leaves nothing")
    func many() async throws {
        let test = try TestStore()
        let schools = (1...47).map { number in School.test(number) { $0.town = "Town \(number)" } }
        try await test.store.write(.test) { try $0.insert(schools) }
        #expect(try test.integer("SELECT count(*) FROM school") == 47)
        #expect(try test.integer("SELECT count(*) FROM audit") == 47)
        #expect(try test.integer("SELECT count(*) FROM event WHERE type = 'school.created'") == 47)
        for school in schools { #expect(try test.store.readNow { try $0.find(School.self, id: school.id) } == school) }
        #expect(try test.integer("SELECT count(*) FROM schoolSearch WHERE schoolSearch MATCH 'town'") == 47)
        #expect(try await test.store.check().isEmpty)

        let more = (41...90).map { School.test($0) }
        await #expect(throws: DomainError.self) { try await test.store.write(.test) { try $0.insert(more) } }
        #expect(try test.integer("SELECT count(*) FROM school") == 47)
    }

    @Test("A change of nothing keeps the version and leaves no trace")
    func unchanged() async throws {
        let test = try TestStore(options: StoreOptions(clock: { Self.later }))
        let school = try await test.insert([.test(1)])[0]
        let stored = try await test.store.write(.test) { try $0.update(from: school, to: school) }
        #expect(stored == school)
        #expect(try test.integer("SELECT count(*) FROM event") == 1)
        #expect(try test.integer("SELECT count(*) FROM audit") == 1)
    }

    @Test("A stale precondition is refused with the current version and what changed since")
    func precondition() async throws {
        let test = try TestStore()
        let school = try await test.insert([.test(1)])[0]
        let second = try await test.store.write(.test) {
            try $0.update(from: school, to: changing(school) { $0.vision = "V" })
        }
        let expected = DomainError.preconditionFailed(current: second.etag, changedMembers: ["vision"])
        await #expect(throws: expected) {
            try await test.store.write(.test(.tags([school.etag]))) {
                try $0.update(from: second, to: changing(second) { $0.vision = "W" })
            }
        }
        await #expect(throws: expected) {
            try await test.store.write(.test(.tags([school.etag]))) { try $0.delete(second) }
        }
        await #expect(throws: DomainError.preconditionFailed(current: second.etag, changedMembers: [])) {
            try await test.store.write(.test(.tags([]))) { try $0.touch(second) }
        }
        try await test.store.write(.test(.tags([school.etag, second.etag]))) {
            try $0.update(from: second, to: changing(second) { $0.vision = "W" })
        }
    }

    @Test("A change based on an outdated reading is refused even without a precondition")
    func outdated() async throws {
        let test = try TestStore()
        let school = try await test.insert([.test(1)])[0]
        let second = try await test.store.write(.test) {
            try $0.update(from: school, to: changing(school) { $0.vision = "V" })
        }
        await #expect(throws: DomainError.preconditionFailed(current: second.etag, changedMembers: [])) {
            try await test.store.write(.test) {
                try $0.update(from: school, to: changing(school) { $0.vision = "W" })
            }
        }
        try await test.store.write(.test) { try $0.delete(second) }
        await #expect(throws: DomainError.notFound) {
            try await test.store.write(.test) { try $0.delete(second) }
        }
    }

    @Test("Of many changes based on the same version exactly one succeeds")
    func race() async throws {
        let test = try TestStore()
        let school = try await test.insert([.test(1)])[0]
        let successes = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let changed = changing(school) { $0.vision = "V\(number)" }
                    return
                        (try? await test.store.write(.test(.tags([school.etag]))) {
                            try $0.update(from: school, to: changed)
                        }) != nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(successes == 1)
        #expect(try test.integer("SELECT count(*) FROM event") == 2)
    }

    @Test("A taken unique value is a duplicate that names the member")
    func duplicate() async throws {
        let test = try TestStore()
        try await test.insert([.test(1)])
        await #expect(
            throws: DomainError.duplicate(FieldError(pointer: "/urn", code: "duplicate", detail: "is already taken by another school"))
        ) { try await test.insert([.test(1)]) }
    }

    @Test("Touching makes a new version and an event without changed members")
    func touch() async throws {
        let test = try TestStore()
        let school = try await test.insert([.test(1)])[0]
        let touched = try await test.store.write(.test) { try $0.touch(school, verb: "rotated") }
        #expect(touched.etag.number == 2)
        let event = try test.store.readNow { try $0.events(after: 1, limit: 1) }[0]
        #expect(event.type == "school.rotated")
        #expect(event.changedMembers == [])
    }

    @Test("A change of many members at once is stored like one of few")
    func wideUpdate() async throws {
        let test = try TestStore()
        let school = try await test.insert([.test(1)])[0]
        let changed = changing(school) {
            $0.name = "Another name"
            $0.capacity = 10
            $0.pupils = 5
            $0.percentFull = 50
            $0.town = "Leeds"
            $0.region = "Yorkshire"
            $0.status = .closed
            $0.closedOn = LocalDate("2026-08-31")
        }
        let stored = try await test.store.write(.test) { try $0.update(from: school, to: changed) }
        #expect(try test.store.readNow { try $0.find(School.self, id: school.id) } == stored)
        #expect(try test.store.readNow { try $0.list(School.self, ListQuery(text: "another leeds")) }.items == [stored])
        #expect(try test.store.readNow { try $0.list(School.self, ListQuery(text: "school")) }.items == [])
        #expect(try await test.store.check() == [])
    }
}
