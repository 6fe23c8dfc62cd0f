import Core
package import Domain
package import Repositories

/// What the trust works on, year by year.
package struct TrustPriorityService: ResourceService {
    package typealias Item = TrustPriority
    package let store: Store
    package let writing = Permission.prioritiesWrite

    package init(store: Store) {
        self.store = store
    }

    package func prepare(_ item: TrustPriority, replacing old: TrustPriority?, _ transaction: WriteTransaction) throws -> TrustPriority {
        var errors = try transaction.errors(person: item.ownerId, replacing: old?.ownerId, at: "/ownerId")
        if try transaction.calendars.academicYear(named: item.academicYear) == nil {
            errors.append(FieldError(pointer: "/academicYear", code: "not-found", detail: "is not the name of a recorded academic year"))
        }
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        let others = try transaction.all(TrustPriority.self, where: "academicYear", is: item.academicYear).filter { $0.id != item.id }
        if let other = others.first(where: { $0.title == item.title }) {
            throw DomainError.duplicate(
                FieldError(
                    pointer: "/title", code: "duplicate", detail: "is a priority of the year already: \(other.id)", conflictsWith: other.id)
            )
        }
        var item = item
        if item.position == 0 { item.position = (others.map(\.position).max() ?? 0) + TrustPriority.positionStep }
        return item
    }

    package func checkDeletion(of item: TrustPriority, _ transaction: WriteTransaction) throws {
        guard let objective = try transaction.all(Objective.self, where: "priorityId", is: item.id).first else { return }
        throw DomainError.conflict("Objectives serve the priority, among them \(objective.id).")
    }
}
