package import Core
import OrderedCollections

/// A person in a role, at a school or for the trust, from one day to another. Authority comes from these and ends with them.
package struct Appointment: DatedFact {
    package static let type = ResourceType.appointment

    package var id: String
    package var personId: String
    /// Null for roles of the trust and its central team.
    package var schoolId: String?
    package var role: Role
    /// Of those who lead a school on a day, the one who speaks and votes for it. At most one appointment a day says so.
    package var isLead: Bool
    /// Business areas of a specialist, by code.
    package var areas: [String]
    package var startsOn: LocalDate
    package var endsOn: LocalDate?
    package var reason: String?
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, personId, schoolId, role, isLead, areas, startsOn, endsOn, reason, recordedBy, createdAt, updatedAt, etag
    }

    package var firstDay: LocalDate? { startsOn }
    package var audience: Audience { .directory }
    package static let writableMembers: Set<String> = [
        "role", "isLead", "areas", "startsOn", "endsOn", "reason",
    ]
    package static let redactableMembers: Set<String> = ["reason"]
    package static let defaults: JSON.Object = ["isLead": false, "areas": []]
    package static let codedMembers = [CodedMember("areas", .businessAreas, .each)]

    /// What no schema can say of one appointment by itself.
    package var errors: [FieldError] {
        var errors = dayErrors
        if role.isAtSchool, schoolId == nil {
            errors.append(FieldError(pointer: "/schoolId", code: "required", detail: "is needed for the role \(role.rawValue)"))
        }
        if !role.isAtSchool, schoolId != nil {
            errors.append(
                FieldError(pointer: "/schoolId", code: "not-allowed", detail: "must be left out: \(role.rawValue) is a role of the trust"))
        }
        if isLead, !role.leadsSchool {
            let leads = Role.schoolLeads.map(\.rawValue).joined(separator: ", ")
            errors.append(FieldError(pointer: "/isLead", code: "not-allowed", detail: "is only for \(leads)"))
        }
        if !areas.isEmpty, role != .specialist {
            errors.append(FieldError(pointer: "/areas", code: "not-allowed", detail: "are only for a specialist"))
        }
        return errors
    }
}
