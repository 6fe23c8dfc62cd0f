import Core
import Domain
import Testing

@testable import Repositories

@Suite struct RowCodingTests {
    /// A school with every member filled.
    private static let full = School.test(7) { school in
        school.ukprn = "10078058"
        school.laEstab = "2022775"
        school.shortName = ""
        school.openedOn = LocalDate("2011-09-01")
        school.localAuthorityCode = "202"
        school.ageRangeLow = 0
        school.capacity = 420
        school.percentFull = 99
        school.percentFreeSchoolMeals = 12.5
        school.percentDisadvantaged = 20
        school.percentFreeSchoolMealsAsAt = LocalDate("2026-01-15")
        school.vision = "\"Quoted\", with\nlines, é and 🏫"
        school.values = ["kindness", "a \"b\" \\ c"]
        school.distinctiveStrengths = ["music"]
        school.externalRefs = [ExternalRef(system: "mis", id: "A/1")]
    }

    @Test("What is written is read back, every member of it", arguments: [full, School.test(8)])
    func roundTrip(school: School) async throws {
        let test = try TestStore()
        try await test.insert([school])
        #expect(try test.store.readNow { try $0.find(School.self, id: school.id) } == school)
    }

    @Test("Nested values, reports and files survive as JSON text")
    func nested() async throws {
        let test = try TestStore()
        var job = ImportJob(id: ResourceType.importJob.makeID(at: .test), source: "gias", groupUid: "3320", createdAt: .test)
        job.files = [ImportJob.File(name: "establishments", sizeBytes: 1 << 31, sha256: "ab", receivedAt: .test)]
        var report = RegisterReport()
        report.created = 23
        report.rejections = [RegisterReport.Rejection(file: "establishments", line: 2, column: nil, reason: "no name")]
        job.report = report
        let stored = job
        try await test.store.write(.test) { try $0.insert(stored, audience: .leadership(schoolIds: [])) }
        #expect(try test.store.readNow { try $0.find(ImportJob.self, id: stored.id) } == stored)
    }

    @Test("Columns of every table are the members of its resource, in their order, and as nullable as its list says")
    func columns() throws {
        let test = try TestStore()
        for table in [School.table, Trust.table, ApiToken.table, ImportJob.table] {
            var columns: [String] = []
            var nullable: [String: Bool] = [:]
            try test.onWriter { database in
                try database.prepared("SELECT name, \"notnull\" FROM pragma_table_info('\(table.name)') ORDER BY cid").eachRow { row in
                    if row.text(0) != "rowid" { columns.append(row.text(0)) }
                    nullable[row.text(0)] = row.integer(1) == 0
                }
            }
            #expect(columns == table.columns)
            for member in table.members.values { #expect(nullable[member.name] == member.isNullable, "\(table.name).\(member.name)") }
        }
    }

    @Test("A damaged row is an error, not a crash and not a wrong value")
    func damagedRow() async throws {
        let test = try TestStore()
        let school = try await test.insert([.test(1)])[0]
        try test.tamper("UPDATE school SET phase = 'kindergarten'")
        #expect(throws: DecodingError.self) { try test.store.readNow { try $0.find(School.self, id: school.id) } }
        try test.tamper("UPDATE school SET phase = 'primary', createdAt = '2026-13-01T00:00:00.000Z'")
        #expect(throws: DecodingError.self) { try test.store.readNow { try $0.find(School.self, id: school.id) } }
    }
}
