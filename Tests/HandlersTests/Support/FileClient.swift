import Core
import HTTPTypes
import Testing

extension TestClient {
    /// Uploads text as a file; its id.
    func upload(_ text: String, as name: String = "plan.txt", type: String = "text/plain") async throws -> String {
        let answer = try await send(
            .post, "/v1/files", token: integration, body: Array(text.utf8),
            headers: ["Content-Type": type, "Content-Disposition": "attachment; filename=\"\(name)\""])
        return try #require(answer.json["id"]?.stringValue, "\(answer.text)")
    }
}
