package import Core
import Domain
import Repositories

/// What a team has to do and who is there to do it, as far as the caller sees the requests.
package struct TeamLoad: Encodable, Sendable {
    package struct Member: Encodable, Sendable {
        /// Null for what nobody has.
        package var personId: String?
        package var isAway: Bool
        /// Who does the work meanwhile.
        package var coverId: String?
        package var open: Int
        package var standing: Int
        package var dueToday: Int
        package var breached: Int
    }

    package struct Suggestion: Encodable, Sendable {
        package var personId: String?
        /// Whose work it usually is, where that one is away.
        package var insteadOfId: String?
    }

    package var teamId: String
    package var day: LocalDate
    /// Everybody in the team and everybody else who has one of its requests.
    package var members: [Member]
    package var unassigned: Member
    /// Who would be given a request of the area and school that were asked about; null leaves it to all.
    package var suggested: Suggestion
}

extension BusinessTeamService {
    /// Throws `notFound`.
    package func load(_ id: String, area: String?, schoolId: String?, _ call: Call) async throws -> TeamLoad {
        let visibility = Visibility(of: call.actor)
        let now = store.now()
        return try await store.read { transaction in
            guard let team = try transaction.find(BusinessTeam.self, id: id) else { throw DomainError.notFound }
            let today = try now.day(in: transaction.zone())
            let tomorrow = try transaction.zoneOffsets().startOfDay(today.adding(days: 1))
            let loads = try transaction.supportRequests.load(ofTeam: id, at: now, dueBy: tomorrow, visibleTo: visibility)
            func member(_ personId: String?) -> TeamLoad.Member {
                let load = loads[personId ?? ""] ?? .init()
                return TeamLoad.Member(
                    personId: personId, isAway: personId.map { team.absence(of: $0, on: today) != nil } ?? false,
                    coverId: personId.flatMap { team.cover(for: $0, on: today) }, open: load.open, standing: load.standing,
                    dueToday: load.dueSoon, breached: load.breached)
            }
            let others = loads.keys.filter { !$0.isEmpty && !team.has($0) }.sorted()
            let suggestion = team.suggestion(area: area, schoolIds: [schoolId].compactMap(\.self), on: today)
            return TeamLoad(
                teamId: id, day: today, members: (team.people + others).map(member), unassigned: member(nil),
                suggested: .init(personId: suggestion?.personId, insteadOfId: suggestion?.insteadOfId))
        }
    }
}
