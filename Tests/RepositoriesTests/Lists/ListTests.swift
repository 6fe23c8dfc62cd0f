import Core
import Domain
import Testing

@testable import Repositories

@Suite struct ListTests {
    /// Thirty schools: pupils 0, 10, … with every third unknown, five phases, towns in two spellings.
    private static func schools() -> [School] {
        (0..<30).map { number in
            .test(number) { school in
                school.name = ["St Mary's", "The Oak", "Élan", "O\"Hara %_"][number % 4] + " \(number)"
                school.pupils = number.isMultiple(of: 3) ? nil : number / 4 * 10
                school.capacity = number.isMultiple(of: 5) ? nil : 100 - number
                school.phase = School.Phase.allCases[number % 5]
                school.town = number.isMultiple(of: 2) ? "Leeds" : "leeds"
                school.postcode = ["LS1 4AB", "ls2 9AA", "YO1 7HH"][number % 3]
                school.openedOn = LocalDate(year: 2000 + number, month: 9, day: 1)
                school.percentFreeSchoolMeals = Double(number) + 0.5
            }
        }
    }

    private func crawl(_ test: TestStore, _ query: ListQuery, betweenPages: () async throws -> Void = {}) async throws -> [School] {
        var query = query
        var found: [School] = []
        while true {
            let page = try test.store.readNow { try $0.list(School.self, query) }
            #expect(page.items.count <= query.limit)
            found += page.items
            guard let next = page.next else { return found }
            try #require(found.count < 1000, "the crawl goes in circles")
            // Over the wire and back.
            let decoded: Core.Cursor = try #require(.init(encoded: next.encoded))
            query.cursor = decoded
            try await betweenPages()
        }
    }

    private static let orders: [[SortKey]] = [
        [], [SortKey(member: "pupils")], [SortKey(member: "pupils", descending: true)],
        [SortKey(member: "phase"), SortKey(member: "pupils", descending: true)],
        [SortKey(member: "pupils"), SortKey(member: "capacity"), SortKey(member: "name", descending: true)],
        [SortKey(member: "pupils", descending: true), SortKey(member: "capacity", descending: true)],
        [SortKey(member: "capacity"), SortKey(member: "pupils")], [SortKey(member: "town")], [SortKey(member: "town", descending: true)],
        [SortKey(member: "id", descending: true), SortKey(member: "name")], [SortKey(member: "openedOn", descending: true)],
        [SortKey(member: "percentFreeSchoolMeals"), SortKey(member: "id", descending: true)], [SortKey(member: "updatedAt")],
    ]

    @Test("Pages of any size add up to the whole list in order, nulls last", arguments: orders)
    func pages(sort: [SortKey]) async throws {
        let test = try TestStore()
        let schools = try await test.insert(Self.schools())
        let expected = schools.sorted(by: sort).map(\.id)
        for limit in [1, 2, 7, 29, 30, 31] {
            let found = try await crawl(test, ListQuery(limit: limit, sort: sort))
            #expect(found.map(\.id) == expected, "\(sort) by \(limit)")
        }
    }

    @Test("A crawl while others write neither repeats nor skips a school nobody touched", arguments: [[], [SortKey(member: "pupils")]])
    func concurrentWrites(sort: [SortKey]) async throws {
        let test = try TestStore()
        let schools = try await test.insert(Self.schools())
        var round = 0
        let found = try await crawl(test, ListQuery(limit: 3, sort: sort)) {
            round += 1
            let number = round
            try await test.insert([.test(1000 + number) { $0.pupils = number }])
            let victim = schools[schools.count - number]
            try await test.store.write(.test) { try $0.delete(victim) }
        }
        let ids = found.map(\.id)
        #expect(Set(ids).count == ids.count)
        let deleted = Set(schools.suffix(round).map(\.id))
        #expect(Set(schools.map(\.id)).subtracting(deleted).isSubset(of: ids))
    }

