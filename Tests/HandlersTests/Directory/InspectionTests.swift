import Core
import Domain
import OrderedCollections
import Testing

struct InspectionTests {
    private func reportCard(_ school: String, _ change: JSON.Object = [:]) -> JSON {
        var body: JSON.Object = [
            "schoolId": .string(school), "regime": "reportCard", "visitType": "full", "inspectedOn": "2026-01-20",
            "judgements": [
                ["area": "inclusion", "grade": "strongStandard"], ["area": "achievement", "grade": "expectedStandard"],
            ],
            "safeguarding": "met",
        ]
        for (name, value) in change { body[name] = value }
        return .object(body)
    }

    /// The codes of the errors by where they point, in order.
    private func errors(_ answer: TestAnswer) -> [String] {
        (answer.json["errors"]?.arrayValue ?? []).map { "\($0["pointer"]?.stringValue ?? "") \($0["code"]?.stringValue ?? "")" }
    }

    private func client() async throws -> (TestClient, School) {
        let client = try await TestClient()
        client.clock.set("2026-11-24T12:00:00Z")
        return (client, try await client.addSchool(urn: "100025"))
    }

    @Test("Each regime takes an outcome in its own terms")
    func regimes() async throws {
        let (client, school) = try await client()
        let card = try await client.post("/v1/inspections", reportCard(school.id))
        #expect(card.status == 201 && card.json["inspectedUrn"] == "100025" && card.json["overallEffectiveness"] == .null, "\(card.text)")
        let graded: JSON = [
            "schoolId": .string(school.id), "regime": "graded", "visitType": "full", "inspectedUrn": "100001",
            "inspectedOn": "2023-03-01",
            "publishedOn": "2023-04-01", "judgements": [["area": "qualityOfEducation", "grade": "2"]], "overallEffectiveness": "2",
            "sourceUrl": "https://reports.example/1",
        ]
        #expect(try await client.post("/v1/inspections", graded).json["inspectedUrn"] == "100001")
        let earlier: JSON = [
            "schoolId": .string(school.id), "regime": "earlierGraded", "visitType": "full", "inspectedOn": "2013-03-01",
            "judgements": [["area": "achievementOfPupils", "grade": "4"]], "overallEffectiveness": "4",
            "categoryOfConcern": "specialMeasures",
        ]
        #expect(try await client.post("/v1/inspections", earlier).status == 201)
        let ungraded: JSON = [
            "schoolId": .string(school.id), "regime": "ungraded", "visitType": "ungraded", "inspectedOn": "2025-03-01",
            "outcomeText": "The school has taken effective action to maintain standards.",
        ]
        #expect(try await client.post("/v1/inspections", ungraded).status == 201)
        #expect(try await client.get("/v1/inspections?categoryOfConcern.isNull=false&count=exact").json["total"] == 1)
    }

    @Test("An area or grade of another regime is refused, never converted")
    func otherRegime() async throws {
        let (client, school) = try await client()
        let judgements: JSON = [
            ["area": "inclusion", "grade": "2"], ["area": "qualityOfEducation", "grade": "exceptional"],
            ["area": "achievement", "grade": "exceptional"],
        ]
        let answer = try await client.post("/v1/inspections", reportCard(school.id, ["judgements": judgements]))
        #expect(answer.status == 422 && errors(answer) == ["/judgements/1/area unknown-code", "/judgements/0/grade unknown-code"])
        #expect(answer.text.contains("exceptional, strongStandard, expectedStandard, needsAttention, urgentImprovement"))
        let id = try await client.add("/v1/inspections", reportCard(school.id))
        let changed = try await client.patch("/v1/inspections/\(id)", ["regime": "graded"])
        #expect(changed.status == 422 && errors(changed).contains("/judgements/0/grade unknown-code"), "\(changed.text)")
    }

    @Test("No area is judged twice, and what is a member of its own is no judgement")
    func areas() async throws {
        let (client, school) = try await client()
        let judgements: JSON = [
            ["area": "inclusion", "grade": "exceptional"], ["area": "inclusion", "grade": "needsAttention"],
            ["area": "safeguarding", "grade": "exceptional"],
        ]
        let answer = try await client.post("/v1/inspections", reportCard(school.id, ["judgements": judgements]))
        #expect(errors(answer) == ["/judgements/1/area duplicate", "/judgements/2/area not-allowed"])
    }

