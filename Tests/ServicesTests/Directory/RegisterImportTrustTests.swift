import Core
import Domain
import Repositories
import Services
import Testing

private typealias Fixture = RegisterImportFixture

@Suite struct RegisterImportTrustTests {
    private let schools = (100_001...100_004).map { Fixture.school($0) }

    @Test("With a group only its schools are taken, and the trust becomes it")
    func oneTrust() async throws {
        let fixture = try RegisterImportFixture()
        let links = [Fixture.link(100_001), Fixture.link(100_003), Fixture.link(100_004, 5143, name: "UNITED LEARNING")]
        let report = try await fixture.run(
            schools: schools, links: links, groups: [Fixture.group(5143, name: "UNITED LEARNING"), Fixture.group()], groupUid: "3320")
        #expect(report.counts == [2, 0, 0, 0])
        #expect(try fixture.store.readNow { try $0.schools.urns() } == ["100001", "100003"])
        let trust = try #require(try fixture.store.readNow { try $0.trust.find() })
        #expect(trust.name == "HARRIS FEDERATION" && trust.groupUid == "3320" && trust.groupId == "TR03320")
        #expect(trust.ukprn == "10055126" && trust.companiesHouseNumber == "06228587")

        let again = try await fixture.run(schools: schools, links: links, groups: [Fixture.group()], groupUid: "3320")
        #expect(again.counts == [0, 0, 2, 0])
        #expect(try fixture.store.readNow { try $0.trust.find() } == trust)
    }

    @Test("Without a groups file the links tell what the trust is called")
    func linksOnly() async throws {
        let fixture = try RegisterImportFixture()
        try await fixture.run(schools: schools, links: [Fixture.link(100_001)], groupUid: "3320")
        let trust = try #require(try fixture.store.readNow { try $0.trust.find() })
        #expect(trust.name == "HARRIS FEDERATION" && trust.companiesHouseNumber == "06228587" && trust.ukprn == nil)
    }

    @Test("A name the trust gave itself stays; its numbers follow the register; another group brings its own name")
    func ownName() async throws {
        let fixture = try RegisterImportFixture()
        try await fixture.run(schools: schools, links: [Fixture.link(100_001)], groupUid: "3320")
        let stored = try #require(try fixture.store.readNow { try $0.trust.find() })
        _ = try await fixture.store.write(Fixture.call) { transaction in
            var trust = stored
            trust.name = "Harris Federation"
            trust.groupId = nil
            return try transaction.update(from: stored, to: trust)
        }
        try await fixture.run(schools: schools, links: [Fixture.link(100_001)], groups: [Fixture.group()], groupUid: "3320")
        let after = try #require(try fixture.store.readNow { try $0.trust.find() })
        #expect(after.name == "Harris Federation" && after.groupId == "TR03320" && after.ukprn == "10055126")

        try await fixture.run(schools: schools, links: [Fixture.link(100_002, 5143, name: "UNITED LEARNING")], groupUid: "5143")
        let other = try #require(try fixture.store.readNow { try $0.trust.find() })
        #expect(other.name == "UNITED LEARNING" && other.groupUid == "5143" && other.ukprn == nil && other.id == stored.id)
    }

    @Test("A school that left the trust's links is named as absent and stays in it")
    func left() async throws {
        let fixture = try RegisterImportFixture()
        try await fixture.run(schools: schools, links: [Fixture.link(100_001), Fixture.link(100_002)], groupUid: "3320")
        let report = try await fixture.run(schools: schools, links: [Fixture.link(100_001)], groupUid: "3320")
        #expect(report.counts == [0, 0, 1, 0] && report.absentUrns == ["100002"])
        #expect(try fixture.school(100_002)?.groupUid == "3320")
    }

    @Test(
        "A group that can't be the trust is refused with a sentence, and nothing is written",
        arguments: [
            ("9999", "The group 9999 isn't in the groups file."), ("11", "The group 11 (Sponsor) is no academy trust but: Type 05."),
            ("12", "The group 12 (Old) is not open."),
            ("13", "The group 13 (Harris federation) is no academy trust but: Type 05. The trust of that name is 3320."),
            ("14", "The group-links file has no school of the group 14 (Empty)."),
        ])
    func refused(uid: String, sentence: String) async throws {
        let fixture = try RegisterImportFixture()
        let files = try fixture.files(
            schools: schools, links: [Fixture.link(100_001), Fixture.link(100_002, 12, name: "Old", status: "CLOSED")],
            groups: [
                Fixture.group(), Fixture.group(11, name: "Sponsor", type: "05"), Fixture.group(12, name: "Old", status: "CLOSED"),
                Fixture.group(13, name: "Harris federation", type: "05"), Fixture.group(14, name: "Empty"),
            ])
        #expect(await fixture.refusal(files, groupUid: uid) == sentence)
        #expect(try fixture.isEmpty())
    }

    @Test("An unknown group is refused without a groups file too")
    func unknown() async throws {
        let fixture = try RegisterImportFixture()
        let files = try fixture.files(schools: schools, links: [Fixture.link(100_001)])
        #expect(await fixture.refusal(files, groupUid: "9999") == "The group 9999 isn't in the group-links file.")
        #expect(try fixture.isEmpty())
    }

    @Test("A company number of an unknown form is left out and spoils nothing")
    func companyNumber() async throws {
        let fixture = try RegisterImportFixture()
        let link = Fixture.link(100_001).replacing("06228587", with: "É12345Z")
        #expect(try await fixture.run(schools: [Fixture.school(100_001)], links: [link], groupUid: "3320").counts == [1, 0, 0, 0])
        #expect(try fixture.store.readNow { try $0.trust.find() }?.companiesHouseNumber == nil)
    }
}
