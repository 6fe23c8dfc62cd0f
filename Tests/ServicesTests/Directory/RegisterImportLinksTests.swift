import Core
import Domain
import Repositories
import Services
import Testing

private typealias Fixture = RegisterImportFixture

extension RegisterImportFixture {
    static let schoolLinkHeader = "\"URN\",\"LinkURN\",\"LinkName\",\"LinkType\",\"LinkEstablishedDate\""

    static func schoolLink(
        _ urn: Int, _ other: Int, _ type: String = "Successor", name: String = "Other", on day: String = "01-09-2019"
    ) -> String {
        "\(urn),\(other),\"\(name)\",\"\(type)\",\"\(day)\""
    }

    func importLinks(path: String) async throws -> RegisterReport {
        try await RegisterImport(store: store).run(nil, links: path, groupUid: nil, Self.call)
    }

    func importLinks(_ rows: [String]) async throws -> RegisterReport {
        try await importLinks(path: write("school-links.csv", [Self.schoolLinkHeader] + rows))
    }

    func links(of urn: String) throws -> [SchoolLink] { try store.readNow { try $0.schoolLinks.of(urn: urn) } }
}

extension RegisterReport {
    /// `created updated unchanged rejected removed` of the links.
    fileprivate var linkCounts: [Int]? { links.map { [$0.created, $0.updated, $0.unchanged, $0.rejected, $0.removed] } }
}

