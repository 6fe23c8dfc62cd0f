package import Core
import OrderedCollections

/// An academic year run on one version of a framework. Several may run in parallel, on different frameworks.
package struct ImprovementCycle: Stateful {
    package static let type = ResourceType.improvementCycle

    package enum State: String, Codable, CaseIterable, Sendable {
        case draft, active, closed
    }

    package enum Action: String, CaseIterable, Sendable {
        case activate, close
    }

    package var id: String
    package var title: String
    /// The name of a recorded academic year: `2026-27`.
    package var academicYear: String
    package var frameworkId: String
    /// Nothing is due or open before; null: from the first day of the year.
    package var startsOn: LocalDate?
    /// The schools that take part. Of a cycle for all it is empty until it is activated.
    package var schoolIds: [String]
    /// Whether it is for every school of the trust, those that join later included.
    package var isForAll: Bool
    /// Schools that have their shared activities together; without any, all do.
    package var groups: [PlannedGroup]
    package var activatedAt: Instant?
    package var closedAt: Instant?
    package var state: State
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, title, academicYear, frameworkId, startsOn, schoolIds, isForAll, groups, activatedAt, closedAt, state, recordedBy,
            createdAt,
            updatedAt, etag
    }
}

extension ImprovementCycle {
    package var audience: Audience { .leadership(schoolIds: schoolIds) }
    package static let writableMembers: Set<String> = ["title", "academicYear", "frameworkId", "startsOn", "schoolIds", "groups"]
    package static let redactableMembers: Set<String> = ["title"]
    /// The service says whether it is for all.
    package static let defaults: JSON.Object = ["schoolIds": [], "groups": [], "isForAll": true, "state": "draft"]

    package static let editableStates: Set<State> = [.draft]
    package static let deletableStates: Set<State> = [.draft]

    package static func transition(_ action: Action) -> Transition<State> {
        switch action {
        case .activate:
            Transition(
                from: [.draft], to: .active, permission: .cyclesWrite, verb: "activated",
                summary:
                    "Makes the activities of every school that takes part, each in a window on its own calendar. All or none: what has no "
                    + "place is named.")
        case .close:
            Transition(
                from: [.active], to: .closed, permission: .cyclesWrite, verb: "closed",
                summary: "Needs every activity done, missed, waived or cancelled. The cycle and its activities are read-only from then on.")
        }
    }

    /// Groups are made of schools that take part, each in one group at most, and go by different names.
    package var groupErrors: [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        var schools: Set<String> = []
        for (index, group) in groups.enumerated() {
            if !names.insert(group.name).inserted {
                errors.append(FieldError(pointer: "/groups/\(index)/name", code: "duplicate", detail: "is the name of another group"))
            }
            for (place, school) in group.schoolIds.enumerated() {
                let pointer = "/groups/\(index)/schoolIds/\(place)"
                if !schools.insert(school).inserted {
                    errors.append(FieldError(pointer: pointer, code: "duplicate", detail: "is in a group already"))
                }
                if !isForAll, !schoolIds.contains(school) {
                    errors.append(FieldError(pointer: pointer, code: "not-taking-part", detail: "is none of schoolIds"))
                }
            }
        }
        return errors
    }
}
