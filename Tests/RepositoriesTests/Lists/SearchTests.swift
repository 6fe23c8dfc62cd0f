import Core
import Domain
import Testing

@testable import Repositories

@Suite struct SearchTests {
    private func store() async throws -> TestStore {
        let test = try TestStore()
        try await test.insert([
            .test(1) {
                $0.name = "St Mary's Church of England Primary School"
                $0.town = "Leeds"
            },
            .test(2) {
                $0.name = "Maryport Academy"
                $0.town = "Cumbria"
                $0.vision = "Every child a reader, from St Bees to Leeds"
            },
            .test(3) {
                $0.name = "École Élan"
                $0.localAuthorityName = "Camden"
            },
        ])
        return test
    }

    private func find(_ text: String, in test: TestStore) throws -> [String] {
        try test.store.readNow { try $0.list(School.self, ListQuery(text: text)) }.items.map { String($0.urn.suffix(1)) }
    }

    @Test(
        "Words are found all together, the last also as a beginning, without accents or case, in any searched member",
        arguments: [
            ("mary", ["1", "2"]), ("mary's", ["1"]), ("leeds", ["1", "2"]), ("LEEDS mary", ["1", "2"]), ("mary leeds", ["1"]),
            ("ecole elan", ["3"]), ("camden", ["3"]), ("100002", ["2"]), ("church school", ["1"]), ("church schools", []),
            ("chur school", []), ("school chur", ["1"]), ("nothing", []),
        ])
    func words(text: String, expected: [String]) async throws {
        let test = try await store()
        #expect(try find(text, in: test) == expected)
    }

    @Test(
        "Whatever people type is never a syntax error",
        arguments: [
            "\"", "\"\"", "'", "*", "mary*", "NEAR(a b)", "AND", "OR", "NOT", "mary OR", "-mary", "^mary", "name:mary", "{name}:mary", "(",
            ")",
            "a AND (b OR", "mary\"; DROP TABLE school; --", "+", "\\", "%", "_", "\u{0}", "mary\u{0}leeds", "\u{FEFF}", "🏫", "é\u{301}",
            "a\tb\nc", ";", "col : x", String(repeating: "word ", count: 5000), String(repeating: "\"", count: 999),
            String(repeating: "x", count: 100_000),
        ])
    func hostile(text: String) async throws {
        let test = try await store()
        _ = try find(text, in: test)
        let filter = Filter(member: "name", comparison: .contains, values: [.string(text)])
        _ = try test.store.readNow { try $0.list(School.self, ListQuery(filters: [filter])) }
        #expect(try test.integer("SELECT count(*) FROM school") == 3)
    }

    @Test("Only punctuation finds nothing")
    func punctuation() async throws {
        let test = try await store()
        #expect(try find("-- ...", in: test) == [])
    }

    @Test("What changes is found anew and no longer under what it was")
    func change() async throws {
        let test = try await store()
        let school = try test.store.readNow { try $0.list(School.self, ListQuery(text: "maryport")) }.items[0]
        try await test.store.write(.test) { transaction in
            var changed = school
            changed.name = "Harbour Academy"
            try transaction.update(from: school, to: changed)
        }
        #expect(try find("maryport", in: test) == [])
        #expect(try find("harbour", in: test) == ["2"])
        #expect(try await test.store.check() == [])
    }
}
