import Core
import Domain
import OrderedCollections
import Testing

struct PlanTests {
    private func codes(_ answer: TestAnswer) -> [String] { (answer.json["errors"]?.arrayValue ?? []).map { $0.text("code") } }

    private struct Setting {
        let client: TestClient
        let school: String
        let head: String
        let plan: String
    }

    /// A school whose head has an active plan with no objectives.
    private func setting() async throws -> Setting {
        let client = try await TestClient()
        client.clock.set("2026-10-02T09:00:00Z")
        let school = try await client.addSchool(urn: "100025").id
        let head = try await client.token(of: client.appoint(.headteacher, at: school))
        let plan = try await client.post("/v1/plans", token: head, Self.plan(school))
        #expect(plan.status == 201, "\(plan.text)")
        let id = plan.json.text("id")
        #expect(try await client.post("/v1/plans/\(id)/activate", token: head).status == 200)
        return Setting(client: client, school: school, head: head, plan: id)
    }

    private static func plan(_ school: String, _ change: JSON.Object = [:]) -> JSON {
        var body: JSON.Object = ["schoolId": .string(school), "academicYear": "2026-27", "title": "Plan", "startsOn": "2026-09-01"]
        for (name, value) in change { body[name] = value }
        return .object(body)
    }

    private func objective(_ setting: Setting, _ change: JSON.Object = [:]) async throws -> String {
        var body: JSON.Object = ["planId": .string(setting.plan), "title": "Read", "area": "Reading"]
        for (name, value) in change { body[name] = value }
        let answer = try await setting.client.post("/v1/objectives", token: setting.head, .object(body))
        #expect(answer.status == 201, "\(answer.text)")
        return answer.json.text("id")
    }

