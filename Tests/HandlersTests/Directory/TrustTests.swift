import Core
import Domain
import HTTPTypes
import OrderedCollections
import Testing

struct TrustTests {
    @Test("The trust exists from the first start and is described by patches")
    func patch() async throws {
        let client = try await TestClient()
        let empty = try await client.get("/v1/trust")
        #expect(empty.status == 200 && empty.json["name"] == .null && empty.json["timeZone"] == "Europe/London" && empty.etag == "\"1\"")
        let named = try await client.patch("/v1/trust", ["name": "Beacon Trust", "companiesHouseNumber": "00123456"], ifMatch: "\"1\"")
        #expect(named.status == 200 && named.json["companiesHouseNumber"] == "00123456" && named.etag == "\"2\"")
        #expect(try await client.get("/v1/trust", headers: ["If-None-Match": "\"2\""]).status == 304)
        let reset = try await client.patch("/v1/trust", ["timeZone": .null, "academicYearStart": .null, "name": .null])
        #expect(reset.json["timeZone"] == "Europe/London" && reset.json["academicYearStart"] == "09-01" && reset.json["name"] == .null)
    }

    @Test(
        "Values no trust can have are refused",
        arguments: [
            ("timeZone", "Europe/Nowhere"), ("timeZone", "GMT+5"), ("timeZone", "EST"), ("timeZone", "europe/london"),
            ("academicYearStart", "13-01"), ("academicYearStart", "02-30"), ("ukprn", "1234"),
            ("groupId", "TR1"),
            ("companiesHouseNumber", "123456"), ("name", ""), ("id", "tru_x"), ("createdAt", "2001-01-01T00:00:00Z"),
        ])
    func refused(member: String, value: String) async throws {
        let client = try await TestClient()
        let answer = try await client.patch("/v1/trust", .object([member: .string(value)]))
        #expect(answer.status == 422 && answer.places == ["/" + member], "\(answer.text)")
    }

    @Test("Time zones are IANA names", arguments: ["Europe/London", "America/New_York", "Etc/UTC"])
    func zones(name: String) async throws {
        let client = try await TestClient()
        #expect(try await client.patch("/v1/trust", ["timeZone": .string(name)]).json["timeZone"] == .string(name))
    }

    @Test("A token bound to schools doesn't change the trust")
    func bound() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025")
        let bound = try await client.token(scopes: ["trust:read", "trust:write"], schoolIds: [school.id])
        #expect(try await client.get("/v1/trust", token: bound).status == 200)
        #expect(try await client.patch("/v1/trust", token: bound, ["name": "x"]).status == 403)
    }
}
