import Core
import Domain
import Foundation
import HTTPTypes
import OrderedCollections
import Routing
import Testing

@Suite("Dry runs")
struct DryRunTests {
    /// Why these take no `dryRun`.
    private static let exceptions = [
        "createToken": "a secret is made", "rotateToken": "a secret is made", "putImportFile": "a file is sent",
        "lookupSchools": "it only reads", "createWebhookEndpoint": "a secret is made",
        "uploadFile": "a file is taken", "createCalendarFeed": "a secret is made", "rotateWebhookSecret": "a secret is made",
        "pingWebhookEndpoint": "a message is sent", "resendWebhookDelivery": "a message is sent",
    ]

    private static let writes = OperationTests.all.filter { $0.method != .get && exceptions[$0.id] == nil }

    @Test("Every operation that changes something takes dryRun, but those that make a secret or take a file")
    func offered() throws {
        let paths = try #require(JSON(parsing: Contract().json)["paths"]?.objectValue)
        for operation in OperationTests.all where operation.method != .get {
            let parameters = paths[operation.path]?[operation.method.rawValue.lowercased()]?["parameters"]?.arrayValue ?? []
            let isOffered = parameters.contains { $0["$ref"] == "#/components/parameters/DryRun" }
            #expect(isOffered == (Self.exceptions[operation.id] == nil), "\(operation.id)")
        }
    }

