package import Domain

/// THE list of resources that are kept in tables: what holds for every resource is done by going through it.
package enum StoredTypes {
    package static let all: [any Stored.Type] = [
        Trust.self, School.self, Membership.self, SchoolOverride.self, Stage.self, Person.self, Appointment.self, Absence.self,
        Delegation.self, Inspection.self, Indicator.self, AcademicYear.self, Term.self, CalendarDay.self, CodeItem.self, ApiToken.self,
        ImportJob.self,
        RetentionRule.self, SubjectAccessDraft.self, Redaction.self, WebhookEndpoint.self, File.self,
        Framework.self, KeyProcess.self, TrustPriority.self, SelfEvaluation.self,
        ImprovementCycle.self, Activity.self,
        ImprovementPlan.self, Objective.self, PlanReview.self, Finding.self, Need.self, SupportOffer.self, Deployment.self,
        TimeEntry.self, CalendarFeed.self,
        SharedResource.self, ResourceVersion.self, Adoption.self, ResourceProposal.self, Comment.self, ResourceCollection.self,
        BusinessTeam.self, BusinessService.self, RequestType.self, SupportRequest.self, RequestMessage.self,
        RequestLink.self, RequestTimeEntry.self,
    ]

    /// Those that belong to a school or to several: lists of them are filtered by `schoolId`.
    package static let ofSchools: [any Stored.Type] = all.filter { $0.table.condition("schoolId") != nil }

    private static let byType = Dictionary(all.map { ($0.type, $0) }) { first, _ in first }

    package static func of(_ type: ResourceType) -> any Stored.Type {
        guard let stored = byType[type] else { preconditionFailure("\(type) is kept in no table") }
        return stored
    }
}
