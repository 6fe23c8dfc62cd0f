package import Core
import OrderedCollections

/// A correction of what the national register says of a school, by name and with its reason. Imports keep it until somebody takes it back.
package struct SchoolOverride: Resource {
    package static let type = ResourceType.schoolOverride

    package var id: String
    package var schoolId: String
    /// Which of ``School/registerMembers``; at most one override each.
    package var member: String
    /// What the school shows: text, a number or null.
    package var value: JSON
    /// What the register said last, and what comes back when the override goes.
    package var registerValue: JSON
    package var reason: String
    /// Who recorded it: the id of a person or token, or `cli`.
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, schoolId, member, value, registerValue, reason, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { .directory }
    package static let writableMembers: Set<String> = ["value", "reason"]
    package static let redactableMembers: Set<String> = ["reason"]

    package init(
        id: String, schoolId: String, member: String, value: JSON, registerValue: JSON, reason: String, recordedBy: String,
        createdAt: Instant
    ) {
        self.id = id
        self.schoolId = schoolId
        self.member = member
        self.value = value
        self.registerValue = registerValue
        self.reason = reason
        self.recordedBy = recordedBy
        self.createdAt = createdAt
        updatedAt = createdAt
        etag = .first
    }
}

extension School {
    /// The members that are the register's and that an override can correct. The URN isn't one: it is what the register's row is found by;
    /// nor is `percentFull`, which follows pupils and capacity.
    package static let registerMembers: Set<String> = [
        "ukprn", "laEstab", "name", "phase", "establishmentTypeCode", "establishmentType", "status", "openedOn", "closedOn",
        "localAuthorityCode", "localAuthorityName", "region", "ageRangeLow", "ageRangeHigh", "gender", "religiousCharacter", "capacity",
        "pupils", "percentFreeSchoolMeals", "percentFreeSchoolMealsAsAt", "percentDisadvantaged", "percentDisadvantagedAsAt", "street",
        "locality", "town", "county", "postcode", "website", "easting", "northing", "groupUid", "groupName", "joinedOn",
    ]

    /// The same school with other values of the register's members; what follows from them follows.
    package func setting(_ values: JSON.Object) throws -> School {
        var members = try JSONCodec.tree(self).objectValue ?? [:]
        for (name, value) in values { members[name] = value }
        var school = try JSONCodec.decode(School.self, from: .object(members))
        school.percentFull = School.percentFull(pupils: school.pupils, capacity: school.capacity)
        return school
    }

    /// What the value of a member makes wrong beside another, as errors of `/value`.
    package func errors(ofOverriding member: String) -> [FieldError] {
        if member.hasPrefix("ageRange"), let low = ageRangeLow, let high = ageRangeHigh, low > high {
            return [FieldError(pointer: "/value", code: "age-range", detail: "makes the age range end, \(high), before it begins, \(low)")]
        }
        if member == "openedOn" || member == "closedOn", let opened = openedOn, let closed = closedOn, closed < opened {
            return [
                FieldError(
                    pointer: "/value", code: "before-opening", detail: "makes the school close, \(closed), before it opens, \(opened)")
            ]
        }
        return []
    }
}
