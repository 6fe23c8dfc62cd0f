import Core
import Domain
import OrderedCollections
import Testing

struct IndicatorTests {
    private func attendance(_ school: String, _ change: JSON.Object = [:]) -> JSON {
        var body: JSON.Object = [
            "schoolId": .string(school), "measure": "attendance", "period": "2025-26", "value": .double(94.5), "source": "DfE",
        ]
        for (name, value) in change { body[name] = value }
        return .object(body)
    }

    @Test("A figure has its measure's unit, and is unique by school, measure, period and source")
    func figure() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let made = try await client.post("/v1/indicators", attendance(school, ["comparisonValue": 93, "asAt": "2026-07-31"]))
        #expect(made.status == 201 && made.json["unit"] == "percent" && made.json["value"] == .double(94.5), "\(made.text)")
        let again = try await client.post("/v1/indicators", attendance(school, ["value": 90]))
        #expect(again.status == 409 && again.json["errors"]?.arrayValue?.first?["conflictsWith"] == made.json["id"])
        let own = try await client.add("/v1/indicators", attendance(school, ["source": "School"]))
        #expect(try await client.patch("/v1/indicators/\(own)", ["source": "DfE"]).status == 409)
        #expect(try await client.patch("/v1/indicators/\(own)", ["value": 91, "comparisonValue": .null]).json["value"] == 91)
    }

    @Test("A figure is within what its unit allows, its measure is known, its period one of the three kinds")
    func refusals() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        func places(_ change: JSON.Object) async throws -> [String] {
            try await client.post("/v1/indicators?dryRun=true", attendance(school, change)).places
        }
        #expect(try await places(["value": .double(100.5)]) == ["/value"])
        #expect(try await places(["value": .double(-0.1), "comparisonValue": 101]) == ["/value", "/comparisonValue"])
        #expect(try await places(["measure": "progress8", "value": .double(-0.4)]) == [])
        #expect(try await places(["measure": "staffVacancies", "value": -1]) == ["/value"])
        #expect(try await places(["measure": "happiness"]) == ["/measure"])
        #expect(try await places(["measure": "happiness", "period": "2025-27"]) == ["/period", "/measure"])
        for period in ["2025-27", "2025-13", "2025-00", "2025-winter", "2025", "2025-26-1", "25-26"] {
            #expect(try await places(["period": .string(period)]) == ["/period"], "\(period)")
        }
        for period in ["2025-26", "1999-00", "2026-03", "2026-autumn"] { #expect(try await places(["period": .string(period)]) == []) }
        #expect(try await places(["value": "94", "source": "", "unit": "score"]) == ["/value", "/source", "/unit"])
        let nowhere = try await client.post("/v1/indicators", token: client.integration, attendance("sch_1"))
        #expect(nowhere.places == ["/schoolId"])
    }

    @Test("The unit of a measure with figures stays")
    func unit() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025").id
        let path = "/v1/code-items/indicator-measures:attendance"
        #expect(try await client.patch(path, ["unit": "score"]).status == 200)
        _ = try await client.add("/v1/indicators", attendance(school))
        #expect(try await client.patch(path, ["unit": "percent"]).status == 409)
        #expect(try await client.patch(path, ["label": "Present"]).status == 200)
    }

    @Test("Figures are listed by school, measure and period, and exported as CSV")
    func list() async throws {
        let client = try await TestClient()
        let schools = try await [client.addSchool(urn: "100025").id, client.addSchool(urn: "100026").id]
        for school in schools {
            for period in ["2024-25", "2025-26"] {
                _ = try await client.add("/v1/indicators", attendance(school, ["period": .string(period)]))
            }
        }
        func count(_ query: String) async throws -> Int? {
            try await client.get("/v1/indicators?\(query)").json["items"]?.arrayValue?.count
        }
        #expect(try await count("schoolId=\(schools[0])") == 2)
        #expect(try await count("period.gte=2025-26") == 2)
        #expect(try await count("measure=attendance,phonics&period=2024-25&schoolId=\(schools[1])") == 1)
        #expect(try await count("measure=phonics") == 0)
        let csv = try await client.get("/v1/indicators", headers: ["Accept": "text/csv"])
        #expect(csv.text.hasPrefix("id,schoolId,measure,period,value,comparisonValue,unit,source,asAt"), "\(csv.text)")
        #expect(csv.text.split(separator: "\r\n").count == 5)
    }

    @Test("Leaders see figures of all schools, governors those of their own, teachers none")
    func audience() async throws {
        let client = try await TestClient()
        let schools = try await [client.addSchool(urn: "100025").id, client.addSchool(urn: "100026").id]
        for school in schools { _ = try await client.add("/v1/indicators", attendance(school)) }
        for (role, seen) in [(Role.headteacher, 2), (.governor, 1)] {
            let token = try await client.token(of: client.appoint(role, at: schools[0]))
            #expect(try await client.get("/v1/indicators?count=exact", token: token).json["total"] == .integer(Int64(seen)))
        }
        let teacher = try await client.token(of: client.appoint(.teacher, at: schools[0]))
        #expect(try await client.get("/v1/indicators", token: teacher).status == 403)
        let head = try await client.token(of: client.appoint(.headteacher, at: schools[1]))
        let period: JSON.Object = ["period": "2023-24"]
        #expect(try await client.post("/v1/indicators", token: head, attendance(schools[0], period)).status == 403)
        #expect(try await client.post("/v1/indicators", token: head, attendance(schools[1], period)).status == 201)
    }
}
