package import Core
import Foundation
import OrderedCollections

/// The one trust this service serves (`/v1/trust`).
package struct Trust: Resource {
    package static let type = ResourceType.trust

    package var id: String
    /// Null until it is set or a register import names the trust.
    package var name: String?
    /// The register's group UID.
    package var groupUid: String?
    /// `TR` and five digits.
    package var groupId: String?
    package var ukprn: String?
    /// Eight characters, leading zeros kept.
    package var companiesHouseNumber: String?
    /// IANA name; all working times and days are reckoned in it.
    package var timeZone: String
    /// `MM-DD`: the day an academic year begins, 09-01 in England.
    package var academicYearStart: String
    /// Whose bank holidays its schools keep.
    package var bankHolidayDivision: BankHolidayDivision
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, name, groupUid, groupId, ukprn, companiesHouseNumber, timeZone, academicYearStart, bankHolidayDivision, createdAt,
            updatedAt, etag
    }

    /// A trust of which nothing is known yet.
    package init(id: String, createdAt: Instant) {
        self.id = id
        timeZone = "Europe/London"
        academicYearStart = Trust.usualYearStart
        bankHolidayDivision = .englandAndWales
        self.createdAt = createdAt
        updatedAt = createdAt
        etag = .first
    }
}

extension Trust {
    /// 1 September, as in England.
    package static let usualYearStart = "09-01"

    package var audience: Audience { .directory }
    /// Everything but what the service sets.
    package static let writableMembers: Set<String> = [
        "name", "groupUid", "groupId", "ukprn", "companiesHouseNumber", "timeZone", "academicYearStart",
        "bankHolidayDivision",
    ]
    package static let redactableMembers: Set<String> = []
    package static let defaults: JSON.Object = [
        "timeZone": "Europe/London", "academicYearStart": .string(usualYearStart), "bankHolidayDivision": "england-and-wales",
    ]

    /// Names of places, which know when clocks change. `TimeZone(identifier:)` takes offsets and abbreviations too, such as GMT+5 and EST.
    private static let timeZones = Set(TimeZone.knownTimeZoneIdentifiers).union(["Etc/UTC"])

    /// Throws ``DomainError/invalid(_:)`` for what a schema can't say.
    package func validate() throws {
        guard Self.timeZones.contains(timeZone) else {
            throw DomainError.invalid([
                FieldError(pointer: "/timeZone", code: "unknown-time-zone", detail: "must be an IANA name such as Europe/London")
            ])
        }
    }
}
