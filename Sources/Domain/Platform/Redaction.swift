package import Core
import OrderedCollections

/// That text of a resource was removed for good: from which members, by whom, when and why. What it said is nowhere.
package struct Redaction: Resource {
    package static let type = ResourceType.redaction

    package enum Kind: String, Codable, CaseIterable, Sendable {
        /// Text of named members was removed.
        case redaction
        /// Everything that identifies a person was.
        case erasure
    }

    /// What stands in place of text that can't be left empty.
    package static let mark = "[redacted]"

    package var id: String
    package var kind: Kind
    /// The type of the resource, by name; follows from its id.
    package var resourceType: String
    package var resourceId: String
    package var members: [String]
    package var reason: String
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, kind, resourceType, resourceId, members, reason, recordedBy, createdAt, updatedAt, etag
    }

    /// That a person was erased.
    package init(erasing person: Person, reason: String, by actor: Actor, at now: Instant) {
        id = Self.type.makeID(at: now)
        kind = .erasure
        resourceType = Person.type.rawValue
        resourceId = person.id
        members = Person.erasedMembers.sorted()
        self.reason = reason
        recordedBy = actor.personId ?? actor.id
        createdAt = now
        updatedAt = now
        etag = .first
    }

    package var audience: Audience { .parties(Audience.privacyOffice) }
    package static let writableMembers: Set<String> = []
    package static let redactableMembers: Set<String> = ["reason"]
    package static let defaults: JSON.Object = ["kind": "redaction", "resourceType": ""]
}
