/// The types of events, `school.updated`: the resource type and what happened to it.
package enum EventType {
    package static let all: [String] =
        ResourceType.allCases.flatMap { type in
            ["created", "updated", "deleted", "redacted"].map { "\(type.rawValue).\($0)" }
        } + ["person.erased", "retentionRule.applied", "subjectAccessDraft.completed", "webhookEndpoint.disabled"]
}
