import Core
import Domain
import OrderedCollections
import Testing

@Suite("Shared resources") struct SharedResourceTests {
    private struct Setting {
        let client: TestClient
        let schools: [String]
        /// Of those who lead the schools, and of a teacher at the first.
        let heads: [String]
        let teacher: String
    }

    private func setting() async throws -> Setting {
        let client = try await TestClient()
        client.clock.set("2026-10-02T09:00:00Z")
        var (schools, heads): ([String], [String]) = ([], [])
        for urn in ["100025", "100026"] {
            let school = try await client.addMember(urn: urn)
            schools.append(school)
            heads.append(try await client.token(of: client.appoint(.headteacher, at: school, name: "Head of \(urn)")))
        }
        let teacher = try await client.token(of: client.appoint(.teacher, at: schools[0], name: "Tom Wren"))
        return Setting(client: client, schools: schools, heads: heads, teacher: teacher)
    }

    private func codes(_ answer: TestAnswer) -> [String] { (answer.json["errors"]?.arrayValue ?? []).map { $0.text("code") } }

    private func post(_ client: TestClient, _ path: String, by token: String, _ body: JSON?, status: Int) async throws -> JSON {
        let answer = try await client.post(path, token: token, body)
        try #require(answer.status == status, "\(path): \(answer.text)")
        return answer.json
    }

    @Test("A teacher writes and submits, nobody elsewhere sees it, who leads the school publishes, everybody reads, nobody changes it")
    func life() async throws {
        let setting = try await setting()
        let (client, teacher, head, other) = (setting.client, setting.teacher, setting.heads[0], setting.heads[1])
        let resource = try await post(
            client, "/v1/shared-resources", by: teacher,
            ["schoolId": .string(setting.schools[0]), "kind": "lesson", "title": "Fractions", "summary": "With paper."], status: 201)
        let path = "/v1/shared-resources/\(resource.text("id"))"
        #expect(resource["authorIds"]?.arrayValue?.count == 1 && resource.text("licence") == "trustOnly")
        let draft = try await post(
            client, "/v1/resource-versions", by: teacher, ["resourceId": resource["id"]!, "text": "Fold it."], status: 201)
        let version = "/v1/resource-versions/\(draft.text("id"))"
        _ = try await post(client, version + "/submit", by: teacher, nil, status: 200)
        for hidden in [path, version] { #expect(try await client.get(hidden, token: other).status == 404) }
        #expect(try await client.get("/v1/shared-resources?q=fractions", token: other).json["items"]?.arrayValue == [])
        #expect(try await client.post(version + "/publish", token: teacher, [:]).status == 403)
        let published = try await post(client, version + "/publish", by: head, [:], status: 200)
        #expect(published.text("number") == "1.0" && published["publishedAt"]?.stringValue?.hasPrefix("2026-10-02T09:00:00") == true)
        #expect(try await client.get(path, token: other).json.text("latestVersionId") == draft.text("id"))
        #expect(try await client.patch(version, token: head, ["text": "Cut it."]).status == 409)
        #expect(try await client.delete(version, token: head).status == 409)
        _ = try await post(client, path + "/retire", by: head, ["reason": "A better one is there"], status: 200)
        #expect(try await client.get(version, token: other).status == 200)
    }

    @Test("Of two drafts made from the same version one is published, the other is told what came between and goes on from there")
    func publishers() async throws {
        let setting = try await setting()
        let client = setting.client
        let (resource, published) = try await client.share(setting.schools[0])
        var drafts: [String] = []
        for text in ["One way", "Another way"] {
            let draft = try await client.add(
                "/v1/resource-versions", ["resourceId": .string(resource), "text": .string(text), "changeNote": .string(text)])
            try await client.take(["submit"], "/v1/resource-versions/\(draft)")
            drafts.append("/v1/resource-versions/\(draft)")
        }
        let (first, second) = (drafts[0] + "/publish", drafts[1] + "/publish")
        async let one = client.post(first, token: setting.heads[0], [:])
        async let other = client.post(second, token: setting.heads[0], [:])
        let answers = try await [one, other]
        #expect(answers.map(\.status).sorted() == [200, 409])
        let late = try #require(answers.firstIndex { $0.status == 409 })
        let latest = try await client.get("/v1/shared-resources/\(resource)").json.text("latestVersionId")
        #expect(latest != published && answers[late].json.text("detail").contains(latest), "\(answers[late].text)")
        _ = try await post(client, drafts[late] + "/send-back", by: setting.heads[0], ["reason": "Look again"], status: 200)
        #expect(try await client.patch(drafts[late], token: client.integration, ["basedOnId": .string(latest)]).status == 200)
        try await client.take(["submit"], drafts[late])
        #expect(
            try await post(client, drafts[late] + "/publish", by: setting.heads[0], ["step": "major"], status: 200).text("number") == "2.0")
        let unsaid = try await client.add("/v1/resource-versions", ["resourceId": .string(resource), "text": "x"])
        try await client.take(["submit"], "/v1/resource-versions/\(unsaid)")
        let refused = try await client.post("/v1/resource-versions/\(unsaid)/publish", token: setting.heads[0], [:])
        #expect(refused.status == 422 && refused.places == ["/changeNote"], "\(refused.text)")
    }

