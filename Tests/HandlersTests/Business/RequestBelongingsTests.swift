import Core
import Domain
import OrderedCollections
import Testing

/// Links, merges, time spent, files: who may see and say what.
@Suite("What belongs to requests") struct RequestBelongingsTests {
    typealias Desk = SupportRequestTests.Desk

    private func total(_ client: TestClient, _ list: String, _ token: String) async throws -> JSON? {
        try await client.get("\(list)?count=exact", token: token).json["total"]
    }

    private func link(_ desk: Desk, _ from: JSON, _ kind: String, _ to: JSON, by token: String? = nil) async throws -> TestAnswer {
        try await desk.client.post(
            "/v1/request-links", token: token ?? desk.specialistToken,
            ["fromId": .string(from.text("id")), "kind": .string(kind), "toId": .string(to.text("id"))])
    }

    /// Makes the specialist lead of the service's team, so that they are named in what is confidential.
    private func lead(_ desk: Desk) async throws {
        let team = try await desk.client.get("/v1/business-services/\(desk.service)").json.text("teamId")
        let led = try await desk.client.patch(
            "/v1/business-teams/\(team)", token: desk.client.integration, ["leadId": .string(desk.specialist)])
        try #require(led.status == 200, "\(led.text)")
    }

    @Test("A merge keeps both histories and references, and whoever waited is told in the one that goes on")
    func merge() async throws {
        let desk = try await Desk()
        let client = desk.client
        let first = try await desk.raise(by: desk.teacher, ["tags": .array([])])
        _ = try await desk.say("Since Monday", about: first, by: desk.teacher)
        let second = try await desk.raise(by: desk.headToken)
        #expect(try await total(client, "/v1/support-requests", desk.teacher) == 1)
        #expect(try await client.post(desk.path(first) + "/merge", token: desk.headToken, ["intoId": second["id"] ?? .null]).status == 403)
        try await desk.act("merge", on: first, ["intoId": first["id"] ?? .null], status: 422)
        try await desk.act("merge", on: first, ["intoId": "req_x"], status: 422)
        let merged = try await desk.act("merge", on: first, ["intoId": second["id"] ?? .null])
        #expect(merged.text("state") == "closed" && merged.text("closeReason") == "merged" && merged["mergedIntoId"] == second["id"])
        #expect(merged.text("reference") == "BSR-2026-000001" && merged["missedTargets"] == [] && merged["needsAttention"] == false)
        // The teacher follows the other now, and what was said stays where it was said.
        #expect(try await total(client, "/v1/support-requests", desk.teacher) == 2)
        let said = try await client.get("/v1/request-messages?requestId=\(first.text("id"))", token: desk.headToken).json["items"]
        #expect(said?.arrayValue?.map { $0.text("text") } == ["Since Monday"])
        #expect(try await desk.say("And?", about: first, by: desk.teacher).status == 409)
        #expect(try await client.post(desk.path(first) + "/reopen", token: desk.teacher, ["reason": "x"]).status == 409)
        let events = try await client.get("/v1/events?type=supportRequest.absorbed", token: client.admin).json["items"]
        #expect(events?.arrayValue?.count == 1)
        let third = try await desk.raise()
        try await desk.act("merge", on: third, ["intoId": first["id"] ?? .null], status: 409)
    }

    @Test("In a merge the stricter visibility wins, for both and for all that was said")
    func stricter() async throws {
        let desk = try await Desk()
        let client = desk.client
        try await lead(desk)
        let open = try await desk.raise(by: desk.teacher)
        _ = try await desk.say("For everybody", about: open, by: desk.teacher)
        let type = try await client.addRequestType(["isConfidential": true], service: desk.service)
        let secret = try await desk.raise(by: desk.headToken, ["typeId": .string(type), "serviceId": .null])
        #expect(try await total(client, "/v1/request-messages", client.admin) == 1)
        let merged = try await desk.act("merge", on: open, ["intoId": secret["id"] ?? .null])
        #expect(merged["isConfidential"] == true)
        // Who asked sees their own, and not the other's.
        #expect(try await client.get(desk.path(open), token: desk.teacher).status == 200)
        #expect(try await client.get(desk.path(secret), token: desk.teacher).status == 404)
        #expect(try await total(client, "/v1/request-messages", desk.teacher) == 1)
        for token in [desk.headToken, client.admin, client.integration] {
            #expect(try await client.get(desk.path(open), token: token).status == 404)
            #expect(try await total(client, "/v1/request-messages", token) == 0)
        }
        // The other way round: what goes on becomes confidential.
        let second = try await desk.raise(by: desk.headToken, ["typeId": .string(type), "serviceId": .null])
        let wide = try await desk.raise(by: desk.teacher)
        _ = try await desk.say("Then nobody", about: wide, by: desk.teacher)
        try await desk.act("merge", on: second, ["intoId": wide["id"] ?? .null])
        #expect(try await client.get(desk.path(wide), token: desk.teacher).json["isConfidential"] == true)
        for token in [desk.headToken, client.admin] {
            #expect(try await client.get(desk.path(wide), token: token).status == 404)
            #expect(try await total(client, "/v1/request-messages", token) == 0)
        }
    }

