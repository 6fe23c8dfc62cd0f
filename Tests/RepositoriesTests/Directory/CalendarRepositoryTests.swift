import Core
import Domain
import GRDB
import Testing

@testable import Repositories

@Suite struct CalendarRepositoryTests {
    func date(_ text: String) -> LocalDate { LocalDate(text)! }

    func year(_ name: String, _ startsOn: String, _ endsOn: String) -> AcademicYear {
        AcademicYear(
            id: ResourceType.academicYear.makeID(at: .test), name: name, startsOn: date(startsOn), endsOn: date(endsOn), createdAt: .test)
    }

    func term(_ year: AcademicYear, _ school: School?, _ name: String, _ startsOn: String, _ endsOn: String) -> Term {
        Term(
            id: ResourceType.term.makeID(at: .test), academicYearId: year.id, schoolId: school?.id, name: name, startsOn: date(startsOn),
            endsOn: date(endsOn), createdAt: .test)
    }

    func day(_ kind: CalendarDay.Kind, _ school: School?, _ startsOn: String, _ endsOn: String) -> CalendarDay {
        CalendarDay(
            id: ResourceType.calendarDay.makeID(at: .test), schoolId: school?.id, kind: kind, startsOn: date(startsOn),
            endsOn: date(endsOn), createdAt: .test)
    }

    @Test("The schema itself refuses what no calendar can be made of, whoever writes")
    func constraints() async throws {
        let test = try TestStore()
        let school = try await test.insert([.test(1)])[0]
        let first = year("2026-27", "2026-09-01", "2027-08-31")
        let autumn = term(first, nil, "Autumn term", "2026-09-01", "2026-12-18")
        let inset = day(.inset, nil, "2026-09-01", "2026-09-02")
        try await test.store.write(.test) { transaction in
            try transaction.insert(first)
            try transaction.insert(autumn)
            try transaction.insert(inset)
            // Other owners, and an office closure beside another kind.
            try transaction.insert(term(first, school, "Autumn term", "2026-09-01", "2026-12-18"))
            try transaction.insert(day(.closure, school, "2026-09-02", "2026-09-02"))
            try transaction.insert(day(.officeClosure, nil, "2026-09-02", "2026-09-02"))
        }
        func refuses(_ body: @escaping @Sendable (WriteTransaction) throws -> Void) async {
            await #expect(throws: DatabaseError.self) { try await test.store.write(.test, body) }
        }
        await refuses { try $0.insert(year("2027-28", "2027-08-31", "2028-08-31")) }
        await refuses { try $0.insert(year("2027-28", "2028-08-31", "2027-09-01")) }
        await refuses { try $0.insert(term(first, nil, "x", "2026-12-18", "2026-12-20")) }
        await refuses { try $0.insert(term(year("2030-31", "2030-09-01", "2031-08-31"), nil, "x", "2030-09-01", "2030-12-20")) }
        await refuses { try $0.insert(day(.closure, nil, "2026-08-31", "2026-09-01")) }
        await refuses { try $0.insert(day(.officeClosure, nil, "2026-09-02", "2026-09-03")) }
        await refuses { try $0.insert(day(.closure, school, "2028-01-01", "2029-01-01")) }
        await #expect(throws: DomainError.self) { try await test.store.write(.test) { try $0.delete(first) } }
        await refuses { transaction in
            var half = autumn
            half.halfTermStartsOn = date("2026-10-24")
            try transaction.update(from: autumn, to: half)
        }
        await refuses { transaction in
            var longer = inset
            longer.kind = .officeClosure
            try transaction.update(from: inset, to: longer)
        }
    }

    @Test("Entries are found by owner wherever in the range they begin, end, or lie around it")
    func days() async throws {
        let test = try TestStore()
        let school = try await test.insert([.test(1)])[0]
        let stored = [
            day(.closure, nil, "2026-01-01", "2026-12-31"), day(.inset, nil, "2027-01-10", "2027-01-10"),
            day(.inset, nil, "2027-01-20", "2027-02-05"), day(.inset, school, "2027-01-10", "2027-01-10"),
        ]
        try await test.store.write(.test) { transaction in
            for day in stored { try transaction.insert(day) }
        }
        func found(_ school: School?, _ first: String, _ last: String) throws -> [String] {
            try test.store.readNow { try $0.calendars.days(of: school?.id, in: date(first)...date(last)).map(\.id) }
        }
        #expect(try found(nil, "2026-12-31", "2027-01-31") == stored[..<3].map(\.id))
        #expect(try found(nil, "2027-01-01", "2027-01-09") == [])
        #expect(try found(nil, "2027-01-25", "2027-01-25") == [stored[2].id])
        #expect(try found(nil, "2026-06-01", "2026-06-02") == [stored[0].id])
        #expect(try found(school, "2026-01-01", "2027-12-31") == [stored[3].id])
        #expect(try found(nil, "0001-01-01", "0001-01-02") == [])
    }

    @Test("Reading a calendar searches indexes")
    func plans() throws {
        let test = try TestStore()
        for sql in [
            "SELECT * FROM calendarDay WHERE schoolId IS 'x' AND startsOn BETWEEN 'a' AND 'b' AND endsOn >= 'c'",
            "SELECT * FROM term WHERE academicYearId = 'x' AND schoolId IS 'y'",
            "SELECT * FROM bankHoliday WHERE division = 'scotland' AND date BETWEEN 'a' AND 'b'",
            "SELECT * FROM bankHoliday WHERE (date, division) > ('a', 'b') ORDER BY date, division",
        ] {
            let plan = try test.onWriter { database in
                var lines: [String] = []
                try database.prepared("EXPLAIN QUERY PLAN " + sql).eachRow { lines.append($0.text(3)) }
                return lines.joined(separator: "; ")
            }
            #expect(plan.contains("SEARCH") && !plan.contains("TEMP B-TREE"), "\(plan)")
        }
    }
}
