import Core
import Domain
import Repositories
import Services
import Testing

private typealias Fixture = RegisterImportFixture

/// What an import minds of what people recorded: memberships and overrides.
@Suite struct RegisterImportDirectoryTests {
    private func memberships(_ fixture: RegisterImportFixture, _ urn: Int) throws -> [Membership] {
        let school = try #require(try fixture.school(urn))
        return try fixture.store.readNow { try $0.all(Membership.self, where: "schoolId", is: school.id) }
    }

    @Test("Importing a trust records a membership for each of its schools, once, with the day of joining or without")
    func joining() async throws {
        let fixture = try RegisterImportFixture()
        let schools = [Fixture.school(100_001), Fixture.school(100_002), Fixture.school(100_003)]
        let links = [Fixture.link(100_001), Fixture.link(100_002).replacing("01-09-2019", with: "")]
        let report = try await fixture.run(schools: schools, links: links, groupUid: "3320")
        #expect(report.joined == 2)
        let (first, second) = try (#require(memberships(fixture, 100_001).first), #require(memberships(fixture, 100_002).first))
        #expect(first.startsOn == LocalDate("2019-09-01") && first.endsOn == nil && first.recordedBy == "cli")
        #expect(first.reason == "In the national register (GIAS) as part of HARRIS FEDERATION, group 3320")
        #expect(second.startsOn == nil)
        let again = try await fixture.run(schools: schools, links: links, groupUid: "3320")
        #expect(again.joined == 0 && again.counts == [0, 0, 2, 0])
        // It never ends one.
        let later = try await fixture.run(schools: schools, links: [Fixture.link(100_001)], groupUid: "3320")
        #expect(later.joined == 0 && later.absentUrns == ["100002"])
        #expect(try memberships(fixture, 100_002) == [second])
    }

    @Test(
        "Importing the whole register makes nobody a member; a school known from it becomes one with its trust, though its row is the same")
    func wholeFirst() async throws {
        let fixture = try RegisterImportFixture()
        let files = try fixture.files(schools: [Fixture.school(100_001)], links: [Fixture.link(100_001)])
        #expect(try await fixture.run(files).joined == 0)
        #expect(try memberships(fixture, 100_001) == [])
        let report = try await fixture.run(files, groupUid: "3320")
        #expect(report.joined == 1 && report.counts == [0, 0, 1, 0])
        #expect(try memberships(fixture, 100_001).count == 1)
    }

    @Test("A dry run counts who would join and records nobody")
    func dryRun() async throws {
        let fixture = try RegisterImportFixture()
        let files = try fixture.files(schools: [Fixture.school(100_001)], links: [Fixture.link(100_001)])
        let call = Call(actor: .commandLine, requestId: "test", dryRun: true)
        #expect(try await fixture.run(files, groupUid: "3320", call: call).joined == 1)
        #expect(try fixture.store.readNow { try $0.list(Membership.self, ListQuery(), visibleTo: .everything).items } == [])
    }

    @Test("What people recorded of a school's days stands: a school that left isn't made to join again for days it was there")
    func left() async throws {
        let fixture = try RegisterImportFixture()
        let schools = [Fixture.school(100_001)]
        try await fixture.run(schools: schools, links: [Fixture.link(100_001)], groupUid: "3320")
        let stored = try #require(try memberships(fixture, 100_001).first)
        try await fixture.store.write(Fixture.call) { transaction in
            var ended = stored
            ended.endsOn = LocalDate("2024-08-31")
            try transaction.update(from: stored, to: ended)
        }
        #expect(try await fixture.run(schools: schools, links: [Fixture.link(100_001)], groupUid: "3320").joined == 0)
        let rejoined = Fixture.link(100_001).replacing("01-09-2019", with: "01-09-2025")
        #expect(try await fixture.run(schools: schools, links: [rejoined], groupUid: "3320").joined == 1)
        #expect(try memberships(fixture, 100_001).compactMap(\.startsOn).sorted() == [LocalDate("2019-09-01"), LocalDate("2025-09-01")])
    }

    @Test("An override stays through imports, which remember and report what the register says; without it the register's value is back")
    func override() async throws {
        let fixture = try RegisterImportFixture()
        let overrides = OverrideService(store: fixture.store)
        try await fixture.run(schools: [Fixture.school(100_001, pupils: "100"), Fixture.school(100_002)])
        let id = try #require(try fixture.school(100_001)).id
        _ = try await overrides.put(schoolId: id, member: "pupils", value: 120, reason: "Counted", createsOnly: false, Fixture.call)
        _ = try await overrides.put(schoolId: id, member: "capacity", value: 240, reason: "Measured", createsOnly: false, Fixture.call)

        let report = try await fixture.run(schools: [Fixture.school(100_001, pupils: "110", town: "York"), Fixture.school(100_002)])
        #expect(report.counts == [0, 1, 1, 0])
        #expect(
            report.overridden == [
                .init(urn: "100001", member: "capacity", registerValue: .null, value: 240),
                .init(urn: "100001", member: "pupils", registerValue: 110, value: 120),
            ])
        let school = try #require(try fixture.school(100_001))
        #expect(school.pupils == 120 && school.capacity == 240 && school.percentFull == 50 && school.town == "York")
        #expect(try overrides.find(schoolId: id, member: "pupils").registerValue == 110)
        // Reported as long as it differs from what is imported, also when nothing is new.
        let again = try await fixture.run(schools: [Fixture.school(100_001, pupils: "110", town: "York")])
        #expect(again.counts == [0, 0, 1, 0] && again.overridden == report.overridden)
        #expect(try await fixture.run(schools: [Fixture.school(100_002)]).overridden == [])

        try await overrides.delete(schoolId: id, member: "pupils", Fixture.call)
        #expect(try fixture.school(100_001)?.pupils == 110)
        // A file without the column says nothing of it, and the correction isn't taken for the register's word.
        let columns = Fixture.schoolHeader.replacing(",NumberOfPupils", with: "")
        _ = try await overrides.put(schoolId: id, member: "pupils", value: 5, reason: "Counted", createsOnly: false, Fixture.call)
        let row = Fixture.school(100_001, pupils: "-", town: "Hull").replacing(",-,", with: ",")
        let files = RegisterImport.Files(
            establishments: try fixture.write("fewer.csv", [columns, row]), groupLinks: try fixture.write("l.csv", [Fixture.linkHeader]))
        #expect(try await fixture.run(files).counts == [0, 1, 0, 0])
        #expect(try fixture.school(100_001)?.pupils == 5 && fixture.school(100_001)?.town == "Hull")
        #expect(try overrides.find(schoolId: id, member: "pupils").registerValue == 110)
    }
}