    @Test("Files go with what they are part of: to the school with a draft, to everybody when it is published, and then they stay")
    func files() async throws {
        let setting = try await setting()
        let client = setting.client
        let (resource, _) = try await client.share(setting.schools[0])
        let file = try await client.upload("Cut along the line.")
        let content = "/v1/files/\(file)/content"
        let draft = try await client.add(
            "/v1/resource-versions", ["resourceId": .string(resource), "fileIds": [.string(file)], "changeNote": "N"])
        #expect(try await client.get(content, token: setting.heads[0]).status == 200)
        #expect(try await client.get(content, token: setting.heads[1]).status == 404)
        let strange = try await client.post(
            "/v1/resource-versions", token: setting.heads[1], ["resourceId": .string(resource), "fileIds": [.string(file)]])
        #expect(strange.status == 403, "\(strange.text)")
        let own = try await client.share(setting.schools[1], steps: [])
        let stolen = try await client.patch("/v1/resource-versions/\(own.version)", token: setting.heads[1], ["fileIds": [.string(file)]])
        #expect(stolen.status == 422 && stolen.places == ["/fileIds/0"])
        try await client.take(["submit", "publish"], "/v1/resource-versions/\(draft)")
        #expect(try await client.get(content, token: setting.heads[1]).text == "Cut along the line.")
        #expect(try await client.delete("/v1/files/\(file)", token: client.integration).status == 409)
        #expect(try await client.get("/v1/shared-resources?q=line").json["items"]?.arrayValue?.count == 1)
    }

    @Test("Nobody adapts what its licence keeps whole, but its owner; what is share-alike stays so")
    func licences() async throws {
        let setting = try await setting()
        let client = setting.client
        let whole = try await client.share(setting.schools[0], with: ["licence": "ccByNd"]).resource
        let fork = "/v1/shared-resources/\(whole)/fork"
        #expect(try await client.post(fork, token: setting.heads[1], ["schoolId": .string(setting.schools[1])]).status == 409)
        #expect(try await client.post(fork, token: setting.heads[0], ["schoolId": .string(setting.schools[0])]).status == 201)
        let alike = try await client.share(setting.schools[0], with: ["licence": "ccBySa"]).resource
        let adaptation = try await client.adapt(alike, at: setting.schools[1]).resource
        let changed = try await client.patch("/v1/shared-resources/\(adaptation)", token: setting.heads[1], ["licence": "ccBy"])
        #expect(changed.status == 422 && codes(changed) == ["share-alike"])
    }

    @Test("Each side of a proposal does its own: one offers and withdraws, the other accepts and declines")
    func proposals() async throws {
        let setting = try await setting()
        let (client, owner, giver) = (setting.client, setting.heads[0], setting.heads[1])
        let (resource, _) = try await client.share(setting.schools[0])
        let (adaptation, version) = try await client.adapt(resource, at: setting.schools[1])
        #expect(try await client.post("/v1/resource-proposals", token: owner, ["versionId": .string(version)]).status == 403)
        let proposal = try await post(client, "/v1/resource-proposals", by: giver, ["versionId": .string(version)], status: 201)
        let path = "/v1/resource-proposals/\(proposal.text("id"))"
        #expect(try await client.get(path, token: setting.teacher).status == 404)
        #expect(try await client.post(path + "/accept", token: giver, [:]).status == 403)
        #expect(try await client.post(path + "/withdraw", token: owner, nil).status == 403)
        let accepted = try await post(client, path + "/accept", by: owner, ["step": "major", "changeNote": "For all years"], status: 200)
        let taken = try await client.get("/v1/resource-versions/\(accepted.text("acceptedVersionId"))").json
        #expect(taken.text("number") == "2.0" && taken.text("takenFromId") == version && taken.text("text") == "How we do it, otherwise.")
        let authors = try await client.get("/v1/shared-resources/\(resource)").json["authorIds"]?.arrayValue ?? []
        let theirs = try await client.get("/v1/resource-versions/\(version)").json["authorIds"]?.arrayValue ?? []
        #expect(theirs.allSatisfy(authors.contains))
        #expect(try await client.post(path + "/decline", token: owner, ["reason": "Late"]).status == 409)
        let practice = try await client.get("/v1/schools/\(setting.schools[1])/practice").json
        #expect(practice["returned"]?.arrayValue?.first?["adaptation"]?["id"] == .string(adaptation))
    }