    @Test("What is confidential by its type or by a merge stays so, and what was merged follows when one becomes it")
    func stays() async throws {
        let desk = try await Desk()
        let client = desk.client
        try await lead(desk)
        let type = try await client.addRequestType(["isConfidential": true], service: desk.service)
        let secret = try await desk.raise(by: desk.headToken, ["typeId": .string(type), "serviceId": .null])
        let open = try await client.patch(desk.path(secret), token: desk.specialistToken, ["isConfidential": false])
        #expect(open.status == 422 && open.places == ["/isConfidential"], "\(open.text)")
        let (first, second) = (try await desk.raise(by: desk.teacher), try await desk.raise(by: desk.headToken))
        _ = try await desk.say("For everybody", about: first, by: desk.teacher)
        try await desk.act("merge", on: first, ["intoId": second["id"] ?? .null])
        #expect(try await client.get(desk.path(first), token: client.admin).status == 200)
        #expect(try await client.patch(desk.path(second), token: desk.specialistToken, ["isConfidential": true]).status == 200)
        #expect(try await client.get(desk.path(first), token: client.admin).status == 404)
        #expect(try await total(client, "/v1/request-messages", client.admin) == 0)
        #expect(try await client.patch(desk.path(second), token: desk.specialistToken, ["isConfidential": false]).status == 422)
    }

    @Test("Who asked and watched as well is told once, and a file that answers two questions is attached once")
    func once() async throws {
        let desk = try await Desk()
        let client = desk.client
        let teacher = try await client.get("/v1/me", token: desk.teacher).json.text("personId")
        let first = try await desk.raise(by: desk.teacher, ["watcherIds": [.string(teacher)]])
        let second = try await desk.raise(by: desk.headToken)
        try await desk.act("merge", on: first, ["intoId": second["id"] ?? .null])
        #expect(try await desk.now(second)["watcherIds"] == [.string(teacher)])
        let fields: JSON = [["key": "a", "label": "a", "kind": "file"], ["key": "b", "label": "b", "kind": "file"]]
        let type = try await client.addRequestType(["fields": fields], service: desk.service)
        let file = try await client.upload("The plan")
        let raised = try await client.post(
            "/v1/support-requests", token: client.integration,
            ["subject": "x", "typeId": .string(type), "answers": ["a": .string(file), "b": .string(file)]])
        #expect(raised.status == 201 && raised.json["fileIds"] == [.string(file)], "\(raised.text)")
    }

    @Test("Another leads the team: who led sees nothing of what is confidential any more, ended or not, who leads now all of it")
    func anotherLead() async throws {
        let desk = try await Desk()
        let client = desk.client
        try await lead(desk)
        let requests = [
            try await desk.raise(by: desk.headToken, ["isConfidential": true]),
            try await desk.raise(by: desk.headToken, ["isConfidential": true]),
        ]
        for request in requests { try await desk.act("wait-on-school", on: request, ["question": "Which?"]) }
        try await desk.act("resolve", on: requests[0], ["resolution": "Appointed"])
        let spent: JSON = ["requestId": requests[0]["id"] ?? .null, "day": "2026-10-22", "minutes": 20, "kind": "phone"]
        #expect(try await client.post("/v1/request-time-entries", token: desk.specialistToken, spent).status == 201)
        let next = try await client.addPerson("Nia Next")
        _ = try await client.add(
            "/v1/appointments", ["personId": .string(next), "role": "specialist", "areas": ["hr"], "startsOn": "2020-01-01"])
        let nextToken = try await client.token(of: next)
        let team = try await client.get("/v1/business-services/\(desk.service)").json.text("teamId")
        let changed = try await client.patch("/v1/business-teams/\(team)", token: client.integration, ["leadId": .string(next)])
        #expect(changed.status == 200)
        for (token, requests, messages, entries) in [(desk.specialistToken, 0, 0, 1), (nextToken, 2, 3, 1)] as [(String, JSON, JSON, JSON)]
        {
            #expect(try await total(client, "/v1/support-requests", token) == requests)
            #expect(try await total(client, "/v1/request-messages", token) == messages)
            // What somebody wrote down themselves they keep seeing.
            #expect(try await total(client, "/v1/request-time-entries", token) == entries)
        }
    }

