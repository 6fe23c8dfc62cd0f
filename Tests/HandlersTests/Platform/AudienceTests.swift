import Core
import Domain
import HTTPTypes
import OrderedCollections
import Services
import Testing

@testable import Repositories

/// role × operation × audience: what one way of reading shows, every way shows, and nothing else.
struct AudienceTests {
    /// Whose token reads.
    enum Caller: Hashable, Sendable, CustomTestStringConvertible {
        /// Somebody appointed at the first school, or for the trust.
        case role(Role)
        /// Somebody the first school's head has delegated a chapter to, somebody who stands in for the head.
        case delegate, standIn
        /// The head, narrowed to reading schools.
        case narrowed
        /// A person without any appointment.
        case nobody
        /// A system with the scopes, bound to the first school or not.
        case integration(bound: Bool)

        static let all =
            Role.appointable.map(Caller.role) + [
                .delegate, .standIn, .narrowed, .nobody, .integration(bound: false), .integration(bound: true),
            ]

        var testDescription: String {
            if case .role(let role) = self { role.rawValue } else { "\(self)" }
        }

        /// Whether it sees what leaders share about the first school and about the other one.
        var sees: (own: Bool, other: Bool) {
            switch self {
            case .role(.governor), .role(.chairOfGovernors): (true, false)
            case .role(let role): (Self.leads(role), Self.leads(role))
            case .delegate, .standIn, .integration(bound: false): (true, true)
            case .integration(bound: true): (true, false)
            case .narrowed, .nobody: (false, false)
            }
        }

        private static func leads(_ role: Role) -> Bool {
            switch role {
            case .headteacher, .coHeadteacher, .headOfSchool, .actingHeadteacher, .executiveHeadteacher, .trustee, .chiefExecutive,
                .improvementLead:
                true
            default: false
            }
        }
    }

    private func token(of caller: Caller, at school: String, head: String, _ client: TestClient) async throws -> String {
        switch caller {
        case .role(let role): return try await client.token(of: client.appoint(role, at: role.isAtSchool ? school : nil))
        case .delegate:
            let person = try await client.appoint(.teacher, at: school)
            _ = try await client.add(
                "/v1/delegations",
                ["schoolId": .string(school), "chapter": "profile", "personId": .string(person), "startsOn": "2025-01-01"])
            return try await client.token(of: person)
        case .standIn:
            let person = try await client.appoint(.teacher, at: school)
            _ = try await client.add(
                "/v1/absences",
                ["personId": .string(head), "schoolId": .string(school), "standInId": .string(person), "startsOn": "2026-06-01"])
            return try await client.token(of: person)
        case .narrowed: return try await client.token(of: head, scopes: ["schools:read"])
        case .nobody: return try await client.token(of: client.addPerson())
        case .integration(let bound):
            return try await client.token(
                scopes: Set(["schools:read", "events:read", "audit:read", "people:read"] + Self.collections.map(\.readPermission.rawValue))
                    .sorted(),
                schoolIds: bound ? [school] : nil)
        }
    }

    private static let collections: [ResourceType] = StoredTypes.all.compactMap {
        switch $0.table.audience {
        case .leadership, .leadershipOfEach: $0.type
        default: nil
        }
    }

