import Core
import Domain
import HTTPTypes
import OrderedCollections
import Repositories
import Testing

struct HandOverTests {
    private func lines(_ answer: TestAnswer) throws -> [JSON] {
        try answer.text.split(separator: "\n").map { try JSON(parsing: Array($0.utf8)) }
    }

    /// A school with one of each of what can belong to it, a link and an override; another one with the same.
    private func schools(_ client: TestClient) async throws -> [String] {
        var schools: [String] = []
        for urn in ["100025", "100026"] {
            let school = try await client.addSchool(urn: urn).id
            schools.append(school)
            let head = try await client.appoint(.headteacher, at: school, name: "Head of \(urn)")
            _ = try await client.add("/v1/memberships", ["schoolId": .string(school), "startsOn": "2020-09-01", "endsOn": "2026-08-31"])
            for type in StoredTypes.ofSchools where ![.schoolOverride, .membership, .file].contains(type.type) {
                let collection = String(type.type.href(id: "").dropLast())
                _ = try await client.add(collection, OperationTests.body(of: collection, school, head, client))
            }
        }
        try await client.store.write(Call(actor: .system, requestId: "test")) { transaction in
            for (urn, old) in [("100025", "100001"), ("100026", "100002")] {
                try transaction.schoolLinks.save(
                    SchoolLink(urn: urn, linkUrn: old, linkName: "Old", linkType: .predecessor, establishedOn: nil))
            }
        }
        return schools
    }

    @Test("Everything that belongs to the school is in it, once, after what it refers to, and nothing of another school")
    func whole() async throws {
        let client = try await TestClient()
        client.clock.set("2026-08-01T12:00:00Z")
        let schools = try await schools(client)
        for school in schools {
            _ = try await client.send(
                .put, "/v1/schools/\(school)/overrides/capacity", token: client.integration, json: ["value": 5, "reason": "Counted"])
        }
        // After it has left, too.
        client.clock.set("2026-10-01T12:00:00Z")
        let answer = try await client.get("/v1/schools/\(schools[0])/hand-over", token: client.integration)
        #expect(answer.status == 200 && answer.headers[.contentType] == "application/x-ndjson")
        let lines = try lines(answer)
        let types = lines.compactMap { $0["type"]?.stringValue }
        #expect(types.prefix(5) == ["school", "membership", "schoolLink", "schoolOverride", "person"])
        let expected = Set(StoredTypes.ofSchools.map { $0.type.rawValue } + ["school", "schoolLink", "person"])
        #expect(Set(types) == expected)
        // Two appointments: the head's, and the one that is the sample. Two people: the head, and the specialist who gave time. Resources and
        // their versions for everything that is said of them.
        let often = Dictionary(grouping: types) { $0 }.mapValues(\.count).filter { $1 > 1 }
        #expect(often == ["appointment": 2, "person": 2, "sharedResource": 7, "resourceVersion": 7], "\(often)")
        #expect(!answer.text.contains(schools[1]) && !answer.text.contains("Head of 100026"))
        for line in lines where line["data"]?["schoolId"] != nil { #expect(line["data"]?["schoolId"] == .string(schools[0])) }
        var seen: Set<String> = []
        for line in lines {
            for member in ["schoolId", "personId", "standInId"] {
                if let id = line["data"]?[member]?.stringValue { #expect(seen.contains(id), "\(line)") }
            }
            if let id = line["data"]?["id"]?.stringValue {
                #expect(!seen.contains(id))
                seen.insert(id)
            }
        }
    }

    @Test("HEAD doesn't open it, another form isn't offered, and an unknown school isn't there")
    func forms() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let path = "/v1/schools/\(school)/hand-over"
        let head = try await client.send(.head, path)
        #expect(head.status == 200 && head.bytes.isEmpty)
        #expect(try await client.get(path, headers: ["Accept": "application/json"]).status == 406)
        #expect(try await client.get("/v1/schools/urn:999999/hand-over").status == 404)
        #expect(
            try await client.get("/v1/schools/urn:100025/hand-over").text.hasPrefix("{\"type\":\"school\",\"data\":{\"id\":\"\(school)\""))
    }

    @Test("It is for the school's own leads and the trust's roles, each as far as they see")
    func permission() async throws {
        let client = try await TestClient()
        client.clock.set("2026-08-01T12:00:00Z")
        let schools = try await schools(client)
        let path = "/v1/schools/\(schools[0])/hand-over"
        for (role, school, status) in [
            (Role.headOfSchool, schools[0] as String?, 200), (.headteacher, schools[1], 403), (.schoolOffice, schools[0], 403),
            (.governor, schools[0], 403), (.chiefExecutive, nil, 200), (.improvementLead, nil, 403),
        ] {
            let person = try await client.addPerson()
            _ = try await client.add(
                "/v1/appointments",
                [
                    "personId": .string(person), "schoolId": school.map(JSON.string) ?? .null, "role": .string(role.rawValue),
                    "startsOn": "2020-01-01",
                ])
            let answer = try await client.get(path, token: client.token(of: person))
            #expect(answer.status == status, "\(role): \(answer.text)")
            if status == 200 { #expect(answer.text.contains("{\"type\":\"stage\"")) }
        }
    }
}
