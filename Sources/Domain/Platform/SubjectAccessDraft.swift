package import Core
import OrderedCollections

/// What is recorded about a person who asks for it, for somebody to review before it is handed out.
///
/// It refers to the records and copies none of them: what is erased, redacted or corrected meanwhile is not in it either.
package struct SubjectAccessDraft: Resource {
    package static let type = ResourceType.subjectAccessDraft

    package enum Status: String, Codable, CaseIterable, Sendable {
        case draft, completed
    }

    package var id: String
    package var personId: String
    package var status: Status
    package var entries: SubjectAccessEntries
    /// From then on nothing of it changes.
    package var completedAt: Instant?
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, personId, status, entries, completedAt, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { .parties(Audience.privacyOffice) }
    package static let writableMembers: Set<String> = ["entries"]
    package static let redactableMembers: Set<String> = []
    package static let defaults: JSON.Object = ["status": "draft", "entries": [:]]

    /// What a review of `old` got wrong.
    package func errors(since old: SubjectAccessDraft) -> [FieldError] {
        zip(entries.all, old.entries.all).flatMap { entry, before in
            let pointer = "/entries/\(entry.resourceId)"
            var errors: [FieldError] = []
            var fixed = entry
            (fixed.isExempt, fixed.exemption, fixed.include) = (before.isExempt, before.exemption, before.include)
            if fixed != before {
                errors.append(FieldError(pointer: pointer, code: "read-only", detail: "only include, isExempt and exemption can change"))
            }
            if entry.isExempt, entry.exemption == nil {
                errors.append(FieldError(pointer: pointer + "/exemption", code: "required", detail: "is needed: which exemption, and why"))
            }
            if entry.isExempt, entry.include {
                errors.append(FieldError(pointer: pointer + "/include", code: "exempt", detail: "must be false for what is exempt"))
            }
            return errors
        }
    }
}

/// One record about the person.
package struct SubjectAccessEntry: Codable, Equatable, Sendable {
    /// What an entry of the audit trail goes by beside the resource types.
    package static let auditEntry = "auditEntry"

    /// The name of a resource type, or `auditEntry`.
    package var resourceType: String
    package var resourceId: String
    /// Other people it names.
    package var thirdPartyIds: [String]
    package var isThirdParty: Bool
    package var isExempt: Bool
    /// Which exemption, and why it applies.
    package var exemption: String?
    /// Whether it is handed out.
    package var include: Bool

    package init(resourceType: String, resourceId: String, thirdPartyIds: [String]) {
        self.resourceType = resourceType
        self.resourceId = resourceId
        self.thirdPartyIds = thirdPartyIds
        isThirdParty = !thirdPartyIds.isEmpty
        isExempt = false
        // What is about somebody else as well is handed out only when a person has decided so.
        include = !isThirdParty
    }
}

/// The entries in order. On the wire an object by the id of the record, so that a merge patch names just those it changes.
package struct SubjectAccessEntries: Codable, Equatable, Sendable {
    package var all: [SubjectAccessEntry]

    package init(_ all: [SubjectAccessEntry]) {
        self.all = all
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        all = try container.allKeys.map { try container.decode(SubjectAccessEntry.self, forKey: $0) }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for entry in all { try container.encode(entry, forKey: Key(stringValue: entry.resourceId)) }
    }
}
