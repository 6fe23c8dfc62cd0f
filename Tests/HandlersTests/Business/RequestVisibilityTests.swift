import Core
import Domain
import OrderedCollections
import Testing

/// Only those concerned, everywhere.
@Suite("Who sees a request") struct RequestVisibilityTests {
    typealias Desk = SupportRequestTests.Desk

    @Test("Those it concerns and those who serve it see a request and what is said, nobody else learns that there is one")
    func parties() async throws {
        let desk = try await Desk()
        let client = desk.client
        let raised = try await desk.raise(by: desk.teacher)
        _ = try await desk.say("Seven to nine", about: raised, by: desk.teacher)
        let other = try await client.addMember(urn: "100026")
        let strangers = [
            try await client.token(of: client.appoint(.headteacher, at: other, name: "Ruth Adeyemi")),
            try await client.token(of: client.appoint(.teacher, at: desk.school, name: "Another")),
            try await client.token(of: client.appoint(.trustee, name: "Trustee")),
        ]
        let finance = try await client.addPerson("Cy Finance")
        _ = try await client.add(
            "/v1/appointments", ["personId": .string(finance), "role": "specialist", "areas": ["finance"], "startsOn": "2020-01-01"])
        for token in strangers + [try await client.token(of: finance)] {
            #expect(try await client.get(desk.path(raised), token: token).status == 404)
            #expect(try await client.get("/v1/support-requests/BSR-2026-000001/explanation", token: token).status == 404)
            #expect(try await client.get("/v1/support-requests?count=exact", token: token).json["total"] == 0)
            #expect(try await client.get("/v1/request-messages?count=exact", token: token).json["total"] == 0)
            #expect(try await desk.say("x", about: raised, by: token).status == 422)
            let events = try await client.get("/v1/events?type=supportRequest.created", token: token).json["items"]
            #expect(events == [])
        }
        for token in [desk.teacher, desk.headToken, desk.specialistToken, client.admin] {
            #expect(try await client.get(desk.path(raised), token: token).status == 200)
            #expect(try await client.get("/v1/request-messages?count=exact", token: token).json["total"] == 1)
        }
        // Once it is another's area, it is another's to serve.
        let team = try await client.add("/v1/business-teams", ["name": "Money", "memberIds": [.string(finance)]])
        #expect(try await client.patch(desk.path(raised), token: desk.specialistToken, ["teamId": .string(team)]).status == 200)
        #expect(try await client.get(desk.path(raised), token: client.token(of: finance)).status == 200)
    }

    @Test("Nobody but who serves a request speaks for somebody else, and another team doesn't keep the one who had it")
    func others() async throws {
        let desk = try await Desk()
        let client = desk.client
        let raised = try await desk.raise(by: desk.teacher)
        let forged = try await desk.say("Yes", about: raised, by: desk.teacher, ["authorId": .string(desk.head)])
        #expect(forged.status == 422 && forged.places == ["/authorId"], "\(forged.text)")
        try await desk.act("assign", on: raised, ["personId": .string(desk.specialist)])
        let money = try await client.add("/v1/business-teams", ["name": "Money"])
        let service = try await client.addService(["name": "Accounts", "area": "finance", "teamId": .string(money)])
        let type = try await client.addRequestType(["isConfidential": true], service: service)
        let triaged = try await client.post(desk.path(raised) + "/triage", token: desk.specialistToken, ["typeId": .string(type)])
        #expect(triaged.status == 200 && triaged.json["assigneeId"] == .null, "\(triaged.text)")
        #expect(try await client.get(desk.path(raised), token: desk.specialistToken).status == 404)
    }