    @Test("A link is seen by those who see both; two have one, a part one whole, and no circle comes about")
    func links() async throws {
        let desk = try await Desk()
        let client = desk.client
        let whole = try await desk.raise(by: desk.headToken)
        let part = try await desk.raise(by: desk.teacher)
        let other = try await desk.raise(by: desk.headToken)
        #expect(try await link(desk, part, "childOf", whole, by: desk.headToken).status == 403)
        #expect(try await link(desk, part, "relatedTo", part).status == 422)
        let made = try await link(desk, part, "childOf", whole)
        #expect(made.status == 201, "\(made.text)")
        #expect(try await link(desk, whole, "relatedTo", part).status == 409)
        #expect(try await link(desk, part, "childOf", other).status == 409)
        #expect(try await link(desk, whole, "childOf", other).status == 201)
        let circle = try await link(desk, other, "childOf", part)
        #expect(circle.status == 409 && circle.text.contains("if only by others"), "\(circle.text)")
        for (token, seen) in [(desk.headToken, 2), (desk.teacher, 0), (desk.specialistToken, 2)] as [(String, JSON)] {
            #expect(try await total(client, "/v1/request-links", token) == seen)
        }
        let found = try await client.get("/v1/request-links?requestId=\(part.text("id"))", token: desk.headToken).json["items"]
        #expect(found?.arrayValue?.map { $0["id"] } == [made.json["id"]])
        // Once one of the two is confidential, the link is no more to be seen than that one.
        #expect(try await client.patch(desk.path(part), token: desk.specialistToken, ["isConfidential": true]).status == 200)
        #expect(try await client.get("/v1/request-links/\(made.json.text("id"))", token: desk.headToken).status == 404)
        #expect(try await total(client, "/v1/request-links", client.admin) == 1)
        let strange = try await link(desk, part, "duplicateOf", other, by: client.integration)
        #expect(strange.status == 422 && strange.places == ["/fromId"])
    }

    @Test("Whoever left the team sees no link of its requests any more, and who links what they are named in sees the link")
    func linksOfTeam() async throws {
        let desk = try await Desk()
        let client = desk.client
        try await lead(desk)
        let team = "/v1/business-teams/" + (try await client.get("/v1/business-services/\(desk.service)").json.text("teamId"))
        let member = try await client.appoint(.teacher, at: client.addMember(urn: "100026"), name: "Mo Member")
        #expect(try await client.patch(team, token: client.integration, ["memberIds": [.string(member)]]).status == 200)
        let theirs = try await client.token(of: member)
        let first = try await desk.raise(by: desk.headToken)
        let second = try await desk.raise(by: desk.headToken, ["watcherIds": [.string(member)], "isConfidential": true])
        #expect(try await link(desk, first, "relatedTo", second).status == 201)
        #expect(try await total(client, "/v1/request-links", desk.specialistToken) == 1)
        #expect(try await total(client, "/v1/request-links", theirs) == 1)
        #expect(try await client.patch(team, token: client.integration, ["memberIds": []]).status == 200)
        #expect(try await client.get(desk.path(first), token: theirs).status == 404)
        #expect(try await total(client, "/v1/request-links", theirs) == 0)
    }

    @Test("Time spent is the team's: no school sees it, and a day has 1,440 minutes over all requests")
    func timeSpent() async throws {
        let desk = try await Desk()
        let client = desk.client
        let raised = try await desk.raise(by: desk.headToken)
        let other = try await desk.raise(by: desk.headToken)
        func spend(_ minutes: Int64, on request: JSON, day: String = "2026-10-22", by token: String? = nil) async throws -> TestAnswer {
            try await client.post(
                "/v1/request-time-entries", token: token ?? desk.specialistToken,
                ["requestId": .string(request.text("id")), "day": .string(day), "minutes": .integer(minutes), "kind": "phone"])
        }
        #expect(try await spend(20, on: raised, by: desk.headToken).status == 403)
        let spent = try await spend(1_400, on: raised)
        #expect(spent.status == 201 && spent.json.text("personId") == desk.specialist, "\(spent.text)")
        #expect(try await spend(41, on: other).places == ["/minutes"])
        #expect(try await spend(40, on: other).status == 201)
        #expect(try await spend(1, on: raised, day: "2026-10-23").places == ["/day"])
        #expect(try await spend(1, on: raised, day: "2026-10-21").places == ["/day"])
        #expect(try await spend(0, on: raised).status == 422)
        let another: JSON = [
            "requestId": .string(raised.text("id")), "personId": .string(desk.head), "day": "2026-10-22", "minutes": 5, "kind": "phone",
        ]
        #expect(try await client.post("/v1/request-time-entries", token: desk.specialistToken, another).places == ["/personId"])
        #expect(try await total(client, "/v1/request-time-entries", desk.headToken) == 0)
        #expect(try await client.get("/v1/request-time-entries/\(spent.json.text("id"))", token: desk.headToken).status == 404)
        #expect(try await total(client, "/v1/request-time-entries", desk.specialistToken) == 2)
        #expect(try await client.patch(desk.path(raised), token: desk.specialistToken, ["isConfidential": true]).status == 200)
        #expect(try await total(client, "/v1/request-time-entries", client.admin) == 1)
    }

