package import Core
package import Domain
package import Repositories

/// What a school's lead lets others do for the school.
package struct DelegationService: FactService {
    package typealias Item = Delegation
    package let store: Store
    package let writing = Permission.delegationsWrite

    package init(store: Store) {
        self.store = store
    }

    package func place(of item: Delegation) -> Scope { .school(item.schoolId) }

    package func errors(in item: Delegation, _ transaction: WriteTransaction) throws -> [FieldError] {
        try item.dayErrors + transaction.errors(school: item.schoolId) + transaction.errors(person: item.personId)
    }
}