    @Test("A school has one main plan a year that isn't closed, and any number of rapid ones, each after something")
    func main() async throws {
        let setting = try await setting()
        let (client, school) = (setting.client, setting.school)
        let second = try await client.post("/v1/plans", token: setting.head, Self.plan(school))
        #expect(second.code == "duplicate" && second.json["errors"]?.arrayValue?.first?["conflictsWith"] == .string(setting.plan))
        #expect(try await client.post("/v1/plans", token: setting.head, Self.plan(school, ["academicYear": "2027-28"])).status == 201)
        for _ in 0..<2 {
            let rapid = Self.plan(school, ["kind": "rapid", "occasion": "Monitoring visit"])
            #expect(try await client.post("/v1/plans", token: setting.head, rapid).status == 201)
        }
        #expect(codes(try await client.post("/v1/plans", token: setting.head, Self.plan(school, ["kind": "rapid"]))) == ["required"])
        #expect(
            codes(try await client.post("/v1/plans", token: setting.head, Self.plan(school, ["academicYear": "2026-29"]))) == [
                "not-an-academic-year"
            ])
        #expect(try await client.post("/v1/plans/\(setting.plan)/close", token: setting.head, ["outcome": "Read"]).status == 200)
        #expect(try await client.post("/v1/plans", token: setting.head, Self.plan(school)).status == 201)
    }

    @Test("A plan of a cycle is of the cycle's year, at a school that takes part")
    func cycle() async throws {
        let setting = try await setting()
        let client = setting.client
        try await client.addYear()
        let framework = try await client.addFramework()
        let (theirs, ours) = (
            try await client.draftCycle(framework, ["schoolIds": [.string(client.addSchool(urn: "100030").id)]]),
            try await client.draftCycle(framework, ["schoolIds": [.string(setting.school)]])
        )
        func refused(_ cycle: String, _ year: String = "2026-27") async throws -> [String] {
            let body = Self.plan(setting.school, ["cycleId": .string(cycle), "academicYear": .string(year)])
            let answer = try await client.post("/v1/plans?dryRun=true", token: setting.head, body)
            return answer.status == 201 ? [] : codes(answer)
        }
        #expect(try await refused(ours) == [])
        #expect(try await refused(theirs) == ["not-taking-part"])
        #expect(try await refused(ours, "2025-26") == ["other-year"])
        #expect(try await refused("cyc_01h455vb4pex5vsknk084sn02q") == ["not-found"])
    }

    @Test("Paused or closed it is read-only, with its objectives and reviews")
    func readOnly() async throws {
        let setting = try await setting()
        let (client, head) = (setting.client, setting.head)
        let objective = try await objective(setting)
        let review = try await client.add("/v1/reviews", ["planId": .string(setting.plan), "reviewedOn": "2026-10-01"])
        for action in ["pause", "close"] {
            let body: JSON = action == "pause" ? ["reason": "Flood"] : ["outcome": "Read"]
            #expect(try await client.post("/v1/plans/\(setting.plan)/\(action)", token: head, body).status == 200)
            let answers = [
                try await client.patch("/v1/plans/\(setting.plan)", token: head, ["title": "Other"]),
                try await client.patch("/v1/objectives/\(objective)", token: head, ["title": "Other"]),
                try await client.delete("/v1/objectives/\(objective)", token: head),
                try await client.patch("/v1/reviews/\(review)", token: head, ["narrative": "Other"]),
                try await client.delete("/v1/reviews/\(review)", token: head),
                try await client.post(
                    "/v1/objectives", token: head, ["planId": .string(setting.plan), "title": "More", "area": "Reading"]),
                try await client.post("/v1/reviews", token: head, ["planId": .string(setting.plan), "reviewedOn": "2026-09-20"]),
            ]
            let allowed: JSON = action == "pause" ? ["resume", "close"] : []
            for answer in answers { #expect(answer.status == 409 && answer.json["allowedActions"] == allowed, "\(answer.text)") }
            if action == "pause" { #expect(try await client.post("/v1/plans/\(setting.plan)/resume", token: head).status == 200) }
        }
    }

    @Test("A draft and its objectives are the school's alone; activated they are seen by those who lead the partnership")
    func drafts() async throws {
        let setting = try await setting()
        let client = setting.client
        let other = try await client.token(of: client.appoint(.headteacher, at: client.addSchool(urn: "100026").id, name: "Bo Ash"))
        let draft = try await client.post(
            "/v1/plans", token: setting.head, Self.plan(setting.school, ["kind": "rapid", "occasion": "Flood"])
        ).json.text("id")
        let objective = try await client.post(
            "/v1/objectives", token: setting.head, ["planId": .string(draft), "title": "Dry", "area": "Buildings"]
        ).json.text("id")
        for path in ["/v1/plans/\(draft)", "/v1/objectives/\(objective)", "/v1/plans/\(draft)/overview"] {
            #expect(try await client.get(path, token: other).status == 404)
            #expect(try await client.get(path, token: setting.head).status == 200)
        }
        #expect(try await client.post("/v1/plans/\(draft)/activate", token: setting.head).status == 200)
        for path in ["/v1/plans/\(draft)", "/v1/objectives/\(objective)"] {
            #expect(try await client.get(path, token: other).status == 200)
        }
        #expect(try await client.patch("/v1/objectives/\(objective)", token: other, ["title": "Wet"]).status == 403)
    }

    @Test("An objective owned by several schools is edited by each one's lead")
    func jointly() async throws {
        let setting = try await setting()
        let client = setting.client
        let second = try await client.addSchool(urn: "100026").id
        let theirs = try await client.token(of: client.appoint(.headteacher, at: second, name: "Bo Ash"))
        let alone = try await objective(setting)
        let shared = try await objective(setting, ["schoolIds": [.string(second)]])
        #expect(try await client.get("/v1/objectives/\(shared)").json["schoolIds"] == [.string(setting.school), .string(second)])
        #expect(try await client.patch("/v1/objectives/\(shared)", token: theirs, ["title": "Together"]).status == 200)
        #expect(try await client.patch("/v1/objectives/\(alone)", token: theirs, ["title": "Mine"]).status == 403)
        let listed = try await client.get("/v1/objectives?schoolId=\(second)", token: theirs).json["items"]?.arrayValue ?? []
        #expect(listed.map { $0.text("id") } == [shared])
    }

    @Test("An objective with recorded progress isn't deleted, and the refusal says which")
    func progress() async throws {
        let setting = try await setting()
        let (client, head) = (setting.client, setting.head)
        let measure: JSON = ["measure": "Readers", "unit": "percent", "baseline": 60, "target": 80]
        let step: JSON = ["what": "Buy books", "status": "toDo"]
        let fresh = try await objective(setting, ["successMeasures": [measure], "actions": [step]])
        #expect(try await client.delete("/v1/objectives/\(fresh)", token: head).status == 204)
        let reached = try await objective(
            setting,
            [
                "successMeasures": [["measure": "Readers", "unit": "percent", "actual": 70]],
                "actions": [["what": "Buy", "status": "done"]],
            ])
        let refused = try await client.delete("/v1/objectives/\(reached)", token: head)
        #expect(refused.status == 409 && codes(refused) == ["progress-recorded", "progress-recorded"])
        let judged = try await objective(setting)
        let review: JSON = [
            "planId": .string(setting.plan), "reviewedOn": "2026-10-01",
            "judgements": [["objectiveId": .string(judged), "rating": "amber", "narrative": "Begun"]],
        ]
        let made = try await client.post("/v1/reviews", token: head, review).json.text("id")
        let because = try await client.delete("/v1/objectives/\(judged)", token: head)
        #expect(codes(because) == ["progress-recorded"] && because.json["errors"]?.arrayValue?.first?["conflictsWith"] == .string(made))
    }

    @Test("A plan has one review on a day, judging its own objectives once each, deleted only while it says nothing")
    func reviews() async throws {
        let setting = try await setting()
        let (client, head) = (setting.client, setting.head)
        let objective = try await objective(setting)
        let empty: JSON = ["planId": .string(setting.plan), "reviewedOn": "2026-10-01"]
        let first = try await client.post("/v1/reviews", token: head, empty).json.text("id")
        let second = try await client.post("/v1/reviews", token: head, empty)
        #expect(second.code == "duplicate" && second.json["errors"]?.arrayValue?.first?["conflictsWith"] == .string(first))
        #expect(try await client.delete("/v1/reviews/\(first)", token: head).status == 204)
        func refused(_ change: JSON.Object) async throws -> [String] {
            var body: JSON.Object = ["planId": .string(setting.plan), "reviewedOn": "2026-10-01"]
            for (name, value) in change { body[name] = value }
            let answer = try await client.post("/v1/reviews?dryRun=true", token: head, .object(body))
            return answer.status == 201 ? [] : codes(answer)
        }
        let judgement: JSON = ["objectiveId": .string(objective), "rating": "green"]
        #expect(try await refused(["judgements": [judgement], "nextReviewOn": "2026-10-02"]) == [])
        #expect(try await refused(["judgements": [judgement, judgement]]).count == 1)
        #expect(try await refused(["judgements": [["objectiveId": "obj_01h455vb4pex5vsknk084sn02q", "rating": "red"]]]) == ["other-plan"])
        #expect(try await refused(["nextReviewOn": "2026-10-01"]) == ["not-after-review"])
        #expect(try await refused(["reviewedOn": "2026-10-03"]) == ["in-future"])
        let full = try await client.post(
            "/v1/reviews", token: head, ["planId": .string(setting.plan), "reviewedOn": "2026-10-01", "narrative": "Begun"])
        let kept = try await client.delete("/v1/reviews/\(full.json.text("id"))", token: head)
        #expect(kept.status == 409 && !codes(kept).isEmpty)
        let overview = try await client.get("/v1/plans/\(setting.plan)/overview", token: head).json
        #expect(overview["latestReview"]?["narrative"] == "Begun" && overview["objectives"]?.arrayValue?.count == 1)
    }

    @Test("An objective is raised from an area for development, in its area, and the finding keeps the link")
    func raising() async throws {
        let setting = try await setting()
        let (client, head) = (setting.client, setting.head)
        func finding(_ kind: String) async throws -> String {
            let body: JSON = [
                "schoolId": .string(setting.school), "kind": .string(kind), "area": "Reading", "subject": "english",
                "narrative": "Few books at hand.", "foundOn": "2026-10-01",
            ]
            return try await client.post("/v1/findings", token: head, body).json.text("id")
        }
        let (area, strength) = (try await finding("areaForDevelopment"), try await finding("strength"))
        let body: JSON = ["planId": .string(setting.plan), "title": "More books"]
        let raised = try await client.post("/v1/findings/\(area)/raise-objective", token: head, body)
        #expect(raised.status == 201 && raised.json["area"] == "Reading" && raised.json["subject"] == "english", "\(raised.text)")
        #expect(try await client.get("/v1/findings/\(area)", token: head).json["objectiveIds"] == [raised.json["id"] ?? .null])
        #expect(try await client.post("/v1/findings/\(strength)/raise-objective", token: head, body).code == "conflict")
        #expect(try await client.delete("/v1/findings/\(area)", token: head).status == 409)
        #expect(try await client.delete("/v1/objectives/\(raised.json.text("id"))", token: head).status == 204)
        #expect(try await client.get("/v1/findings/\(area)", token: head).json["objectiveIds"] == [])
    }

    @Test("A plan stays in the year of the priorities its objectives serve")
    func year() async throws {
        let setting = try await setting()
        let client = setting.client
        try await client.addYear()
        let priority = try await client.add("/v1/priorities", ["academicYear": "2026-27", "title": "Reading"])
        let objective = try await objective(setting, ["priorityId": .string(priority)])
        let moved = try await client.patch("/v1/plans/\(setting.plan)", token: setting.head, ["academicYear": "2027-28"])
        #expect(codes(moved) == ["other-year"] && moved.json["errors"]?.arrayValue?.first?["conflictsWith"] == .string(objective))
        #expect(try await client.patch("/v1/objectives/\(objective)", token: setting.head, ["priorityId": .null]).status == 200)
        #expect(try await client.patch("/v1/plans/\(setting.plan)", token: setting.head, ["academicYear": "2027-28"]).status == 200)
    }

    @Test("What no schema can say of findings, objectives and plans is refused by the name of its rule")
    func rules() async throws {
        let setting = try await setting()
        let (client, head) = (setting.client, setting.head)
        func refused(_ path: String, _ body: JSON.Object, _ change: JSON.Object) async throws -> [String] {
            let answer = try await client.post(path + "?dryRun=true", token: head, .object(body.merging(change) { $1 }))
            return answer.status == 201 ? [] : codes(answer)
        }
        let finding: JSON.Object = [
            "schoolId": .string(setting.school), "kind": "strength", "area": "Reading", "narrative": "All read.", "foundOn": "2026-10-01",
        ]
        #expect(try await refused("/v1/findings", finding, [:]) == [])
        #expect(try await refused("/v1/findings", finding, ["severity": 2]) == ["not-allowed"])
        #expect(try await refused("/v1/findings", finding, ["foundOn": "2026-10-03"]) == ["in-future"])
        #expect(try await refused("/v1/findings", finding, ["activityId": "act_01h455vb4pex5vsknk084sn02q"]) == ["not-found"])
        let objective: JSON.Object = ["planId": .string(setting.plan), "title": "Read", "area": "Reading"]
        let measure: JSON = ["measure": "Readers", "unit": "percent", "target": 101]
        #expect(try await refused("/v1/objectives", objective, ["successMeasures": [measure]]) == ["range"])
        #expect(try await refused("/v1/objectives", objective, ["leaderId": "per_01h455vb4pex5vsknk084sn02q"]) == ["not-found"])
        let review: JSON.Object = ["planId": .string(setting.plan), "reviewedOn": "2026-10-01"]
        let person = try await client.addPerson("Bea Lark")
        #expect(try await refused("/v1/reviews", review, ["reviewerId": .string(person), "reviewedBy": "Bea"]) == ["exclusive"])
        let plan: JSON.Object = [
            "schoolId": .string(setting.school), "academicYear": "2027-28", "title": "Plan", "startsOn": "2027-09-01",
        ]
        #expect(try await refused("/v1/plans", plan, ["occasion": "Flood"]) == ["not-allowed"])
        #expect(try await refused("/v1/plans", plan, ["endsOn": "2027-08-31"]) == ["before-start"])
    }

    @Test("Objectives stand in the order of their positions, the older first of two at one; a new one comes last")
    func order() async throws {
        let setting = try await setting()
        let (client, head) = (setting.client, setting.head)
        var made: [String] = []
        for second in 1...3 {
            client.clock.set("2026-10-02T09:00:0\(second)Z")
            made.append(try await objective(setting))
        }
        #expect(try await client.patch("/v1/objectives/\(made[2])", token: head, ["position": 10]).status == 200)
        let objectives = try await client.get("/v1/plans/\(setting.plan)/overview", token: head).json["objectives"]?.arrayValue ?? []
        #expect(objectives.map { $0.text("id") } == [made[0], made[2], made[1]])
        #expect(try await client.get("/v1/objectives/\(objective(setting))").json["position"] == 30)
    }
}
