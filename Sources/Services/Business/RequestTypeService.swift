package import Core
package import Domain
import OrderedCollections
package import Repositories

/// What schools can ask a service for, version by version.
package struct RequestTypeService: StatefulService {
    package typealias Item = RequestType
    package let store: Store
    package let writing = Permission.catalogueWrite

    package init(store: Store) {
        self.store = store
    }

    /// A new one has yet to be given the service's area.
    package func places(of item: RequestType, on day: LocalDate, _ transaction: some Transaction) throws -> [Scope] {
        [.area(try transaction.find(BusinessService.self, id: item.serviceId)?.area)]
    }

    package func prepare(_ item: RequestType, replacing old: RequestType?, _ transaction: WriteTransaction) throws -> RequestType {
        guard let service = try transaction.find(BusinessService.self, id: item.serviceId) else {
            throw DomainError.invalid([FieldError(pointer: "/serviceId", code: "not-found", detail: "is not the id of a service")])
        }
        guard item.errors.isEmpty else { throw DomainError.invalid(item.errors) }
        var item = item
        item.area = service.area
        item.isConfidential = item.isConfidential ?? RequestType.confidentialAreas.contains(service.area)
        return item
    }

    package func perform(
        _ action: RequestType.Action, _ body: JSON, on item: RequestType, _ transaction: WriteTransaction
    ) throws -> RequestType {
        var item = item
        item.stateReason = body["reason"]?.stringValue
        guard action == .publish, let revised = try item.revisesId.flatMap({ try transaction.find(RequestType.self, id: $0) }) else {
            return item
        }
        guard revised.state == .published else {
            throw DomainError.conflict("The version it revises is \(revised.state.rawValue): another took its place meanwhile.")
        }
        var superseded = revised
        superseded.state = .superseded
        try transaction.update(from: revised, to: superseded, verb: "superseded", isTarget: false)
        return item
    }

    /// A draft that says what a published type says, to be changed and published in its place. Throws `notFound`, `forbidden`, and
    /// `notInThisState` for what isn't published.
    package func revise(_ id: String, _ call: Call) async throws -> RequestType {
        try await store.write(call) { transaction in
            let type = try findForWriting(id, call.precondition, transaction)
            guard type.state == .published else {
                throw DomainError.notInThisState(
                    "What is published can be revised; this one is \(type.state.rawValue).", allowedActions: type.allowedActions)
            }
            var draft = try RequestType.make(
                ["serviceId": .string(type.serviceId), "name": .string(type.name)], by: transaction.call.actor, at: transaction.now)
            draft.area = type.area
            (draft.description, draft.guidance, draft.fields) = (type.description, type.guidance, type.fields)
            (draft.defaultPriority, draft.checklist) = (type.defaultPriority, type.checklist)
            (draft.isConfidential, draft.statutoryRule) = (type.isConfidential, type.statutoryRule)
            (draft.version, draft.revisesId) = (type.version + 1, type.id)
            return try transaction.insert(draft)
        }
    }
}
