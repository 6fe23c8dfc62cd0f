package import Core
package import Domain
package import Repositories

/// What schools and specialists can give.
package struct SupportOfferService: StatefulService {
    package typealias Item = SupportOffer
    package let store: Store
    package let writing = Permission.offersWrite

    package init(store: Store) {
        self.store = store
    }

    /// Its school's, or who offers it: a specialist writes their own.
    package func place(of item: SupportOffer) -> Scope {
        item.schoolId.map(Scope.school) ?? item.personId.map(Scope.person) ?? .trust
    }

    package func prepare(_ item: SupportOffer, replacing old: SupportOffer?, _ transaction: WriteTransaction) throws -> SupportOffer {
        let errors =
            try transaction.errors(school: item.schoolId) + transaction.errors(person: item.personId, replacing: old?.personId)
            + item.errors
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        return item
    }

    package func perform(
        _ action: SupportOffer.Action, _ body: JSON, on item: SupportOffer, _ transaction: WriteTransaction
    ) throws -> SupportOffer {
        var item = item
        item.stateReason = action == .resume ? nil : body["reason"]?.stringValue
        // From then on it holds nobody: neither a match nor whom it names.
        if action == .withdraw { item.endsOn = max(item.startsOn, min(item.endsOn ?? .latest, try transaction.today())) }
        return item
    }

    package func checkDeletion(of item: SupportOffer, _ transaction: WriteTransaction) throws {
        guard let deployment = try transaction.all(Deployment.self, where: "offerId", is: item.id).first else { return }
        throw DomainError.conflict("A deployment was made on the offer: \(deployment.id). Withdraw the offer instead.")
    }
}
