import Core
import Domain
import HTTPTypes
import OrderedCollections
import Repositories
import Services
import Testing

/// role × operation × audience: what one way of reading shows, every way shows, and nothing else.
struct AudienceTests {
    /// Who sees the stages of the own and of the other school.
    private static func sees(_ role: Role) -> (own: Bool, other: Bool) {
        switch role {
        case .headteacher, .coHeadteacher, .headOfSchool, .actingHeadteacher, .executiveHeadteacher, .trustee, .chiefExecutive,
            .improvementLead:
            (true, true)
        case .governor, .chairOfGovernors: (true, false)
        default: (false, false)
        }
    }

    @Test("Each role sees the stages of its audience, by id, in lists, counts, exports, expansion and events", arguments: Role.appointable)
    func leadership(role: Role) async throws {
        let client = try await TestClient()
        let schools = try await [client.addSchool(urn: "100025").id, client.addSchool(urn: "100026").id]
        var stages: [String] = []
        for school in schools {
            stages.append(
                try await client.add(
                    "/v1/stages", ["schoolId": .string(school), "stage": "repair", "tier": "intensive", "startsOn": "2025-01-01"]))
        }
        let token = try await client.token(of: client.appoint(role, at: role.isAtSchool ? schools[0] : nil))
        let (own, other) = Self.sees(role)
        let mayRead = own || other
        let visible = zip(stages, [own, other]).filter(\.1).map(\.0)

        for (stage, isSeen) in zip(stages, [own, other]) {
            let status = try await client.get("/v1/stages/\(stage)", token: token).status
            #expect(status == (isSeen ? 200 : mayRead ? 404 : 403))
        }
        let list = try await client.get("/v1/stages?count=exact", token: token)
        #expect(list.status == (mayRead ? 200 : 403))
        if mayRead {
            #expect(list.json["items"]?.arrayValue?.compactMap { $0["id"]?.stringValue } == visible)
            #expect(list.json["total"] == .integer(Int64(visible.count)))
        }
        for type in ["text/csv", "application/x-ndjson"] {
            let export = try await client.get("/v1/stages", token: token, headers: ["Accept": type])
            for stage in stages { #expect(export.text.contains(stage) == visible.contains(stage), "\(type)") }
        }
        for (school, isSeen) in zip(schools, [own, other]) {
            let expanded = try await client.get("/v1/schools/\(school)?expand=stage", token: token)
            #expect((expanded.json["stage"] != .null) == isSeen)
        }
        let actor = try #require(try client.tokens.authenticate(token))
        let readable = ResourceType.allCases.filter { $0.readPermission.isHeld(by: actor) }
        let events = try await client.store.read { try $0.events(after: 0, limit: 100, of: readable, visibleTo: Visibility(of: actor)) }
        #expect(events.filter { $0.resourceType == .stage }.map(\.resourceId) == visible)
    }

    @Test("Everyone signed in with an appointment reads the directory", arguments: Role.appointable)
    func directory(role: Role) async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let token = try await client.token(of: client.appoint(role, at: role.isAtSchool ? school : nil))
        for path in [
            "/v1/trust", "/v1/schools", "/v1/schools/\(school)", "/v1/people", "/v1/people?q=ada", "/v1/appointments", "/v1/memberships",
            "/v1/delegations", "/v1/inspections", "/v1/code-lists", "/v1/code-lists/stages", "/v1/code-items", "/v1/leadership-group",
        ] {
            #expect(try await client.get(path, token: token).status == 200, "\(path)")
        }
    }

    @Test(
        "Tokens are seen by those who run the trust and by whom they belong to", arguments: [Role.chiefExecutive, .trustee, .headteacher])
    func tokens(role: Role) async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let token = try await client.token(of: client.appoint(role, at: role.isAtSchool ? school : nil))
        let answer = try await client.get("/v1/tokens?count=exact", token: token)
        // The administrator's, the integration's and their own.
        #expect(answer.status == 200 && answer.json["total"] == (role == .chiefExecutive ? 3 : 1))
        let others = try await client.get("/v1/tokens?name=admin").json["items"]?.arrayValue?.first?["id"]?.stringValue ?? ""
        #expect(try await client.get("/v1/tokens/\(others)", token: token).status == (role == .chiefExecutive ? 200 : 404))
    }
}
