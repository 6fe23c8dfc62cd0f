import Core
import Domain
import Foundation
import HTTPTypes
import OrderedCollections
import Testing

/// Requests of 30 schools on a clock that is set, through the HTTP API; what the service then says of them and counts is held against a
/// recomputation that counts every minute by itself.
@Suite("A simulated year") struct SimulatedYearTests {
    @Test("Each request, and every figure counted over them, is what counting the minutes one by one gives")
    func year() async throws {
        // Five hundred take half a minute; PARTNERSHIP_YEAR_REQUESTS=20000 is the whole year.
        let count = ProcessInfo.processInfo.environment["PARTNERSHIP_YEAR_REQUESTS"].flatMap(Int.init) ?? 500
        var year = try await SimulatedYear(requests: count)
        try await year.play()
        try await compareRequests(year)
        for grouping in ["service", "school", "team", "area", "priority", "term"] {
            // The administrator is named in nothing confidential.
            try await compareFigures(year, grouping, year.client.admin, year.requests.filter { !$0.isConfidential })
        }
        // A lead sees the area's, and what is confidential of the team.
        let ofHR = year.requests.filter { year.services[$0.service].team == 0 }
        try await compareFigures(year, "priority", year.leads[0], ofHR)
        // A head sees the school's, and of what is confidential what they asked themselves.
        let ofSchool = year.requests.filter { $0.schools.contains(3) && (!$0.isConfidential || $0.schools[0] == 3) }
        try await compareFigures(year, "service", year.heads[3].token, ofSchool)
    }

    private func compareRequests(_ year: SimulatedYear) async throws {
        let expected = Dictionary(uniqueKeysWithValues: year.requests.map { ($0.id, $0) })
        var seen: Set<String> = []
        for lead in year.leads {
            let export = try await year.client.send(
                .get, "/v1/support-requests", token: lead, headers: ["Accept": "application/x-ndjson"], isChecked: false)
            for line in export.bytes.split(separator: UInt8(ascii: "\n")) {
                let request = try JSON(parsing: Array(line))
                guard let life = expected[request.text("id")] else {
                    Issue.record("nobody asked \(request)")
                    continue
                }
                seen.insert(life.id)
                let found = Outcome(request)
                let wanted = Outcome(life, year)
                #expect(found == wanted, "\(life.steps) \(request)")
            }
        }
        #expect(seen.count == expected.count)
    }

    private func compareFigures(
        _ year: SimulatedYear, _ grouping: String, _ token: String, _ requests: [SimulatedRequest]
    ) async throws {
        let answer = try await year.client.get("/v1/request-statistics?groupBy=\(grouping)&from=2026-09-01&to=2027-08-31", token: token)
        try #require(answer.status == 200, "\(answer.text)")
        var groups: [String: [SimulatedRequest]] = [:]
        for request in requests { for key in year.keys(of: request, by: grouping) { groups[key, default: []].append(request) } }
        let rows = answer.json["items"]?.arrayValue ?? []
        #expect(Set(rows.map { $0.text("key") }) == Set(groups.keys) && rows.count == groups.count)
        for row in rows { #expect(Figures(row) == Figures(groups[row.text("key")] ?? [], year), "\(grouping) \(row)") }
        #expect(Figures(answer.json["total"] ?? .null) == Figures(requests, year), "\(grouping)")
    }
}

/// What became of one request.
private struct Outcome: Equatable {
    let isFinished: Bool
    let priority: String
    let missed: Set<String>
    let firstResponseMinutes: Int?
    let resolutionMinutes: Int?
    let reopened: Int
    let escalations: Int
    let isLate: Bool
    let satisfaction: Int?

    init(_ request: JSON) {
        func number(_ member: String) -> Int? { request[member]?.integerValue.map(Int.init) }
        isFinished = ["resolved", "closed"].contains(request.text("state"))
        priority = request.text("priority")
        missed = Set((request["missedTargets"]?.arrayValue ?? []).compactMap(\.stringValue))
        (firstResponseMinutes, resolutionMinutes) = (number("firstResponseMinutes"), number("resolutionMinutes"))
        (reopened, satisfaction) = (number("reopenedCount") ?? -1, number("satisfaction"))
        escalations = request["escalations"]?.arrayValue?.count ?? -1
        isLate = request["breached"] == true
    }

    init(_ life: SimulatedRequest, _ year: SimulatedYear) {
        isFinished = life.isFinished
        priority = life.priority
        missed = life.missed
        (firstResponseMinutes, resolutionMinutes) = (life.firstResponseMinutes, life.resolutionMinutes)
        (reopened, satisfaction) = (life.reopened, life.satisfaction)
        escalations = life.wasEscalated ? 1 : 0
        isLate = life.isLate(at: SimulatedYear.end * CountedMinutes.perDay, year.services[life.service])
    }
}

/// A row of the statistics.
private struct Figures: Equatable {
    let counts: [String: Int?]
    let satisfaction: Double?

    private static let members = [
        "opened", "unfinished", "resolved", "reopened", "firstResponseMedianMinutes", "firstResponsesLate", "updatesLate",
        "resolutionMedianMinutes", "resolutionsLate", "breached", "rated",
    ]

    init(_ row: JSON) {
        counts = Dictionary(uniqueKeysWithValues: Self.members.map { ($0, row[$0]?.integerValue.map(Int.init)) })
        satisfaction =
            switch row["satisfaction"] {
            case .double(let mean)?: mean
            case .integer(let mean)?: Double(mean)
            default: nil
            }
    }

    init(_ requests: [SimulatedRequest], _ year: SimulatedYear) {
        let now = SimulatedYear.end * CountedMinutes.perDay
        func median(_ values: [Int]) -> Int? { values.isEmpty ? nil : values.sorted()[(values.count + 1) / 2 - 1] }
        func late(_ target: String) -> Int { requests.count { $0.missed.contains(target) } }
        let stars = requests.compactMap(\.satisfaction)
        let done = requests.filter { $0.isFinished && $0.wasResolved }
        counts = [
            "opened": requests.count, "unfinished": requests.count { !$0.isFinished }, "resolved": done.count,
            "reopened": requests.map(\.reopened).reduce(0, +),
            "firstResponseMedianMinutes": median(requests.compactMap(\.firstResponseMinutes)),
            "firstResponsesLate": late("firstResponse"), "updatesLate": late("update"),
            "resolutionMedianMinutes": median(done.compactMap(\.resolutionMinutes)), "resolutionsLate": late("resolution"),
            "breached": requests.count { !$0.missed.isEmpty || $0.isLate(at: now, year.services[$0.service]) }, "rated": stars.count,
        ]
        satisfaction = stars.isEmpty ? nil : (Double(stars.reduce(0, +)) * 100 / Double(stars.count)).rounded() / 100
    }
}

extension SimulatedYear {
    /// Which rows a request counts in.
    fileprivate func keys(of request: SimulatedRequest, by grouping: String) -> [String] {
        switch grouping {
        case "service": return [serviceIds[request.service]]
        case "school": return request.schools.map { schoolIds[$0] }
        case "team": return [teamIds[services[request.service].team]]
        case "area": return [services[request.service].area]
        case "priority": return [request.priority]
        default:
            let opened = CountedMinutes.local(request.openedAt) / CountedMinutes.perDay
            let term = Self.terms.last { $0.1 <= opened }?.0 ?? Self.terms[0].0
            return ["2026-27 \(term)"]
        }
    }
}
