package import Core
import OrderedCollections

package struct Framework: Resource {
    package static let type = ResourceType.framework
    package enum State: String, Codable, CaseIterable, Sendable { case draft, published, retired }
    package var id: String
    package var title: String
    package var state: State
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag
    package enum CodingKeys: String, CodingKey, CaseIterable { case id, title, state, recordedBy, createdAt, updatedAt, etag }
    package init(id: String, title: String, state: State, createdAt: Instant) {
        (self.id, self.title, self.state, recordedBy, self.createdAt, updatedAt, etag) = (
            id, title, state, "x", createdAt, createdAt, .first
        )
    }
    package var audience: Audience { .directory }
    package static let writableMembers: Set<String> = []
    package static let redactableMembers: Set<String> = []
}

package enum ProcessKind: String, Codable, CaseIterable, Sendable { case schoolReview, peerReview, moderation, other }

package struct KeyProcess: Resource {
    package static let type = ResourceType.keyProcess
    package var id: String
    package var frameworkId: String
    package var title: String
    package var kind: ProcessKind
    package var dayKind: DayCount
    package var isShared: Bool
    package var needsPartner: Bool
    package var windowDays: Int?
    package var frequencies: [ProcessFrequency]
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag
    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, frameworkId, title, kind, dayKind, isShared, needsPartner, windowDays, frequencies, createdAt, updatedAt, etag
    }
    package init(
        id: String, frameworkId: String, title: String, kind: ProcessKind, dayKind: DayCount, isShared: Bool, needsPartner: Bool,
        windowDays: Int?, frequencies: [ProcessFrequency], createdAt: Instant
    ) {
        (self.id, self.frameworkId, self.title, self.kind, self.dayKind) = (id, frameworkId, title, kind, dayKind)
        (self.isShared, self.needsPartner, self.windowDays, self.frequencies) = (isShared, needsPartner, windowDays, frequencies)
        (self.createdAt, updatedAt, etag) = (createdAt, createdAt, .first)
    }
    package var audience: Audience { .directory }
    package static let writableMembers: Set<String> = []
    package static let redactableMembers: Set<String> = []
}
