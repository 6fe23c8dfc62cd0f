import Core
package import Domain
package import Repositories

/// Outcomes of inspections, each in the terms of its own regime.
package struct InspectionService: ResourceService {
    package typealias Item = Inspection
    package let store: Store
    package let writing = Permission.inspectionsWrite

    package init(store: Store) {
        self.store = store
    }

    package func place(of item: Inspection) -> Scope { .school(item.schoolId) }

    package func prepare(_ item: Inspection, replacing old: Inspection?, _ transaction: WriteTransaction) throws -> Inspection {
        let rules = InspectionRules(
            regime: try transaction.codes.items(of: .inspectionRegimes).first { $0.code == item.regime },
            areas: try transaction.codes.items(of: .evaluationAreas, regime: item.regime),
            grades: try transaction.codes.items(of: .evaluationGrades, regime: item.regime))
        let errors = try transaction.errors(school: item.schoolId) + rules.errors(in: item, today: transaction.today())
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        if let other = try transaction.inspections.other(than: item) {
            throw DomainError.duplicate(
                FieldError(
                    pointer: "/inspectedOn", code: "duplicate", detail: "has this school's visit of the same type already: \(other.id)",
                    conflictsWith: other.id))
        }
        var item = item
        if item.inspectedUrn.isEmpty { item.inspectedUrn = try transaction.find(School.self, id: item.schoolId)?.urn ?? "" }
        item.relativeToJoining = item.relation(to: try transaction.all(Membership.self, where: "schoolId", is: item.schoolId))
        return item
    }
}

extension WriteTransaction {
    /// Says anew of a school's inspections whether they were before it joined; called with every change of its memberships.
    func relateInspections(of schoolId: String) throws {
        let inspections = try all(Inspection.self, where: "schoolId", is: schoolId)
        guard !inspections.isEmpty else { return }
        let memberships = try all(Membership.self, where: "schoolId", is: schoolId)
        for inspection in inspections {
            var related = inspection
            related.relativeToJoining = inspection.relation(to: memberships)
            try update(from: inspection, to: related, isTarget: false)
        }
    }
}

/// A school's last inspection, or that it had none.
struct LatestInspection: Encodable {
    enum Status: String, Encodable {
        case inspected, notYetInspected
    }

    let status: Status
    let latest: Inspection?

    init(_ latest: Inspection?) {
        self.latest = latest
        status = latest == nil ? .notYetInspected : .inspected
    }
}