    @Test("Every filter operator finds what it says")
    func filters() async throws {
        let test = try TestStore()
        let schools = try await test.insert(Self.schools())
        func expect(_ filter: Filter, _ holds: (School) -> Bool) throws {
            let found = try test.store.readNow { try $0.list(School.self, ListQuery(limit: 200, filters: [filter], countsTotal: true)) }
            let expected = schools.filter(holds)
            #expect(found.items.map(\.id) == expected.map(\.id), "\(filter)")
            #expect(found.total == expected.count)
            #expect(!expected.isEmpty && expected.count < schools.count, "\(filter) tells nothing")
        }
        try expect(Filter(member: "phase", values: ["primary"])) { $0.phase == .primary }
        try expect(Filter(member: "phase", values: ["primary", "secondary"])) { [.primary, .secondary].contains($0.phase) }
        try expect(Filter(member: "phase", comparison: .ne, values: ["primary"])) { $0.phase != .primary }
        try expect(Filter(member: "pupils", comparison: .ne, values: [10])) { $0.pupils != 10 }
        try expect(Filter(member: "pupils", comparison: .nin, values: [0, 10])) { $0.pupils != 10 && $0.pupils != 0 }
        try expect(Filter(member: "phase", comparison: .nin, values: ["primary", "nursery"])) { ![.primary, .nursery].contains($0.phase) }
        try expect(Filter(member: "pupils", values: [10])) { $0.pupils == 10 }
        try expect(Filter(member: "pupils", comparison: .lt, values: [20])) { $0.pupils.map { $0 < 20 } ?? false }
        try expect(Filter(member: "pupils", comparison: .lte, values: [20])) { $0.pupils.map { $0 <= 20 } ?? false }
        try expect(Filter(member: "pupils", comparison: .gt, values: [20])) { $0.pupils.map { $0 > 20 } ?? false }
        try expect(Filter(member: "pupils", comparison: .gte, values: [20])) { $0.pupils.map { $0 >= 20 } ?? false }
        try expect(Filter(member: "percentFreeSchoolMeals", comparison: .gte, values: [20])) { $0.percentFreeSchoolMeals! >= 20 }
        try expect(Filter(member: "percentFreeSchoolMeals", values: [.double(7.5)])) { $0.percentFreeSchoolMeals == 7.5 }
        try expect(Filter(member: "openedOn", comparison: .gte, values: ["2015-09-01"])) { $0.openedOn! >= LocalDate("2015-09-01")! }
        try expect(Filter(member: "pupils", comparison: .isNull, values: [true])) { $0.pupils == nil }
        try expect(Filter(member: "pupils", comparison: .isNull, values: [false])) { $0.pupils != nil }
        try expect(Filter(member: "name", comparison: .startsWith, values: ["st mary"])) { $0.name.hasPrefix("St Mary") }
        try expect(Filter(member: "name", comparison: .startsWith, values: ["O\"Hara %_ 1"])) { $0.name.hasPrefix("O\"Hara %_ 1") }
        try expect(Filter(member: "postcode", comparison: .startsWith, values: ["LS"])) { $0.postcode!.uppercased().hasPrefix("LS") }
        try expect(Filter(member: "name", comparison: .contains, values: ["mar"])) { $0.name.contains("Mary") }
        try expect(Filter(member: "name", comparison: .contains, values: ["elan"])) { $0.name.contains("Élan") }
        try expect(Filter(member: "name", values: ["the oak 1"])) { $0.name == "The Oak 1" }
    }