    @Test("A school adopts what is published once at a time, is behind when more comes, and is no longer when it has ended")
    func adoptions() async throws {
        let setting = try await setting()
        let (client, head) = (setting.client, setting.heads[1])
        func body(_ version: String, startsOn: String = "2026-09-01") -> JSON {
            ["schoolId": .string(setting.schools[1]), "versionId": .string(version), "startsOn": .string(startsOn)]
        }
        let draft = try await client.share(setting.schools[0], steps: ["submit"])
        #expect(try await client.post("/v1/adoptions", token: head, body(draft.version)).status == 422)
        let shared = try await client.share(setting.schools[0])
        #expect(try await client.post("/v1/adoptions", token: setting.teacher, body(shared.version)).status == 403)
        let adoption = try await post(client, "/v1/adoptions", by: head, body(shared.version), status: 201)
        let path = "/v1/adoptions/\(adoption.text("id"))"
        #expect(adoption["isBehind"] == false && adoption.text("resourceId") == shared.resource)
        #expect(try await client.post("/v1/adoptions", token: head, body(shared.version, startsOn: "2026-10-01")).status == 409)
        let next = try await client.add(
            "/v1/resource-versions", ["resourceId": .string(shared.resource), "text": "x", "changeNote": "More"])
        try await client.take(["submit", "publish"], "/v1/resource-versions/\(next)")
        #expect(try await client.get(path).json["isBehind"] == true)
        let unsaid = try await client.patch(path, token: head, ["endsOn": "2026-10-01", "impact": 4])
        #expect(unsaid.status == 422 && unsaid.places == ["/endReason", "/impactNarrative"])
        let ended = try await client.patch(path, token: head, ["endsOn": "2026-10-01", "endReason": "Going on to the next"])
        #expect(ended.status == 200 && ended.json["isBehind"] == false, "\(ended.text)")
        _ = try await client.take(["retire"], "/v1/shared-resources/\(shared.resource)")
        let late = try await client.post("/v1/adoptions", token: head, body(next, startsOn: "2026-10-02"))
        #expect(late.status == 422 && codes(late) == ["retired"])
    }

    @Test("A comment is its author's to change, the owning school's to hide")
    func comments() async throws {
        let setting = try await setting()
        let (client, owner, speaker) = (setting.client, setting.heads[0], setting.heads[1])
        let resource = try await client.share(setting.schools[0]).resource
        let comment = try await post(client, "/v1/comments", by: speaker, ["resourceId": .string(resource), "text": "Which?"], status: 201)
        let path = "/v1/comments/\(comment.text("id"))"
        #expect(try await client.patch(path, token: owner, ["text": "What?"]).status == 403)
        #expect(try await client.delete(path, token: owner).status == 403)
        #expect(try await client.patch(path, token: speaker, ["text": "Which books?"]).status == 200)
        #expect(try await client.post(path + "/hide", token: speaker, ["reason": "x"]).status == 403)
        _ = try await post(client, path + "/hide", by: owner, ["reason": "Asked twice"], status: 200)
        #expect(try await client.get(path, token: setting.teacher).status == 404)
        #expect(try await client.get(path, token: speaker).json.text("stateReason") == "Asked twice")
        #expect(try await client.delete(path, token: speaker).status == 204)
        let draft = try await client.share(setting.schools[0], steps: []).resource
        #expect(try await client.post("/v1/comments", token: owner, ["resourceId": .string(draft), "text": "x"]).status == 422)
    }

    @Test("A collection keeps its order, takes what is published, and never contains itself")
    func collections() async throws {
        let setting = try await setting()
        let (client, head) = (setting.client, setting.heads[0])
        let (one, two) = (try await client.share(setting.schools[0]).resource, try await client.share(setting.schools[1]).resource)
        func collection(_ items: [String]) async throws -> String {
            try await client.add(
                "/v1/collections",
                ["schoolId": .string(setting.schools[0]), "title": "Reading", "itemIds": .array(items.map(JSON.string))])
        }
        let inner = try await collection([two, one])
        let outer = try await collection([inner, one])
        let contents = try await client.get("/v1/collections/\(outer)/contents").json["items"]?.arrayValue ?? []
        #expect(contents.map { $0.text("id") } == [inner, one])
        let circle = try await client.patch("/v1/collections/\(inner)", token: head, ["itemIds": [.string(one), .string(outer)]])
        #expect(circle.status == 422 && codes(circle) == ["contains-itself"] && circle.places == ["/itemIds/1"])
        let itself = try await client.patch("/v1/collections/\(inner)", token: head, ["itemIds": [.string(inner)]])
        #expect(itself.status == 422 && codes(itself) == ["contains-itself"])
        let draft = try await client.share(setting.schools[0], steps: []).resource
        #expect(try await client.patch("/v1/collections/\(inner)", token: head, ["itemIds": [.string(draft)]]).status == 422)
        #expect(try await client.delete("/v1/collections/\(inner)", token: head).status == 409)
        #expect(try await client.patch("/v1/collections/\(inner)", token: head, ["itemIds": [.string(one), .string(two)]]).status == 200)
    }
}
