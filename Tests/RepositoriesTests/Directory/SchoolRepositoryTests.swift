import Core
import Domain
import Testing

@testable import Repositories

@Suite struct SchoolRepositoryTests {
    @Test("A school is found by id, URN, UKPRN and LA/establishment number; a shared number names the one in session first")
    func identify() async throws {
        let test = try TestStore()
        let schools = try await test.insert([
            .test(1) {
                $0.laEstab = "2022775"
                $0.status = .closed
                $0.closedOn = LocalDate("2011-08-31")
            },
            .test(2) {
                $0.laEstab = "2022775"
                $0.status = .closed
                $0.closedOn = LocalDate("2019-08-31")
            },
            .test(3) {
                $0.laEstab = "2022775"
                $0.ukprn = "10078058"
            },
            .test(4) {
                $0.laEstab = "2022775"
                $0.status = .proposed
            },
        ])
        func find(_ text: String) throws -> [String] {
            try test.store.readNow { try $0.schools.identify(#require(SchoolKey(text))) }.map(\.id)
        }
        #expect(try find("laestab:202/2775") == [2, 3, 1, 0].map { schools[$0].id })
        #expect(try find("urn:100002") == [schools[1].id])
        #expect(try find("ukprn:10078058") == [schools[2].id])
        #expect(try find(schools[3].id) == [schools[3].id])
        #expect(try find("urn:999999") == [])
        #expect(try test.store.readNow { try $0.schools.find(urn: "100003") } == schools[2])
        #expect(try test.store.readNow { try $0.schools.urns() } == ["100001", "100002", "100003", "100004"])
    }

    @Test("An external reference belongs to one school per system")
    func externalRefs() async throws {
        let test = try TestStore()
        let schools = try await test.insert([.test(1), .test(2)])
        func refer(_ school: School, _ references: [ExternalRef]) async throws {
            try await test.store.write(.test) { transaction in
                var changed = school
                changed.externalRefs = references
                try transaction.replaceExternalRefs(of: changed)
            }
        }
        let reference = ExternalRef(system: "mis", id: "A1")
        try await refer(schools[0], [reference])
        try await refer(schools[0], [reference, ExternalRef(system: "hr", id: "A1")])
        await #expect(
            throws: DomainError.duplicate(
                FieldError(pointer: "/externalRefs", code: "duplicate", detail: "is already taken by another school"))
        ) { try await refer(schools[1], [reference]) }
        try await refer(schools[0], [])
        try await refer(schools[1], [reference])
        try await test.store.write(.test) { try $0.delete(schools[1]) }
        #expect(try test.integer("SELECT count(*) FROM schoolExternalRef") == 0)
    }

    @Test("There is one trust")
    func trust() async throws {
        let test = try TestStore()
        #expect(try test.store.readNow { try $0.trust.find() } == nil)
        let trust = Trust(id: ResourceType.trust.makeID(at: .test), createdAt: .test)
        try await test.store.write(.test) { try $0.insert(trust) }
        #expect(try test.store.readNow { try $0.trust.find() } == trust)
        let second = Trust(id: ResourceType.trust.makeID(at: .test), createdAt: .test)
        await #expect(throws: (any Error).self) { try await test.store.write(.test) { try $0.insert(second) } }
    }

    @Test("Digests of register rows are kept, replaced and listed")
    func register() async throws {
        let test = try TestStore()
        try await test.store.write(.test) { transaction in
            try transaction.register.setDigest([1], urn: "100002")
            try transaction.register.setDigest([2], urn: "100001")
            try transaction.register.setDigest([3], urn: "100002")
        }
        #expect(try test.store.readNow { try $0.register.digest(urn: "100002") } == [3])
        #expect(try test.store.readNow { try $0.register.digests(urns: ["100001", "100009"]) } == ["100001": [2]])
        #expect(try test.store.readNow { try $0.register.urns() } == ["100001", "100002"])
        #expect(try test.integer("SELECT count(*) FROM event") == 0)
    }
}
