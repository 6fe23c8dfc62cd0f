import Core
import HTTPTypes
import Testing

@testable import Routing

@Suite("The list grammar")
struct ListParametersTests {
    private func query(_ text: String) async throws -> ListQuery {
        let service = try TestService()
        let reply = await service.send(.get, "/things?" + text)
        #expect(reply.status == 200, "\(text): \(reply.text)")
        return try #require(service.lastExchange).list
    }

    private func errors(_ text: String) async throws -> [String] {
        let service = try TestService()
        let reply = await service.send(.get, "/things?" + text)
        #expect(reply.status == 400, "\(text)")
        #expect(service.handledCount == 0)
        return reply.errors
    }

    @Test("Nothing asked is the first fifty")
    func nothing() async throws {
        #expect(try await query("") == ListQuery())
    }

    @Test("Each standard parameter arrives")
    func standard() async throws {
        let list = try await query(
            "limit=7&sort=-size,name&count=exact&fields=name,id,name&q=a+b%20c&updatedSince=2026-01-01T01:00:00%2B01:00"
        )
        #expect(
            list
                == ListQuery(
                    limit: 7, sort: [SortKey(member: "size", descending: true), SortKey(member: "name")], text: "a b c", countsTotal: true,
                    updatedSince: Instant("2026-01-01T00:00:00Z"), fields: ["name", "id"]))
        #expect(
            try await query("updatedSince=2026-01-01T00:00:00Z&includeDeleted=true")
                == ListQuery(updatedSince: Instant("2026-01-01T00:00:00Z"), includesDeleted: true))
        #expect(try await query("sort=name,-name,size").sort.map(\.member) == ["name", "size"])
    }

    @Test(
        "Filters are typed by the contract",
        arguments: [
            ("name=a", "name", .eq, ["a"]), ("name=a,b", "name", .eq, ["a", "b"]), ("name=a%5C,b,c", "name", .eq, ["a,b", "c"]),
            ("name=%5C%5C,x%5Cy%5C", "name", .eq, ["\\", "x\\y\\"]), ("name=", "name", .eq, [""]), ("name=,", "name", .eq, ["", ""]),
            ("name.startsWith=a,b", "name", .startsWith, ["a,b"]), ("size=1,-2", "size", .eq, [1, -2]), ("size.gte=3", "size", .gte, [3]),
            ("size.nin=1,2", "size", .nin, [1, 2]), ("size.isNull=false", "size", .isNull, [false]),
            ("kind=round,square", "kind", .eq, ["round", "square"]),
            ("kind.ne=round", "kind", .ne, ["round"]), ("size=-9007199254740991", "size", .eq, [-9_007_199_254_740_991]),
            ("madeOn.lte=2026-02-28", "madeOn", .lte, ["2026-02-28"]),
            ("changedAt.gt=2026-02-28T01:00:00%2B01:00", "changedAt", .gt, ["2026-02-28T00:00:00.000Z"]),
        ] as [(String, String, Filter.Comparison, [JSON])])
    func filters(text: String, member: String, comparison: Filter.Comparison, values: [JSON]) async throws {
        #expect(try await query(text).filters == [Filter(member: member, comparison: comparison, values: values)])
    }

    @Test("Several filters all arrive")
    func several() async throws {
        #expect(try await query("size.gte=1&name=x&size=2").filters.count == 3)
    }

    @Test(
        "What can't be is named",
        arguments: [
            ("limit=0", ["limit: too-small"]), ("limit=201", ["limit: too-large"]), ("limit=x", ["limit: type"]),
            ("limit=", ["limit: type"]),
            ("limit=1.5", ["limit: type"]), ("limit=+1", ["limit: type"]), ("limit=1&limit=1", ["limit: repeated-parameter"]),
            ("sort=weight", ["sort: pattern"]), ("sort=", ["sort: pattern"]), ("count=all", ["count: enum"]),
            ("fields=", ["fields: unknown-member"]),
            ("colour=red", ["colour: unknown-parameter"]), ("name.gte=a", ["name.gte: unknown-parameter"]), ("q=", ["q: too-short"]),
            ("size=1,x", ["size: type"]), ("size.gte=", ["size.gte: type"]), ("size.isNull=1", ["size.isNull: type"]),
            ("kind=round,oval", ["kind: enum"]), ("kind.ne=oval", ["kind.ne: enum"]), ("kind.ne=round,square", ["kind.ne: enum"]),
            ("size=-9223372036854775808", ["size: type"]), ("size=9007199254740992", ["size: type"]),
            ("madeOn.lte=2026-02-29", ["madeOn.lte: format"]), ("updatedSince=2026-01-01T00:00:00+01:00", ["updatedSince: format"]),
            ("name=%00", ["name: control-character"]), ("cursor=x", ["cursor: cursor"]), ("=", [": unknown-parameter"]),
            ("limit=0&colour=red&size=x", ["limit: too-small", "colour: unknown-parameter", "size: type"]),
        ] as [(String, [String])])
    func refused(text: String, expected: [String]) async throws {
        #expect(try await errors(text) == expected)
    }

    @Test("The detail says what is allowed")
    func details() async throws {
        let service = try TestService()
        #expect(await service.send(.get, "/things?colour=1").text.contains("limit, cursor, count, fields"))
        #expect(await service.send(.get, "/things?sort=x").text.contains("name, size"))
        #expect(await service.send(.get, "/things?kind=x").text.contains("round, square"))
        #expect(await service.send(.get, "/things?updatedSince=2026-01-01T00:00:00+01:00").text.contains("%2B"))
    }

    @Test("Deletions go with updatedSince and nothing else", arguments: ["sort=name", "name=a", "q=a", "count=exact", "fields=id", "-"])
    func deletions(other: String) async throws {
        let text = other == "-" ? "includeDeleted=true" : "updatedSince=2026-01-01T00:00:00Z&includeDeleted=true&\(other)"
        #expect(try await errors(text) == ["includeDeleted: \(other == "-" ? "needs-updatedSince" : "not-combinable")"])
    }

    @Test("A cursor leads on in its own list only")
    func cursors() async throws {
        let service = try TestService()
        let first = await service.send(.get, "/things?limit=1&sort=-size&name=a,b&cursor2".replacing("&cursor2", with: ""))
        let next = try #require(first.json["next"]?.stringValue)
        #expect(first.headers[.link] == "</things?limit=1&sort=-size&name=a%2Cb&cursor=\(next)>; rel=\"next\"")
        #expect(await service.send(.get, "/things?limit=9&name=a,b&sort=-size&count=exact&cursor=\(next)").status == 200)
        #expect(service.lastExchange?.list.cursor?.values == ["v", "thi_1"])
        for other in [
            "sort=size&name=a,b", "sort=-size&name=b,a", "sort=-size", "sort=-size&name=a,b&q=x",
        ] {
            #expect(await service.send(.get, "/things?\(other)&cursor=\(next)").errors == ["cursor: cursor"], "\(other)")
        }
        let forged = Cursor(fingerprint: ListQuery().fingerprint, values: ["a", "b", "c"]).encoded
        #expect(await service.send(.get, "/things?cursor=\(forged)").errors == ["cursor: cursor"])
    }

    @Test("The envelope")
    func envelope() async throws {
        let service = try TestService()
        let reply = await service.send(.get, "/things?count=exact&fields=id")
        #expect(reply.text == #"{"items":[{"id":"thi_1"}],"next":null,"seq":12,"total":1}"#)
        #expect(reply.headers[.link] == nil)
        #expect(await service.send(.get, "/things?fields=id").text == #"{"items":[{"id":"thi_1"}],"next":null,"seq":12,"total":null}"#)
    }
}
