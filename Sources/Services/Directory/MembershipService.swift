package import Core
package import Domain
package import Repositories

/// Which schools belong to the trust, and since when.
package struct MembershipService: FactService {
    package typealias Item = Membership
    package let store: Store
    package let writing = Permission.membershipsWrite

    package init(store: Store) {
        self.store = store
    }

    package func errors(in item: Membership, _ transaction: WriteTransaction) throws -> [FieldError] {
        try item.dayErrors + transaction.errors(school: item.schoolId)
    }

    package func stored(_ item: Membership, replacing old: Membership?, _ transaction: WriteTransaction) throws {
        for school in Set([item.schoolId, old?.schoolId ?? item.schoolId]) { try transaction.relateInspections(of: school) }
        try transaction.replan(item, replacing: old)
    }

    package func deleted(_ item: Membership, _ transaction: WriteTransaction) throws {
        try transaction.relateInspections(of: item.schoolId)
        try transaction.replan(item, replacing: item, isGone: true)
    }
}
