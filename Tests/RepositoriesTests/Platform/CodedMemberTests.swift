import Domain
import GRDB
import Testing

@testable import Repositories

@Suite struct CodedMemberTests {
    @Test(
        "Every member declared to hold codes is a column, and so is the one that names the regime", arguments: ResourceType.allCases)
    func columns(type: ResourceType) {
        let stored = StoredTypes.of(type)
        for coded in stored.codedMembers {
            #expect(stored.table.columns.contains(coded.member), "\(coded)")
            #expect(coded.regime.map(stored.table.columns.contains) ?? true, "\(coded)")
            let hasRegimes = coded.list == .evaluationAreas || coded.list == .evaluationGrades
            #expect((coded.regime != nil) == hasRegimes, "\(coded)")
        }
    }

    @Test("A code in any of these members is found in use, whatever the shape")
    func shapes() throws {
        let test = try TestStore()
        let area = try #require(
            try test.store.readNow { try $0.codes.items(of: .evaluationAreas, regime: "graded").first { $0.code == "earlyYears" } })
        #expect(try test.store.readNow { try $0.codes.uses(of: area) }.isEmpty)
        try test.onWriter { database in
            try database.execute(sql: "PRAGMA foreign_keys = OFF")
            try database.execute(
                sql: """
                    INSERT INTO inspection VALUES ('isp_1', 'sch_1', 'graded', 'full', '100025', '2023-01-01', NULL, NULL,
                        '[{"area":"personalDevelopment","grade":"1"},{"area":"earlyYears","grade":"2"}]', NULL, NULL, NULL, NULL, 'unknown',
                        'cli', '2026-11-23T20:00:00.000Z', '2026-11-23T20:00:00.000Z', '"1"')
                    """)
        }
        let uses = try test.store.readNow { try $0.codes.uses(of: area) }
        #expect(uses.count == 1 && uses.first?.type == .inspection && uses.first?.member == "judgements" && uses.first?.count == 1)
    }
}