    @Test("A dry run answers as the real one would, and leaves not a row and not a file", arguments: writes)
    func nothingLeft(operation: OperationTests.Operation) async throws {
        let client = try await TestClient()
        let (path, type, body) = try await request(operation, client)
        let caller = try await client.caller(of: operation)
        func send(_ query: String) async throws -> TestAnswer {
            try await client.send(
                operation.method, path + (query.isEmpty ? "" : (path.contains("?") ? "&" : "?") + query), token: caller, body: body,
                headers: ["If-Match": "*"].merging(type.map { ["Content-Type": $0] } ?? [:]) { $1 })
        }
        let (before, files) = (try DatabaseDump(client.directory).tables, try Self.files(client))
        let dry = try await send("dryRun=true")
        #expect(dry.headers[HTTPField.Name("Dry-Run")!] == "true", "\(dry.text)")
        let after = try DatabaseDump(client.directory).tables
        for (table, rows) in after { #expect(rows == before[table], "\(table)") }
        #expect(try Self.files(client) == files)

        let real = try await send("")
        #expect((200..<300).contains(real.status) && dry.status == real.status, "\(dry.text) \(real.text)")
        #expect(real.headers[HTTPField.Name("Dry-Run")!] == nil)
        #expect(Self.shapes(dry) == Self.shapes(real))
        #expect(try DatabaseDump(client.directory).tables != before, "the real one changed nothing, so the dry one shows nothing")
    }

    private static func files(_ client: TestClient) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: client.directory.path).sorted()
    }

    /// Members and their order, of each document.
    private static func shapes(_ answer: TestAnswer) -> [JSON] { answer.lines.map(shape) }

    private static func shape(_ value: JSON) -> JSON {
        switch value {
        case .object(let members): .object(members.mapValues(shape))
        case .array(let elements): .array(elements.map(shape))
        case .null: .null
        case .bool, .integer, .double, .string: true
        }
    }

    /// A request of the operation that changes something: path, media type and body.
    private func request(
        _ operation: OperationTests.Operation, _ client: TestClient
    ) async throws -> (path: String, type: String?, body: [UInt8]?) {
        let tests = OperationTests()
        let path = try await tests.present(operation, client)
        let collection = "/" + operation.path.split(separator: "/").prefix(2).joined(separator: "/")
        switch operation.id {
        case "importCatalogue":
            return (path, "application/yaml", Array("services: [{name: Letters, area: hr, team: People, types: [{name: A letter}]}]".utf8))
        case "importPeople":
            return (path, "text/csv", Array("name,workEmail\nAda Palmer,ada@school.example\n".utf8))
        case "importIndicators":
            let school = try await client.addSchool(urn: "100027").id
            return (path, "text/csv", Array("school,measure,period,value,source\n\(school),attendance,2025-26,94.5,DfE\n".utf8))
        case "revokeToken":
            _ = try await client.token(scopes: ["schools:read"])
            let id = try await client.get("/v1/tokens?name=test").json["items"]?.arrayValue?.first?["id"]?.stringValue
            return ("/v1/tokens/\(id ?? "")/revoke", nil, nil)
        case "importTermDates", "importBankHolidays":
            if operation.id == "importTermDates" {
                let holidays = try Array(Data(contentsOf: Self.demo.appending(path: "bank-holidays.json")))
                let answer = try await client.send(.post, "/v1/bank-holidays/import", token: client.integration, body: holidays)
                try #require(answer.status == 200, "\(answer.text)")
            }
            let file = operation.id == "importTermDates" ? "term-dates" : "bank-holidays"
            return (path, "application/json", try Array(Data(contentsOf: Self.demo.appending(path: "\(file).json"))))
        case "startImport":
            for name in ["establishments", "group-links"] {
                let file = try Array(Data(contentsOf: Self.demo.appending(path: "\(name).csv")))
                let answer = try await client.send(
                    .put, path.replacing("/start", with: "/\(name)"), body: file, headers: ["Content-Type": "text/csv"])
                try #require(answer.status == 200, "\(answer.text)")
            }
            return (path, nil, nil)
        case "resumeWebhookEndpoint":
            try #require(try await client.post(path.replacing("/resume", with: "/pause"), token: client.integration).status == 200)
            return (path, nil, nil)
        case "replayWebhookEndpoint": return (path, "application/json", Array("{\"fromSeq\":1}".utf8))
        case "deletePerson": return ("/v1/people/\(try await client.addPerson("Nell Ash"))", nil, nil)
        case "erasePerson":
            return (
                "/v1/people/\(try await client.addPerson("Nell Ash"))/erase", "application/json", Array("{\"reason\":\"Asked for\"}".utf8)
            )
        case "purgePersonalData":
            _ = try await client.addPerson("Nobody's Colleague")
            client.clock.set("2060-01-01T00:00:00Z")
            return (path, nil, nil)
        case "updateSubjectAccessDraft":
            let entries = try await client.get(path, token: client.integration).json["entries"]?.objectValue
            let first = try #require(entries?.keys.first)
            let change: JSON = ["entries": .object([first: ["include": false]])]
            return (path, "application/merge-patch+json", change.bytes)
        default: break
        }
        if let body = try await client.prepareAction(operation, at: path) {
            return (path, body.map { _ in "application/json" }, body?.bytes)
        }
        switch operation.method {
        case .post where operation.path.hasSuffix("/bulk"):
            return (path, "application/x-ndjson", try await client.bulkLine(for: collection).bytes)
        case .post where !operation.path.contains("{"):
            let school = try await client.addSchool(urn: "100028").id
            let head = try await client.appoint(.headteacher, at: school)
            let body: JSON =
                if collection == "/v1/people" { ["name": "Nell Ash"] } else {
                    try await OperationTests.body(of: collection, school, head, client)
                }
            return (path, "application/json", body.bytes)
        case .put: return (path, "application/json", Array("{\"value\":7,\"reason\":\"Counted again\"}".utf8))
        case .patch: return (path, "application/merge-patch+json", try patch(of: collection).bytes)
        default: return (path, nil, nil)
        }
    }

    private func patch(of collection: String) throws -> JSON {
        let patches: [String: JSON] = [
            "/v1/trust": ["name": "Fenmarch"], "/v1/schools": ["vision": "Care"], "/v1/memberships": ["reason": "Asked to"],
            "/v1/stages": ["rationale": "Why"], "/v1/people": ["jobTitle": "Head"], "/v1/appointments": ["endsOn": "2029-01-01"],
            "/v1/absences": ["endsOn": "2029-01-01"], "/v1/delegations": ["reason": "Handed over"],
            "/v1/academic-years": ["endsOn": "2027-08-30"], "/v1/terms": ["name": "Autumn"], "/v1/calendar-days": ["reason": "Training"],
            "/v1/code-items": ["label": "Latin and Greek"], "/v1/inspections": ["inspectedOn": "2023-01-11"],
            "/v1/webhook-endpoints": ["name": "Office"],
            "/v1/indicators": ["value": 95], "/v1/retention-rules": ["months": 7],
            "/v1/plans": ["title": "Reading first"], "/v1/objectives": ["title": "Read aloud"], "/v1/reviews": ["narrative": "Well begun."],
            "/v1/findings": ["severity": 3],
            "/v1/cycles": ["title": "Another"], "/v1/frameworks": ["title": "Another"], "/v1/processes": ["title": "Another"],
            "/v1/calendar-feeds": ["title": "Another"], "/v1/needs": ["title": "Another"], "/v1/offers": ["title": "Another"],
            "/v1/deployments": ["purpose": "Another"], "/v1/shared-resources": ["title": "Another"],
            "/v1/resource-versions": ["text": "Another"], "/v1/adoptions": ["adaptation": "Another"],
            "/v1/resource-proposals": ["note": "Another"], "/v1/comments": ["text": "Another"], "/v1/collections": ["title": "Another"],
            "/v1/business-teams": ["name": "Another"], "/v1/business-services": ["name": "Another"],
            "/v1/request-types": ["name": "Another"], "/v1/support-requests": ["subject": "Another"],
            "/v1/request-time-entries": ["minutes": 21], "/v1/request-links": ["note": "Another"],
            "/v1/time-entries": ["note": "Another"], "/v1/priorities": ["title": "Another"], "/v1/self-evaluations": ["summary": "Better"],
        ]
        return try #require(patches[collection], "no change for \(collection)")
    }

    private static let demo = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../scripts/demo").standardized
}
