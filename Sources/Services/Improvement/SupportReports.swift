package import Core
package import Domain
import Logging
package import Repositories

/// What was given and received, and where more is planned than was offered.
package struct SupportReports: Sendable {
    package struct Alerts: Encodable, Sendable {
        package let academicYear: String?
        package let items: [SupportAlert]
    }

    let store: Store

    package init(store: Store) {
        self.store = store
    }

    /// Of the schools the caller sees the time entries of. Throws `invalid` for a year that isn't recorded.
    ///
    /// - Parameters:
    ///   - academicYear: its name; nil for the one that is now, and for nothing where none is.
    ///   - schoolId: only this school.
    package func balance(academicYear: String?, schoolId: String?, _ call: Call) async throws -> SupportBalance {
        let now = store.now()
        let visibility = Visibility(of: call.actor)
        return try await store.read { transaction in
            let today = try now.day(in: transaction.zone())
            guard let (year, periods) = try transaction.supportYear(academicYear, today: today) else { return SupportBalance() }
            let days = year.days
            let members = Set(try transaction.cycles.members(in: days))
            var deployments: [String: Deployment] = [:]
            var given: [SupportBalance.Given] = []
            for entry in try transaction.support.entries(in: days) where visibility.allows(entry) {
                guard let deployment = try deployments[entry.deploymentId] ?? transaction.find(Deployment.self, id: entry.deploymentId)
                else {
                    continue
                }
                deployments[deployment.id] = deployment
                given.append(
                    SupportBalance.Given(
                        day: entry.day, days: entry.days, from: deployment.providerSchoolId, to: deployment.receivingSchoolId,
                        topic: deployment.subject ?? deployment.area ?? ""))
            }
            let concerned = members.union(given.flatMap { [$0.from, $0.to].compactMap(\.self) }).filter { id in
                (schoolId == nil || schoolId == id) && visibility.allows(.leadership(schoolIds: [id]))
            }
            let schools = try concerned.compactMap { try transaction.find(School.self, id: $0) }
            return SupportBalance(
                academicYear: year.name, periods: periods,
                schools: schools.map { .init(id: $0.id, name: $0.name, pupils: $0.pupils) }, given: given)
        }
    }

    /// To whoever runs the trust's support, of all schools; to others of the schools they act for.
    package func alerts(academicYear: String?, _ call: Call) async throws -> Alerts {
        let now = store.now()
        return try await store.read { transaction in
            let today = try now.day(in: transaction.zone())
            guard let (year, periods) = try transaction.supportYear(academicYear, today: today) else {
                return Alerts(academicYear: nil, items: [])
            }
            let days = year.days
            let offers = try transaction.support.offers(in: days)
            let deployments = try transaction.support.deployments(in: days, Deployment.takingCapacity)
            let givers = Set(deployments.compactMap(\.providerSchoolId)).sorted().filter {
                Permission.deploymentsRecord.isHeld(by: call.actor, for: .school($0))
            }
            let alerts = givers.flatMap { giver in
                periods.compactMap { period in
                    let offered = offers.filter { $0.schoolId == giver && $0.isOpen(in: period.days) }.reduce(0) { $0 + $1.daysPerTerm }
                    let planned = deployments.filter { $0.providerSchoolId == giver }
                        .map { (deploymentId: $0.id, days: SupportAlert.days(of: $0, in: period.days)) }.filter { $0.days > 0 }
                    return SupportAlert(schoolId: giver, period: period, offered: offered, planned: planned)
                }
            }
            return Alerts(academicYear: year.name, items: alerts)
        }
    }
}

extension SupportOffer {
    fileprivate func isOpen(in days: ClosedRange<LocalDate>) -> Bool {
        startsOn <= days.upperBound && (endsOn.map { $0 >= days.lowerBound } ?? true)
    }
}

extension Transaction {
    /// The academic year of a day in parts: each of the trust's terms with the holidays after it. nil where none is recorded.
    func supportPeriods(on day: LocalDate) throws -> (year: AcademicYear, periods: [SupportBalance.Period])? {
        guard let year = try calendars.academicYears(in: day...day).first else { return nil }
        return (year, try periods(of: year))
    }

    /// The same of a named year; without a name that of today. Throws `invalid` for a name of none.
    func supportYear(_ name: String?, today: LocalDate) throws -> (year: AcademicYear, periods: [SupportBalance.Period])? {
        guard let name else { return try supportPeriods(on: today) }
        guard let year = try calendars.academicYear(named: name) else {
            throw DomainError.invalid([
                FieldError(parameter: "academicYear", code: "not-found", detail: "is not the name of a recorded academic year")
            ])
        }
        return (year, try periods(of: year))
    }

    private func periods(of year: AcademicYear) throws -> [SupportBalance.Period] {
        let terms = try calendars.terms(academicYearId: year.id).filter { $0.schoolId == nil }.sorted { $0.startsOn < $1.startsOn }
        guard !terms.isEmpty else { return [.init(name: year.name, days: year.days)] }
        return terms.enumerated().map { index, term in
            let first = index == 0 ? year.startsOn : term.startsOn
            let last = index + 1 < terms.count ? terms[index + 1].startsOn.adding(days: -1) : year.endsOn
            return .init(name: term.name, days: ClosedRange(first, to: last))
        }
    }

    /// Days of a term planned of each giver, by school or person.
    func daysPlanned(in period: SupportBalance.Period) throws -> [String: Double] {
        var planned: [String: Double] = [:]
        for deployment in try support.deployments(in: period.days, Deployment.takingCapacity) {
            guard let giver = deployment.providerSchoolId ?? deployment.providerPersonId else { continue }
            planned[giver, default: 0] += SupportAlert.days(of: deployment, in: period.days)
        }
        return planned.mapValues { ($0 * 100).rounded() / 100 }
    }
}