    @Test("Instants are compared in time, however they are written")
    func instants() async throws {
        let test = try TestStore()
        try await test.insert([.test(1)])
        func count(_ text: String) throws -> Int? {
            let filter = Filter(member: "updatedAt", comparison: .gte, values: [.string(text)])
            return try test.store.readNow { try $0.list(School.self, ListQuery(filters: [filter], countsTotal: true)) }.total
        }
        #expect(try count("2026-11-23T20:00:00Z") == 1)
        #expect(try count("2026-11-23T21:00:00+01:00") == 1)
        #expect(try count("2026-11-23T20:00:00.001Z") == 0)
        #expect(try test.store.readNow { try $0.list(School.self, ListQuery(updatedSince: .test)) }.items.count == 1)
        #expect(
            try test.store.readNow { try $0.list(School.self, ListQuery(updatedSince: Instant.test.advanced(bySeconds: 1))) }.items == [])
    }

    @Test("Filters, words, sort, cursor and count go together")
    func everythingAtOnce() async throws {
        let test = try TestStore()
        let schools = try await test.insert(Self.schools())
        let query = ListQuery(
            limit: 2, sort: [SortKey(member: "pupils", descending: true)],
            filters: [
                Filter(member: "town", values: ["LEEDS"]), Filter(member: "phase", comparison: .nin, values: ["nursery", "primary"]),
            ], text: "oak", countsTotal: true, updatedSince: .test)
        let expected = schools.filter { $0.name.contains("Oak") && ![.nursery, .primary].contains($0.phase) }
            .sorted(by: query.sort)
        #expect(try await crawl(test, query).map(\.id) == expected.map(\.id))
        #expect(try test.store.readNow { try $0.list(School.self, query) }.total == expected.count)
    }

    @Test("A page tells the number of the newest event it reflects")
    func seq() async throws {
        let test = try TestStore()
        #expect(try test.store.readNow { try $0.list(School.self, ListQuery()) }.seq == 0)
        try await test.insert(Self.schools())
        #expect(try test.store.readNow { try $0.list(School.self, ListQuery(limit: 1)) }.seq == 30)
    }

    @Test(
        "A cursor that isn't of this list is refused",
        arguments: [["sch_1"], [1, 2, "sch_1"], [["x"], "sch_1"], [.null, "sch_1", "sch_1"], []] as [[JSON]])
    func forgedCursor(values: [JSON]) throws {
        let test = try TestStore()
        let query = ListQuery(cursor: Core.Cursor(fingerprint: "", values: values), sort: [SortKey(member: "pupils")])
        #expect(throws: DomainError.self) { try test.store.readNow { try $0.list(School.self, query) } }
    }

    @Test("A cursor without a value for a member that always has one is refused")
    func nullCursor() throws {
        let test = try TestStore()
        let query = ListQuery(cursor: Core.Cursor(fingerprint: "", values: [.null, "sch_1"]), sort: [SortKey(member: "name")])
        #expect(throws: DomainError.self) { try test.store.readNow { try $0.list(School.self, query) } }
    }

    @Test("A member without an index is refused rather than scanned")
    func notListable() throws {
        let test = try TestStore()
        let expected = StoreError.notListable(table: "school", member: "vision")
        #expect(throws: expected) {
            try test.store.readNow { try $0.list(School.self, ListQuery(filters: [Filter(member: "vision", values: ["x"])])) }
        }
        #expect(throws: expected) { try test.store.readNow { try $0.list(School.self, ListQuery(sort: [SortKey(member: "vision")])) } }
    }
}

extension [School] {
    /// The order lists promise, computed the slow way.
    func sorted(by keys: [SortKey]) -> [School] {
        let cut = keys.firstIndex { $0.member == "id" }
        let idDescends = cut.map { keys[$0].descending } ?? keys.last?.descending ?? false
        return sorted { one, other in
            for key in keys[..<(cut ?? keys.count)] {
                guard let left = one.sortValue(key.member) else {
                    if other.sortValue(key.member) == nil { continue }
                    return false
                }
                guard let right = other.sortValue(key.member) else { return true }
                if left != right { return key.descending ? left > right : left < right }
            }
            return idDescends ? one.id > other.id : one.id < other.id
        }
    }
}

extension School {
    /// Fixed-width text that sorts as the member does.
    fileprivate func sortValue(_ member: String) -> String? {
        func padded(_ number: Int?) -> String? { number.map { String(1_000_000 + $0) } }
        return switch member {
        case "pupils": padded(pupils)
        case "capacity": padded(capacity)
        case "percentFreeSchoolMeals": padded(percentFreeSchoolMeals.map { Int($0 * 10) })
        case "phase": phase.rawValue
        case "name": String(decoding: name.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
        case "town": town?.lowercased()
        case "openedOn": openedOn?.description
        case "updatedAt": updatedAt.description
        default: nil
        }
    }
}
