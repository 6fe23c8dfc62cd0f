package import Core
import OrderedCollections

/// Something schools ask a service for, with its form. One that is in use stays as it is; what changes is a new version.
package struct RequestType: Stateful {
    package static let type = ResourceType.requestType

    package enum State: String, Codable, CaseIterable, Sendable {
        case draft, published, superseded, retired
    }

    package enum Action: String, CaseIterable, Sendable {
        case publish, retire
    }

    package var id: String
    package var serviceId: String
    /// That of the service.
    package var area: String
    package var name: String
    package var description: String?
    /// Read before anything is filled in: what this is not for, and whom to tell instead.
    package var guidance: String?
    package var version: Int
    /// The version it takes the place of.
    package var revisesId: String?
    package var fields: [FormField]
    package var defaultPriority: RequestPriority
    package var checklist: [String]
    /// Whether requests are confidential from the beginning. Null only until the service has asked the area.
    package var isConfidential: Bool?
    package var statutoryRule: StatutoryDeadline.Rule?
    package var stateReason: String?
    package var state: State
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, serviceId, area, name, description, guidance, version, revisesId, fields, defaultPriority, checklist, isConfidential,
            statutoryRule, stateReason, state, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { .directory }
    package static let writableMembers: Set<String> = [
        "name", "description", "guidance", "fields", "defaultPriority", "checklist", "isConfidential", "statutoryRule",
    ]
    package static let redactableMembers: Set<String> = ["description", "guidance", "stateReason"]
    package static let codedMembers = [CodedMember("area", .businessAreas)]
    /// The service fills in the area and the version.
    package static let defaults: JSON.Object = [
        "area": "", "version": 1, "fields": [], "defaultPriority": "normal", "checklist": [], "state": "draft",
    ]
    /// Business areas whose types are confidential where nothing else is said.
    package static let confidentialAreas: Set<String> = ["hr", "payroll", "dataProtection", "safeguarding"]
    package static let editableStates: Set<State> = [.draft]
    package static let deletableStates: Set<State> = [.draft]

    package static func transition(_ action: Action) -> Transition<State> {
        switch action {
        case .publish:
            Transition(
                from: [.draft], to: .published, permission: .catalogueWrite, verb: "published",
                summary: "Schools can ask for it. It takes the place of the version it revises; requests of that one keep its form.")
        case .retire:
            Transition(
                from: [.published], to: .retired, permission: .catalogueWrite, verb: "retired",
                summary: "Nobody can ask for it any more, with the reason.")
        }
    }

    package var errors: [FieldError] { FormField.errors(fields) }
}
