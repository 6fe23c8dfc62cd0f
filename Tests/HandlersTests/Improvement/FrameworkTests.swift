import Core
import Domain
import HTTPTypes
import OrderedCollections
import Testing

struct FrameworkTests {
    private func codes(_ answer: TestAnswer) -> [String] { (answer.json["errors"]?.arrayValue ?? []).map { $0.text("code") } }

    @Test("A trust begins with a framework of ten processes, a draft that can be published as it is and run")
    func defaults() async throws {
        let client = try await TestClient()
        client.clock.set("2026-09-02T09:00:00Z")
        let framework = try #require(try await client.get("/v1/frameworks").json["items"]?.arrayValue?.first)
        #expect(framework["state"] == "draft" && framework["version"] == 1 && framework["seriesId"] == framework["id"])
        let id = framework.text("id")
        let processes = try await client.get("/v1/processes?frameworkId=\(id)&sort=position").json["items"]?.arrayValue ?? []
        #expect(
            processes.map { $0.text("kind") } == [
                "selfEvaluation", "schoolReview", "peerReview", "planReview", "dataReview", "moderation", "safeguardingReview",
                "lineMeeting",
                "training", "headsReport",
            ])
        // Each fits the contract and the rules as if it had been sent.
        for process in processes {
            let same = try await client.patch("/v1/processes/\(process.text("id"))", ["frequencies": process["frequencies"] ?? .null])
            #expect(same.status == 200, "\(same.text)")
        }
        #expect(try await client.patch("/v1/frameworks/\(id)", ["title": "Ours"]).status == 200)
        #expect(try await client.post("/v1/frameworks/\(id)/publish").status == 200)
        try await client.addYear()
        for urn in ["100025", "100026", "100027"] { _ = try await client.addMember(urn: urn) }
        let cycle = try await client.activeCycle(id)
        let count = try await client.get("/v1/activities?cycleId=\(cycle)&count=exact&limit=1").json["total"]?.integerValue ?? 0
        // Each school: 1 self-evaluation, 1 school, 1 peer and 1 safeguarding review, 3 plan and 3 data reviews, 3 reports, 6 meetings; all
        // together 3 moderations and 2 days of training.
        #expect(count == 3 * (1 + 1 + 1 + 1 + 3 + 3 + 3 + 6) + 3 + 2)
    }

    @Test("It is published with processes that have a frequency each; refused by the name of the rule otherwise")
    func publishing() async throws {
        let client = try await TestClient()
        let id = try await client.add("/v1/frameworks", ["title": "Ours"])
        let empty = try await client.post("/v1/frameworks/\(id)/publish")
        #expect(empty.status == 409 && codes(empty) == ["framework-without-processes"])
        let body: JSON = ["frameworkId": .string(id), "title": "Review", "kind": "schoolReview"]
        let process = try await client.add("/v1/processes", body)
        let missing = try await client.post("/v1/frameworks/\(id)/publish")
        #expect(missing.status == 409 && codes(missing) == ["framework-without-frequencies"])
        #expect(missing.json["errors"]?.arrayValue?.first?["conflictsWith"] == .string(process))
        let none: JSON = ["frequencies": [["every": "year", "times": 0]]]
        #expect(try await client.patch("/v1/processes/\(process)", none).status == 200)
        #expect(try await client.post("/v1/frameworks/\(id)/publish").status == 409)
        let yearly: JSON = ["frequencies": [["every": "year", "times": 1]]]
        #expect(try await client.patch("/v1/processes/\(process)", yearly).status == 200)
        let published = try await client.post("/v1/frameworks/\(id)/publish").json
        #expect(published["state"] == "published" && published["publishedAt"] != .null && published["allowedActions"] == ["retire"])
    }

    @Test("What is published doesn't change: not the framework, not its processes, not in a bulk")
    func immutable() async throws {
        let client = try await TestClient()
        let id = try await client.addFramework()
        let process = try #require(try await client.get("/v1/processes?frameworkId=\(id)").json["items"]?.arrayValue?.first).text("id")
        let line: JSON = ["op": "delete", "id": .string(process), "ifMatch": "*"]
        let answers = [
            try await client.patch("/v1/frameworks/\(id)", ["title": "Other"]), try await client.delete("/v1/frameworks/\(id)"),
            try await client.patch("/v1/processes/\(process)", ["title": "Other"]), try await client.delete("/v1/processes/\(process)"),
            try await client.post("/v1/processes", ["frameworkId": .string(id), "title": "More", "kind": "other"]),
        ]
        for answer in answers { #expect(answer.status == 409 && answer.json["allowedActions"] == ["retire"], "\(answer.text)") }
        let bulk = try await client.send(
            .post, "/v1/processes/bulk", body: line.bytes, headers: ["Content-Type": "application/x-ndjson"])
        #expect(bulk.status == 422, "\(bulk.text)")
    }

    @Test("A new version is a draft with a copy of each process; one at a time")
    func revise() async throws {
        let client = try await TestClient()
        let id = try await client.addFramework([.review, .peerReview])
        let answer = try await client.post("/v1/frameworks/\(id)/revise")
        let next = answer.json
        #expect(answer.status == 201 && next["version"] == 2 && next["previousId"] == .string(id) && next["seriesId"] == .string(id))
        #expect(next["state"] == "draft" && next["publishedAt"] == .null)
        let copies = try await client.get("/v1/processes?frameworkId=\(next.text("id"))").json["items"]?.arrayValue ?? []
        #expect(copies.map { $0.text("kind") }.sorted() == ["peerReview", "schoolReview"])
        #expect(try await client.post("/v1/frameworks/\(id)/revise").status == 409)
        #expect(try await client.post("/v1/frameworks/\(next.text("id"))/revise").status == 409)
        #expect(try await client.patch("/v1/processes/\(copies[0].text("id"))", ["title": "Changed"]).status == 200)
        #expect(try await client.post("/v1/frameworks/\(next.text("id"))/publish").status == 200)
        #expect(try await client.post("/v1/frameworks/\(id)/revise").json["version"] == 3)
    }

    @Test("A frequency is for a stage or a tier or all others, each once, and of codes there are")
    func frequencies() async throws {
        let client = try await TestClient()
        let id = try await client.add("/v1/frameworks", ["title": "Ours"])
        func refused(_ frequencies: JSON, _ more: JSON.Object = [:]) async throws -> [String] {
            var body: JSON.Object = ["frameworkId": .string(id), "title": "Review", "kind": "other", "frequencies": frequencies]
            for (name, value) in more { body[name] = value }
            let answer = try await client.post("/v1/processes?dryRun=true", token: client.integration, .object(body))
            return answer.status == 201 ? [] : codes(answer)
        }
        #expect(try await refused([["every": "year", "times": 1], ["tier": "intensive", "every": "term", "times": 1]]) == [])
        #expect(try await refused([["stage": "repair", "tier": "intensive", "every": "year", "times": 1]]) == ["stage-and-tier"])
        #expect(try await refused([["every": "year", "times": 1], ["every": "term", "times": 1]]) == ["duplicate"])
        #expect(try await refused([["stage": "nonsense", "every": "year", "times": 1]]) == ["unknown-code"])
        #expect(try await refused([["every": "week", "times": 13]]).count == 2)
        #expect(try await refused([], ["isShared": true, "needsPartner": true]) == ["shared"])
        #expect(try await refused([], ["kind": "peerReview"]) == ["peer-review"])
    }

    @Test("A priority is of a recorded year, once by its title; an objective of that year may serve it")
    func priorities() async throws {
        let client = try await TestClient()
        client.clock.set("2026-09-02T09:00:00Z")
        try await client.addYear()
        let body: JSON = ["academicYear": "2026-27", "title": "Reading"]
        let id = try await client.add("/v1/priorities", body)
        #expect(try await client.post("/v1/priorities", token: client.integration, body).code == "duplicate")
        let unknown: JSON = ["academicYear": "2031-32", "title": "Reading"]
        #expect(codes(try await client.post("/v1/priorities", token: client.integration, unknown)) == ["not-found"])
        #expect(try await client.get("/v1/priorities/\(id)").json["position"] == 10)
        let school = try await client.addSchool(urn: "100025").id
        func objective(_ year: String) async throws -> TestAnswer {
            let plan: JSON = [
                "schoolId": .string(school), "academicYear": .string(year), "title": .string("Plan \(year)"), "startsOn": "2026-09-01",
            ]
            let made = try await client.add("/v1/plans", plan)
            let body: JSON = ["planId": .string(made), "title": "Read", "area": "Reading", "priorityId": .string(id)]
            return try await client.post("/v1/objectives", token: client.integration, body)
        }
        #expect(try await objective("2026-27").status == 201)
        #expect(codes(try await objective("2025-26")) == ["other-year"])
        #expect(try await client.delete("/v1/priorities/\(id)").code == "conflict")
    }

    @Test("A self-evaluation speaks the language of one regime, and is finished when each area has its grade or doesn't apply")
    func selfEvaluation() async throws {
        let client = try await TestClient()
        client.clock.set("2026-09-02T09:00:00Z")
        let school = try await client.addSchool(urn: "100025").id
        let (head, other) = (
            try await client.token(of: client.appoint(.headteacher, at: school)),
            try await client.token(of: client.appoint(.headteacher, at: client.addSchool(urn: "100026").id, name: "Bo Ash"))
        )
        let body: JSON = [
            "schoolId": .string(school), "regime": "graded", "asAt": "2025-06-01",
            "judgements": [["area": "qualityOfEducation", "grade": "2", "evidence": "Books"]], "notApplicable": ["sixthForm"],
        ]
        let made = try await client.post("/v1/self-evaluations", token: head, body)
        #expect(made.status == 201, "\(made.text)")
        let path = "/v1/self-evaluations/\(made.json.text("id"))"
        #expect(try await client.get(path, token: other).status == 404)
        let early = try await client.post(path + "/finish", token: head)
        #expect(early.status == 409 && Set(codes(early)) == ["area-without-grade"] && codes(early).count == 4)
        for (change, code) in [
            (["judgements": [["area": "inclusion", "grade": "2"]]] as JSON, "unknown-code"),
            (["judgements": [["area": "qualityOfEducation", "grade": "exceptional"]]], "unknown-code"),
            (["judgements": [["area": "sixthForm", "grade": "2"]]], "duplicate"),
            (["asAt": "2026-01-01"], "outside-regime"), (["asAt": "2026-10-01"], "in-future"), (["regime": "ungraded"], "no-areas"),
        ] {
            let answer = try await client.patch(path, token: head, change)
            #expect(answer.status == 422 && codes(answer).contains(code), "\(code): \(answer.text)")
        }
        let whole: JSON = [
            "judgements": .array(
                ["qualityOfEducation", "behaviourAndAttitudes", "personalDevelopment", "leadershipAndManagement"].map {
                    ["area": .string($0), "grade": "2"]
                }), "notApplicable": ["sixthForm", "earlyYears"],
        ]
        #expect(try await client.patch(path, token: head, whole).status == 200)
        #expect(try await client.post(path + "/finish", token: head).json["state"] == "finished")
        #expect(try await client.get(path, token: other).status == 200)
        #expect(try await client.patch(path, token: head, ["summary": "Later"]).status == 409)
    }

    @Test("Safeguarding has no grade: where a regime asks for it, it is met or not")
    func safeguarding() async throws {
        let client = try await TestClient()
        client.clock.set("2026-09-02T09:00:00Z")
        let school = try await client.addSchool(urn: "100025").id
        let areas = [
            "inclusion", "curriculumAndTeaching", "achievement", "attendanceAndBehaviour", "personalDevelopmentAndWellbeing",
            "leadershipAndGovernance",
        ]
        let body: JSON = [
            "schoolId": .string(school), "regime": "reportCard", "asAt": "2026-09-01", "notApplicable": ["earlyYears", "postSixteen"],
            "judgements": .array(areas.map { ["area": .string($0), "grade": "expectedStandard"] }),
        ]
        let path = "/v1/self-evaluations/\(try await client.add("/v1/self-evaluations", body))"
        let judged: JSON = ["judgements": [["area": "safeguarding", "grade": "strongStandard"]]]
        #expect(codes(try await client.patch(path, token: client.integration, judged)) == ["not-allowed"])
        let without: JSON = ["notApplicable": ["earlyYears", "postSixteen", "safeguarding"]]
        #expect(codes(try await client.patch(path, token: client.integration, without)) == ["not-allowed"])
        #expect(codes(try await client.post(path + "/finish", token: client.integration)) == ["area-without-grade"])
        #expect(try await client.patch(path, token: client.integration, ["safeguarding": "met"]).status == 200)
        #expect(try await client.post(path + "/finish", token: client.integration).json["state"] == "finished")
        let graded: JSON = ["schoolId": .string(school), "regime": "graded", "asAt": "2025-06-01", "safeguarding": "met"]
        #expect(codes(try await client.post("/v1/self-evaluations", token: client.integration, graded)) == ["not-allowed"])
    }
}