    @Test(
        "Each caller sees what leaders share as far as it is meant for it: by id, in lists, counts, exports, expansion, events, streams, deletions and the audit trail",
        arguments: Caller.all, collections)
    func leadership(caller: Caller, type: ResourceType) async throws {
        let client = try await TestClient()
        client.clock.set("2026-06-15T12:00:00Z")
        let path = String(type.href(id: "").dropLast())
        let schools = try await [client.addSchool(urn: "100025").id, client.addSchool(urn: "100026").id]
        var heads: [String] = []
        var items: [String] = []
        for school in schools {
            let head = try await client.appoint(.headteacher, at: school, name: "Head")
            heads.append(head)
            var body = try await OperationTests.body(of: path, school, head, client).objectValue ?? [:]
            // Over before the day of the test, so that nobody is away on it but where somebody stands in.
            if type == .absence { body["endsOn"] = "2026-01-31" }
            items.append(try await client.add(path, .object(body)))
        }
        let token = try await token(of: caller, at: schools[0], head: heads[0], client)
        let (own, other) = caller.sees
        let mayRead = own || other
        let visible = zip(items, [own, other]).filter(\.1).map(\.0)

        for (item, isSeen) in zip(items, [own, other]) {
            let status = try await client.get("\(path)/\(item)", token: token).status
            #expect(status == (isSeen ? 200 : mayRead ? 404 : 403))
        }
        let list = try await client.get("\(path)?count=exact&fields=id", token: token)
        #expect(list.status == (mayRead ? 200 : 403))
        if mayRead {
            let listed = Set(list.json["items"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? [])
            #expect(listed.intersection(items) == Set(visible))
            #expect(list.json["total"] == .integer(Int64(listed.count)))
        }
        for format in ["text/csv", "application/x-ndjson"] {
            let export = try await client.get(path, token: token, headers: ["Accept": format])
            for item in items { #expect(export.text.contains(item) == visible.contains(item), "\(format)") }
        }
        if type == .stage {
            for (school, isSeen) in zip(schools, [own, other]) {
                let expanded = try await client.get("/v1/schools/\(school)?expand=stage", token: token)
                #expect((expanded.json["stage"] ?? .null) != .null || !isSeen)
                #expect(isSeen || (expanded.json["stage"] ?? .null) == .null)
            }
        }
        try await changes(token, items, visible, isNarrowed: caller == .narrowed || caller == .nobody, client)
        try await audit(token, items, visible, client)
        for item in items { _ = try await client.delete("\(path)/\(item)", token: client.integration) }
        if mayRead {
            let left = try await client.get("\(path)?updatedSince=2020-01-01T00:00:00Z&includeDeleted=true", token: token)
            let deleted = left.json["deleted"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
            #expect(deleted.filter(items.contains) == visible.sorted())
        }
        try await audit(token, items, visible, client)
        let actor = try #require(try client.tokens.authenticate(token))
        let readable = ResourceType.allCases.filter { $0.readPermission.isHeld(by: actor) }
        let events = try await client.store.read { try $0.events(after: 0, limit: 200, of: readable, visibleTo: Visibility(of: actor)) }
        #expect(events.filter { items.contains($0.resourceId) }.map(\.resourceId) == visible + visible)
    }

    /// The log by page and by stream.
    private func changes(_ token: String, _ items: [String], _ visible: [String], isNarrowed: Bool, _ client: TestClient) async throws {
        // Everyone sees it, and it comes last.
        let last = try await client.addPerson("Last")
        let page = try await client.get("/v1/events?limit=200", token: token)
        let stream = try await client.stream("/v1/events/stream?after=0", token: token)
        guard !isNarrowed else {
            #expect(page.status == 403 && stream.status == 403)
            return
        }
        let paged = page.json["items"]?.arrayValue?.compactMap { $0["resource"]?["id"]?.stringValue } ?? []
        #expect(paged.last == last && paged.filter(items.contains) == visible)
        #expect(try await stream.wait(for: last))
        #expect(stream.events.compactMap { $0.data["resource"]?["id"]?.stringValue } == paged)
    }

    /// Whoever may read the trail finds every entry in it, and values where they are theirs to read.
    private func audit(_ token: String, _ items: [String], _ visible: [String], _ client: TestClient) async throws {
        for item in items {
            let trail = try await client.get("/v1/audit?resourceId=\(item)", token: token)
            guard trail.status == 200 else {
                #expect(trail.status == 403)
                continue
            }
            let changes = trail.json["items"]?.arrayValue?.flatMap { $0["changes"]?.arrayValue ?? [] } ?? []
            #expect(!changes.isEmpty && changes.allSatisfy { $0["value"] == (visible.contains(item) ? "shown" : "hidden") })
        }
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
