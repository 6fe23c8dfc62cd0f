package import Domain

extension Framework: Stored {
    package static let table = Table(
        Framework.self,
        members: [
            .required("title"), .required("version"), .required("seriesId"), .optional("previousId"), .required("state"),
            .instant("updatedAt"),
        ])
}

extension KeyProcess: Stored {
    package static let table = Table(
        KeyProcess.self,
        members: [
            .required("frameworkId"), .required("position"), .required("title"), .required("kind"), .optional("ledBy"),
            .instant("updatedAt"),
        ])
}

extension TrustPriority: Stored {
    package static let table = Table(
        TrustPriority.self,
        members: [
            .required("academicYear"), .required("position"), .required("title"), .optional("ownerId"), .instant("updatedAt"),
        ])
}

extension SelfEvaluation: Stored {
    package static let table = Table(
        SelfEvaluation.self,
        members: [.required("schoolId"), .required("regime"), .required("asAt"), .required("state"), .instant("updatedAt")],
        audience: .whether("state", in: ["draft"], .parties(["schoolId", "recordedBy"]), else: .leadership(school: "schoolId")))
}

extension Transaction {
    /// The processes of a framework in their order.
    package func processes(ofFramework id: String) throws -> [KeyProcess] {
        try all(KeyProcess.self, where: "frameworkId", is: id).sorted { ($0.position, $0.id) < ($1.position, $1.id) }
    }
}
