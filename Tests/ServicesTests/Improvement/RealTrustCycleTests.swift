import Core
import Domain
import Logging
import OrderedCollections
import Repositories
import Services
import Testing

/// The framework every trust begins with, run by the Harris Federation's schools over a council's term dates.
@Suite(.enabled(if: SharedData.isThere, SharedData.absence))
struct RealTrustCycleTests {
    private let call = Call(actor: .commandLine, requestId: "test")

    private struct Trust {
        let fixture: RegisterImportFixture
        let services: DomainServices
        /// By URN.
        let schools: [School]
    }

    /// 23 schools in turn at each stage; one of them has days of its own.
    private func trust() async throws -> Trust {
        let fixture = try RegisterImportFixture(now: Instant("2026-09-01T08:00:00Z")!)
        let services = DomainServices(store: fixture.store, directory: fixture.directory, logger: Logger(label: "test"))
        try await services.ensureDefaults()
        _ = try await services.bankHolidays.load(SharedData.json("govuk/bank-holidays.json"), call)
        _ = try await services.termDates.load(SharedData.json("term-dates/sheffield_term_dates.json"), schoolId: nil, call)
        #expect(try await fixture.run(SharedData.register, groupUid: "3320").created == 23)
        let schools = try await fixture.store.read { try $0.list(School.self, ListQuery(limit: 100), visibleTo: .everything).items }
            .sorted { $0.urn < $1.urn }
        let stages = ["repair", "improve", "sustain", "stabilise"]
        for (index, school) in schools.enumerated() {
            let stage: JSON = ["schoolId": .string(school.id), "stage": .string(stages[index % 4]), "startsOn": "2026-09-01"]
            _ = try await services.stages.create(stage, call)
        }
        let inset: JSON = [
            "schoolId": .string(schools[1].id), "kind": "inset", "startsOn": "2026-12-14", "endsOn": "2026-12-18", "reason": "Training",
        ]
        _ = try await services.calendarDays.create(inset, call)
        return Trust(fixture: fixture, services: services, schools: schools)
    }

    /// Publishes the framework that is there and activates a cycle on it; its id.
    private func activate(_ trust: Trust) async throws -> String {
        let framework = try #require(
            try await trust.fixture.store.read { try $0.list(Framework.self, ListQuery(), visibleTo: .everything).items.first })
        _ = try await trust.services.frameworks.act(.publish, on: framework.id, .null, call)
        let body: JSON = ["title": "Our year", "academicYear": "2026-27", "frameworkId": .string(framework.id)]
        let cycle = try await trust.services.cycles.create(body, call)
        _ = try await trust.services.cycles.act(.activate, on: cycle.id, .null, call)
        return cycle.id
    }

    private func activities(_ cycle: String, _ trust: Trust) async throws -> [Activity] {
        try await trust.fixture.store.read { try $0.cycles.activities(of: cycle) }
    }

    @Test(
        "Every activity lies in its window on a day of its kind at each of its schools, and each school has as many as its stage asks for")
    func whole() async throws {
        let trust = try await trust()
        let cycle = try await activate(trust)
        let activities = try await activities(cycle, trust)
        let year = LocalDate("2026-09-01")!...LocalDate("2027-08-31")!
        var calendars: [String: [LocalDate: SchoolDay]] = [:]
        for school in trust.schools {
            let days = try await trust.services.calendars.days(schoolId: school.id, from: year.lowerBound, to: year.upperBound)
            calendars[school.id] = Dictionary(uniqueKeysWithValues: days.map { ($0.date, $0) })
        }
        for activity in activities {
            #expect((activity.opensOn...activity.dueOn).contains(activity.scheduledFor) && year.contains(activity.opensOn))
            for school in activity.schoolIds {
                for day in [activity.dueOn, activity.scheduledFor] {
                    let isOpen = calendars[school]?[day].map { activity.dayKind.includes($0) } ?? false
                    #expect(isOpen, "\(activity.title) of \(school) on \(day)")
                }
            }
            #expect(Set(activity.partnerSchoolIds).isDisjoint(with: activity.schoolIds))
            #expect((activity.kind == "peerReview") == !activity.partnerSchoolIds.isEmpty)
        }
        // School reviews: each half-term, each term, once a year, once a year.
        for (index, school) in trust.schools.enumerated() {
            func count(_ kind: String) -> Int { activities.filter { $0.kind == kind && $0.schoolIds.contains(school.id) }.count }
            #expect(count("schoolReview") == [3, 1, 1, 6][index % 4], "\(school.name)")
            #expect(count("peerReview") == 1 && count("moderation") == 3 && count("training") == 2 && count("headsReport") == 3)
            #expect(count("lineMeeting") == [6, 6, 6, 12][index % 4])
            #expect(count("dataReview") == [6, 3, 3, 6][index % 4])
        }
        // Each school reviews as often as it is reviewed.
        let visits = activities.flatMap(\.partnerSchoolIds)
        #expect(Set(visits).count == 23 && visits.count == 23)
    }

    @Test("A school that moves from repair to improve on 10 January keeps what was due before, and only it changes")
    func stage() async throws {
        let trust = try await trust()
        let cycle = try await activate(trust)
        let before = Dictionary(uniqueKeysWithValues: try await activities(cycle, trust).map { ($0.id, $0) })
        let school = trust.schools[0].id
        let stage: JSON = ["schoolId": .string(school), "stage": "improve", "startsOn": "2027-01-10"]
        _ = try await trust.services.stages.create(stage, call)
        let after = try await activities(cycle, trust)
        let changed = after.filter { $0 != before[$0.id] }
        #expect(!changed.isEmpty)
        for activity in changed {
            #expect(activity.schoolIds == [school] && activity.dueOn >= LocalDate("2027-01-10")!, "\(activity.title)")
            #expect(activity.replannedBecause == "The school moved from repair to improve on 2027-01-10.")
        }
        let reviews = after.filter { $0.kind == "schoolReview" && $0.schoolIds == [school] && $0.state == .scheduled }
        // The autumn's stays; two of the terms to come are one for the rest of the year.
        #expect(reviews.map(\.dueOn).sorted().count == 2 && reviews.contains { $0.dueOn < LocalDate("2027-01-10")! })
        #expect(after.filter { $0.state == .cancelled }.allSatisfy { changed.contains($0) })
    }

    @Test("Schools that an import finds to have joined get the rest of the cycle")
    func joining() async throws {
        let trust = try await trust()
        let cycle = try await activate(trust)
        let before = Set(try await activities(cycle, trust).map(\.id))
        #expect(try await trust.fixture.run(SharedData.register, groupUid: "2275").joined == 4)
        let added = try await activities(cycle, trust).filter { !before.contains($0.id) }
        let schools = Set(added.flatMap(\.schoolIds))
        #expect(schools.count == 4 && schools.isDisjoint(with: trust.schools.map(\.id)))
        #expect(added.allSatisfy { $0.replannedBecause?.hasPrefix("The school belongs to the trust from") == true })
    }
}
