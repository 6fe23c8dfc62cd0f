import Core
import Domain
import Testing

@Suite("Planning a cycle") struct CyclePlannerTests {
    private typealias Fixture = PlanFixture

    @Test("A frequency comes round as often as it says in each of its periods, whatever the kind of day")
    func counts() {
        for need in DayCount.allCases {
            for times in 1...12 {
                for (every, periods) in [(ProcessFrequency.Every.year, 1), (.term, 3), (.halfTerm, 6)] {
                    let plan = Fixture.plan([Fixture.school("a")], [Fixture.process(every, times, need: need)])
                    #expect(plan.activities.count == periods * times && plan.refusals.isEmpty, "\(need) \(every) \(times)")
                }
            }
        }
    }

    @Test("Windows lie in the year, open before they are due, follow each other, and due and scheduled days are of the kind")
    func windows() {
        let school = Fixture.school("a", own: [SchoolCalendar.Entry(.closure, dates("2026-12-14", "2026-12-18"), reason: "Boiler")])
        for need in DayCount.allCases {
            for every in ProcessFrequency.Every.allCases {
                for times in 1...12 {
                    let activities = Fixture.plan([school], [Fixture.process(every, times, need: need)]).activities
                    for activity in activities {
                        #expect(Fixture.year.contains(activity.opensOn) && Fixture.year.contains(activity.dueOn))
                        #expect(activity.opensOn <= activity.scheduledFor && activity.scheduledFor <= activity.dueOn)
                        #expect(school.open.isOpen(need, on: activity.dueOn) && school.open.isOpen(need, on: activity.scheduledFor))
                    }
                    #expect(zip(activities, activities.dropFirst()).allSatisfy { $0.dueOn < $1.opensOn }, "\(every) \(times)")
                }
            }
        }
    }

