import Core
import Domain
import OrderedCollections
import Testing

@Suite("Support") struct SupportTests {
    private struct Setting {
        let client: TestClient
        /// Gives, receives, looks on.
        let schools: [String]
        let heads: [String]
        let lead: String
    }

    private func setting() async throws -> Setting {
        let client = try await TestClient()
        client.clock.set("2026-10-02T09:00:00Z")
        try await client.addYear()
        var (schools, heads): ([String], [String]) = ([], [])
        for urn in ["100025", "100026", "100027"] {
            let school = try await client.addMember(urn: urn)
            schools.append(school)
            heads.append(try await client.token(of: client.appoint(.headteacher, at: school, name: "Head of \(urn)")))
        }
        return Setting(
            client: client, schools: schools, heads: heads,
            lead: try await client.token(of: client.appoint(.improvementLead, name: "Ida Lead")))
    }

    private func codes(_ answer: TestAnswer) -> [String] { (answer.json["errors"]?.arrayValue ?? []).map { $0.text("code") } }

    private func deployment(_ setting: Setting, _ change: JSON.Object = [:]) -> JSON {
        var body: JSON.Object = [
            "providerSchoolId": .string(setting.schools[0]), "receivingSchoolId": .string(setting.schools[1]), "subject": "english",
            "purpose": "Reading", "startsOn": "2026-09-07", "endsOn": "2026-12-18", "daysPlanned": 6,
        ]
        for (name, value) in change { body[name] = value }
        return .object(body)
    }

