package import Core
package import Domain
import OrderedCollections
package import Repositories

/// What schools want help with.
package struct NeedService: StatefulService {
    package typealias Item = Need
    package let store: Store
    package let writing = Permission.needsWrite

    package init(store: Store) {
        self.store = store
    }

    package func place(of item: Need) -> Scope { .school(item.schoolId) }

    package func prepare(_ item: Need, replacing old: Need?, _ transaction: WriteTransaction) throws -> Need {
        var errors = try transaction.errors(school: item.schoolId) + item.errors
        if let id = item.findingId, id != old?.findingId {
            let finding = try transaction.find(Finding.self, id: id)
            if finding == nil {
                errors.append(FieldError(pointer: "/findingId", code: "not-found", detail: "is not the id of a finding"))
            } else if finding?.schoolId != item.schoolId {
                errors.append(FieldError(pointer: "/findingId", code: "other-school", detail: "is a finding at another school"))
            }
        }
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        return item
    }

    package func perform(_ action: Need.Action, _ body: JSON, on item: Need, _ transaction: WriteTransaction) throws -> Need {
        var item = item
        switch action {
        case .match: break
        case .meet: item.outcome = body["outcome"]?.stringValue
        case .withdraw, .reopen: item.stateReason = body["reason"]?.stringValue
        }
        return item
    }

    package func checkDeletion(of item: Need, _ transaction: WriteTransaction) throws {
        guard let deployment = try transaction.all(Deployment.self, where: "needId", is: item.id).first else { return }
        throw DomainError.conflict("A deployment was made for the need: \(deployment.id). Withdraw the need instead.")
    }

    /// Makes a need of a finding that is an area for development: at the same school, in the same area and subject.
    ///
    /// Throws `notFound`, `forbidden`, and `conflict` for other findings and closed ones.
    package func raise(fromFinding id: String, _ body: JSON, _ call: Call) async throws -> Need {
        let visibility = Visibility(of: call.actor)
        return try await store.write(call) { transaction in
            guard let finding = try transaction.find(Finding.self, id: id, visibleTo: visibility) else { throw DomainError.notFound }
            try transaction.checkPrecondition(of: finding)
            var members = body.objectValue ?? [:]
            members["schoolId"] = .string(finding.schoolId)
            members["source"] = "finding"
            members["findingId"] = .string(finding.id)
            members["area"] = .string(finding.area)
            members["regime"] = finding.regime.map(JSON.string) ?? .null
            members["subject"] = finding.subject.map(JSON.string) ?? .null
            if (members["description"] ?? .null) == .null { members["description"] = .string(finding.narrative) }
            let need = try insert(.object(members), transaction)
            try finding.checkIsForDevelopment("A need")
            return need
        }
    }

    /// The finding a need is about to be raised from. Throws `notFound`, `forbidden`, `conflict`.
    package func identify(finding id: String, _ call: Call) throws -> (id: String, etag: VersionTag) {
        let now = store.now()
        return try store.readNow { transaction in
            guard let finding = try transaction.find(Finding.self, id: id, visibleTo: Visibility(of: call.actor)) else {
                throw DomainError.notFound
            }
            try transaction.checkWriter(
                of: [.school(finding.schoolId)], school: finding.schoolId, writing, call.actor, on: now.day(in: transaction.zone()))
            return (finding.id, finding.etag)
        }
    }
}
