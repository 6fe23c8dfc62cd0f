package import Core
import OrderedCollections

/// Shared resources, and collections of them, in an order somebody gave them.
package struct ResourceCollection: Resource {
    package static let type = ResourceType.resourceCollection

    package var id: String
    /// Null where it is the trust's own.
    package var schoolId: String?
    package var title: String
    package var description: String?
    /// Of shared resources and collections, first to last.
    package var itemIds: [String]
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, schoolId, title, description, itemIds, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { .directory }
    package static let writableMembers: Set<String> = ["title", "description", "itemIds"]
    package static let redactableMembers: Set<String> = ["title", "description"]
    package static let defaults: JSON.Object = ["itemIds": []]

    /// Whether going from collection to collection, beginning with `itemIds`, leads to the one with this id.
    ///
    /// - Parameter items: of the collection with an id; none for what is no collection.
    package static func leads(_ itemIds: [String], to id: String, items: (String) throws -> [String]) rethrows -> Bool {
        var (seen, waiting): (Set<String>, [String]) = ([], itemIds)
        while let next = waiting.popLast() {
            if next == id { return true }
            if seen.insert(next).inserted { waiting += try items(next) }
        }
        return false
    }
}
