package import Core

/// A school's time in the trust.
package struct Membership: DatedFact {
    package static let type = ResourceType.membership

    package var id: String
    package var schoolId: String
    /// When it joined; null when nobody knows any more.
    package var startsOn: LocalDate?
    /// Its last day in the trust.
    package var endsOn: LocalDate?
    package var reason: String?
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, schoolId, startsOn, endsOn, reason, recordedBy, createdAt, updatedAt, etag
    }

    package init(id: String, schoolId: String, startsOn: LocalDate?, reason: String?, recordedBy: String, createdAt: Instant) {
        self.id = id
        self.schoolId = schoolId
        self.startsOn = startsOn
        self.reason = reason
        self.recordedBy = recordedBy
        self.createdAt = createdAt
        updatedAt = createdAt
        etag = .first
    }

    package var firstDay: LocalDate? { startsOn }
    package var audience: Audience { .directory }
    package static let writableMembers: Set<String> = ["startsOn", "endsOn", "reason"]
    package static let redactableMembers: Set<String> = ["reason"]
}

extension Membership {
    /// The last day of a school that has left the trust; nil while it belongs to it or will again, and for one that never did.
    package static func leftOn(_ memberships: [Membership], today: LocalDate) -> LocalDate? {
        let last = memberships.map(\.endsOn)
        guard !last.contains(nil), let day = last.compactMap(\.self).max(), day < today else { return nil }
        return day
    }
}
