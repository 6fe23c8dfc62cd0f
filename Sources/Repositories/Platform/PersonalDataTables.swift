package import Domain

// How the resources of the data protection officer are kept.

extension RetentionRule: Stored {
    package static let table = Table(
        RetentionRule.self, members: [.required("recordType"), .optional("months"), .instant("updatedAt")])
}

extension SubjectAccessDraft: Stored {
    package static let table = Table(
        SubjectAccessDraft.self, members: [.required("personId"), .required("status"), .instant("createdAt"), .instant("updatedAt")],
        audience: .parties([], always: Audience.privacyOffice))
}

extension Redaction: Stored {
    package static let table = Table(
        Redaction.self,
        members: [
            .required("kind"), .required("resourceType"), .required("resourceId"), .instant("createdAt"), .instant("updatedAt"),
        ], audience: .parties([], always: Audience.privacyOffice))
}