    @Test("A confidential one is for the people named in it alone; breaking the glass lets in, with the reason, and is told")
    func confidential() async throws {
        let desk = try await Desk()
        let client = desk.client
        let type = try await client.addRequestType(["isConfidential": true], service: desk.service)
        let raised = try await desk.raise(by: desk.teacher, ["typeId": .string(type), "serviceId": .null])
        #expect(raised["isConfidential"] == true)
        let chief = try await client.token(of: client.appoint(.chiefExecutive, name: "Chief"))
        for token in [desk.headToken, desk.specialistToken, chief, client.integration, client.admin] {
            #expect(try await client.get(desk.path(raised), token: token).status == 404)
            #expect(try await client.get("/v1/support-requests?count=exact", token: token).json["total"] == 0)
            let events = try await client.get("/v1/events?type=supportRequest.created", token: token).json["items"]
            #expect(events == [])
        }
        #expect(try await client.get(desk.path(raised), token: desk.teacher).status == 200)
        _ = try await desk.say("In confidence", about: raised, by: desk.teacher)
        #expect(try await client.get("/v1/request-messages?count=exact", token: client.integration).json["total"] == 0)
        #expect(try await client.post(desk.path(raised) + "/break-glass", token: desk.headToken, ["reason": "x"]).status == 403)
        // Neither by role nor with a token it issues itself: it has no such right to give.
        let byAdmin = try await client.post(desk.path(raised) + "/break-glass", token: client.admin, ["reason": "x"])
        #expect(byAdmin.status == 403, "\(byAdmin.text)")
        let tool = try await client.post("/v1/tokens", ["name": "tool", "scopes": ["supportRequests:breakGlass"]])
        #expect(tool.status == 403, "\(tool.text)")
        let broken = try await client.post(desk.path(raised) + "/break-glass", token: chief, ["reason": "A complaint"])
        #expect(broken.status == 200 && broken.json["brokenGlass"]?.arrayValue?.first?.text("reason") == "A complaint", "\(broken.text)")
        #expect(try await client.get(desk.path(raised), token: chief).status == 200)
        #expect(try await client.get("/v1/request-messages?count=exact", token: chief).json["total"] == 1)
        let events = try await client.get("/v1/events?type=supportRequest.glassBroken", token: desk.teacher).json["items"]
        #expect(events?.arrayValue?.count == 1)
    }

    @Test("Nobody breaks the glass with a token that another caller may know, nor with one that is nobody's")
    func borrowed() async throws {
        let desk = try await Desk()
        let client = desk.client
        let type = try await client.addRequestType(["isConfidential": true], service: desk.service)
        let raised = try await desk.raise(by: desk.teacher, ["typeId": .string(type), "serviceId": .null])
        let chief = try await client.appoint(.chiefExecutive, name: "Chief")
        func issue(with token: String) async throws -> JSON {
            let answer = try await client.post("/v1/tokens", token: token, ["name": "Phone", "personId": .string(chief)])
            #expect(answer.status == 201, "\(answer.text)")
            return answer.json
        }
        func breakGlass(with token: String) async throws -> Int {
            try await client.post(desk.path(raised) + "/break-glass", token: token, ["reason": "A complaint"]).status
        }
        let own = try await client.token(of: chief)
        let given = try await issue(with: client.admin)
        #expect(given["isKnownToOthers"] == true)
        let issuedWithIt = try await issue(with: given.text("token"))
        #expect(issuedWithIt["issuedBy"] != .string(chief) && issuedWithIt["isKnownToOthers"] == true)
        for token in [given.text("token"), issuedWithIt.text("token"), client.integration] {
            #expect(try await breakGlass(with: token) == 403)
        }
        let second = try await issue(with: own)
        #expect(second["isKnownToOthers"] == false)
        // By its person with a token that another knows is by the other.
        for rotating in [given.text("token"), client.admin] {
            let rotated = try await client.post("/v1/tokens/\(second.text("id"))/rotate", token: rotating, ["overlapMinutes": 60])
            #expect(rotated.status == 200 && rotated.json["isKnownToOthers"] == true, "\(rotated.text)")
            #expect(try await breakGlass(with: rotated.json.text("token")) == 403)
            #expect(try await breakGlass(with: second.text("token")) == 403)
        }
        #expect(try await breakGlass(with: own) == 200)
    }
}
