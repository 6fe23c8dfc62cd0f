import Core
import Domain
import HTTPTypes
import Testing

extension TestClient {
    /// Sends lines as a bulk of the collection; `token` nil is the integration's.
    func bulk(
        _ collection: String, _ lines: [JSON], mode: String? = nil, dryRun: Bool = false, token: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> TestAnswer {
        let text = lines.map { String(decoding: $0.bytes, as: UTF8.self) }.joined(separator: "\n")
        return try await bulk(collection, text: text, mode: mode, dryRun: dryRun, token: token, sourceLocation: sourceLocation)
    }

    func bulk(
        _ collection: String, text: String, mode: String? = nil, dryRun: Bool = false, token: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> TestAnswer {
        let query = (mode.map { ["mode=\($0)"] } ?? []) + (dryRun ? ["dryRun=true"] : [])
        let path = "\(collection)/bulk" + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
        return try await send(
            .post, path, token: token ?? integration, body: Array(text.utf8), headers: ["Content-Type": "application/x-ndjson"],
            sourceLocation: sourceLocation)
    }

    /// A line that a bulk of the collection takes, of a school and a person of its own.
    func bulkLine(for collection: String) async throws -> JSON {
        let school = try await addSchool(urn: "100029").id
        switch collection {
        case "/v1/schools": return ["op": "upsert", "ref": "urn:100029", "data": ["vision": "Care"]]
        case "/v1/retention-rules": return ["op": "upsert", "ref": "appointment", "data": ["months": 7]]
        case "/v1/people": return ["op": "create", "data": ["name": "Nell Ash"]]
        default:
            let head = try await appoint(.headteacher, at: school)
            return ["op": "create", "data": try await OperationTests.body(of: collection, school, head, self)]
        }
    }
}

extension TestAnswer {
    /// Lines of NDJSON.
    var lines: [JSON] { bytes.split(separator: 0x0A).map { (try? JSON(parsing: Array($0))) ?? .null } }
    var statuses: [Int64] { lines.map { $0["status"]?.integerValue ?? 0 } }
    func id(_ index: Int) -> JSON { lines.indices.contains(index) ? lines[index]["id"] ?? .null : .null }
    /// The code of the problem of each line; empty for those that were taken.
    var problemCodes: [String] { lines.map { $0["problem"]?["code"]?.stringValue ?? "" } }
}
