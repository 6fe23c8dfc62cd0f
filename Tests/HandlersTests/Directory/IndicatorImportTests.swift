import Core
import Domain
import HTTPTypes
import OrderedCollections
import Testing

struct IndicatorImportTests {
    private static let header = "school,measure,period,value,comparisonValue,source,asAt\n"

    private func send(
        _ text: String, _ client: TestClient, query: String = "", token: String = "", type: String = "text/csv"
    ) async throws -> TestAnswer {
        try await client.send(
            .post, "/v1/indicators/import\(query)", token: token, body: Array(text.utf8), headers: ["Content-Type": type])
    }

    private func counts(_ answer: TestAnswer) -> [Int64?] {
        ["created", "updated", "unchanged", "rejected"].map { answer.json[$0]?.integerValue }
    }

    private func rejections(_ answer: TestAnswer) -> [String] {
        (answer.json["rejections"]?.arrayValue ?? []).map { "\($0["line"]?.integerValue ?? 0) \($0["column"]?.stringValue ?? "-")" }
    }

    private func client() async throws -> TestClient {
        let client = try await TestClient()
        try await client.addSchool(urn: "100025") {
            $0.ukprn = "10001234"
            $0.laEstab = "2022775"
        }
        return client
    }

    @Test("Rows are created once, changed when they differ, left alone when they don't; a school is named by any of its keys")
    func upsert() async throws {
        let client = try await client()
        let id = try await client.get("/v1/schools/urn:100025").json["id"]?.stringValue ?? ""
        let file =
            Self.header + "urn:100025,attendance,2025-26,94.5,93,DfE,2026-07-31\nukprn:10001234,phonics,2025-26,80,,DfE,\n"
            + "laestab:202/2775,attendance,2026-03,95,,School,\n\(id),progress8,2025-26,-0.25,0,DfE,\n"
        #expect(counts(try await send(file, client)) == [4, 0, 0, 0])
        let seq = try await client.get("/v1/indicators").json["seq"]
        #expect(counts(try await send(file, client)) == [0, 0, 4, 0])
        #expect(try await client.get("/v1/indicators").json["seq"] == seq)
        #expect(counts(try await send(file.replacing("94.5", with: "94.6"), client)) == [0, 1, 3, 0])
        let changed = try await client.get("/v1/indicators?measure=attendance&period=2025-26").json["items"]?.arrayValue?.first
        #expect(changed?["value"] == .double(94.6) && changed?["asAt"] == "2026-07-31" && changed?["etag"] == "\"2\"")
    }

    @Test("A figure larger than any body may have is a bad row, and the largest is taken and read again")
    func largest() async throws {
        let client = try await client()
        let tooLarge = ["-9223372036854775808", "-9223372036854775809", "1e308", "9007199254740992"]
        let rows = tooLarge.map { "urn:100025,progress8,2025-26,\($0),,DfE,\n" }.joined()
        let answer = try await send(Self.header + rows + "urn:100025,progress8,2025-26,-9007199254740991,,DfE,\n", client)
        #expect(counts(answer) == [1, 0, 0, 4] && rejections(answer) == ["2 value", "3 value", "4 value", "5 value"], "\(answer.text)")
        #expect(try await client.get("/v1/indicators").json["items"]?.arrayValue?.first?["value"]?.integerValue == -9_007_199_254_740_991)
    }

    @Test("A bad row is reported with line and column and spoils no other")
    func rejected() async throws {
        let client = try await client()
        let rows = [
            "urn:100025,attendance,2025-26,94.5,,DfE,", "urn:999999,attendance,2025-26,94.5,,DfE,", "urn:100025,happiness,2025-26,1,,DfE,",
            "urn:100025,phonics,2025-27,80,,DfE,", "urn:100025,phonics,2025-26,80%,x,DfE,31/07/2026", "urn:100025,phonics,2025-26",
            "urn:100025,phonics,2025-26,180,,DfE,", "urn:100025,attendance,2025-26,94.5,,DfE,", "urn:100025,phonics,2025-26,80,,,",
            "urn:100025,phonics,2025-26,\"8\"0,,DfE,", "urn:100025,phonics,2025-26,80,,DfE,",
        ]
        let answer = try await send(Self.header + rows.joined(separator: "\r\n"), client)
        #expect(counts(answer) == [2, 0, 0, 9], "\(answer.text)")
        #expect(
            rejections(answer) == [
                "7 -", "11 -", "3 school", "4 measure", "5 period", "6 value", "6 comparisonValue", "6 asAt", "8 value", "9 -", "10 source",
            ])
        #expect(answer.text.contains("takes attendance, persistentAbsence") && answer.text.contains("is the same figure as line 2"))
    }

    @Test(
        "What is no file of figures is refused before anything is written",
        arguments: [
            "", "school,measure\nurn:100025,attendance\n", "{\"a\":1}",
            header + "urn:100025,attendance,2025-26,94.5,,DfE,\nurn:100025,phonics,2025-26,80,,\"DfE,\n",
            header + "urn:100025,\u{0},,,,,\n",
        ])
    func notIndicators(text: String) async throws {
        let client = try await client()
        let answer = try await send(text, client)
        #expect(answer.status == 422 && answer.text.contains("not-this-file"), "\(answer.text)")
        #expect(try await client.get("/v1/indicators?count=exact").json["total"] == 0)
    }

    @Test("Only CSV is taken, and not too much of it")
    func mediaType() async throws {
        let client = try await client()
        #expect(try await send("{}", client, type: "application/json").status == 415)
        #expect(try await send(Self.header + String(repeating: "x", count: 4 << 20), client).status == 413)
    }

    @Test("A dry run says the same and writes nothing, also where a row repeats another")
    func dryRun() async throws {
        let client = try await client()
        let row = "urn:100025,attendance,2025-26,94.5,,DfE,\n"
        let answer = try await send(Self.header + row + row, client, query: "?dryRun=true")
        #expect(counts(answer) == [1, 0, 0, 1])
        #expect(try await client.get("/v1/indicators?count=exact").json["total"] == 0)
        #expect(counts(try await send(Self.header + row + row, client)) == [1, 0, 0, 1])
    }

    @Test("Many rows are all written, and a figure repeated far from its first is noticed")
    func chunks() async throws {
        let client = try await client()
        var rows = (1900..<2150).map { "urn:100025,attendance,\($0)-autumn,90,,DfE,\n" }
        rows.append(rows[0])
        #expect(counts(try await send(Self.header + rows.joined(), client)) == [250, 0, 0, 1])
        #expect(try await client.get("/v1/indicators?count=exact").json["total"] == 250)
    }

    @Test("A head imports for the own school only; the rows of others are reported")
    func rights() async throws {
        let client = try await client()
        let own = try await client.addSchool(urn: "100026").id
        let head = try await client.token(of: client.appoint(.headteacher, at: own))
        let file = Self.header + "urn:100025,attendance,2025-26,94.5,,DfE,\nurn:100026,attendance,2025-26,94.5,,DfE,\n"
        let answer = try await send(file, client, token: head)
        #expect(
            counts(answer) == [1, 0, 0, 1] && rejections(answer) == ["2 -"]
                && answer.text.contains("indicators:write for this school is needed"))
        let teacher = try await client.token(of: client.appoint(.teacher, at: own))
        #expect(try await send(file, client, token: teacher).status == 403)
    }
}
