package import Core
import OrderedCollections

/// Somebody who works for the trust or governs it. As little as the work needs: no pupil is ever one.
package struct Person: Resource {
    package static let type = ResourceType.person

    package var id: String
    package var name: String
    /// Unique, whatever the case of its letters.
    package var workEmail: String?
    package var jobTitle: String?
    /// The person's ids in other systems of the trust; unique per system.
    package var externalRefs: [ExternalRef]
    /// When their data was erased; then the name is a placeholder that stays the same everywhere.
    package var erasedAt: Instant?
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, name, workEmail, jobTitle, externalRefs, erasedAt, createdAt, updatedAt, etag
    }

    package var audience: Audience { .directory }
    package static let writableMembers: Set<String> = ["name", "workEmail", "jobTitle", "externalRefs"]
    package static let redactableMembers: Set<String> = ["jobTitle"]
    package static let defaults: JSON.Object = ["externalRefs": []]

    /// What erasure takes away; the row stays for what refers to it.
    package static let erasedMembers: Set<String> = ["name", "workEmail", "jobTitle", "externalRefs"]

    /// The same person without what identifies them. The name follows from the id alone, so that it is the same everywhere and always.
    package func erased(at now: Instant) -> Person {
        var person = self
        person.name = "Erased person \(id.suffix(8))"
        person.workEmail = nil
        person.jobTitle = nil
        person.externalRefs = []
        person.erasedAt = now
        return person
    }
}
