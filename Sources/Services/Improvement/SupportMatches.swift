package import Core
package import Domain
import Repositories

/// Who could help a school with a need.
package struct NeedMatches: Encodable, Sendable {
    package let needId: String
    /// The term of the capacities; null between academic years.
    package let term: String?
    package let items: [SupportMatching.Match]
}

extension NeedService {
    /// How many are proposed.
    package static let mostMatches = 50
    private static let yearsBack = 3

    /// Proposes offers and schools that are strong in it, each with its reasons, as far as the caller may see what they rest on. Throws `notFound`.
    package func matches(_ id: String, _ call: Call) async throws -> NeedMatches {
        let now = store.now()
        let visibility = Visibility(of: call.actor)
        return try await store.read { transaction in
            guard let need = try transaction.find(Need.self, id: id, visibleTo: visibility) else { throw DomainError.notFound }
            let today = try now.day(in: transaction.zone())
            let period = try transaction.supportPeriods(on: today)?.periods.first { $0.days.contains(today) }
            let evidence = try Self.evidence(for: need, on: today, visibility, transaction)
            let topic = SupportRepository<ReadTransaction>.Topic(subject: need.subject, area: need.area, regime: need.regime)
            let planned = try period.map { try transaction.daysPlanned(in: $0) } ?? [:]
            var matches: [SupportMatching.Match] = []
            var offering: Set<String> = []
            for offer in try transaction.support.openOffers(topic, besides: need.schoolId, on: today) where visibility.allows(offer) {
                if let school = offer.schoolId { offering.insert(school) }
                let giver = offer.schoolId ?? offer.personId ?? ""
                matches.append(
                    SupportMatching.Match(
                        offerId: offer.id, schoolId: offer.schoolId, personId: offer.personId, title: offer.title,
                        reasons: Self.reasons(of: offer, today) + (evidence[giver] ?? []),
                        capacity: period.map { _ in .init(offered: offer.daysPerTerm, planned: planned[giver] ?? 0) }))
            }
            for (giver, reasons) in evidence where !offering.contains(giver) {
                guard let school = try transaction.find(School.self, id: giver) else { continue }
                matches.append(
                    SupportMatching.Match(
                        offerId: nil, schoolId: giver, personId: nil, title: school.name, reasons: reasons, capacity: nil))
            }
            return NeedMatches(
                needId: id, term: period?.name, items: SupportMatching.ranked(matches, limit: Self.mostMatches))
        }
    }

    private static func reasons(of offer: SupportOffer, _ today: LocalDate) -> [SupportMatching.Reason] {
        let stated = offer.evidence.prefix(SupportMatching.Weight.statedEntries).map {
            SupportMatching.Reason(
                .statedEvidence, $0.note, resourceId: $0.refId, weight: SupportMatching.Weight.statedEvidence, today: today)
        }
        return [
            SupportMatching.Reason(
                .offer, "Offers \(offer.daysPerTerm) days a term.", resourceId: offer.id, weight: SupportMatching.Weight.offer, today: today
            )
        ] + stated
    }

    /// What is recorded of other schools and of specialists, by their ids.
    private static func evidence(
        for need: Need, on today: LocalDate, _ visibility: Visibility, _ transaction: ReadTransaction
    ) throws -> [String: [SupportMatching.Reason]] {
        let topic = SupportRepository<ReadTransaction>.Topic(subject: need.subject, area: need.area, regime: need.regime)
        let since = today.adding(months: -12 * yearsBack)
        var found: [String: [SupportMatching.Reason]] = [:]
        func add(_ giver: String?, _ reason: SupportMatching.Reason) {
            if let giver, reason.points > 0 { found[giver, default: []].append(reason) }
        }
        for finding in try transaction.support.strengths(topic, besides: need.schoolId, since: since)
        where visibility.allows(finding) {
            let what = finding.kind == .strength ? "A review found a strength" : "A review found good practice"
            add(
                finding.schoolId,
                .init(
                    .finding, "\(what): \(finding.narrative)", resourceId: finding.id, on: finding.foundOn,
                    weight: SupportMatching.Weight.finding, today: today))
        }
        for other in try transaction.support.metNeeds(topic, besides: need.schoolId, since: since) where visibility.allows(other) {
            add(
                other.schoolId,
                .init(
                    .metNeed, "Had the same need, and it was met: \(other.outcome ?? other.title)", resourceId: other.id,
                    on: other.updatedAt.utcDate, weight: SupportMatching.Weight.metNeed, today: today))
        }
        for given in try transaction.support.completed(topic, besides: need.schoolId, since: since) where visibility.allows(given) {
            let impact = given.impact ?? 1
            let reason = SupportMatching.Reason(
                .deployment, "Has helped another school, with an impact of \(impact) of 5.", resourceId: given.id, on: given.endsOn,
                weight: SupportMatching.Weight.impact * impact, today: today)
            add(given.providerSchoolId ?? given.providerPersonId, reason)
        }
        guard let regime = need.regime, let area = need.area else { return found }
        let grades = try transaction.codes.items(of: .evaluationGrades, regime: regime).sorted { $0.position < $1.position }.prefix(2).map(
            \.code)
        for inspection in try transaction.support.inspections(
            regime: regime, area: area, grades: Array(grades), besides: need.schoolId, since: since)
        where visibility.allows(inspection) {
            let grade = inspection.judgements.first { $0.area == area }?.grade ?? ""
            let weight = grade == grades.first ? SupportMatching.Weight.bestGrade : SupportMatching.Weight.secondGrade
            add(
                inspection.schoolId,
                .init(
                    .inspection, "Inspected on \(inspection.inspectedOn): \(grade) in \(area).", resourceId: inspection.id,
                    on: inspection.inspectedOn, weight: weight, today: today))
        }
        return found
    }
}