    @Test("The day must be one of the regime's, not to come, and not after publication")
    func days() async throws {
        let (client, school) = try await client()
        func errors(_ change: JSON.Object) async throws -> [String] {
            self.errors(try await client.post("/v1/inspections", reportCard(school.id, change)))
        }
        #expect(try await errors(["inspectedOn": "2025-11-09"]) == ["/inspectedOn outside-regime"])
        #expect(try await errors(["inspectedOn": "2026-11-25"]) == ["/inspectedOn in-future"])
        #expect(try await errors(["publishedOn": "2026-01-19"]) == ["/publishedOn before-inspection"])
        #expect(try await client.post("/v1/inspections", reportCard(school.id, ["inspectedOn": "2025-11-10"])).status == 201)
    }

    @Test("Overall effectiveness is given where and while the regime has it, safeguarding only on report cards, a text only without grades")
    func ownMembers() async throws {
        let (client, school) = try await client()
        func answer(_ change: JSON.Object) async throws -> TestAnswer {
            var body: JSON.Object = ["schoolId": .string(school.id), "visitType": "full"]
            for (name, value) in change { body[name] = value }
            return try await client.post("/v1/inspections?dryRun=true", .object(body))
        }
        #expect(try await answer(["regime": "graded", "inspectedOn": "2024-08-31", "overallEffectiveness": "1"]).status == 201)
        let late = try await answer(["regime": "graded", "inspectedOn": "2024-09-01", "overallEffectiveness": "1"])
        #expect(errors(late) == ["/overallEffectiveness not-allowed"] && late.text.contains("until 2024-08-31"))
        let card = try await answer(["regime": "reportCard", "inspectedOn": "2026-01-20", "overallEffectiveness": "exceptional"])
        #expect(errors(card) == ["/overallEffectiveness not-allowed"])
        let safe = try await answer(["regime": "graded", "inspectedOn": "2024-08-31", "safeguarding": "met"])
        #expect(errors(safe) == ["/safeguarding not-allowed"])
        let text = try await answer(["regime": "graded", "inspectedOn": "2024-08-31", "outcomeText": "Good."])
        #expect(errors(text) == ["/outcomeText not-allowed"])
        #expect(errors(try await answer(["regime": "ungraded", "inspectedOn": "2024-08-31"])) == ["/outcomeText required"])
    }

    @Test("All that is wrong with an outcome is said at once")
    func allErrors() async throws {
        let (client, _) = try await client()
        let body: JSON = [
            "schoolId": "sch_1", "regime": "thumbs", "visitType": "tea", "inspectedOn": "2027-01-01", "categoryOfConcern": "none",
        ]
        let answer = try await client.post("/v1/inspections", token: client.integration, body)
        #expect(Set(answer.places) == ["/schoolId", "/regime", "/visitType", "/inspectedOn", "/categoryOfConcern"])
        let shape = try await client.post(
            "/v1/inspections",
            reportCard(
                "sch_1", ["inspectedUrn": "12345", "sourceUrl": "file:///etc", "safeguarding": "maybe", "relativeToJoining": "after"]))
        #expect(Set(shape.places) == ["/inspectedUrn", "/sourceUrl", "/safeguarding", "/relativeToJoining"], "\(shape.text)")
    }

    @Test("The same visit of a school is recorded once, and the other is named")
    func duplicate() async throws {
        let (client, school) = try await client()
        let id = try await client.add("/v1/inspections", reportCard(school.id))
        let again = try await client.post("/v1/inspections", reportCard(school.id, ["inspectedUrn": "100001"]))
        #expect(again.status == 409 && again.code == "duplicate")
        #expect(again.json["errors"]?.arrayValue?.first?["conflictsWith"] == .string(id))
        let monitoring = try await client.add("/v1/inspections", reportCard(school.id, ["visitType": "monitoring"]))
        #expect(try await client.patch("/v1/inspections/\(monitoring)", ["visitType": "full"]).status == 409)
    }

