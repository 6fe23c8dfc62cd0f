package import Core

/// How long the trust keeps records of one kind. There is one for each kind from the start; months and basis are the trust's to change.
package struct RetentionRule: Resource {
    package static let type = ResourceType.retentionRule

    package var id: String
    /// The name of a resource type, or `auditValue`.
    package var recordType: String
    package var startsFrom: Retention.Start
    /// Null exactly where it is kept for good.
    package var months: Int?
    package var basis: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, recordType, startsFrom, months, basis, createdAt, updatedAt, etag
    }

    package init(recordType: String, _ retention: Retention, createdAt: Instant) {
        id = Self.type.makeID(at: createdAt)
        self.recordType = recordType
        startsFrom = retention.start
        months = retention.months
        basis = retention.basis
        self.createdAt = createdAt
        updatedAt = createdAt
        etag = .first
    }

    package var audience: Audience { .directory }
    package static let writableMembers: Set<String> = ["months", "basis"]
    package static let redactableMembers: Set<String> = ["basis"]

    package var errors: [FieldError] {
        guard startsFrom == .never, months != nil else { return [] }
        return [FieldError(pointer: "/months", code: "not-allowed", detail: "must be null: \(recordType) is kept for good")]
    }

    /// The last day that lies past the period today; nil where nothing ever does.
    package func lastDayPast(today: LocalDate) -> LocalDate? {
        startsFrom == .never ? nil : months.map { Retention.lastDayPast(months: $0, today: today) }
    }
}
