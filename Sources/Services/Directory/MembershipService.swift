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
}
