import Core
import Domain
package import Repositories

extension Event {
    /// As the contract's `Event`: what every way of following changes shows.
    ///
    /// - Parameter base: what addresses begin with, the public origin; empty where none is set.
    package func encoded(base: String) -> [UInt8] {
        let tree: JSON = [
            "id": .string(id), "seq": .integer(seq), "type": .string(type), "occurredAt": .string(occurredAt.description), "actor": actor,
            "resource": [
                "type": .string(resourceType.rawValue), "id": .string(resourceId), "etag": .string(etag.description),
                "href": .string(base + resourceType.href(id: resourceId)),
            ],
            "changedMembers": .array(changedMembers.map(JSON.string)), "requestId": .string(requestId),
        ]
        return tree.bytes
    }
}
