import Core
import Domain
import HTTPTypes
import OrderedCollections
import Services
import Testing

@testable import Repositories

/// A token bound to schools reads what concerns those, and what is the trust's: every resource, every way of reading.
@Suite("Bound tokens") struct BoundTokenTests {
    /// Resources that concern schools: they say so by themselves, or belong to a request that does.
    private static let types = StoredTypes.all.filter { !$0.table.schools.areTrusts }.map { $0 as any Stored.Type }

    private struct Setting {
        let client: TestClient
        /// The one the tokens are bound to.
        let own: String
        let other: String
        /// Bound to the first: with every scope; of an administrator; of somebody who heads both.
        let tokens: [String]
        /// Ids of everything there is that concerns the first and of what concerns the other alone, by where they are listed.
        var concerning: [String: (own: Set<String>, others: Set<String>)] = [:]
    }

    private func setting() async throws -> Setting {
        let client = try await TestClient()
        let (own, other) = (try await client.addMember(urn: "100041"), try await client.addMember(urn: "100042"))
        let head = try await client.appoint(.headteacher, at: own, name: "Head")
        _ = try await client.add(
            "/v1/appointments",
            ["personId": .string(head), "schoolId": .string(other), "role": "executiveHeadteacher", "startsOn": "2020-01-01"])
        let scopes = Permission.allCases.map(\.rawValue)
        let call = Call(actor: .system, requestId: "test")
        let tokens = [
            try await client.token(scopes: scopes, schoolIds: [own]),
            try await client.tokens.create(.init(name: "bound", role: .trustAdmin, schoolIds: [own]), call).secret,
            try await client.tokens.create(.init(name: "bound", personId: head, schoolIds: [own]), call).secret,
        ]
        var setting = Setting(client: client, own: own, other: other, tokens: tokens)
        for type in Self.types where type != School.self {
            let path = String(type.type.href(id: "").dropLast())
            let isMade = OperationTests.all.contains { $0.method == .post && $0.path == path }
            for school in [own, other] where isMade && type != Membership.self && type != File.self {
                _ = try await client.add(path, OperationTests.body(of: path, school, head, client))
            }
        }
        // What isn't made of a body: a correction of the register, and a file, which is of the school whose version has it.
        for school in [own, other] {
            _ = try await client.send(
                .put, "/v1/schools/\(school)/overrides/capacity", token: client.integration, json: ["value": 1, "reason": "Counted"])
            let resource = try await client.add(
                "/v1/shared-resources", OperationTests.body(of: "/v1/shared-resources", school, head, client))
            let file = try await client.upload("A plan of \(school).")
            _ = try await client.add("/v1/resource-versions", ["resourceId": .string(resource), "text": "How", "fileIds": [.string(file)]])
        }
        // By the rows themselves, whoever may see them.
        for type in Self.types { try await collect(type, &setting) }
        return setting
    }

    private func collect<R: Stored>(_ type: R.Type, _ setting: inout Setting) async throws {
        let (own, client) = (setting.own, setting.client)
        let rows = try await client.store.read { transaction in
            try transaction.list(type, ListQuery(limit: 200), visibleTo: .everything).items.map { item in
                let values = try RowEncoder.values(of: item, columns: R.table.columns)
                return (item.id, try R.table.schools.concerned(values, of: R.table, transaction))
            }
        }
        setting.concerning[String(R.type.href(id: "").dropLast())] = (
            own: Set(rows.filter { $0.1.contains(own) }.map(\.0)),
            others: Set(rows.filter { !$0.1.isEmpty && !$0.1.contains(own) }.map(\.0))
        )
    }

