import Core
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
}

extension TestAnswer {
    /// Lines of NDJSON.
    var lines: [JSON] { bytes.split(separator: 0x0A).map { (try? JSON(parsing: Array($0))) ?? .null } }
    var statuses: [Int64] { lines.map { $0["status"]?.integerValue ?? 0 } }
    func id(_ index: Int) -> JSON { lines.indices.contains(index) ? lines[index]["id"] ?? .null : .null }
    /// The code of the problem of each line; empty for those that were taken.
    var problemCodes: [String] { lines.map { $0["problem"]?["code"]?.stringValue ?? "" } }
}
