import Core
import Domain
import Testing

@Suite("Partner schools") struct CyclePartnersTests {
    private typealias Fixture = PlanFixture

    private func plan(_ count: Int, _ every: ProcessFrequency.Every = .term, _ times: Int = 1) -> CyclePlan {
        Fixture.plan((1...count).map { Fixture.school("s\($0)") }, [Fixture.process(every, times, needsPartner: true)])
    }

    @Test("Each school visits as often as it is visited, and never itself", arguments: 2...25)
    func fairness(count: Int) {
        let activities = plan(count, .halfTerm).activities
        #expect(activities.count == 6 * count && activities.allSatisfy { $0.partnerSchoolIds.count == 1 })
        #expect(activities.allSatisfy { $0.partnerSchoolIds != $0.schoolIds })
        let had = Dictionary(grouping: activities) { $0.schoolIds[0] }.mapValues(\.count)
        let given = Dictionary(grouping: activities) { $0.partnerSchoolIds[0] }.mapValues(\.count)
        #expect(had == given)
    }

    @Test("No two schools visit each other while there are three", arguments: 3...25)
    func oneWay(count: Int) {
        let visits = Set(plan(count, .halfTerm, 2).activities.map { [$0.partnerSchoolIds[0], $0.schoolIds[0]] })
        #expect(visits.allSatisfy { !visits.contains($0.reversed()) })
    }

    @Test("The next round has other partners, as long as there are some")
    func rounds() {
        let partners = plan(7).activities.filter { $0.schoolIds == ["s1"] }.map { $0.partnerSchoolIds[0] }
        #expect(Set(partners).count == 3)
    }

    @Test("A school with a round of its own is visited by one that did least, never back by one it visited")
    func ownRound() {
        let often = Fixture.school("s1", stages: [Fixture.stage("2020-01-01", "2030-01-01", "repair", "intensive")])
        let process = PlannedProcess(
            id: "peer", title: "Peer review", need: .pupilsIn, needsPartner: true, frequencies: Fixture.review.frequencies)
        let schools = [often] + (2...6).map { Fixture.school("s\($0)") }
        let visits = Fixture.plan(schools, [process]).activities.map { [$0.partnerSchoolIds[0], $0.schoolIds[0]] }
        #expect(visits.filter { $0[1] == "s1" }.count == 3)
        #expect(Set(visits.filter { $0[1] == "s1" }.map { $0[0] }).count == 3)
    }

    @Test("Visits keep out of each other's way, and to days on which the partner's staff are in")
    func apart() {
        let training = SchoolCalendar.Entry(.disaggregated, dates("2026-11-02", "2026-11-20"))
        let schools = (1...12).map { Fixture.school("s\($0)", own: $0 == 5 ? [training] : []) }
        let processes = [
            Fixture.process(.halfTerm, 2, needsPartner: true),
            PlannedProcess(
                id: "other", title: "Other", need: .pupilsIn, needsPartner: true, frequencies: [ProcessFrequency(every: .term, times: 2)]),
        ]
        let plan = Fixture.plan(schools, processes)
        #expect(plan.clashes.isEmpty, "\(plan.clashes)")
        let visits = plan.activities.filter { $0.partnerSchoolIds == ["s5"] }
        #expect(!visits.isEmpty && visits.allSatisfy { !dates("2026-11-02", "2026-11-20").contains($0.scheduledFor) })
    }

    @Test("Where no day is free of another visit, the clash is told")
    func clash() throws {
        let days = SchoolCalendar.Year(
            name: "2026-27", days: Fixture.year, terms: [SchoolCalendar.Term(name: "T", days: dates("2026-09-01", "2026-09-01"))])
        let schools = ["a", "b", "c"].map { Fixture.school($0, year: days) }
        let clashes = Fixture.plan(schools, [Fixture.process(.term, 1, needsPartner: true)]).clashes
        #expect(clashes.map(\.schoolId) == ["a", "b", "c"] && clashes.allSatisfy { $0.on == date("2026-09-01") })
    }

    @Test("Whose turn it is: not a host's, not back, least given, then by id")
    func ledger() {
        var ledger = PartnerLedger(schools: ["c", "b", "a"])
        #expect(ledger.due(hosts: ["a"]) == "b")
        ledger.record("b", visits: ["a"])
        #expect(ledger.due(hosts: ["b"]) == "c")
        #expect(ledger.due(hosts: ["c"]) == "a")
        #expect(ledger.due(hosts: ["a", "b", "c"]) == nil)
    }
}
