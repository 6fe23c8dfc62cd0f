import Core
import Domain
import HTTPTypes
import OrderedCollections
import Services
import Testing

/// Imports as somebody who speaks HTTP sees them.
@Suite(.timeLimit(.minutes(9))) struct ImportTests {
    private static let establishments = """
        URN,LA (code),LA (name),EstablishmentNumber,EstablishmentName,TypeOfEstablishment (code),TypeOfEstablishment (name),\
        EstablishmentStatus (code),PhaseOfEducation (code)
        100001,383,Leeds,1,One School,34,Academy converter,1,2

        """
    private static let links = """
        URN,Group UID,Group ID,Group Name,Companies House Number,Group Type (code),Group Type,Group Status (code),Joined date
        100001,3320,TR03320,ONE TRUST,06228587,06,Multi-academy trust,OPEN,01-09-2019

        """

    private let client: TestClient

    init() async throws {
        client = try await TestClient()
    }

    private func make() async throws -> String {
        let made = try await client.post("/v1/imports", ["source": "gias"])
        #expect(made.status == 201 && made.etag != nil && made.json["status"] == "awaitingFiles", "\(made.text)")
        return try #require(made.json["id"]?.stringValue)
    }

    private func put(_ file: String, _ text: String, to id: String, type: String = "text/csv") async throws -> TestAnswer {
        try await client.send(.put, "/v1/imports/\(id)/\(file)", body: Array(text.utf8), headers: ["Content-Type": type])
    }

    private func end(of id: String) async throws -> TestAnswer {
        while true {
            let answer = try await client.get("/v1/imports/\(id)")
            if answer.json["status"] == "succeeded" || answer.json["status"] == "failed" { return answer }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test("An import is made, given its files, started and followed to its report; then it is done")
    func lifecycle() async throws {
        let id = try await make()
        #expect(try await put("establishments", Self.establishments, to: id).status == 200)
        let early = try await client.post("/v1/imports/\(id)/start")
        #expect(early.status == 409 && early.text.contains("group-links"), "\(early.text)")
        let filled = try await put("group-links", Self.links, to: id, type: "application/octet-stream")
        #expect(filled.json["files"]?.arrayValue?.count == 2)
        let started = try await client.post("/v1/imports/\(id)/start")
        #expect(started.status == 202 && started.headers[.location] == "/v1/imports/\(id)" && started.json["status"] == "queued")
        // It waits for its turn: nothing runs the queue yet, and its files are no longer to be changed.
        #expect(try await put("groups", "x", to: id).status == 409)
        #expect(try await client.post("/v1/imports/\(id)/start").status == 409)
        let background = Task { [imports = client.imports] in try await imports.run() }
        defer { background.cancel() }
        let done = try await end(of: id)
        #expect(done.json["status"] == "succeeded" && done.json["report"]?["created"] == 1, "\(done.text)")
        #expect(try await client.get("/v1/schools/urn:100001").json["name"] == "One School")
        #expect(try await put("groups", "x", to: id).status == 409)
        #expect(try await client.get("/v1/imports?status=succeeded").json["items"]?.arrayValue?.count == 1)
        let bogus = try await client.get("/v1/imports?status=bogus")
        #expect(bogus.status == 400 && bogus.places == ["status"])
    }

    @Test("A dry run makes no import and starts none; both keep the rules")
    func dryRun() async throws {
        let dry = try await client.post("/v1/imports?dryRun=true", ["source": "gias"])
        #expect(dry.status == 201)
        let dryId = try #require(dry.json["id"]?.stringValue)
        #expect(try await client.get("/v1/imports/\(dryId)").status == 404)
        let id = try await make()
        #expect(try await client.post("/v1/imports/\(id)/start?dryRun=true").status == 409)
        _ = try await put("establishments", Self.establishments, to: id)
        _ = try await put("group-links", Self.links, to: id)
        let started = try await client.post("/v1/imports/\(id)/start?dryRun=true")
        #expect(started.status == 202 && started.json["status"] == "queued")
        #expect(try await client.get("/v1/imports/\(id)").json["status"] == "awaitingFiles")
    }

    @Test("A file of another type, or without one, is refused before anything is read")
    func refusedFiles() async throws {
        let id = try await make()
        let other = try await put("establishments", "{}", to: id, type: "application/json")
        #expect(other.status == 415)
        #expect(try await put("establishments", "x", to: id, type: "text/csv; charset=utf-16").status == 415)
        #expect(try await client.send(.put, "/v1/imports/\(id)/establishments").status == 415)
        #expect(try await put("pupils", "x", to: id).status == 400)
        #expect(try await client.get("/v1/imports/\(id)").json["files"] == [])
    }

    @Test("Starting honours If-Match: a stale tag is 412 and starts nothing")
    func stale() async throws {
        let id = try await make()
        _ = try await put("establishments", Self.establishments, to: id)
        let ready = try await put("group-links", Self.links, to: id)
        let stale = try await client.send(.post, "/v1/imports/\(id)/start", headers: ["If-Match": "\"1\""])
        #expect(stale.status == 412 && stale.json["currentEtag"] == ready.json["etag"], "\(stale.text)")
        let tag = try #require(ready.json["etag"]?.stringValue)
        #expect(try await client.send(.post, "/v1/imports/\(id)/start", headers: ["If-Match": tag]).status == 202)
    }

    @Test("A token bound to a school imports nothing")
    func bound() async throws {
        let school = try await client.addSchool(urn: "100025")
        let token = try await client.token(scopes: ["imports:read", "imports:write"], schoolIds: [school.id])
        #expect(try await client.post("/v1/imports", token: token, ["source": "gias"]).status == 403)
    }
}
