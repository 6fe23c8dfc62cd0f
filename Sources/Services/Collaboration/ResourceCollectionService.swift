package import Core
package import Domain
package import Repositories

/// Shared resources in an order.
package struct ResourceCollectionService: ResourceService {
    package typealias Item = ResourceCollection
    package let store: Store
    package let writing = Permission.sharedResourcesWrite

    package init(store: Store) {
        self.store = store
    }

    package func place(of item: ResourceCollection) -> Scope { .owner(item.schoolId) }

    package func prepare(
        _ item: ResourceCollection, replacing old: ResourceCollection?, _ transaction: WriteTransaction
    ) throws -> ResourceCollection {
        var errors = try transaction.errors(school: item.schoolId)
        for (index, id) in item.itemIds.enumerated() where old?.itemIds.contains(id) != true {
            if let error = try transaction.error(collecting: id, in: item.id) {
                errors.append(FieldError(pointer: "/itemIds/\(index)", code: error.code, detail: error.detail))
            }
        }
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        return item
    }

    package func checkDeletion(of item: ResourceCollection, _ transaction: WriteTransaction) throws {
        if let other = try transaction.all(ResourceCollection.self, with: "itemId", is: item.id).first {
            throw DomainError.conflict("It is part of another collection, \(other.title): \(other.id). Take it out there first.")
        }
    }

    /// What is in it, in its order, each as by itself. Throws `notFound`.
    package func contents(_ id: String, _ call: Call) throws -> JSON {
        let visibility = Visibility(of: call.actor)
        return try store.readNow { transaction in
            guard let collection = try transaction.find(ResourceCollection.self, id: id) else { throw DomainError.notFound }
            let items = try collection.itemIds.compactMap { id -> JSON? in
                if ResourceType.resourceCollection.isID(id) { return try transaction.find(ResourceCollection.self, id: id)?.wireTree() }
                return try transaction.find(SharedResource.self, id: id, visibleTo: visibility)?.wireTree()
            }
            return ["items": .array(items)]
        }
    }
}

extension WriteTransaction {
    /// Why something can't be put into a collection.
    fileprivate func error(collecting id: String, in collectionId: String) throws -> (code: String, detail: String)? {
        if ResourceType.resourceCollection.isID(id) {
            guard let collection = try find(ResourceCollection.self, id: id) else { return ("not-found", "is not the id of a collection") }
            let leadsBack = try ResourceCollection.leads([collection.id], to: collectionId) {
                try find(ResourceCollection.self, id: $0)?.itemIds ?? []
            }
            return leadsBack ? ("contains-itself", "would have the collection contain itself") : nil
        }
        let resource = try find(SharedResource.self, id: id, visibleTo: Visibility(of: call.actor))
        return resource?.isOpen == true ? nil : ("not-found", "is not the id of a collection, or of a shared resource that is published")
    }
}
