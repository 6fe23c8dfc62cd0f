package import Core
package import Domain
package import Repositories

/// What follows from shared resources and who uses them.
package struct SharingReports: Sendable {
    /// How many related resources are shown.
    package static let relatedLimit = 20
    private let store: Store

    package init(store: Store) {
        self.store = store
    }

    /// Others that may help with the same, those that share most first. Throws `notFound`.
    package func related(_ id: String, _ call: Call) async throws -> JSON {
        let visibility = Visibility(of: call.actor)
        return try await store.read { transaction in
            guard let resource = try transaction.find(SharedResource.self, id: id, visibleTo: visibility) else {
                throw DomainError.notFound
            }
            let schools = Set(
                try transaction.all(Adoption.self, where: "resourceId", is: id).filter { visibility.allows($0) }.map(\.schoolId))
            let related = try transaction.sharedResources.related(to: resource, usedBy: schools.sorted()).filter { visibility.allows($0) }
            let found = try related.compactMap { other in
                let users = try transaction.all(Adoption.self, where: "resourceId", is: other.id).filter { visibility.allows($0) }.map(
                    \.schoolId)
                return RelatedResource(other, to: resource, usedBy: schools, and: users)
            }
            let best = found.sorted { ($1.score, $0.resource.id) < ($0.score, $1.resource.id) }.prefix(Self.relatedLimit)
            return ["items": .array(try best.map { try $0.tree })]
        }
    }

    /// What the resource saved others. Throws `notFound`.
    package func savedTime(_ id: String, _ call: Call) async throws -> SavedTime {
        let visibility = Visibility(of: call.actor)
        return try await store.read { transaction in
            guard let resource = try transaction.find(SharedResource.self, id: id, visibleTo: visibility) else {
                throw DomainError.notFound
            }
            return SavedTime(
                of: resource, adoptions: try transaction.all(Adoption.self, where: "resourceId", is: id).filter { visibility.allows($0) })
        }
    }

    /// What a school shares, what it uses of others, what it gave back. Throws `notFound`.
    package func practice(of schoolId: String, _ call: Call) async throws -> JSON {
        let visibility = Visibility(of: call.actor)
        let seesAdoptions = ResourceType.adoption.readPermission.isHeld(by: call.actor)
        return try await store.read { transaction in
            guard try transaction.find(School.self, id: schoolId) != nil else { throw DomainError.notFound }
            func shown(_ id: String?) throws -> JSON {
                try id.flatMap { try transaction.find(SharedResource.self, id: $0, visibleTo: visibility) }?.wireTree() ?? .null
            }
            let shared = try transaction.all(SharedResource.self, where: "schoolId", is: schoolId)
                .filter { $0.isOpen && visibility.allows($0) }
            let adoptions = seesAdoptions ? try transaction.all(Adoption.self, where: "schoolId", is: schoolId) : []
            let returned = try transaction.sharedResources.accepted(from: schoolId)
            return [
                "schoolId": .string(schoolId), "shared": .array(try shared.map { try $0.wireTree() }),
                "adopted": .array(try adoptions.map { ["adoption": try $0.wireTree(), "resource": try shown($0.resourceId)] }),
                "returned": .array(
                    try returned.map { proposal in
                        [
                            "resource": try shown(proposal.resourceId), "adaptation": try shown(proposal.adaptationId),
                            "versionId": proposal.acceptedVersionId.map(JSON.string) ?? .null,
                        ]
                    }),
            ]
        }
    }
}