    @Test("Before or after joining follows the memberships, also when they are corrected or removed")
    func relativeToJoining() async throws {
        let (client, school) = try await client()
        let id = try await client.add("/v1/inspections", reportCard(school.id))
        func relation() async throws -> JSON? { try await client.get("/v1/inspections/\(id)").json["relativeToJoining"] }
        #expect(try await relation() == "unknown")
        let membership = try await client.add("/v1/memberships", ["schoolId": .string(school.id), "startsOn": "2026-01-20"])
        #expect(try await relation() == "after")
        for (day, expected) in [(JSON.string("2026-01-21"), JSON.string("before")), (.null, "unknown"), ("2020-01-01", "after")] {
            #expect(try await client.patch("/v1/memberships/\(membership)", ["startsOn": day]).status == 200)
            #expect(try await relation() == expected, "\(day)")
        }
        #expect(try await client.patch("/v1/inspections/\(id)", ["inspectedOn": "2025-11-11"]).json["relativeToJoining"] == "after")
        #expect(try await client.delete("/v1/memberships/\(membership)").status == 204)
        #expect(try await relation() == "unknown")
        #expect(try await client.get("/v1/inspections?relativeToJoining=unknown&count=exact").json["total"] == 1)
    }

    @Test("A school shows its last outcome, or that it is not yet inspected")
    func expansion() async throws {
        let (client, school) = try await client()
        let path = "/v1/schools/urn:100025?expand=inspection"
        #expect(try await client.get(path).json["inspection"] == ["status": "notYetInspected", "latest": .null])
        _ = try await client.add("/v1/inspections", reportCard(school.id))
        let last = try await client.add("/v1/inspections", reportCard(school.id, ["inspectedOn": "2026-06-01"]))
        let now = try await client.get(path).json["inspection"]
        #expect(now?["status"] == "inspected" && now?["latest"]?["id"] == .string(last))
        #expect(try await client.get(path + "&asOf=2026-05-31").json["inspection"]?["latest"]?["inspectedOn"] == "2026-01-20")
        let list = try await client.get("/v1/schools?expand=inspection,stage")
        #expect(list.json["items"]?.arrayValue?.first?["inspection"]?["status"] == "inspected")
        let narrow = try await client.token(scopes: ["schools:read"])
        #expect(try await client.get(path, token: narrow).json["inspection"] == .null)
    }

    @Test("A school's lead and the trust's own record outcomes; another school's lead doesn't; everyone signed in reads them")
    func rights() async throws {
        let (client, school) = try await client()
        let other = try await client.addSchool(urn: "100026")
        for (role, place, status) in [
            (Role.headteacher, school.id as String?, 201), (.headteacher, other.id, 403), (.improvementLead, nil, 201),
            (.teacher, school.id, 403), (.trustee, nil, 403),
        ] {
            let token = try await client.token(of: client.appoint(role, at: place))
            let answer = try await client.post("/v1/inspections?dryRun=true", token: token, reportCard(school.id))
            #expect(answer.status == status, "\(role): \(answer.text)")
            #expect(try await client.get("/v1/inspections", token: token).status == 200)
        }
    }

    @Test("A code an outcome uses is in use only within its regime")
    func codeInUse() async throws {
        let (client, school) = try await client()
        let graded: JSON = [
            "schoolId": .string(school.id), "regime": "graded", "visitType": "full", "inspectedOn": "2023-03-01",
            "judgements": [["area": "earlyYears", "grade": "2"]], "overallEffectiveness": "3",
        ]
        _ = try await client.add("/v1/inspections", graded)
        for code in ["evaluation-areas:graded:earlyYears", "evaluation-grades:graded:2", "evaluation-grades:graded:3", "visit-types:full"] {
            #expect(try await client.delete("/v1/code-items/\(code)").status == 409, "\(code)")
        }
        for code in ["evaluation-areas:reportCard:earlyYears", "evaluation-grades:earlierGraded:2", "evaluation-grades:graded:1"] {
            #expect(try await client.delete("/v1/code-items/\(code)").status == 204, "\(code)")
        }
    }
}