    @Test("What is due at the end of a term is due on its last day with pupils, in the school's own calendar")
    func terms() {
        let closed = SchoolCalendar.Entry(.closure, dates("2026-12-17", "2026-12-18"))
        let plan = Fixture.plan([Fixture.school("a", own: [closed])], [Fixture.process(.term, 1)])
        #expect(
            Fixture.windows(plan) == [
                "2026-09-01 to 2026-12-16", "2027-01-04 to 2027-03-25", "2027-04-12 to 2027-07-21",
            ])
    }

    @Test("Half-terms are the parts of a term before and after its break")
    func halfTerms() {
        let plan = Fixture.plan([Fixture.school("a")], [Fixture.process(.halfTerm, 1)])
        #expect(plan.activities.map(\.dueOn.description).prefix(2) == ["2026-10-23", "2026-12-18"])
        #expect(plan.activities.map(\.key.period) == [1, 2, 3, 4, 5, 6])
    }

    @Test("A school with six terms has two of them where others have one, and each for a half-term")
    func sixTerms() {
        let parts = [
            ("2026-09-01", "2026-10-23"), ("2026-11-02", "2026-12-18"), ("2027-01-04", "2027-02-12"), ("2027-02-22", "2027-03-25"),
            ("2027-04-12", "2027-05-28"), ("2027-06-07", "2027-07-21"),
        ]
        let terms = parts.enumerated().map { SchoolCalendar.Term(name: "Term \($0 + 1)", days: dates($1.0, $1.1)) }
        let year = SchoolCalendar.Year(name: "2026-27", days: Fixture.year, terms: terms)
        let six = Fixture.school("a", year: year)
        for every in ProcessFrequency.Every.allCases {
            let three = Fixture.plan([Fixture.school("a")], [Fixture.process(every, 2)])
            #expect(Fixture.plan([six], [Fixture.process(every, 2)]) == three, "\(every)")
        }
    }

    @Test("A window opens no more days before it is due than the process says")
    func windowDays() {
        let plan = Fixture.plan([Fixture.school("a")], [Fixture.process(.term, 1, windowDays: 14)])
        #expect(
            Fixture.windows(plan) == [
                "2026-12-04 to 2026-12-18", "2027-03-11 to 2027-03-25", "2027-07-07 to 2027-07-21",
            ])
    }

    @Test("A school at the stage a frequency names has that one, another the one for all, and times 0 means never")
    func stages() {
        let all = "2020-01-01"
        let intensive = Fixture.school("a", stages: [Fixture.stage(all, "2030-01-01", "repair", "intensive")])
        let universal = Fixture.school("b", stages: [Fixture.stage(all, "2030-01-01", "sustain", "universal")])
        let none = Fixture.school("c")
        let plan = Fixture.plan([intensive, universal, none], [Fixture.review])
        #expect(["a", "b", "c"].map { id in plan.activities.count { $0.schoolIds == [id] } } == [3, 1, 1])

        var never = Fixture.review.frequencies
        never.append(ProcessFrequency(stage: "sustain", every: .year, times: 0))
        let process = PlannedProcess(id: "review", title: "Review", need: .pupilsIn, frequencies: never)
        #expect(Fixture.plan([universal], [process]).activities.isEmpty)
    }

    @Test("A stage that begins mid-year has what is due from then on, and what was due before stays")
    func changeOfStage() {
        let before = [Fixture.stage("2020-01-01", "2030-01-01", "repair", "intensive")]
        let after = [
            Fixture.stage("2020-01-01", "2027-01-09", "repair", "intensive"),
            Fixture.stage("2027-01-10", "2030-01-01", "improve", "targeted"),
        ]
        let old = Fixture.plan([Fixture.school("a", stages: before)], [Fixture.review])
        let new = Fixture.plan([Fixture.school("a", stages: after)], [Fixture.review])
        #expect(new.activities.first == old.activities.first)
        #expect(Fixture.windows(new) == ["2026-09-01 to 2026-12-18", "2027-01-10 to 2027-07-21"])
    }

    @Test("A stage that changes nothing of the frequency changes nothing of the plan")
    func sameFrequency() {
        let one = [Fixture.stage("2020-01-01", "2030-01-01", "improve", "targeted")]
        let two = [
            Fixture.stage("2020-01-01", "2027-01-09", "improve", "targeted"),
            Fixture.stage("2027-01-10", "2030-01-01", "sustain", "universal"),
        ]
        let process = Fixture.review
        #expect(Fixture.plan([Fixture.school("a", stages: one)], [process]) == Fixture.plan([Fixture.school("a", stages: two)], [process]))
    }

    @Test("A school that joins mid-year gets the rest, one that leaves nothing that would be due later")
    func membership() {
        let joined = Fixture.school("a", member: dates("2027-02-01", "2030-01-01"))
        #expect(
            Fixture.windows(Fixture.plan([joined], [Fixture.process(.term, 1)])) == [
                "2027-02-01 to 2027-03-25", "2027-04-12 to 2027-07-21",
            ])
        let left = Fixture.school("a", member: dates("2020-01-01", "2027-06-30"))
        #expect(
            Fixture.windows(Fixture.plan([left], [Fixture.process(.term, 1)])) == [
                "2026-09-01 to 2026-12-18", "2027-01-04 to 2027-03-25",
            ])
    }

    @Test("A cycle that begins within the year has nothing due or open before")
    func lateStart() {
        let plan = Fixture.plan([Fixture.school("a")], [Fixture.process(.term, 1)], days: dates("2027-01-18", "2027-08-31"))
        #expect(Fixture.windows(plan) == ["2027-01-18 to 2027-03-25", "2027-04-12 to 2027-07-21"])
    }

    @Test("A shared process is one activity for the group, on days that suit the calendar of each")
    func shared() throws {
        let closed = SchoolCalendar.Entry(.closure, dates("2026-12-14", "2026-12-18"))
        let schools = [Fixture.school("a"), Fixture.school("b", own: [closed]), Fixture.school("c")]
        let process = Fixture.process(.term, 1, isShared: true)
        let plan = Fixture.plan(schools, [process])
        #expect(plan.activities.map(\.schoolIds) == [["a", "b", "c"], ["a", "b", "c"], ["a", "b", "c"]])
        #expect(try #require(plan.activities.first).dueOn == date("2026-12-11"))
        for activity in plan.activities { #expect(schools.allSatisfy { $0.open.isOpen(.pupilsIn, on: activity.scheduledFor) }) }

        let groups = [PlannedGroup(name: "north", schoolIds: ["a", "c"]), PlannedGroup(name: "south", schoolIds: ["b"])]
        let apart = Fixture.plan(schools, [process], groups: groups)
        #expect(apart.activities.count == 6)
        #expect(apart.activities.filter { $0.key.owner == "north" }.map(\.schoolIds) == [["a", "c"], ["a", "c"], ["a", "c"]])
    }

    @Test("A school that joins takes part in what the group has from then on, under the same keys")
    func sharedMembership() {
        let joined = Fixture.school("b", member: dates("2027-02-01", "2030-01-01"))
        let process = Fixture.process(.term, 1, isShared: true)
        let plan = Fixture.plan([Fixture.school("a"), joined], [process])
        #expect(plan.activities.map(\.schoolIds) == [["a"], ["a", "b"], ["a", "b"]])
        #expect(plan.activities.map(\.key) == Fixture.plan([Fixture.school("a")], [process]).activities.map(\.key))
    }

    @Test("What has no place is refused, and says why")
    func refusals() throws {
        let empty = SchoolCalendar.Year(name: "2026-27", days: Fixture.year, terms: [])
        let noTerms = Fixture.plan([Fixture.school("a", year: empty), Fixture.school("b")], [Fixture.review])
        #expect(noTerms.refusals.map(\.reason) == [.noCalendar] && noTerms.refusals.first?.schoolIds == ["a"])

        let short = SchoolCalendar.Year(
            name: "2026-27", days: Fixture.year, terms: [SchoolCalendar.Term(name: "T", days: dates("2026-09-01", "2026-09-03"))])
        let tooFew = Fixture.plan([Fixture.school("a", year: short)], [Fixture.process(.term, 4)])
        #expect(tooFew.activities.isEmpty && tooFew.refusals.map(\.reason) == [.tooFewDays])

        let first = Fixture.school("a", own: [SchoolCalendar.Entry(.closure, dates("2026-09-01", "2026-10-31"))])
        let second = Fixture.school("b", own: [SchoolCalendar.Entry(.closure, dates("2026-11-01", "2026-12-18"))])
        let apart = Fixture.plan([first, second], [Fixture.process(.term, 1, isShared: true)])
        #expect(apart.activities.count == 2 && apart.refusals.map(\.reason) == [.noCommonDay])

        let alone = Fixture.plan([Fixture.school("a")], [Fixture.process(.year, 1, needsPartner: true)])
        #expect(alone.refusals.map(\.reason) == [.noPartner])
    }

    @Test("The same input in another order is the same plan, and a plan has each key once")
    func determinism() {
        let schools = (1...9).map { Fixture.school("s\($0)") }
        let processes = [Fixture.process(.halfTerm, 2, needsPartner: true), Fixture.review]
        let plan = Fixture.plan(schools, processes)
        #expect(plan == Fixture.plan(schools.reversed(), processes))
        #expect(Set(plan.activities.map(\.key)).count == plan.activities.count)
    }

    @Test("Schools don't all have an activity on the same day")
    func spread() {
        let plan = Fixture.plan((1...30).map { Fixture.school("s\($0)") }, [Fixture.process(.term, 1)])
        let busiest = Dictionary(grouping: plan.activities, by: \.scheduledFor).values.map(\.count).max()
        #expect(busiest! < 8, "\(busiest!)")
    }
}
