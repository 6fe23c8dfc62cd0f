package import Core
import OrderedCollections

/// Practice or material that one school wrote down and others use: what it is and whose. What it says is in its versions.
package struct SharedResource: Stateful {
    package static let type = ResourceType.sharedResource

    package enum Kind: String, Codable, CaseIterable, Sendable {
        case practice, curriculum, assessment, lesson, training, template, guidance
    }

    /// What others may do with it. Those of Creative Commons at version 4.0, the Open Government Licence at version 3.0.
    package enum Licence: String, Codable, CaseIterable, Sendable {
        case cc0, ccBy, ccBySa, ccByNc, ccByNcSa, ccByNd, ccByNcNd, ogl, trustOnly, noAdaptation

        /// Whether somebody else may change it and share what came of it.
        package var allowsAdaptation: Bool { ![.ccByNd, .ccByNcNd, .noAdaptation].contains(self) }
        /// Whether what comes of it has to have the same licence.
        package var isShareAlike: Bool { [.ccBySa, .ccByNcSa].contains(self) }
    }

    /// Follows the versions until it is retired.
    package enum State: String, Codable, CaseIterable, Sendable {
        case draft, inReview, published, retired
    }

    package enum Action: String, CaseIterable, Sendable {
        case retire, reinstate
    }

    package var id: String
    /// Null where it is the trust's own.
    package var schoolId: String?
    package var kind: Kind
    package var title: String
    package var summary: String
    /// A code of the list `subjects`.
    package var subject: String?
    /// Codes of the list `key-stages`.
    package var keyStages: [String]
    package var yearGroups: [String]
    package var phases: [School.Phase]
    package var keywords: [String]
    /// Persons.
    package var authorIds: [String]
    package var licence: Licence
    /// As in BCP 47, such as `en-GB`.
    package var language: String
    package var accessibility: String?
    package var contentGuidance: String?
    /// What it took to make, estimated by those who made it, and how they came to it.
    package var authoringHours: Double?
    package var authoringBasis: String?
    /// What it is an adaptation of, and which version of that.
    package var adaptedFromId: String?
    package var adaptedFromVersionId: String?
    package var latestVersionId: String?
    /// `1.0`; null until something is published.
    package var latestNumber: String?
    package var stateReason: String?
    package var state: State
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, schoolId, kind, title, summary, subject, keyStages, yearGroups, phases, keywords, authorIds, licence, language,
            accessibility, contentGuidance, authoringHours, authoringBasis, adaptedFromId, adaptedFromVersionId, latestVersionId,
            latestNumber, stateReason, state, recordedBy, createdAt, updatedAt, etag
    }

    /// What isn't published is its authors' and their school's.
    package var audience: Audience { isOpen ? .directory : .parties(authorIds + [schoolId, recordedBy].compactMap(\.self)) }
    /// Was published; retired stays readable, for those who use it.
    package var isOpen: Bool { state == .published || state == .retired }

    package static let writableMembers: Set<String> = [
        "kind", "title", "summary", "subject", "keyStages", "yearGroups", "phases", "keywords", "authorIds", "licence", "language",
        "accessibility", "contentGuidance", "authoringHours", "authoringBasis",
    ]
    package static let redactableMembers: Set<String> = [
        "title", "summary", "accessibility", "contentGuidance", "authoringBasis", "stateReason",
    ]
    package static let defaults: JSON.Object = [
        "keyStages": [], "yearGroups": [], "phases": [], "keywords": [], "authorIds": [], "licence": "trustOnly", "language": "en-GB",
        "state": "draft",
    ]
    package static let codedMembers = [CodedMember("subject", .subjects), CodedMember("keyStages", .keyStages, .each)]
    package static let editableStates: Set<State> = [.draft, .inReview, .published]
    package static let deletableStates: Set<State> = [.draft]

    package static func transition(_ action: Action) -> Transition<State> {
        switch action {
        case .retire:
            Transition(
                from: [.published], to: .retired, permission: .sharedResourcesPublish, verb: "retired",
                summary: "Nobody takes it up any more, with the reason; those who use it go on, and everybody can still read it.")
        case .reinstate:
            Transition(
                from: [.retired], to: .published, permission: .sharedResourcesPublish, verb: "reinstated", summary: "It is good again.")
        }
    }

    /// What no schema can say of one resource.
    package var errors: [FieldError] {
        authoringHours != nil && authoringBasis == nil
            ? [FieldError(pointer: "/authoringBasis", code: "required", detail: "says how authoringHours were estimated")] : []
    }
}
