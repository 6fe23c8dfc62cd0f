import Core
import Domain
import HTTPTypes
import OrderedCollections
import Testing

struct PeopleImportTests {
    private let header = "name,workEmail,jobTitle,role,school,startsOn,endsOn,isLead\n"

    private func send(_ rows: String, _ client: TestClient, token: String = "", query: String = "") async throws -> TestAnswer {
        try await client.send(
            .post, "/v1/people/import" + query, token: token, body: Array((header + rows).utf8), headers: ["Content-Type": "text/csv"])
    }

    private func counts(_ answer: TestAnswer) -> [JSON?] { ["created", "updated", "unchanged", "rejected"].map { answer.json[$0] } }

    @Test("A file records people with their appointments, and the same file again changes nothing")
    func again() async throws {
        let client = try await TestClient()
        let school = try await client.addSchool(urn: "100025")
        let rows = """
            Zoë Hartley,zoe@b.example,Head,headteacher,urn:100025,2020-09-01,,true
            Zoë Hartley,ZOE@b.example,Head,governor,urn:100025,2021-09-01,2022-08-31,
            Nobody Yet,n@b.example,,,,,,

            """
        #expect(counts(try await send(rows, client)) == [3, 0, 0, 0])
        let seq = try await client.get("/v1/people").json["seq"]
        #expect(counts(try await send(rows, client)) == [0, 0, 3, 0])
        #expect(try await client.get("/v1/people?count=exact").json["seq"] == seq)
        let appointments =
            try await client.get("/v1/appointments?schoolId=\(school.id)&sort=startsOn&expand=person").json["items"]?.arrayValue ?? []
        #expect(appointments.map { $0["role"] } == ["headteacher", "governor"])
        #expect(appointments.allSatisfy { $0["person"]?["name"] == "Zoë Hartley" })
    }

    @Test("A bad row is told with line, column and reason, leaves nothing, and the others are taken")
    func badRows() async throws {
        let client = try await TestClient()
        try await client.addSchool(urn: "100025")
        let answer = try await send(
            """
            A,a@b.example,,headteacher,urn:999999,2020-09-01,,
            B,b@b.example,,king,urn:100025,2020-09-01,,
            C,c@b.example,,headteacher,urn:100025,01/09/2020,,
            D,d@b.example,,headteacher,urn:100025,2020-09-01,2020-08-31,
            E,no address,,,,,,
            F,f@b.example,,teacher,urn:100025,2020-09-01,,true
            G,g@b.example,,teacher,urn:100025,2020-09-01,,
            H,h@b.example,"x"y,,,,,

            """, client)
        #expect(counts(answer) == [1, 0, 0, 7])
        let problems = answer.json["rejections"]?.arrayValue ?? []
        let places = problems.map { "\($0["line"]?.integerValue ?? 0) \($0["column"]?.stringValue ?? "-")" }
        #expect(Set(places) == ["2 school", "3 role", "4 startsOn", "5 endsOn", "6 workEmail", "7 isLead", "9 -"], "\(places)")
        let names = try await client.get("/v1/people").json["items"]?.arrayValue?.compactMap { $0["name"]?.stringValue }
        #expect(names == ["G"])
    }

    @Test("What isn't such a file is refused before anything is written")
    func refusals() async throws {
        let client = try await TestClient()
        func status(_ body: [UInt8], type: String = "text/csv") async throws -> Int {
            try await client.send(.post, "/v1/people/import", body: body, headers: ["Content-Type": type]).status
        }
        #expect(try await status(Array("name,email\nA,a@b.example\n".utf8)) == 422)
        #expect(try await status([0xFF, 0xFE, 0x41, 0x00]) == 422)
        #expect(try await status(Array("name,workEmail\n\"A,a@b.example\n".utf8)) == 422)
        #expect(try await status([]) == 422)
        #expect(try await status(Array("{}".utf8), type: "application/json") == 415)
        #expect(try await status([UInt8](repeating: 0x41, count: 5 << 20)) == 413)
        #expect(try await client.get("/v1/people?count=exact").json["total"] == 0)
    }

    @Test("A dry run reports the same and leaves nothing; a school's office imports its own staff only")
    func limits() async throws {
        let client = try await TestClient()
        let schools = try await [client.addSchool(urn: "100025"), client.addSchool(urn: "100026")]
        let rows = "A,a@b.example,,teacher,urn:100025,2020-09-01,,\nB,b@b.example,,teacher,urn:100026,2020-09-01,,\n"
        #expect(counts(try await send(rows, client, query: "?dryRun=true")) == [2, 0, 0, 0])
        #expect(try await client.get("/v1/people?count=exact").json["total"] == 0)
        let office = try await client.token(of: client.appoint(.schoolOffice, at: schools[0].id))
        let answer = try await send(rows, client, token: office)
        #expect(answer.status == 200 && counts(answer) == [1, 0, 0, 1], "\(answer.text)")
    }
}
