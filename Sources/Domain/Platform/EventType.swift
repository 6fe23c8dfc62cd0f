/// The types of events, `school.updated`: the resource type and what happened to it.
package enum EventType {
    package static let all: [String] = {
        var types = ResourceType.allCases.flatMap { type in
            ["created", "updated", "deleted", "redacted"].map { "\(type.rawValue).\($0)" }
        }
        for type in stateful.flatMap(verbs) + others where !types.contains(type) { types.append(type) }
        return types
    }()

    /// What happens beside actions.
    private static let others = [
        "apiToken.rotated", "person.erased", "retentionRule.applied", "subjectAccessDraft.completed", "webhookEndpoint.disabled",
        "activity.replanned",
        "sharedResource.published", "adoption.behind", "requestType.superseded", "supportRequest.replied", "supportRequest.rescheduled",
        "supportRequest.escalated", "supportRequest.reminded", "supportRequest.glassBroken", "supportRequest.absorbed",
    ]

    /// Those with a table of states; a test holds it against what is stored.
    package static let stateful: [any Stateful.Type] = [
        Framework.self, SelfEvaluation.self, ImprovementCycle.self, Activity.self, ImprovementPlan.self, Finding.self, Need.self,
        SupportOffer.self, Deployment.self, SharedResource.self, ResourceVersion.self, ResourceProposal.self, Comment.self,
        RequestType.self, SupportRequest.self,
    ]

    private static func verbs(_ type: any Stateful.Type) -> [String] { types(of: type) }

    private static func types<R: Stateful>(of type: R.Type) -> [String] {
        R.Action.allCases.map { "\(R.type.rawValue).\(R.transition($0).verb)" }
    }
}
