import Core
package import Domain
package import Repositories

/// What the central team does for schools, when, and what it promises: written by the specialists of the business area.
package struct BusinessServiceService: ResourceService {
    package typealias Item = BusinessService
    package let store: Store
    package let writing = Permission.catalogueWrite

    package init(store: Store) {
        self.store = store
    }

    package func place(of item: BusinessService) -> Scope { .area(item.area) }

    package func prepare(
        _ item: BusinessService, replacing old: BusinessService?, _ transaction: WriteTransaction
    ) throws -> BusinessService {
        var errors = item.errors
        if item.teamId != old?.teamId, try transaction.find(BusinessTeam.self, id: item.teamId) == nil {
            errors.append(FieldError(pointer: "/teamId", code: "not-found", detail: "is not the id of a team"))
        }
        if item.headOfServiceId != old?.headOfServiceId {
            errors += try transaction.errors(person: item.headOfServiceId, at: "/headOfServiceId")
        }
        if let old, item.area != old.area, try !transaction.all(RequestType.self, where: "serviceId", is: old.id).isEmpty {
            errors.append(FieldError(pointer: "/area", code: "in-use", detail: "stays as it is: there are request types"))
        }
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        return item
    }

    package func stored(_ item: BusinessService, replacing old: BusinessService?, _ transaction: WriteTransaction) throws {
        guard let old,
            item.hours != old.hours || item.closures != old.closures || item.targets != old.targets || item.escalations != old.escalations
        else { return }
        try transaction.follow(.init(.schedule, of: item.id))
    }
}
