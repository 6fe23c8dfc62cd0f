import Core
import Testing

struct RequestStatisticsTests {
    @Test(
        "Days at the ends of the calendar are counted like any others",
        arguments: [
            ("to=0001-01-01", "0001-01-01", "0001-01-01"), ("from=0001-01-01&to=9999-12-31", "0001-01-01", "9999-12-31"),
            ("from=9999-12-31&to=9999-12-31", "9999-12-31", "9999-12-31"), ("to=9999-12-31&groupBy=term", "9999-01-01", "9999-12-31"),
        ])
    func ends(query: String, from: String, to: String) async throws {
        let answer = try await TestClient().get("/v1/request-statistics?\(query)")
        #expect(answer.status == 200 && answer.json["from"]?.stringValue == from && answer.json["to"]?.stringValue == to, "\(answer.text)")
    }
}