    @Test("An attachment is for those who see what it is attached to; a note and its files never leave the team")
    func attachments() async throws {
        let desk = try await Desk()
        let client = desk.client
        let raised = try await desk.raise(by: desk.teacher)
        let (plan, advice) = (try await client.upload("The plan"), try await client.upload("What counsel says", as: "advice.txt"))
        let sent: JSON.Object = ["requestId": .string(raised.text("id")), "text": "Here"]
        let reply = try await client.post(
            "/v1/request-messages", token: client.integration, .object(sent.merging(["fileIds": [.string(plan)]]) { $1 }))
        #expect(reply.status == 201, "\(reply.text)")
        let note = try await client.post(
            "/v1/request-messages", token: client.integration,
            .object(sent.merging(["fileIds": [.string(advice)], "kind": "note"]) { $1 }))
        #expect(note.status == 201, "\(note.text)")
        let stranger = try await client.token(of: client.appoint(.headteacher, at: client.addMember(urn: "100026"), name: "Ruth"))
        for (token, first, second) in [
            (desk.teacher, 200, 404), (desk.headToken, 200, 404), (desk.specialistToken, 200, 200), (stranger, 404, 404),
        ] {
            #expect(try await client.get("/v1/files/\(plan)/content", token: token).status == first)
            #expect(try await client.get("/v1/files/\(advice)/content", token: token).status == second)
        }
        #expect(try await total(client, "/v1/request-messages", desk.headToken) == 1)
        // Whoever follows from the school sees what the school sees.
        let follower = try await client.appoint(.teacher, at: desk.school, name: "Fay Follower")
        let following = try await client.patch(
            desk.path(raised), token: desk.specialistToken, ["watcherIds": [.string(follower)]])
        #expect(following.status == 200)
        let theirs = try await client.token(of: follower)
        #expect(try await total(client, "/v1/request-messages", theirs) == 1)
        #expect(try await client.get("/v1/files/\(plan)", token: theirs).status == 200)
        #expect(try await client.patch(desk.path(raised), token: desk.specialistToken, ["isConfidential": true]).status == 200)
        #expect(try await client.get("/v1/files/\(plan)/content", token: desk.headToken).status == 404)
        #expect(try await client.get("/v1/files/\(plan)/content", token: desk.teacher).status == 200)
    }

    @Test("A file that everybody sees tells nobody who is named in a confidential request")
    func published() async throws {
        let desk = try await Desk()
        let client = desk.client
        let file = try await client.upload("How we do it")
        let resource = try await client.add(
            "/v1/shared-resources", ["schoolId": .string(desk.school), "kind": "practice", "title": "T", "summary": "S"])
        let version = try await client.add(
            "/v1/resource-versions", ["resourceId": .string(resource), "text": "How", "fileIds": [.string(file)]])
        for (action, body) in [("submit", nil), ("publish", ["step": "major"])] as [(String, JSON?)] {
            let done = try await client.post("/v1/resource-versions/\(version)/\(action)", token: client.integration, body)
            try #require(done.status == 200, "\(done.text)")
        }
        _ = try await desk.raise(by: client.integration, ["isConfidential": true, "fileIds": [.string(file)]])
        let seen = try await client.get("/v1/files/\(file)", token: desk.teacher)
        #expect(seen.json["visibleTo"] == [] && seen.json["isConfidential"] == false, "\(seen.text)")
    }

    @Test("A file that answers a question of the form is an attachment, and must be the caller's to give")
    func answers() async throws {
        let desk = try await Desk()
        let client = desk.client
        let type = try await client.addRequestType(
            ["fields": [["key": "advert", "label": "The advert", "kind": "file", "isRequired": true]]], service: desk.service)
        let advert = try await client.upload("Teacher of history wanted")
        let body: JSON = [
            "subject": "x", "typeId": .string(type), "schoolIds": [.string(desk.school)], "answers": ["advert": .string(advert)],
        ]
        let foreign = try await client.post("/v1/support-requests", token: desk.teacher, body)
        #expect(foreign.status == 422 && foreign.places == ["/answers/advert"])
        let raised = try await client.post("/v1/support-requests", token: client.integration, body)
        #expect(raised.status == 201 && raised.json["fileIds"] == [.string(advert)], "\(raised.text)")
        #expect(try await client.get("/v1/files/\(advert)/content", token: desk.headToken).status == 200)
    }
}
