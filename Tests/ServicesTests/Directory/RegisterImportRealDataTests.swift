import Core
import Domain
import Repositories
import Services
import Testing

@Suite(.enabled(if: SharedData.isThere, SharedData.absence))
struct RegisterImportRealDataTests {
    @Test("The Harris Federation has 23 schools; again they are unchanged")
    func oneTrust() async throws {
        let fixture = try RegisterImportFixture()
        #expect(try await fixture.run(SharedData.register, groupUid: "3320").counts == [23, 0, 0, 0])
        #expect(try await fixture.run(SharedData.register, groupUid: "3320").counts == [0, 0, 23, 0])
        let trust = try #require(try fixture.store.readNow { try $0.trust.find() })
        #expect(trust.name == "HARRIS FEDERATION" && trust.groupId == "TR00968" && trust.companiesHouseNumber == "06228587")
    }

    @Test("A trust's schools are taken whatever their kind", arguments: [("5143", 33), ("2408", 7), ("2275", 4), ("5494", 2)])
    func trusts(uid: String, schools: Int) async throws {
        let fixture = try RegisterImportFixture()
        let report = try await fixture.run(SharedData.register, groupUid: uid)
        #expect(report.created == schools && report.rejected == 0)
    }

    @Test("A sponsor given for the trust of the same name is refused, naming the trust")
    func sponsor() async throws {
        let fixture = try RegisterImportFixture()
        #expect(
            await fixture.refusal(SharedData.register, groupUid: "3831")
                == "The group 3831 (The Athelstan Trust) is no academy trust but: School sponsor. The trust of that name is 5494.")
    }

    @Test("The whole file is 1,924 schools, none of them rejected")
    func wholeFile() async throws {
        let fixture = try RegisterImportFixture()
        let report = try await fixture.run(SharedData.register)
        #expect(report.counts == [1924, 0, 0, 0])
        #expect(report.ignoredColumns.contains("OfficialSixthForm (name)"))
        let school = try #require(try fixture.school(100_025))
        #expect(school.name == "Gospel Oak Primary School" && school.laEstab == "2022775" && school.percentFull == 92)
        #expect(school.religiousCharacter == nil && school.establishmentTypeCode == "01")
        // A later extract of eight other schools makes nobody leave.
        var later = SharedData.register
        later.establishments = SharedData.path("gias/edubasealldata_2024_140columns_8_schools.csv")
        let second = try await fixture.run(later)
        #expect(second.counts == [8, 0, 0, 0])
        #expect(second.absentUrns.count == RegisterReport.listLimit)
    }

    @Test("The 140 columns of 2024: open, closed, proposed to close, overseas")
    func columnsOf2024() async throws {
        let fixture = try RegisterImportFixture()
        var files = SharedData.register
        files.establishments = SharedData.path("gias/edubasealldata_2024_140columns_8_schools.csv")
        #expect(try await fixture.run(files).counts == [8, 0, 0, 0])
        let aldgate = try #require(try fixture.school(100_000))
        #expect(aldgate.establishmentTypeCode == "02" && aldgate.percentFreeSchoolMeals == 18.1 && aldgate.percentFull == 100)
        #expect(aldgate.percentFreeSchoolMealsAsAt == LocalDate("2023-01-19") && aldgate.provenanceAsAt == LocalDate("2024-02-09"))
        #expect(try fixture.school(100_004)?.status == .closed && fixture.school(126_370)?.status == .openButProposedToClose)
        #expect(try fixture.school(101_173)?.religiousCharacter == "None")
        let overseas = try #require(try fixture.school(150_516))
        #expect(
            overseas.localAuthorityCode == nil && overseas.localAuthorityName == nil && overseas.laEstab == nil && overseas.region == nil)
        #expect(overseas.locality == "Near Stadium Metro Station, Al Qusais")
    }

    @Test("The file of links between schools isn't taken for anything else")
    func otherExtract() async throws {
        let fixture = try RegisterImportFixture()
        var files = SharedData.register
        files.groupLinks = SharedData.path("gias/links_edubasealldata_2025_33801_links.csv")
        #expect(
            await fixture.refusal(files).contains("it looks like links_edubasealldata, the links file")
        )
    }

    @Test("All 33,801 links are taken, of seventeen kinds, with Windows-1252 and commas; again they are unchanged")
    func links() async throws {
        let fixture = try RegisterImportFixture()
        let file = SharedData.path("gias/links_edubasealldata_2025_33801_links.csv")
        let report = try await fixture.importLinks(path: file)
        #expect(report.links?.created == 33801 && report.links?.rejected == 0, "\(report.reasons.prefix(5))")
        let again = try await fixture.importLinks(path: file)
        #expect(again.links?.unchanged == 33801 && again.links?.created == 0 && again.links?.updated == 0 && again.links?.removed == 0)
    }

    @Test("A school is found by its predecessor's URN; of two with one LAESTAB the open one is found and names the other")
    func predecessors() async throws {
        let fixture = try RegisterImportFixture()
        let service = SchoolService(store: fixture.store)
        _ = try await RegisterImport(store: fixture.store).run(
            SharedData.register, links: SharedData.path("gias/links_edubasealldata_2025_33801_links.csv"), groupUid: nil,
            RegisterImportFixture.call)
        func id(_ urn: Int) throws -> String {
            let school = try fixture.school(urn)
            return school?.id ?? "no school \(urn)"
        }
        let shared = try await service.lookup(["laestab:209/4323", "urn:100747", "urn:150318"], Call(actor: .system, requestId: "test"))
        #expect(try shared.map { $0.school?.id } == [id(150_318), id(100_747), id(150_318)])
        #expect(try shared.map(\.alternatives) == [[id(100_747)], [id(150_318)], []])
        let schools = try fixture.store.readNow { try Set($0.schools.urns()) }
        // Every URN of the extract that isn't a school here and has a successor here.
        var last: SchoolLink?
        var found = 0
        repeat {
            let links = try await fixture.store.read { [last] in try $0.schoolLinks.next(after: last, limit: 1000) }
            for link in links where link.linkType.isSuccessor && !schools.contains(link.urn) && schools.contains(link.linkUrn) {
                #expect(throws: Never.self) { try service.identify("urn:\(link.urn)") }
                found += 1
            }
            last = links.last
        } while last != nil
        #expect(found > 100)
    }
}
