import Core
import OrderedCollections
import Testing

@testable import Domain

@Suite("Support between schools") struct SupportTests {
    private static let today = LocalDate("2026-11-20")!
    private let today = SupportTests.today

    private func day(_ text: String) -> LocalDate { LocalDate(text)! }

    private func deployment(_ change: JSON.Object = [:]) throws -> Deployment {
        var members: JSON.Object = [
            "id": "dpl_1", "providerSchoolId": "sch_a", "receivingSchoolId": "sch_b", "schoolIds": ["sch_b", "sch_a"], "subject": "english",
            "purpose": "Reading", "startsOn": "2026-09-07", "endsOn": "2026-12-18", "daysPlanned": 6, "state": "preparing",
            "recordedBy": "x", "createdAt": "2026-09-01T00:00:00.000Z", "updatedAt": "2026-09-01T00:00:00.000Z", "etag": "\"1\"",
        ]
        for (name, value) in change { members[name] = value }
        return try JSONCodec.decode(Deployment.self, from: .object(members))
    }

    private func entry(_ id: String, on day: String, _ days: Double) throws -> TimeEntry {
        try JSONCodec.decode(
            TimeEntry.self,
            from: [
                "id": .string(id), "deploymentId": "dpl_1", "schoolIds": ["sch_b", "sch_a"], "personId": "per_1", "day": .string(day),
                "days": .double(days), "recordedBy": "x", "createdAt": "2026-09-01T00:00:00.000Z", "updatedAt": "2026-09-01T00:00:00.000Z",
                "etag": "\"1\"",
            ])
    }

    // MARK: Deployments and time

    @Test("It isn't deployed before both questions are answered, and answered well")
    func answers() throws {
        let capacity: JSON = ["isConfirmed": true, "answeredBy": "per_1", "answeredOn": "2026-09-01"]
        let none: JSON = ["isConfirmed": false, "answeredBy": "per_1", "answeredOn": "2026-09-01"]
        let free: JSON = ["exists": false, "answeredBy": "per_1", "answeredOn": "2026-09-01"]
        let bound: JSON = ["exists": true, "answeredBy": "per_1", "answeredOn": "2026-09-01"]
        let managed: JSON = ["exists": true, "note": "Somebody else decides.", "answeredBy": "per_1", "answeredOn": "2026-09-01"]
        func codes(_ change: JSON.Object) throws -> [String] { try deployment(change).unanswered.map(\.code) }
        #expect(try codes([:]) == ["capacity-not-answered", "conflict-of-interest-not-answered"])
        #expect(try codes(["capacityConfirmed": none, "conflictOfInterest": free]) == ["capacity-not-confirmed"])
        #expect(try codes(["capacityConfirmed": capacity, "conflictOfInterest": bound]) == ["conflict-of-interest"])
        #expect(try codes(["capacityConfirmed": capacity, "conflictOfInterest": managed]) == [])
        #expect(try codes(["capacityConfirmed": capacity, "conflictOfInterest": free]) == [])
    }

    @Test("A school doesn't support itself, somebody gives, and the days are in order")
    func shape() throws {
        #expect(try deployment().errors.isEmpty)
        #expect(try deployment(["receivingSchoolId": "sch_a"]).errors.map(\.code) == ["supports-itself"])
        #expect(try deployment(["providerSchoolId": .null]).errors.map(\.code) == ["required"])
        #expect(try deployment(["endsOn": "2026-09-06"]).errors.map(\.code) == ["before-start"])
        #expect(try deployment(["subject": .null]).errors.map(\.pointer) == ["/subject"])
    }

    @Test("Time is given on days of the deployment, not in the future, and a day has one day")
    func time() throws {
        let deployment = try deployment()
        func codes(_ entry: TimeEntry, _ others: [TimeEntry] = []) -> [String] {
            entry.errors(of: deployment, others: others, today: today).map(\.code)
        }
        #expect(codes(try entry("1", on: "2026-09-07", 1)) == [])
        #expect(codes(try entry("1", on: "2026-09-06", 1)) == ["outside-deployment"])
        #expect(codes(try entry("1", on: "2026-12-19", 1)) == ["outside-deployment", "in-future"])
        #expect(codes(try entry("1", on: "2026-11-21", 1)) == ["in-future"])
        #expect(codes(try entry("1", on: "2026-10-01", 0.5), [try entry("2", on: "2026-10-01", 0.5)]) == [])
        #expect(codes(try entry("1", on: "2026-10-01", 0.75), [try entry("2", on: "2026-10-01", 0.5)]) == ["more-than-a-day"])
    }

    // MARK: Matching

    @Test("A reason loses a third of its worth with each year")
    func recency() {
        func points(_ text: String) -> Int {
            SupportMatching.Reason(.finding, "x", resourceId: nil, on: day(text), weight: 12, today: today).points
        }
        #expect(points("2026-11-20") == 12 && points("2025-11-21") == 12)
        #expect(points("2025-11-20") == 8 && points("2024-11-20") == 4 && points("2023-11-20") == 0 && points("2010-01-01") == 0)
        #expect(SupportMatching.Reason(.offer, "x", resourceId: nil, weight: 6, today: today).points == 6)
    }

