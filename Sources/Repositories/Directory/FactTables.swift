package import Domain

// How the dated facts of the directory are kept, and what excludes what.

extension Membership: StoredFact {
    package static let table = Table(
        Membership.self, members: [.required("schoolId"), .optional("startsOn"), .optional("endsOn"), .instant("updatedAt")])
    package static let exclusions = [Exclusion(sameIn: ["schoolId"], "has the same school in the trust already")]
}

extension Stage: StoredFact {
    package static let table = Table(
        Stage.self,
        members: [
            .required("schoolId"), .required("stage"), .required("tier"), .required("startsOn"), .optional("endsOn"), .instant("updatedAt"),
        ], audience: .leadership(school: "schoolId"))
    package static let exclusions = [Exclusion(sameIn: ["schoolId"], "has the same school at a stage already")]
}

extension Appointment: StoredFact {
    package static let table = Table(
        Appointment.self,
        members: [
            .required("personId"), .optional("schoolId"), .required("role"), .required("isLead"), .required("startsOn"),
            .optional("endsOn"),
            .instant("updatedAt"),
        ])
    package static let exclusions = [
        Exclusion(sameIn: ["personId", "role", "schoolId"], "has the same person in the same role already"),
        Exclusion(sameIn: ["schoolId"], flag: "isLead", "is the lead of the same school"),
    ]
}

extension Absence: StoredFact {
    package static let table = Table(
        Absence.self,
        members: [
            .required("personId"), .required("schoolId"), .optional("standInId"), .required("startsOn"), .optional("endsOn"),
            .instant("updatedAt"),
        ], audience: .leadership(school: "schoolId"))
    package static let exclusions = [Exclusion(sameIn: ["personId", "schoolId"], "has the same person absent already")]
}

extension Delegation: StoredFact {
    package static let table = Table(
        Delegation.self,
        members: [
            .required("schoolId"), .required("chapter"), .optional("personId"), .required("startsOn"), .optional("endsOn"),
            .instant("updatedAt"),
        ])
    package static let exclusions = [
        Exclusion(sameIn: ["schoolId", "chapter", "personId"], "delegates the same already")
    ]
}