    private func ids(_ answer: TestAnswer) -> Set<String> {
        Set((answer.json["items"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue })
    }

    @Test("Lists, counts, exports, items, events and deletions have nothing that concerns other schools alone, of any resource")
    func everyResource() async throws {
        let setting = try await setting()
        let client = setting.client
        #expect(setting.concerning.count > 25)
        for (path, (own, others)) in setting.concerning {
            #expect(!own.isEmpty && !others.isEmpty, "nothing was made at \(path)")
            let isListed = OperationTests.all.contains { $0.method == .get && $0.path == path }
            for token in setting.tokens where isListed {
                let list = try await client.get("\(path)?limit=200&count=exact", token: token)
                guard list.status == 200 else {
                    #expect(list.status == 403, "\(path): \(list.text)")
                    continue
                }
                let listed = ids(list)
                #expect(listed.isDisjoint(with: others), "\(path)")
                #expect(list.json["total"] == .integer(Int64(listed.count)), "\(path)")
                let export = try await client.get("\(path)?fields=id", token: token, headers: ["Accept": "application/x-ndjson"])
                #expect(export.bytes.split(separator: 0x0A).count == listed.count, "\(path)")
                for id in others {
                    #expect(try await client.get("\(path)/\(id)", token: token).status == 404, "\(path)/\(id)")
                    #expect(!export.text.contains(id), "\(path)")
                }
                for id in listed { #expect(try await client.get("\(path)/\(id)", token: token).status == 200, "\(path)/\(id)") }
            }
            // Whoever holds every scope sees all that concerns its school, so the above isn't empty.
            // Time spent is the team's alone.
            if isListed, path != "/v1/request-time-entries" {
                #expect(ids(try await client.get("\(path)?limit=200", token: setting.tokens[0])).isSuperset(of: own), "\(path)")
            }
        }
        let others = setting.concerning.values.reduce(into: Set<String>()) { $0.formUnion($1.others) }
        for token in setting.tokens {
            var after: Int64? = 0
            while let seq = after {
                let page = try await client.get("/v1/events?limit=200&after=\(seq)", token: token)
                for event in page.json["items"]?.arrayValue ?? [] {
                    let id = event["resource"]?["id"]?.stringValue ?? ""
                    #expect(!others.contains(id), "\(event["type"]?.stringValue ?? "")")
                }
                let next = page.json["next"]?.integerValue
                after = next == page.json["seq"]?.integerValue ? nil : next
            }
            #expect(try await client.get("/v1/audit", token: token).status == 403)
            #expect(try await client.get("/v1/audit/verification", token: token).status == 403)
        }
        // What is deleted is told to whom it concerned.
        let need = try #require(setting.concerning["/v1/needs"])
        for id in need.own.union(need.others) { _ = try await client.delete("/v1/needs/\(id)", token: client.integration) }
        let left = try await client.get("/v1/needs?updatedSince=2020-01-01T00:00:00Z&includeDeleted=true", token: setting.tokens[0])
        #expect(Set((left.json["deleted"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }) == need.own)
    }

    @Test("By its path, its key, in look-ups, reports and beside other things another school isn't there")
    func otherSchool() async throws {
        let setting = try await setting()
        let (client, other) = (setting.client, setting.other)
        for token in setting.tokens {
            for school in [other, "urn:100042"] {
                for part in [
                    "", "/links", "/overrides", "/practice", "/improvement", "/hand-over", "/calendar?from=2026-09-01&to=2026-09-02",
                    "/calendar/summary?academicYear=2026-27",
                ] {
                    let answer = try await client.get("/v1/schools/\(school)\(part)", token: token)
                    #expect([404, 403].contains(answer.status), "\(part): \(answer.text)")
                }
            }
            let found = try await client.post("/v1/schools/lookup", token: token, ["identifiers": ["urn:100041", "urn:100042"]])
            let schools = (found.json["items"]?.arrayValue ?? []).map { $0["school"] ?? .null }
            #expect(schools.count == 2 && schools.first != .null && schools.last == .null, "\(found.text)")
            #expect(!found.text.contains(other))
            for report in [
                "/v1/leadership-group", "/v1/support-balance", "/v1/support-alerts", "/v1/request-statistics?groupBy=school",
                "/v1/schools?q=school", "/v1/appointments?expand=school",
            ] {
                let answer = try await client.get(report, token: token)
                #expect(!answer.text.contains(other), "\(report): \(answer.text)")
                #expect(answer.status == 200, "\(report): \(answer.text)")
            }
            for (path, (own, _)) in setting.concerning where ["/v1/cycles", "/v1/needs", "/v1/shared-resources"].contains(path) {
                for id in own {
                    for part in ["/progress", "/matches", "/saved-time", "/related"] {
                        let answer = try await client.get("\(path)/\(id)\(part)", token: token)
                        #expect(!answer.text.contains(other), "\(path)\(part): \(answer.text)")
                    }
                }
            }
        }
    }

    @Test("What is the trust's is read by everybody who may, bound or not")
    func trusts() async throws {
        let setting = try await setting()
        for path in [
            "/v1/trust", "/v1/people", "/v1/academic-years", "/v1/code-items?list=subjects", "/v1/frameworks", "/v1/business-teams",
            "/v1/business-services", "/v1/request-types",
        ] {
            let bound = try await setting.client.get(path, token: setting.tokens[0])
            #expect(bound.status == 200)
            #expect(bound.json["items"] == (try await setting.client.get(path, token: setting.client.integration)).json["items"], "\(path)")
        }
    }

    @Test("A record that moves to other schools takes its earlier events with it, and what belongs to it")
    func moves() async throws {
        let setting = try await setting()
        let (client, token) = (setting.client, setting.tokens[0])
        let request = try await client.add("/v1/support-requests", ["subject": "A teacher", "schoolIds": [.string(setting.own)]])
        let message = try await client.add("/v1/request-messages", ["requestId": .string(request), "text": "Which year groups?"])
        #expect(try await client.get("/v1/request-messages/\(message)", token: token).status == 200)
        func events() async throws -> Int {
            let ids = [request, message]
            let page = try await client.get("/v1/events?limit=200&after=0&type=supportRequest.created,requestMessage.created", token: token)
            return (page.json["items"]?.arrayValue ?? []).filter { ids.contains($0["resource"]?["id"]?.stringValue ?? "") }.count
        }
        #expect(try await events() == 2)
        let moved = try await client.patch(
            "/v1/support-requests/\(request)", token: client.integration, ["schoolIds": [.string(setting.other)]])
        #expect(moved.status == 200, "\(moved.text)")
        #expect(try await client.get("/v1/support-requests/\(request)", token: token).status == 404)
        #expect(try await client.get("/v1/request-messages/\(message)", token: token).status == 404)
        #expect(try await events() == 0)
    }
}