    @Test("The one with more evidence comes first, then the one with more days left, then by title; whoever nothing speaks for isn't there")
    func ranking() {
        func match(_ title: String, _ points: [Int], remaining: Double? = nil) -> SupportMatching.Match {
            SupportMatching.Match(
                offerId: nil, schoolId: "sch_\(title)", personId: nil, title: title,
                reasons: points.map { SupportMatching.Reason(.finding, "x", resourceId: nil, weight: $0, today: today) },
                capacity: remaining.map { .init(offered: $0 + 1, planned: 1) })
        }
        let matches = [
            match("E", []), match("D", [3]), match("C", [12, 6]), match("B", [6], remaining: 1), match("A", [6], remaining: 4),
            match("A2", [6]),
        ]
        #expect(SupportMatching.ranked(matches, limit: 10).map(\.title) == ["C", "A", "B", "A2", "D"])
        #expect(SupportMatching.ranked(matches, limit: 2).map(\.title) == ["C", "A"])
    }

    // MARK: Balance

    private let periods = [
        SupportBalance.Period(name: "Autumn", days: LocalDate("2026-09-01")!...LocalDate("2027-01-03")!),
        SupportBalance.Period(name: "Spring", days: LocalDate("2027-01-04")!...LocalDate("2027-08-31")!),
    ]

    @Test("Days are counted by school, term and topic, for giver and receiver, and every day of the year is in one term")
    func balance() {
        func given(_ text: String, _ days: Double, _ from: String?, _ to: String, _ topic: String) -> SupportBalance.Given {
            SupportBalance.Given(day: day(text), days: days, from: from, to: to, topic: topic)
        }
        let balance = SupportBalance(
            academicYear: "2026-27", periods: periods,
            schools: [.init(id: "b", name: "Brook", pupils: 400), .init(id: "a", name: "Ash", pupils: nil)],
            given: [
                given("2026-09-01", 1, "a", "b", "english"), given("2027-01-03", 0.5, "a", "b", "english"),
                given("2027-01-04", 0.25, "b", "a", "music"), given("2027-08-31", 1, nil, "b", "finance"),
            ])
        #expect(balance.items.map(\.schoolName) == ["Ash", "Ash", "Ash", "Brook", "Brook", "Brook"])
        #expect(balance.items.map(\.term) == ["Autumn", "Spring", nil, "Autumn", "Spring", nil])
        #expect(balance.items.map(\.daysGiven) == [1.5, 0, 1.5, 0, 0.25, 0.25])
        #expect(balance.items.map(\.daysReceived) == [0, 0.25, 0.25, 1.5, 1, 2.5])
        #expect(balance.items[5].receivedPer100Pupils == 0.63 && balance.items[2].givenPer100Pupils == nil)
        #expect(balance.items[5].topics.map(\.topic) == ["english", "finance", "music"])
        #expect(balance.items[5].topics[2].daysGiven == 0.25 && balance.items[5].topics[2].daysReceived == 0)
        #expect(
            balance.items[3].explanation
                == "From 2026-09-01 to 2027-01-03, by the time entries of deployments: given 0 days in 0 entries, received 1.5 days in 2 entries; "
                + "per 100 pupils by the 400 pupils the register has.")
    }

    @Test("Whatever is given is received: over all schools of the trust the year's sums are equal")
    func sums() {
        var generator = SystemRandomNumberGenerator()
        let ids = ["a", "b", "c", "d"]
        let given = (0..<200).map { _ in
            let from = ids.randomElement(using: &generator)!
            return SupportBalance.Given(
                day: day("2026-09-01").adding(days: Int.random(in: 0...364, using: &generator)),
                days: Double(Int.random(in: 1...4, using: &generator)) / 4, from: from,
                to: ids.filter { $0 != from }.randomElement(using: &generator)!, topic: "x")
        }
        let balance = SupportBalance(
            academicYear: "2026-27", periods: periods, schools: ids.map { .init(id: $0, name: $0, pupils: 100) }, given: given)
        let total = given.reduce(0) { $0 + $1.days }
        for isYear in [true, false] {
            let rows = balance.items.filter { ($0.term == nil) == isYear }
            #expect(rows.reduce(0) { $0 + $1.daysGiven } == total && rows.reduce(0) { $0 + $1.daysReceived } == total)
        }
    }

    // MARK: Alerts

    @Test("A deployment's days are shared out over its calendar days, and more than was offered is an alert")
    func alerts() throws {
        let deployment = try deployment(["startsOn": "2026-12-28", "endsOn": "2027-01-10", "daysPlanned": 7])
        #expect(SupportAlert.days(of: deployment, in: periods[0].days) == 3.5)
        #expect(SupportAlert.days(of: deployment, in: periods[1].days) == 3.5)
        #expect(SupportAlert.days(of: deployment, in: day("2027-02-01")...day("2027-03-01")) == 0)
        let planned = [(deploymentId: "dpl_1", days: 3.5)]
        #expect(SupportAlert(schoolId: "a", period: periods[0], offered: 3.5, planned: planned) == nil)
        let alert = SupportAlert(schoolId: "a", period: periods[0], offered: 3, planned: planned)
        #expect(alert?.daysPlanned == 3.5 && alert?.daysOffered == 3 && alert?.deploymentIds == ["dpl_1"])
    }
}

extension FieldError {
    fileprivate var pointer: String? { if case .pointer(let pointer) = place { pointer } else { nil } }
}
