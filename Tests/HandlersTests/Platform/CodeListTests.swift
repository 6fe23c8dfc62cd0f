import Core
import Domain
import OrderedCollections
import Testing

/// The lists of codes and what they are for: members of other resources take nothing else.
struct CodeListTests {
    private func detail(_ answer: TestAnswer) -> String { answer.json["errors"]?.arrayValue?.first?["detail"]?.stringValue ?? "" }
    private func codes(_ answer: TestAnswer) -> [String] { answer.json["items"]?.arrayValue?.compactMap { $0["code"]?.stringValue } ?? [] }

    @Test("The contract takes exactly the lists there are")
    func lists() async throws {
        let client = try await TestClient()
        let names = try await client.get("/v1/code-lists").json["items"]?.arrayValue?.compactMap { $0["name"]?.stringValue }
        #expect(names == CodeList.allCases.map(\.rawValue).sorted())
        for list in CodeList.allCases {
            var body: JSON.Object = ["list": .string(list.rawValue), "code": "another", "label": "Another"]
            switch list.attribute {
            case .tier: body["tier"] = "universal"
            case .regime: body["regime"] = "graded"
            case .unit: body["unit"] = "percent"
            case nil: break
            }
            #expect(try await client.post("/v1/code-items?dryRun=true", .object(body)).status == 201, "\(list)")
        }
        #expect(try await client.post("/v1/code-items", ["list": "colours", "code": "red", "label": "Red"]).places == ["/list"])
        #expect(try await client.get("/v1/code-lists/colours").status == 404)
    }

    @Test("Every list comes with codes, all of which a write would accept", arguments: CodeList.allCases)
    func defaults(list: CodeList) async throws {
        let client = try await TestClient()
        let answer = try await client.get("/v1/code-lists/\(list.rawValue)")
        let items = answer.json["items"]?.arrayValue ?? []
        #expect(!items.isEmpty && answer.json["itemCount"] == .integer(Int64(items.count)))
        for item in items {
            let decoded = try JSONCodec.decode(CodeItem.self, from: item)
            #expect(decoded.errors.isEmpty && ResourceType.codeItem.isID(decoded.id), "\(decoded)")
            let same = try await client.patch("/v1/code-items/\(decoded.id)", ["label": item["label"] ?? .null])
            #expect(same.json["etag"] == "\"1\"", "\(same.text)")
        }
    }

