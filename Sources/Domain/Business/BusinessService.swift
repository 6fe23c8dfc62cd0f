package import Core
import OrderedCollections

/// What the central team does for schools in a business area, when, and what it promises.
package struct BusinessService: Resource {
    package static let type = ResourceType.businessService

    package var id: String
    package var name: String
    package var description: String?
    /// A code of the list `business-areas`.
    package var area: String
    package var teamId: String
    /// Who is told when the team's lead was told in vain.
    package var headOfServiceId: String?
    package var hours: [OpeningHours]
    package var closures: [ServiceClosure]
    package var targets: ServiceTargets
    package var escalations: [EscalationRule]
    /// Office days of the requester's school after which a school that was asked is reminded, again and again.
    package var reminderDays: Int
    /// Office days of the requester's school after which a resolved request is closed.
    package var closingDays: Int
    package var isOpen: Bool
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, name, description, area, teamId, headOfServiceId, hours, closures, targets, escalations, reminderDays, closingDays, isOpen,
            recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { .directory }
    package static let writableMembers: Set<String> = [
        "name", "description", "area", "teamId", "headOfServiceId", "hours", "closures", "targets", "escalations", "reminderDays",
        "closingDays", "isOpen",
    ]
    package static let redactableMembers: Set<String> = ["description"]
    package static let codedMembers = [CodedMember("area", .businessAreas)]
    package static let defaults: JSON.Object = [
        "closures": [], "reminderDays": 3, "closingDays": 10, "isOpen": true, "escalations": .array(usualEscalations),
        "hours": .array(
            Weekday.allCases.filter { !$0.isWeekend }.map {
                ["weekday": .string($0.rawValue), "opensAt": "08:30", "closesAt": "16:30"]
            }),
        "targets": [
            "low": minutes(960, 2400, 4800), "normal": minutes(480, 1440, 2400), "high": minutes(240, 480, 960),
            "urgent": minutes(60, 120, 480),
        ],
    ]

    private static func minutes(_ firstResponse: Int64, _ update: Int64, _ resolution: Int64) -> JSON {
        [
            "firstResponseMinutes": .integer(firstResponse), "updateMinutes": .integer(update), "resolutionMinutes": .integer(resolution),
        ]
    }

    private static let usualEscalations: [JSON] = [
        ["target": "firstResponse", "offsetMinutes": 0, "to": "teamLead"],
        ["target": "resolution", "offsetMinutes": -60, "to": "assignee"],
        ["target": "resolution", "offsetMinutes": 0, "to": "teamLead"],
        ["target": "resolution", "offsetMinutes": 480, "to": "headOfService"],
    ]

    package var errors: [FieldError] {
        OpeningHours.errors(hours, "hours") + ServiceClosure.errors(closures, "closures")
            + escalations.enumerated().compactMap { index, rule in
                escalations[..<index].contains(rule)
                    ? FieldError(pointer: "/escalations/\(index)", code: "twice", detail: "is there already") : nil
            }
    }
}
