package import Core
package import Domain
package import Repositories

/// Time spent on support requests, written down by those who serve them.
package struct RequestTimeEntryService: ResourceService {
    package typealias Item = RequestTimeEntry
    package let store: Store
    package let writing = Permission.supportRequestsServe

    package init(store: Store) {
        self.store = store
    }

    package func places(of item: RequestTimeEntry, on day: LocalDate, _ transaction: some Transaction) throws -> [Scope] {
        try transaction.find(SupportRequest.self, id: item.requestId)?.servingPlaces ?? []
    }

    package func prepare(
        _ item: RequestTimeEntry, replacing old: RequestTimeEntry?, _ transaction: WriteTransaction
    ) throws -> RequestTimeEntry {
        let visibility = old == nil ? Visibility(of: transaction.call.actor) : .everything
        guard let request = try transaction.find(SupportRequest.self, id: item.requestId, visibleTo: visibility) else {
            throw DomainError.invalid([FieldError(pointer: "/requestId", code: "not-found", detail: "is not the id of a request")])
        }
        var item = item
        if old == nil { item.personId = item.personId ?? transaction.call.actor.personId }
        let isStranger = try item.personId.map { try $0 != transaction.call.actor.personId && !transaction.works($0, on: request) } ?? false
        let others =
            try item.personId.map { try transaction.supportRequests.entries(of: $0, on: item.day).filter { $0.id != item.id } } ?? []
        let errors =
            try transaction.errors(person: item.personId, replacing: old?.personId)
            + (isStranger
                ? [FieldError(pointer: "/personId", code: "not-in-team", detail: "is nobody of the team or of the business area")] : [])
            + item.errors(openedOn: request.openedAt.day(in: transaction.zone()), others: others, today: transaction.today())
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        return try transaction.shown(item, as: request)
    }
}