    @Test("A list is in the order of its positions; a new code comes last, or where it is put")
    func order() async throws {
        let client = try await TestClient()
        #expect(codes(try await client.get("/v1/code-lists/stages")) == ["stabilise", "repair", "improve", "sustain"])
        _ = try await client.add("/v1/code-items", ["list": "stages", "code": "lead", "label": "Lead", "tier": "universal"])
        _ = try await client.add(
            "/v1/code-items", ["list": "stages", "code": "settle", "label": "Settle", "tier": "intensive", "position": 15])
        #expect(
            codes(try await client.get("/v1/code-lists/stages")) == ["stabilise", "settle", "repair", "improve", "sustain", "lead"])
    }

    @Test("An item is found by its natural key, and changed and removed by it")
    func naturalKey() async throws {
        let client = try await TestClient()
        let answer = try await client.get("/v1/code-items/stages:repair")
        #expect(answer.json["tier"] == "intensive")
        #expect(try await client.get("/v1/code-items/evaluation-grades:graded:1").json["label"] == "Outstanding")
        #expect(try await client.patch("/v1/code-items/stages:repair", ["label": "Mend"]).json["id"] == answer.json["id"])
        #expect(try await client.delete("/v1/code-items/stages:repair").status == 204)
        for key in ["stages:repair", "stages:graded:repair", "evaluation-grades:1", "colours:red", "stages:", "stages"] {
            #expect(try await client.get("/v1/code-items/\(key)").status == 404, "\(key)")
        }
    }

    @Test("A code is unique in its list, within its regime; the other is named")
    func duplicates() async throws {
        let client = try await TestClient()
        let first = try await client.get("/v1/code-items/stages:repair").json["id"]
        let second = try await client.post("/v1/code-items", ["list": "stages", "code": "repair", "label": "Again", "tier": "universal"])
        #expect(second.status == 409 && second.code == "duplicate")
        #expect(second.json["errors"]?.arrayValue?.first?["conflictsWith"] == first)
        let grade: JSON = ["list": "evaluation-grades", "regime": "reportCard", "code": "1", "label": "One"]
        #expect(try await client.post("/v1/code-items", grade).status == 201)
        #expect(try await client.post("/v1/code-items", grade).status == 409)
    }

    @Test("Each list takes its own attribute, no other, and only codes that exist")
    func attributes() async throws {
        let client = try await TestClient()
        func places(_ body: JSON) async throws -> [String] { try await client.post("/v1/code-items", body).places }
        #expect(try await places(["list": "stages", "code": "a", "label": "A"]) == ["/tier"])
        #expect(try await places(["list": "stages", "code": "a", "label": "A", "tier": "none"]) == ["/tier"])
        #expect(
            try await places(["list": "subjects", "code": "a", "label": "A", "tier": "universal", "regime": "graded", "unit": "percent"])
                == ["/tier", "/regime", "/unit"])
        #expect(try await places(["list": "evaluation-areas", "code": "a", "label": "A", "regime": "thumbs"]) == ["/regime"])
        #expect(try await places(["list": "subjects", "code": "a", "label": "A", "validFrom": "2026-01-01"]) == ["/validFrom"])
        #expect(
            try await places([
                "list": "inspection-regimes", "code": "a", "label": "A", "validFrom": "2026-01-02", "validUntil": "2026-01-01",
            ]) == ["/validUntil"])
        #expect(try await places(["list": "subjects", "code": "a:b", "label": ""]) == ["/code", "/label"])
    }

    @Test("What a code is known by stays")
    func readOnly() async throws {
        let client = try await TestClient()
        let answer = try await client.patch("/v1/code-items/stages:repair", ["code": "mend", "list": "subjects", "regime": "graded"])
        #expect(answer.status == 422 && answer.places == ["/code", "/list", "/regime"])
    }

    @Test("A code in use can't be deleted, and the answer says where it is used; unused again it can")
    func inUse() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let stage = try await client.add("/v1/stages", ["schoolId": .string(school), "stage": "repair", "startsOn": "2026-01-01"])
        let refused = try await client.delete("/v1/code-items/stages:repair")
        #expect(refused.status == 409 && refused.text.contains("1 of /v1/stages in the member stage"), "\(refused.text)")
        let tier = try await client.delete("/v1/code-items/support-tiers:intensive")
        #expect(tier.text.contains("1 of /v1/stages in the member tier") && tier.text.contains("/v1/code-items"), "\(tier.text)")
        #expect(try await client.delete("/v1/stages/\(stage)").status == 204)
        #expect(try await client.delete("/v1/code-items/stages:repair").status == 204)
        #expect(try await client.delete("/v1/code-items/inspection-regimes:graded").status == 409)
    }

    @Test("A code within a list of codes is in use as well")
    func inUseInArray() async throws {
        let client = try await TestClient()
        let person = try await client.addPerson()
        _ = try await client.add(
            "/v1/appointments",
            ["personId": .string(person), "role": "specialist", "areas": ["payroll", "hr"], "startsOn": "2026-01-01"])
        let refused = try await client.delete("/v1/code-items/business-areas:hr")
        #expect(refused.status == 409 && refused.text.contains("in the member areas"), "\(refused.text)")
        #expect(try await client.delete("/v1/code-items/business-areas:finance").status == 204)
    }

    @Test("An unknown code is refused with its pointer and the codes allowed")
    func unknown() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let body: JSON = ["schoolId": .string(school), "stage": "mend", "tier": "much", "startsOn": "2026-01-01"]
        let answer = try await client.post("/v1/stages", token: client.integration, body)
        #expect(answer.status == 422 && answer.places == ["/stage", "/tier"])
        #expect(detail(answer) == "is no code of stages; takes stabilise, repair, improve, sustain")
        let both: JSON = ["schoolId": "sch_1", "stage": "mend", "tier": "universal", "startsOn": "2026-01-01"]
        #expect(try await client.post("/v1/stages", token: client.integration, both).places == ["/schoolId", "/stage"])
        let person = try await client.addPerson()
        let areas: JSON = ["personId": .string(person), "role": "specialist", "areas": ["hr", "magic"], "startsOn": "2026-01-01"]
        #expect(try await client.post("/v1/appointments", areas).places == ["/areas/1"])
    }

    @Test("A retired code can't be chosen anew; what has it keeps it; recalled it can be chosen again")
    func retired() async throws {
        let client = try await TestClient()
        let schools = [try await client.addSchool(urn: "100025").id, try await client.addSchool(urn: "100026").id]
        func body(_ school: Int) -> JSON { ["schoolId": .string(schools[school]), "stage": "repair", "startsOn": "2026-01-01"] }
        let stage = try await client.add("/v1/stages", body(0))
        #expect(try await client.patch("/v1/code-items/stages:repair", ["retiredOn": "2026-01-01"]).status == 200)
        let refused = try await client.post("/v1/stages", token: client.integration, body(1))
        #expect(refused.places == ["/stage"] && detail(refused).contains("retired from stages on 2026-01-01"), "\(refused.text)")
        let kept = try await client.patch("/v1/stages/\(stage)", token: client.integration, ["rationale": "Still."])
        #expect(kept.status == 200 && kept.json["stage"] == "repair", "\(kept.text)")
        #expect(try await client.patch("/v1/code-items/stages:repair", ["retiredOn": .null]).status == 200)
        #expect(try await client.post("/v1/stages", token: client.integration, body(1)).status == 201)
    }

    @Test("A stage without a tier has the one its code names; a cleared one returns to it")
    func tierOfStage() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let stage = try await client.post(
            "/v1/stages", token: client.integration, ["schoolId": .string(school), "stage": "improve", "startsOn": "2026-01-01"])
        #expect(stage.json["tier"] == "targeted")
        let path = "/v1/stages/\(stage.json["id"]?.stringValue ?? "")"
        #expect(try await client.patch(path, token: client.integration, ["tier": "universal"]).json["tier"] == "universal")
        #expect(try await client.patch(path, token: client.integration, ["tier": .null]).json["tier"] == "targeted")
    }

    @Test("Only those who run the trust change codes; everyone signed in reads them")
    func rights() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        for role in [Role.teacher, .headteacher, .improvementLead] {
            let token = try await client.token(of: client.appoint(role, at: role.isAtSchool ? school : nil))
            #expect(try await client.get("/v1/code-lists/stages", token: token).status == 200)
            #expect(try await client.patch("/v1/code-items/stages:repair", token: token, ["label": "Mend"]).status == 403)
        }
        let chief = try await client.token(of: client.appoint(.chiefExecutive))
        #expect(try await client.patch("/v1/code-items/stages:repair", token: chief, ["label": "Mend"]).status == 200)
    }
}