    @Test("From a finding to a need, an offer, a deployment, three days given and a balance both can read")
    func whole() async throws {
        let setting = try await setting()
        let (client, giver, receiver) = (setting.client, setting.heads[0], setting.heads[1])
        let finding = try await client.post(
            "/v1/findings", token: receiver,
            [
                "schoolId": .string(setting.schools[1]), "kind": "areaForDevelopment", "area": "Reading", "subject": "english",
                "narrative": "Few books at hand.", "foundOn": "2026-10-01",
            ]
        ).json.text("id")
        let need = try await client.post(
            "/v1/findings/\(finding)/raise-need", token: receiver, ["title": "Help with reading", "urgency": "high"])
        #expect(need.status == 201 && need.json["findingId"] == .string(finding) && need.json["description"] == "Few books at hand.")
        let offer = try await client.post(
            "/v1/offers", token: giver,
            [
                "schoolId": .string(setting.schools[0]), "title": "Reading", "subject": "english", "daysPerTerm": 5,
                "startsOn": "2026-09-01",
                "evidence": [["kind": "review", "note": "Every child reads."]],
            ]
        ).json.text("id")
        let matches = try await client.get("/v1/needs/\(need.json.text("id"))/matches", token: receiver).json
        #expect(matches["term"] == "Autumn term" && matches["items"]?.arrayValue?.map { $0["offerId"] } == [.string(offer)])
        let made = try await client.post(
            "/v1/deployments", token: receiver,
            deployment(setting, ["needId": need.json["id"] ?? .null, "offerId": .string(offer), "subject": .null]))
        #expect(made.status == 201 && made.json["subject"] == "english", "\(made.text)")
        #expect(try await client.get("/v1/needs/\(need.json.text("id"))").json["state"] == "matched")
        let path = "/v1/deployments/\(made.json.text("id"))"
        #expect(try await client.post(path + "/prepare", token: setting.lead).status == 200)
        #expect(try await client.post(path + "/confirm-capacity", token: giver, ["isConfirmed": true]).status == 200)
        #expect(try await client.post(path + "/answer-conflict", token: receiver, ["exists": false]).status == 200)
        #expect(try await client.post(path + "/deploy", token: setting.lead).json["state"] == "deployed")
        for day in ["2026-09-14", "2026-09-21", "2026-09-28"] {
            let entry: JSON = ["deploymentId": made.json["id"] ?? .null, "day": .string(day), "days": 1]
            #expect(try await client.post("/v1/time-entries", token: giver, entry).status == 201)
        }
        let balance = try await client.get("/v1/support-balance", token: receiver).json["items"]?.arrayValue ?? []
        func row(_ school: Int, _ term: JSON) -> JSON? {
            balance.first { $0["schoolId"] == .string(setting.schools[school]) && $0["term"] == term }
        }
        #expect(row(0, "Autumn term")?["daysGiven"] == 3 && row(0, .null)?["daysGiven"] == 3 && row(0, "Spring term")?["daysGiven"] == 0)
        #expect(row(1, .null)?["daysReceived"] == 3 && row(1, .null)?["daysGiven"] == 0 && row(2, .null)?["daysReceived"] == 0)
        let csv = try await client.get("/v1/support-balance", token: receiver, headers: ["Accept": "text/csv"])
        #expect(csv.text.hasPrefix("schoolId,schoolName,term,"), "\(csv.text.prefix(200))")
        let view = try await client.get("/v1/schools/\(setting.schools[1])/improvement", token: receiver).json
        #expect(view["openNeeds"]?.arrayValue?.count == 1 && view["supportReceived"]?.arrayValue?.count == 1 && view["plan"] == .null)
        #expect(try await client.post(path + "/complete", token: receiver, ["impact": 4, "evaluation": "They read."]).status == 200)
        #expect(
            try await client.post("/v1/needs/\(need.json.text("id"))/meet", token: receiver, ["outcome": "They read."]).json["state"]
                == "met")
    }

    @Test("It isn't deployed before capacity and conflict of interest are answered; the rule is named")
    func answers() async throws {
        let setting = try await setting()
        let client = setting.client
        let id = try await client.post("/v1/deployments", token: setting.lead, deployment(setting)).json.text("id")
        let path = "/v1/deployments/\(id)"
        #expect(try await client.post(path + "/prepare", token: setting.lead).status == 200)
        func refused() async throws -> [String] {
            let answer = try await client.post(path + "/deploy?dryRun=true", token: setting.lead)
            return answer.status == 409 ? codes(answer) : []
        }
        #expect(try await refused() == ["capacity-not-answered", "conflict-of-interest-not-answered"])
        // The receiver can't say for the giver that there are days to give.
        #expect(try await client.post(path + "/confirm-capacity", token: setting.heads[1], ["isConfirmed": true]).status == 403)
        #expect(try await client.post(path + "/confirm-capacity", token: setting.heads[0], ["isConfirmed": false]).status == 200)
        #expect(try await client.post(path + "/answer-conflict", token: setting.heads[1], ["exists": true]).status == 200)
        #expect(try await refused() == ["capacity-not-confirmed", "conflict-of-interest"])
        #expect(try await client.post(path + "/confirm-capacity", token: setting.heads[0], ["isConfirmed": true]).status == 200)
        #expect(
            try await client.post(path + "/answer-conflict", token: setting.heads[1], ["exists": true, "note": "Ida decides."]).status
                == 200)
        #expect(try await refused() == [])
        // Only those who run the trust's support begin it.
        #expect(try await client.post(path + "/deploy", token: setting.heads[0]).status == 403)
        #expect(try await client.post(path + "/deploy", token: setting.lead).status == 200)
    }

    @Test("A school doesn't support itself, and need and offer are of those who receive and give")
    func refused() async throws {
        let setting = try await setting()
        let client = setting.client
        func codes(_ change: JSON.Object) async throws -> [String] {
            let answer = try await client.post("/v1/deployments?dryRun=true", token: setting.lead, deployment(setting, change))
            return answer.status == 201 ? [] : self.codes(answer)
        }
        #expect(try await codes([:]) == [])
        #expect(try await codes(["receivingSchoolId": .string(setting.schools[0])]) == ["supports-itself"])
        let need = try await client.add("/v1/needs", ["schoolId": .string(setting.schools[2]), "title": "Music", "subject": "music"])
        let offer = try await client.add(
            "/v1/offers",
            ["schoolId": .string(setting.schools[2]), "title": "Music", "subject": "music", "daysPerTerm": 1, "startsOn": "2026-09-01"])
        #expect(try await codes(["needId": .string(need)]) == ["other-school"])
        #expect(try await codes(["offerId": .string(offer)]) == ["other-provider"])
        #expect(try await client.post("/v1/needs/\(need)/withdraw", ["reason": "Solved"]).status == 200)
        #expect(try await codes(["needId": .string(need), "receivingSchoolId": .string(setting.schools[2])]) == ["need-withdrawn"])
        #expect(try await codes(["needId": "ned_01h455vb4pex5vsknk084sn02q"]) == ["not-found"])
    }

    @Test("Time outside the deployment, before it begins or after it is over, is refused by the name of the rule")
    func time() async throws {
        let setting = try await setting()
        let client = setting.client
        let id = try await client.add("/v1/deployments", deployment(setting))
        let person = try await client.addPerson("Bea Lark")
        func post(_ day: String, _ days: Double = 1) async throws -> TestAnswer {
            let entry: JSON = ["deploymentId": .string(id), "personId": .string(person), "day": .string(day), "days": .double(days)]
            return try await client.post("/v1/time-entries", token: setting.heads[0], entry)
        }
        let early = try await post("2026-09-14")
        #expect(early.status == 409 && early.json["allowedActions"]?.arrayValue?.contains("prepare") == true)
        _ = try await client.deploy(id)
        #expect(codes(try await post("2026-09-06")) == ["outside-deployment"])
        #expect(codes(try await post("2026-10-03")) == ["in-future"])
        let first = try await post("2026-09-14", 0.75)
        #expect(first.status == 201)
        #expect(codes(try await post("2026-09-14", 0.5)) == ["more-than-a-day"])
        #expect(try await post("2026-09-14", 0.3).status == 422)
        #expect(try await client.post("/v1/deployments/\(id)/cancel", token: setting.lead, ["reason": "Flood"]).status == 200)
        #expect(try await post("2026-09-15").status == 409)
        #expect(try await client.delete("/v1/time-entries/\(first.json.text("id"))", token: setting.heads[0]).status == 409)
        #expect(try await client.get("/v1/time-entries/\(first.json.text("id"))", token: setting.heads[2]).status == 200)
    }

    @Test("Matches come with reasons and the records they rest on, the most evidence first, never the school itself, whatever its size")
    func matching() async throws {
        let setting = try await setting()
        let (client, schools) = (setting.client, setting.schools)
        let need = try await client.add(
            "/v1/needs",
            ["schoolId": .string(schools[1]), "title": "Reading", "subject": "english", "regime": "graded", "area": "qualityOfEducation"])
        func offer(_ school: Int, _ subject: String = "english") async throws -> String {
            try await client.add(
                "/v1/offers",
                [
                    "schoolId": .string(schools[school]), "title": .string("From \(school)"), "subject": .string(subject), "daysPerTerm": 3,
                    "startsOn": "2026-09-01",
                ])
        }
        let (first, own, other) = (try await offer(0), try await offer(1), try await offer(2, "music"))
        let strength = try await client.add(
            "/v1/findings",
            [
                "schoolId": .string(schools[2]), "kind": "strength", "area": "Reading", "subject": "english", "narrative": "All read.",
                "foundOn": "2026-09-20",
            ])
        let inspection = try await client.add(
            "/v1/inspections",
            [
                "schoolId": .string(schools[2]), "regime": "graded", "visitType": "full", "inspectedOn": "2025-10-10",
                "judgements": [["area": "qualityOfEducation", "grade": "2"]],
            ])
        let items = try await client.get("/v1/needs/\(need)/matches", token: setting.heads[1]).json["items"]?.arrayValue ?? []
        #expect(items.map { $0["schoolId"] } == [.string(schools[2]), .string(schools[0])])
        #expect(items.map { $0["offerId"] } == [.null, .string(first)] && ![own, other].contains(items.first?.text("offerId") ?? ""))
        #expect(items.first?["points"] == 21 && items.last?["points"] == 6)
        #expect(items.first?["reasons"]?.arrayValue?.map { $0["resourceId"] } == [.string(strength), .string(inspection)])
        #expect(items.last?["capacity"] == ["offered": 3, "planned": 0, "remaining": 3])
        // A governor of the needing school sees the need, but not what a review found elsewhere.
        let governor = try await client.token(of: client.appoint(.governor, at: schools[1], name: "Gus Board"))
        let seen = try await client.get("/v1/needs/\(need)/matches", token: governor).json["items"]?.arrayValue ?? []
        #expect(seen.flatMap { $0["reasons"]?.arrayValue ?? [] }.allSatisfy { $0["kind"] != "finding" } && seen.count == 2)
    }

    @Test("An alert is only about giving more than was offered, and only for the giver's lead and those who run the trust's support")
    func alerts() async throws {
        let setting = try await setting()
        let client = setting.client
        _ = try await client.add(
            "/v1/offers",
            ["schoolId": .string(setting.schools[0]), "title": "Reading", "subject": "english", "daysPerTerm": 5, "startsOn": "2026-09-01"])
        let id = try await client.add("/v1/deployments", deployment(setting))
        func alerts(_ token: String) async throws -> [JSON] {
            try await client.get("/v1/support-alerts", token: token).json["items"]?.arrayValue ?? []
        }
        // What is only considered takes no days.
        #expect(try await alerts(setting.lead).isEmpty)
        _ = try await client.deploy(id)
        let alert = try await alerts(setting.heads[0])
        #expect(alert.count == 1 && alert[0]["term"] == "Autumn term" && alert[0]["daysPlanned"] == 6 && alert[0]["daysOffered"] == 5)
        #expect(alert.first?["deploymentIds"] == [.string(id)])
        #expect(try await alerts(setting.lead).count == 1)
        let csv = try await client.get("/v1/support-alerts", token: setting.lead, headers: ["Accept": "text/csv"])
        #expect(csv.text.hasPrefix("schoolId,term,startsOn,") && csv.text.split(separator: "\r\n").count == 2, "\(csv.text)")
        for other in setting.heads.dropFirst() { #expect(try await alerts(other).isEmpty) }
    }

    @Test("What names somebody goes on when they are erased; they can't be named anew")
    func erased() async throws {
        let setting = try await setting()
        let client = setting.client
        let person = try await client.addPerson("Bea Lark")
        let body: JSON = [
            "personId": .string(person), "title": "Reading", "subject": "english", "daysPerTerm": 1, "startsOn": "2026-09-01",
        ]
        let offer = try await client.add("/v1/offers", body)
        let last = try await client.add(
            "/v1/offers",
            [
                "personId": .string(person), "title": "Writing", "subject": "english", "daysPerTerm": 1, "startsOn": "2026-09-01",
                "endsOn": "2026-12-18",
            ])
        #expect(try await client.post("/v1/offers/\(offer)/withdraw", ["reason": "Retired"]).json["endsOn"] == "2026-10-02")
        client.clock.set("2099-01-01T00:00:00Z")
        let erasure = try await client.post("/v1/people/\(person)/erase", token: client.officer(), ["reason": "Asked for"])
        #expect(erasure.status == 200, "\(erasure.text)")
        #expect(try await client.post("/v1/offers/\(last)/pause", ["reason": "Gone"]).status == 200)
        #expect(codes(try await client.post("/v1/offers", token: client.integration, body)) == ["erased"])
    }

    @Test("What others refer to isn't deleted: the refusal names their kind")
    func referrers() async throws {
        let setting = try await setting()
        let (client, school) = (setting.client, setting.schools[1])
        let body: JSON = [
            "schoolId": .string(school), "kind": "areaForDevelopment", "area": "Reading", "narrative": "Few books.",
            "foundOn": "2026-10-01",
        ]
        let finding = try await client.add("/v1/findings", body)
        let need = try await client.post("/v1/findings/\(finding)/raise-need", ["title": "Help"]).json.text("id")
        let refused = try await client.delete("/v1/findings/\(finding)")
        #expect(refused.code == "conflict" && refused.json.text("detail").contains("of the type need"), "\(refused.text)")
        #expect(try await client.delete("/v1/needs/\(need)").status == 204)
        #expect(try await client.delete("/v1/findings/\(finding)").status == 204)
        let cycle = try await client.draftCycle(client.addFramework(), ["schoolIds": [.string(school)]])
        let plan: JSON = [
            "schoolId": .string(school), "cycleId": .string(cycle), "academicYear": "2026-27", "title": "Plan", "startsOn": "2026-09-01",
        ]
        _ = try await client.add("/v1/plans", plan)
        #expect(try await client.delete("/v1/cycles/\(cycle)").code == "conflict")
    }

    @Test("Only those who lead the partnership see needs, deployments and time; offers are for everyone")
    func audience() async throws {
        let setting = try await setting()
        let client = setting.client
        let need = try await client.add("/v1/needs", ["schoolId": .string(setting.schools[1]), "title": "Reading", "subject": "english"])
        let offer = try await client.add(
            "/v1/offers",
            ["schoolId": .string(setting.schools[0]), "title": "Reading", "subject": "english", "daysPerTerm": 5, "startsOn": "2026-09-01"])
        let deployment = try await client.add("/v1/deployments", deployment(setting))
        let teacher = try await client.token(of: client.appoint(.teacher, at: setting.schools[1], name: "Tea Cher"))
        let governor = try await client.token(of: client.appoint(.governor, at: setting.schools[1], name: "Gus Board"))
        let stranger = try await client.token(of: client.appoint(.governor, at: setting.schools[2], name: "Una Board"))
        for (path, token, status) in [
            ("/v1/offers/\(offer)", teacher, 200), ("/v1/needs/\(need)", teacher, 403), ("/v1/needs/\(need)", governor, 200),
            ("/v1/deployments/\(deployment)", governor, 200), ("/v1/needs/\(need)", stranger, 404),
            ("/v1/deployments/\(deployment)", stranger, 404), ("/v1/needs/\(need)", setting.heads[2], 200),
            ("/v1/deployments/\(deployment)", setting.heads[2], 200),
        ] { #expect(try await client.get(path, token: token).status == status, "\(path)") }
    }
}