@Suite struct RegisterImportLinksTests {
    @Test("Links are taken whole, updated, removed; the same file again changes nothing")
    func lifecycle() async throws {
        let fixture = try RegisterImportFixture()
        let rows = [
            Fixture.schoolLink(100_001, 100_002, name: "Smith, John"), Fixture.schoolLink(100_002, 100_001, "Predecessor", on: ""),
            Fixture.schoolLink(100_003, 100_004, "Successor - Split School"),
        ]
        #expect(try await fixture.importLinks(rows).linkCounts == [3, 0, 0, 0, 0])
        #expect(try await fixture.importLinks(rows).linkCounts == [0, 0, 3, 0, 0])
        #expect(
            try fixture.links(of: "100001") == [
                SchoolLink(
                    urn: "100001", linkUrn: "100002", linkName: "Smith, John", linkType: .successor, establishedOn: LocalDate("2019-09-01")),
                SchoolLink(urn: "100002", linkUrn: "100001", linkName: "Other", linkType: .predecessor, establishedOn: nil),
            ])
        let later = [
            Fixture.schoolLink(100_001, 100_002, name: "Smith, John", on: "02-09-2019"),
            Fixture.schoolLink(100_002, 100_001, "Predecessor", on: ""),
        ]
        #expect(try await fixture.importLinks(later).linkCounts == [0, 1, 1, 0, 1])
        #expect(try fixture.links(of: "100003") == [])
    }

    @Test("Bad rows are reported with line, column and reason, spoil no others, and nothing is taken for gone meanwhile")
    func badRows() async throws {
        let fixture = try RegisterImportFixture()
        _ = try await fixture.importLinks([Fixture.schoolLink(100_008, 100_009)])
        let report = try await fixture.importLinks([
            Fixture.schoolLink(100_001, 100_002), "x,100002,\"A\",\"Successor\",\"\"", Fixture.schoolLink(100_001, 100_003, "Cousin"),
            Fixture.schoolLink(100_001, 100_004, on: "2019-09-01"), Fixture.schoolLink(100_001, 100_001), "100001,100005",
            Fixture.schoolLink(100_001, 100_002, name: "Again"), "100001,100006,\"A\"B,\"Successor\",\"\"",
            Fixture.schoolLink(100_006, 100_007),
        ])
        #expect(report.linkCounts == [2, 0, 0, 7, 0] && report.rejected == 0)
        #expect(
            report.reasons == [
                "links 3 URN must be 6 digits, not “x”", "links 4 LinkType is no known type of link, not “Cousin”",
                "links 5 LinkEstablishedDate must be a day as dd-mm-yyyy or dd/mm/yyyy, not “2019-09-01”",
                "links 6 LinkURN links the school to itself, not “100001”", "links 7 - has 2 fields, the header has 5",
                "links 8 - says the same as an earlier row of these two schools",
                "links 9 LinkName has text after a closing quotation mark",
            ])
        #expect(try fixture.links(of: "100008").count == 1)
    }

    @Test("A file with another header, in neither encoding or empty is refused, and nothing is written, also not of the schools beside it")
    func refused() async throws {
        let fixture = try RegisterImportFixture()
        let good = Array("\(Fixture.schoolLinkHeader)\r\n\(Fixture.schoolLink(100_001, 100_002))\r\n".utf8)
        let files = try fixture.files(schools: [Fixture.school(100_001)])
        for (bytes, reason) in [
            (Array("a,b\r\n1,2\r\n".utf8), "lacks the columns of a links_edubasealldata extract: URN, LinkURN"),
            (Array("\(Fixture.linkHeader)\r\n".utf8), "it looks like alllinksdata, the group-links file"),
            (good + [0x81, 0x0D, 0x0A], "has the byte 81: neither UTF-8 nor Windows-1252"), ([], "is missing: the file is empty"),
        ] {
            let path = try fixture.write("bad.csv", bytes: bytes)
            do {
                _ = try await RegisterImport(store: fixture.store).run(files, links: path, groupUid: nil, Fixture.call)
                Issue.record("not refused: \(reason)")
            } catch let refusal as RegisterRefusal {
                #expect(refusal.description.contains(reason), "\(refusal)")
            }
            #expect(try fixture.isEmpty() && fixture.links(of: "100001") == [])
        }
        // A header alone is no register in which nothing is linked.
        _ = try await fixture.importLinks(path: fixture.write("good.csv", bytes: good))
        #expect(try await fixture.importLinks([]).linkCounts == [0, 0, 0, 0, 0])
        #expect(try fixture.links(of: "100001").count == 1)
    }

    @Test("A dry run counts and leaves nothing; so does whoever is bound to schools, without counting")
    func dryRun() async throws {
        let fixture = try RegisterImportFixture()
        let path = try fixture.write("links.csv", [Fixture.schoolLinkHeader, Fixture.schoolLink(100_001, 100_002)])
        let dry = Call(actor: .commandLine, requestId: "test", dryRun: true)
        #expect(try await RegisterImport(store: fixture.store).run(nil, links: path, groupUid: nil, dry).linkCounts == [1, 0, 0, 0, 0])
        #expect(try fixture.links(of: "100001") == [])
    }

    @Test("An old URN finds the school that followed, through chains and circles, and the one in session first")
    func lookup() async throws {
        let fixture = try RegisterImportFixture()
        let service = SchoolService(store: fixture.store)
        let closed = Fixture.school(100_004).replacing("converter,1,", with: "converter,2,")
        try await fixture.run(schools: [Fixture.school(100_003), closed, Fixture.school(100_005), Fixture.school(100_009)])
        _ = try await fixture.importLinks([
            // A chain of which only the end is known, in a circle, one half of each pair.
            Fixture.schoolLink(100_001, 100_002), Fixture.schoolLink(100_003, 100_002, "Predecessor - merged"),
            Fixture.schoolLink(100_003, 100_001),
            // Split, the closed one named first.
            Fixture.schoolLink(100_006, 100_004, "Successor - Split School"),
            Fixture.schoolLink(100_006, 100_005, "Successor - Split School"),
            // Relations that are no succession.
            Fixture.schoolLink(100_007, 100_009, "Sixth Form Centre Link"), Fixture.schoolLink(100_007, 100_009, "Result of Amalgamation"),
        ])
        func id(_ urn: Int) throws -> String {
            let school = try fixture.school(urn)
            return school?.id ?? "no school \(urn)"
        }
        for urn in [100_001, 100_002] { #expect(try service.identify("urn:\(urn)").id == id(100_003)) }
        #expect(try service.identify("urn:100006").id == id(100_005))
        #expect(throws: DomainError.notFound) { try service.identify("urn:100007") }
        let answers = try await service.lookup(
            ["urn:100001", "urn:100006", "urn:100007", "urn:100003"], Call(actor: .system, requestId: "test"))
        #expect(try answers.map { $0.school?.id } == [id(100_003), id(100_005), nil, id(100_003)])
        #expect(try answers.map(\.alternatives) == [[], [id(100_004)], [], []])
    }

    @Test("When old and new are both known, the old URN finds its own and names the new one")
    func both() async throws {
        let fixture = try RegisterImportFixture()
        let service = SchoolService(store: fixture.store)
        try await fixture.run(schools: [Fixture.school(100_001).replacing("converter,1,", with: "converter,2,"), Fixture.school(100_002)])
        _ = try await fixture.importLinks([Fixture.schoolLink(100_001, 100_002)])
        let answer = try await service.lookup(["urn:100001"], Call(actor: .system, requestId: "test"))[0]
        #expect(try answer.school?.id == fixture.school(100_001)?.id && answer.alternatives == [#require(try fixture.school(100_002)).id])
        #expect(try service.identify("urn:100001").id == fixture.school(100_001)?.id)
    }
}
