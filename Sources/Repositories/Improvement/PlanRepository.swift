package import Domain
import GRDB

extension ImprovementPlan: Stored {
    package static let table = Table(
        ImprovementPlan.self,
        members: [
            .required("schoolId"), .required("kind"), .required("academicYear"), .optional("cycleId"), .required("title"),
            .required("startsOn"), .optional("endsOn"), .required("state"), .instant("updatedAt"),
        ],
        audience: .whether("state", in: ["draft"], .parties(["schoolId", "recordedBy"]), else: .leadership(school: "schoolId")))
}

extension PlanReview: Stored {
    package static let table = Table(
        PlanReview.self,
        members: [
            .required("planId"), .required("schoolId"), .required("reviewedOn"), .optional("reviewerId"), .optional("nextReviewOn"),
            .instant("updatedAt"),
        ], audience: .leadership(school: "schoolId"))
}

extension Finding: Stored {
    package static let table = Table(
        Finding.self,
        members: [
            .required("schoolId"), .optional("activityId"), .required("kind"), .required("area"), .optional("subject"),
            .optional("severity"), .required("foundOn"), .required("state"), .element("objectiveId", of: "objectiveIds"),
            .instant("updatedAt"),
        ], audience: .leadership(school: "schoolId"))
}

extension Objective: Stored {
    package static let table = Table(
        Objective.self,
        members: [
            .element("schoolId", of: "schoolIds"), .required("planId"), .required("planState"), .required("position"), .required("area"),
            .optional("subject"), .optional("priorityId"), .optional("leaderId"), .instant("updatedAt"),
        ],
        audience: .whether(
            "planState", in: ["draft"], .partiesOfEach(["schoolIds"], or: ["recordedBy"]), else: .leadershipOfEach(schools: "schoolIds")))
}

extension Transaction {
    /// The objectives of a plan in their order.
    package func objectives(ofPlan id: String) throws -> [Objective] {
        try all(Objective.self, where: "planId", is: id).sorted { ($0.position, $0.id) < ($1.position, $1.id) }
    }

    /// The reviews of a plan, the earliest first.
    package func reviews(ofPlan id: String) throws -> [PlanReview] {
        try all(PlanReview.self, where: "planId", is: id).sorted { $0.reviewedOn < $1.reviewedOn }
    }

    /// The findings an objective was raised from.
    package func findings(raisedAs objectiveId: String) throws -> [Finding] {
        guard let condition = Finding.table.condition("objectiveId") else { return [] }
        let sql = "SELECT \(Finding.table.selection) FROM finding WHERE \(condition) ORDER BY id"
        var found: [Finding] = []
        try connection.database.cached(sql).eachRow([.text(objectiveId)]) { found.append(try RowDecoder(row: $0).decode(Finding.self)) }
        return found
    }
}
