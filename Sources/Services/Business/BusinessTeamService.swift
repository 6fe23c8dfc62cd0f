import Core
package import Domain
package import Repositories

/// Who serves schools together. The trust says.
package struct BusinessTeamService: ResourceService {
    package typealias Item = BusinessTeam
    package let store: Store
    package let writing = Permission.catalogueWrite

    package init(store: Store) {
        self.store = store
    }

    package func prepare(_ item: BusinessTeam, replacing old: BusinessTeam?, _ transaction: WriteTransaction) throws -> BusinessTeam {
        let people = try item.memberIds.enumerated().flatMap { index, id in
            old?.memberIds.contains(id) == true ? [] : try transaction.errors(person: id, at: "/memberIds/\(index)")
        }
        let lead = item.leadId == old?.leadId ? [] : try transaction.errors(person: item.leadId, at: "/leadId")
        let errors = item.errors + people + lead
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        return item
    }

    package func stored(_ item: BusinessTeam, replacing old: BusinessTeam?, _ transaction: WriteTransaction) throws {
        guard let old else { return }
        if item.hours != old.hours || item.closures != old.closures { try transaction.follow(.init(.schedule, of: item.id)) }
        // Who leads and who is in it is who sees.
        if item.leadId != old.leadId { try transaction.follow(.init(.showConfidential, of: item.id)) }
        if item.people != old.people { try transaction.follow(.init(.showLinks, of: item.id)) }
    }
}
