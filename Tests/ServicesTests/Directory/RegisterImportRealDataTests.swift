import Core
import Domain
import Glibc
import Repositories
import Services
import Testing

/// Extracts as GIAS made them. They aren't part of this repository: `PARTNERSHIP_SHARED_DATA` says where they are, else `../shared/data`
/// beside it is looked at.
private enum RealData {
    static let directory: String = {
        if let path = getenv("PARTNERSHIP_SHARED_DATA") { return String(cString: path) + "/gias" }
        // <package>/Tests/ServicesTests/Directory/<this file>
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let resolved = realpath("/" + root, nil)
        defer { free(resolved) }
        return (resolved.map { String(cString: $0) } ?? "/" + root) + "/../shared/data/gias"
    }()

    static let isThere = access(path("edubasealldata_2026_1924_schools.csv"), R_OK) == 0

    static func path(_ name: String) -> String { directory + "/" + name }

    static var files: RegisterImport.Files {
        RegisterImport.Files(
            establishments: path("edubasealldata_2026_1924_schools.csv"), groupLinks: path("alllinksdata_2026_1465_memberships.csv"),
            groups: path("allgroupsdata_2026_7176_groups.csv"))
    }
}

@Suite(.enabled(if: RealData.isThere, "the real extracts aren't there; PARTNERSHIP_SHARED_DATA says where they are"))
struct RegisterImportRealDataTests {
    @Test("The Harris Federation has 23 schools; again they are unchanged")
    func oneTrust() async throws {
        let fixture = try RegisterImportFixture()
        #expect(try await fixture.run(RealData.files, groupUid: "3320").counts == [23, 0, 0, 0])
        #expect(try await fixture.run(RealData.files, groupUid: "3320").counts == [0, 0, 23, 0])
        let trust = try #require(try fixture.store.readNow { try $0.trust.find() })
        #expect(trust.name == "HARRIS FEDERATION" && trust.groupId == "TR00968" && trust.companiesHouseNumber == "06228587")
    }

    @Test("A trust's schools are taken whatever their kind", arguments: [("5143", 33), ("2408", 7), ("2275", 4), ("5494", 2)])
    func trusts(uid: String, schools: Int) async throws {
        let fixture = try RegisterImportFixture()
        let report = try await fixture.run(RealData.files, groupUid: uid)
        #expect(report.created == schools && report.rejected == 0)
    }

    @Test("A sponsor given for the trust of the same name is refused, naming the trust")
    func sponsor() async throws {
        let fixture = try RegisterImportFixture()
        #expect(
            await fixture.refusal(RealData.files, groupUid: "3831")
                == "The group 3831 (The Athelstan Trust) is no academy trust but: School sponsor. The trust of that name is 5494.")
    }

    @Test("The whole file is 1,924 schools, none of them rejected")
    func wholeFile() async throws {
        let fixture = try RegisterImportFixture()
        let report = try await fixture.run(RealData.files)
        #expect(report.counts == [1924, 0, 0, 0])
        #expect(report.ignoredColumns.contains("OfficialSixthForm (name)"))
        let school = try #require(try fixture.school(100_025))
        #expect(school.name == "Gospel Oak Primary School" && school.laEstab == "2022775" && school.percentFull == 92)
        #expect(school.religiousCharacter == nil && school.establishmentTypeCode == "01")
        // A later extract of eight other schools makes nobody leave.
        var later = RealData.files
        later.establishments = RealData.path("edubasealldata_2024_140columns_8_schools.csv")
        let second = try await fixture.run(later)
        #expect(second.counts == [8, 0, 0, 0])
        #expect(second.absentUrns.count == RegisterReport.listLimit)
    }

    @Test("The 140 columns of 2024: open, closed, proposed to close, overseas")
    func columnsOf2024() async throws {
        let fixture = try RegisterImportFixture()
        var files = RealData.files
        files.establishments = RealData.path("edubasealldata_2024_140columns_8_schools.csv")
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
        var files = RealData.files
        files.groupLinks = RealData.path("links_edubasealldata_2025_33801_links.csv")
        #expect(
            await fixture.refusal(files).hasPrefix("Line 1 of the group-links file lacks the columns of an alllinksdata extract: Group UID")
        )
    }
}
