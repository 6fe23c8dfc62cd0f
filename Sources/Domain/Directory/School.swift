package import Core

/// A school of the partnership, as the national register (GIAS) knows it and as it describes itself.
package struct School: Resource {
    package static let type = ResourceType.school

    package enum Status: String, Codable, CaseIterable, Sendable {
        case proposed, open, openButProposedToClose, closed

        /// Pupils are taught there.
        package var isInSession: Bool { self == .open || self == .openButProposedToClose }
    }

    package enum Phase: String, Codable, CaseIterable, Sendable {
        case nursery, primary, middleDeemedPrimary, secondary, middleDeemedSecondary, sixteenPlus, allThrough, notApplicable
    }

    package var id: String
    /// Unique reference number, six digits.
    package var urn: String
    /// UK provider reference number, eight digits.
    package var ukprn: String?
    /// Local authority and establishment number, seven digits; a closed and an open school can share one.
    package var laEstab: String?
    package var name: String
    package var shortName: String?
    package var phase: Phase
    package var establishmentTypeCode: String
    package var establishmentType: String
    package var status: Status
    package var openedOn: LocalDate?
    package var closedOn: LocalDate?
    package var localAuthorityCode: String?
    package var localAuthorityName: String?
    package var region: String?
    package var ageRangeLow: Int?
    package var ageRangeHigh: Int?
    package var gender: String?
    package var religiousCharacter: String?
    package var capacity: Int?
    package var pupils: Int?
    /// Pupils per hundred places, rounded; null when either is unknown or there are no places.
    package var percentFull: Int?
    package var percentFreeSchoolMeals: Double?
    package var percentFreeSchoolMealsAsAt: LocalDate?
    package var percentDisadvantaged: Double?
    package var percentDisadvantagedAsAt: LocalDate?
    package var street: String?
    package var locality: String?
    package var town: String?
    package var county: String?
    package var postcode: String?
    package var website: String?
    /// Ordnance Survey National Grid, metres.
    package var easting: Int?
    package var northing: Int?
    /// The academy trust or other group it belongs to in the register.
    package var groupUid: String?
    package var groupName: String?
    /// When it joined that group, where the register says so.
    package var joinedOn: LocalDate?
    package var vision: String?
    package var values: [String]
    package var context: String?
    package var distinctiveStrengths: [String]
    package var externalRefs: [ExternalRef]
    /// Where the register's members came from: `gias`.
    package var provenanceSource: String
    package var provenanceAsAt: LocalDate?
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, urn, ukprn, laEstab, name, shortName, phase, establishmentTypeCode, establishmentType, status, openedOn, closedOn,
            localAuthorityCode, localAuthorityName, region, ageRangeLow, ageRangeHigh, gender, religiousCharacter, capacity, pupils,
            percentFull,
            percentFreeSchoolMeals, percentFreeSchoolMealsAsAt, percentDisadvantaged, percentDisadvantagedAsAt, street, locality, town,
            county,
            postcode, website, easting, northing, groupUid, groupName, joinedOn, vision, values, context, distinctiveStrengths,
            externalRefs,
            provenanceSource, provenanceAsAt, createdAt, updatedAt, etag
    }

    /// Itself.
    package static let concerningMembers = ["id"]
    package var audience: Audience { .directory }
    package static let readOnlyReason =
        "comes from the national register or the service and is read-only; "
        + "a correction of what the register says is an override, PUT /v1/schools/{id}/overrides/{member} with its reason"
    /// What a school says of itself; everything else belongs to the register or to the service.
    package static let writableMembers: Set<String> = ["shortName", "vision", "values", "context", "distinctiveStrengths", "externalRefs"]
    package static let redactableMembers: Set<String> = ["vision", "values", "context", "distinctiveStrengths"]

    package init(
        id: String, urn: String, name: String, phase: Phase, establishmentTypeCode: String, establishmentType: String, status: Status,
        createdAt: Instant
    ) {
        self.id = id
        self.urn = urn
        self.name = name
        self.phase = phase
        self.establishmentTypeCode = establishmentTypeCode
        self.establishmentType = establishmentType
        self.status = status
        values = []
        distinctiveStrengths = []
        externalRefs = []
        provenanceSource = "gias"
        self.createdAt = createdAt
        updatedAt = createdAt
        etag = .first
    }

    /// `round(pupils / capacity · 100)`.
    package static func percentFull(pupils: Int?, capacity: Int?) -> Int? {
        guard let pupils, let capacity, capacity > 0 else { return nil }
        return pupils.multipliedSaturating(by: 200).addingSaturating(capacity) / capacity.multipliedSaturating(by: 2)
    }
}
