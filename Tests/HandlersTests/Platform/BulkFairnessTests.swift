import Core
import Domain
import Foundation
import GRDB
import HTTPTypes
import OrderedCollections
import Repositories
import Services
import Synchronization
import Testing

/// Bulks and others who write.
@Suite("Bulk beside others") struct BulkFairnessTests {
    /// Pieces of one line; what is whole or not at all has time for one as well.
    private static let shortest = WriterTimes(piece: .zero, whole: .zero, wholeAlone: .zero)

    private func upsert(_ id: String, _ data: JSON) -> JSON {
        ["op": "upsert", "ref": ["system": "payroll", "id": .string(id)], "data": data]
    }
    private func person(_ name: String) -> JSON { ["op": "create", "data": ["name": .string(name)]] }

    private func send(
        _ client: TestClient, _ lines: [JSON], key: String, mode: String = "partial"
    ) async throws -> TestAnswer {
        try await client.send(
            .post, "/v1/people/bulk?mode=\(mode)", body: Array(lines.map { $0.bytes }.joined(separator: [0x0A])),
            headers: ["Content-Type": "application/x-ndjson", "Idempotency-Key": key])
    }

    /// Changes the database beside the service.
    private func tamper(_ client: TestClient, _ sql: String) throws {
        let queue = try DatabaseQueue(path: client.directory.appending(path: "partnership.db").path)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    private final class End: Sendable {
        private let state = Mutex(false)
        var hasCome: Bool { state.withLock(\.self) }
        func come() { state.withLock { $0 = true } }
    }

    @Test("A teacher's bulk goes in pieces, and the head's posts lie between its lines")
    func between() async throws {
        let client = try await TestClient(writerTimes: Self.shortest)
        let school = try await client.addSchool(urn: "100025").id
        let teacher = try await client.token(of: client.appoint(.teacher, at: school))
        let head = try await client.token(of: client.appoint(.headteacher, at: school))
        let lines = (0..<60).map { JSON.object(["op": "create", "data": ["subject": .string("Line \($0)")]]) }
        let end = End()
        async let bulk = {
            defer { end.come() }
            return try await client.bulk("/v1/support-requests", lines, mode: "partial", token: teacher)
        }()
        var posted: [String] = []
        while !end.hasCome {
            let answer = try await client.post("/v1/support-requests", token: head, ["subject": "The head's"])
            #expect(answer.status == 201, "\(answer.text)")
            posted.append(answer.json.text("reference"))
        }
        let answer = try await bulk
        #expect(answer.statuses == Array(repeating: 201, count: 60), "\(answer.text)")
        // References are numbered in the order of the writes.
        var theirs: [String] = []
        for line in answer.lines { theirs.append(try await client.get(line.text("href"), token: teacher).json.text("reference")) }
        let (first, last) = (try #require(theirs.min()), try #require(theirs.max()))
        #expect(posted.contains { first < $0 && $0 < last }, "\(posted)")
    }

    @Test("In pieces the answer is the same: each line sees those before it, with the problem it would have had by itself")
    func pieces() async throws {
        var answers: [[Int64]] = []
        for times in [Self.shortest, WriterTimes(piece: .seconds(600))] {
            let client = try await TestClient(writerTimes: times)
            let lines = [
                upsert("1", ["name": "Ada"]), upsert("1", ["name": "Ada Palmer"]), person(""), ["op": "replace"],
                upsert("2", ["name": "Tom"]),
                ["op": "delete", "ref": ["system": "payroll", "id": "2"], "ifMatch": "*"], upsert("1", ["name": "Ada Palmer"]),
            ]
            let answer = try await client.bulk("/v1/people", lines, mode: "partial")
            #expect(answer.status == 207 && answer.lines.map { $0["line"]?.integerValue } == [1, 2, 3, 4, 5, 6, 7], "\(answer.text)")
            answers.append(answer.statuses)
        }
        #expect(answers == Array(repeating: [201, 200, 422, 422, 201, 204, 200], count: 2))
    }

    @Test("Broken off in the middle and sent again with its key, a partial bulk goes on after what was kept and answers for all of it")
    func resumed() async throws {
        let client = try await TestClient(writerTimes: Self.shortest)
        let lines = ["A", "B", "", "C", "D"].map(person)
        try tamper(client, "CREATE TRIGGER boom BEFORE INSERT ON person WHEN new.name = 'C' BEGIN SELECT RAISE(ABORT, 'boom'); END")
        let broken = try await send(client, lines, key: "one")
        #expect(broken.status == 207 && broken.statuses == [201, 201, 422, 500, 500], "\(broken.text)")
        #expect(try await client.get("/v1/people?count=exact").json["total"] == 2)
        #expect(try await send(client, lines + [person("E")], key: "one").code == "idempotency-key-reused")
        let asOne = try await send(client, lines, key: "one", mode: "atomic")
        #expect(asOne.code == "idempotency-key-reused", "\(asOne.text)")
        try tamper(client, "DROP TRIGGER boom")
        let known = try await client.get("/v1/people?sort=name").json["items"]?.arrayValue ?? []
        let answer = try await send(client, lines, key: "one")
        #expect(answer.status == 207 && answer.statuses == [201, 201, 422, 201, 201], "\(answer.text)")
        #expect(answer.id(0) == known.first?["id"] && answer.id(1) == known.last?["id"])
        #expect(try await client.get("/v1/people?count=exact").json["total"] == 4)
        #expect(try await send(client, lines, key: "one").bytes == answer.bytes)
        #expect(try DatabaseDump(client.directory).tables["keptPart"] == [])
    }

    @Test("What is erased is in no part that is kept of a bulk, so nobody can tell whether what comes with its key is the same")
    func erased() async throws {
        let client = try await TestClient(writerTimes: Self.shortest)
        let lines = ["A", "B", "C"].map(person)
        try tamper(client, "CREATE TRIGGER boom BEFORE INSERT ON person WHEN new.name = 'C' BEGIN SELECT RAISE(ABORT, 'boom'); END")
        #expect(try await send(client, lines, key: "one").statuses == [201, 201, 500])
        let first = try #require(try await client.get("/v1/people?sort=name").json["items"]?.arrayValue?.first?.text("id"))
        let erased = try await client.post("/v1/people/\(first)/erase", token: client.officer(), ["reason": "Asked to be"])
        #expect(erased.status == 200, "\(erased.text)")
        #expect(
            try DatabaseDump(client.directory).tables["keptPart"]?.allSatisfy { $0.contains("NULL,NULL") && !$0.contains(first) } == true)
        try tamper(client, "DROP TRIGGER boom")
        #expect(try await send(client, lines, key: "one").code == "idempotency-key-reused")
        #expect(try await client.get("/v1/people?name=C&count=exact").json["total"] == 0)
    }

    @Test(
        "An atomic bulk that takes too long is refused with how many lines fit, and leaves nothing; what is wrong by then is told instead")
    func tooLarge() async throws {
        let client = try await TestClient(writerTimes: Self.shortest)
        let before = try DatabaseDump(client.directory).tables
        let answer = try await client.bulk("/v1/people", ["A", "B", "C"].map(person))
        #expect(answer.status == 413 && answer.code == "bulk-too-large" && answer.json["fittingLines"] == 1, "\(answer.text)")
        let failed = try await client.bulk("/v1/people", ["", "B", "C"].map(person))
        #expect(failed.code == "bulk-failed" && failed.places == ["/lines/1/data/name"], "\(failed.text)")
        #expect(try DatabaseDump(client.directory).tables == before)
        #expect(try await client.bulk("/v1/people", [person("A")]).statuses == [201])
    }

    @Test("A dry run of many lines answers the same in both modes, sees what earlier lines did, and leaves nothing")
    func dryRun() async throws {
        let client = try await TestClient(writerTimes: Self.shortest)
        let before = try DatabaseDump(client.directory).tables
        for mode in ["atomic", "partial"] {
            let lines =
                [upsert("1", ["name": "Ada"]), upsert("1", ["name": "Ada Palmer"]), person("B")] + (mode == "partial" ? [person("")] : [])
            let answer = try await client.bulk("/v1/people", lines, mode: mode, dryRun: true)
            #expect(answer.statuses == [201, 200, 201] + (mode == "partial" ? [422] : []), "\(answer.text)")
        }
        let failed = try await client.bulk("/v1/people", [person("A"), person("")], dryRun: true)
        #expect(failed.code == "bulk-failed" && failed.places == ["/lines/2/data/name"], "\(failed.text)")
        #expect(try DatabaseDump(client.directory).tables == before)
    }

    @Test("People imported from a file are taken in pieces, with the same report")
    func csv() async throws {
        let file = Array(
            "name,workEmail\nAda Palmer,ada@x.example\n,nobody@x.example\nTom Wren,tom@x.example\nAda Palmer-Reed,ada@x.example\n".utf8)
        var reports: [JSON] = []
        for times in [Self.shortest, WriterTimes()] {
            let client = try await TestClient(writerTimes: times)
            for query in ["?dryRun=true", ""] {
                let answer = try await client.send(.post, "/v1/people/import" + query, body: file, headers: ["Content-Type": "text/csv"])
                #expect(answer.status == 200, "\(answer.text)")
                reports.append(answer.json)
            }
        }
        #expect(Set(reports).count == 1 && reports[0]["created"] == 2 && reports[0]["updated"] == 1, "\(reports[0])")
    }

    private func due(_ requests: [JSON], _ desk: SupportRequestTests.Desk) async throws -> [String] {
        var due: [String] = []
        for request in requests { due.append(try await desk.now(request).text("resolutionDueAt")) }
        return due
    }

    @Test("What changes with hours or calendar is worked out in pieces before the answer; what is left is found by the clockwork")
    func aftermath() async throws {
        let desk = try await SupportRequestTests.Desk()
        let requests = [try await desk.raise(), try await desk.raise(), try await desk.raise()]
        let before = try await due(requests, desk)
        // As a change leaves it when the service is killed right after it.
        try await desk.client.store.write(Call(actor: .system, requestId: "test")) { transaction in
            try transaction.insert(
                CalendarDay(
                    id: ResourceType.calendarDay.makeID(at: transaction.now), schoolId: nil, kind: .closure,
                    startsOn: LocalDate("2026-10-23")!, endsOn: LocalDate("2026-10-23")!, reason: "Storm", createdAt: transaction.now))
            try transaction.supportRequests.begin(.init(.schedule))
        }
        #expect(try await due(requests, desk) == before)
        try await desk.client.services.requestClockwork.tick()
        let after = try await due(requests, desk)
        #expect(zip(before, after).allSatisfy { $0 < $1 }, "\(before) \(after)")
        #expect(try DatabaseDump(desk.client.directory).tables["requestAftermath"] == [])
    }

    @Test("One request that can't follow a change keeps the others from nothing, and what follows is the service's doing")
    func aftermathOfOthers() async throws {
        let desk = try await SupportRequestTests.Desk()
        let requests = [try await desk.raise(), try await desk.raise(), try await desk.raise()]
        let before = try await due(requests, desk)
        try tamper(
            desk.client,
            """
            CREATE TRIGGER boom BEFORE UPDATE ON supportRequest WHEN old.id = '\(requests[1].text("id"))'
            BEGIN SELECT RAISE(ABORT, 'boom'); END
            """)
        let made = try await desk.client.post(
            "/v1/calendar-days", ["kind": "closure", "startsOn": "2026-10-23", "endsOn": "2026-10-23", "reason": "Storm"])
        #expect(made.status == 201, "\(made.text)")
        let after = try await due(requests, desk)
        #expect(after[0] > before[0] && after[1] == before[1] && after[2] > before[2], "\(before) \(after)")
        #expect(try DatabaseDump(desk.client.directory).tables["requestAftermath"] == [])
        let page = try await desk.client.get("/v1/events?type=supportRequest.rescheduled", token: desk.client.admin)
        let events = page.json["items"]?.arrayValue ?? []
        #expect(events.count == 2 && events.allSatisfy { $0["actor"]?["kind"] == "system" }, "\(events)")
    }

    @Test("Whom a confidential request is for now is tried again until it is done")
    func confidential() async throws {
        let desk = try await SupportRequestTests.Desk()
        let raised = try await desk.raise(by: nil, ["isConfidential": true])
        try tamper(desk.client, "CREATE TRIGGER boom BEFORE UPDATE ON supportRequest BEGIN SELECT RAISE(ABORT, 'boom'); END")
        let team = try await desk.client.get("/v1/business-services/\(desk.service)").json.text("teamId")
        let led = try await desk.client.patch(
            "/v1/business-teams/\(team)", token: desk.client.integration, ["leadId": .string(desk.specialist)])
        #expect(led.status == 200, "\(led.text)")
        try await desk.client.services.requestClockwork.tick()
        #expect(try DatabaseDump(desk.client.directory).tables["requestAftermath"]?.count == 2)
        #expect(try await desk.client.get(desk.path(raised), token: desk.specialistToken).status == 404)
        try tamper(desk.client, "DROP TRIGGER boom")
        try await desk.client.services.requestClockwork.tick()
        #expect(try DatabaseDump(desk.client.directory).tables["requestAftermath"] == [])
        #expect(try await desk.client.get(desk.path(raised), token: desk.specialistToken).status == 200)
    }
}
