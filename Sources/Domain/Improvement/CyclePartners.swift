import Core

// Partners: heads of other schools who come to review. Each school reviews as often as it is reviewed.
extension CyclePlanner {
    /// The schools of one round go round in a circle: each is visited by the one so many places on. In the next round it is another distance, never
    /// one that would make a visit mutual while there are enough schools.
    func assignPartners(_ plan: inout CyclePlan) {
        var ledger = PartnerLedger(schools: schools.map(\.id))
        for process in processes where process.needsPartner {
            let indices = plan.activities.indices.filter { plan.activities[$0].key.processId == process.id }
            let rounds = Dictionary(grouping: indices) { Round(plan.activities[$0].key) }
            for (number, round) in rounds.sorted(by: { $0.key < $1.key }).enumerated() {
                let visits = round.value.sorted { plan.activities[$0].key.owner < plan.activities[$1].key.owner }
                let distance = Self.distance(round: number, among: visits.count)
                // Two would visit each other, which others can spare them.
                let isCircle = visits.count > 2 || schools.count == 2
                for (place, index) in visits.enumerated() {
                    let hosts = plan.activities[index].schoolIds
                    // A shared one, or the only one of its round, has whoever is due.
                    let next = plan.activities[visits[(place + distance) % visits.count]].schoolIds
                    let isPlain = isCircle && hosts.count == 1 && next.count == 1 && next != hosts
                    let partner = isPlain ? next[0] : ledger.due(hosts: hosts)
                    guard let partner else {
                        plan.refusals.append(
                            CyclePlan.Refusal(
                                reason: .noPartner, processId: process.id, schoolIds: hosts,
                                detail: "\(process.title) needs a partner school, and no other school takes part."))
                        continue
                    }
                    ledger.record(partner, visits: hosts)
                    plan.activities[index].partnerSchoolIds = [partner]
                }
            }
        }
        keepApart(&plan)
    }

    /// 1, 2, … below half of the circle, over and over: half would be mutual, and more than half the way back.
    static func distance(round: Int, among count: Int) -> Int { count < 2 ? 0 : 1 + round % max((count - 1) / 2, 1) }

    /// Moves visits within their windows, so that no school is in two places and each partner has its own staff in, as far as there are such days.
    private func keepApart(_ plan: inout CyclePlan) {
        let byID = Dictionary(schools.map { ($0.id, $0) }) { first, _ in first }
        let needs = Dictionary(processes.map { ($0.id, $0.need) }) { first, _ in first }
        var busy: Set<Place> = []
        let visits = plan.activities.indices.filter { !plan.activities[$0].partnerSchoolIds.isEmpty }
            .sorted {
                (plan.activities[$0].dueOn, plan.activities[$0].key.owner) < (plan.activities[$1].dueOn, plan.activities[$1].key.owner)
            }
        for index in visits {
            let visit = plan.activities[index]
            let hosts = visit.schoolIds.compactMap { byID[$0] }
            let partners = visit.partnerSchoolIds.compactMap { byID[$0] }
            guard let need = needs[visit.key.processId], let host = hosts.first else { continue }
            let open = host.open.days(need, in: visit.opensOn...visit.dueOn)
            let start = open.firstIndex(of: visit.scheduledFor) ?? 0
            let places = visit.schoolIds + visit.partnerSchoolIds
            let choice = (open[start...] + open[..<start]).first { day in
                hosts.allSatisfy { $0.open.isOpen(need, on: day) } && partners.allSatisfy { $0.open.isOpen(.staffIn, on: day) }
                    && places.allSatisfy { !busy.contains(Place(schoolId: $0, on: day)) }
            }
            if let choice { plan.activities[index].scheduledFor = choice }
            busy.formUnion(places.map { Place(schoolId: $0, on: plan.activities[index].scheduledFor) })
        }
    }

    private struct Round: Hashable, Comparable {
        let every: Int
        let period: Int
        let occurrence: Int

        init(_ key: ActivityKey) {
            every = ProcessFrequency.Every.allCases.firstIndex(of: key.every) ?? 0
            period = key.period
            occurrence = key.occurrence
        }

        static func < (left: Round, right: Round) -> Bool {
            (left.every, left.period, left.occurrence) < (right.every, right.period, right.occurrence)
        }
    }
}

/// Who visited whom how often.
package struct PartnerLedger: Sendable {
    private let schools: [String]
    /// Visits given minus visits had.
    private var balance: [String: Int] = [:]
    private var given: [String: Set<String>] = [:]

    package init(schools: [String]) {
        self.schools = schools.sorted()
    }

    package mutating func record(_ partner: String, visits hosts: [String]) {
        balance[partner, default: 0] += 1
        for host in hosts { balance[host, default: 0] -= 1 }
        given[partner, default: []].formUnion(hosts)
    }

    /// The school whose turn it is: none of the hosts; one not visited by a host before, if there is one; of these the one that had most and gave least;
    /// by id among equals. nil when there is no other.
    package func due(hosts: [String]) -> String? {
        let others = schools.filter { !hosts.contains($0) }
        let oneWay = others.filter { other in !hosts.contains { given[$0]?.contains(other) == true } }
        return (oneWay.isEmpty ? others : oneWay).min { (balance[$0, default: 0], $0) < (balance[$1, default: 0], $1) }
    }
}
