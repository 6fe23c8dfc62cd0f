package import Core
package import Domain
import GRDB

extension Need: Stored {
    package static let table = Table(
        Need.self,
        members: [
            .required("schoolId"), .optional("area"), .optional("subject"), .required("urgency"), .required("source"),
            .optional("findingId"),
            .optional("neededBy"), .required("state"), .instant("updatedAt"),
        ], audience: .leadership(school: "schoolId"))
}

extension SupportOffer: Stored {
    package static let table = Table(
        SupportOffer.self,
        members: [
            .optional("schoolId"), .optional("personId"), .optional("area"), .optional("subject"), .required("daysPerTerm"),
            .required("startsOn"), .optional("endsOn"), .required("state"), .instant("updatedAt"),
        ])
}

extension Deployment: Stored {
    package static let table = Table(
        Deployment.self,
        members: [
            .element("schoolId", of: "schoolIds"), .optional("needId"), .optional("offerId"), .optional("providerSchoolId"),
            .optional("providerPersonId"), .required("receivingSchoolId"), .optional("area"), .optional("subject"), .required("startsOn"),
            .required("endsOn"), .required("state"), .instant("updatedAt"),
        ], audience: .leadershipOfEach(schools: "schoolIds"))
}

extension TimeEntry: Stored {
    package static let table = Table(
        TimeEntry.self,
        members: [
            .element("schoolId", of: "schoolIds"), .required("deploymentId"), .optional("personId"), .required("day"),
            .instant("updatedAt"),
        ], audience: .leadershipOfEach(schools: "schoolIds"))
}

extension Transaction {
    package var support: SupportRepository<Self> { SupportRepository(transaction: self) }
}

/// What is asked of offers, deployments and time entries beyond lists.
package struct SupportRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    /// What help is about: the same subject, or the same area of the same regime.
    package struct Topic: Sendable {
        let condition: String
        let arguments: [SQLValue]

        package init(subject: String?, area: String?, regime: String?) {
            var parts: [String] = []
            var arguments: [SQLValue] = []
            if let subject {
                parts.append("subject = ?")
                arguments.append(.text(subject))
            }
            if let area {
                parts.append("(area = ? AND regime IS ?)")
                arguments += [.text(area), regime.map(SQLValue.text) ?? .null]
            }
            condition = "(" + parts.joined(separator: " OR ") + ")"
            self.arguments = arguments
        }
    }

    /// Offers that can be taken up on a day, of others than the school.
    package func openOffers(_ topic: Topic, besides schoolId: String, on day: LocalDate) throws -> [SupportOffer] {
        try rows(
            SupportOffer.self,
            "\(topic.condition) AND state = 'open' AND startsOn <= ? AND (endsOn IS NULL OR endsOn >= ?) AND schoolId IS NOT ?",
            topic.arguments + [.text(day.description), .text(day.description), .text(schoolId)])
    }

    /// Strengths and good practice found at other schools since a day.
    package func strengths(_ topic: Topic, besides schoolId: String, since day: LocalDate) throws -> [Finding] {
        try rows(
            Finding.self, "\(topic.condition) AND kind IN ('strength', 'goodPractice') AND foundOn >= ? AND schoolId <> ?",
            topic.arguments + [.text(day.description), .text(schoolId)])
    }

    /// Needs of other schools that were met since a day.
    package func metNeeds(_ topic: Topic, besides schoolId: String, since day: LocalDate) throws -> [Need] {
        try rows(
            Need.self, "\(topic.condition) AND state = 'met' AND updatedAt >= ? AND schoolId <> ?",
            topic.arguments + [.text(day.description), .text(schoolId)])
    }

    /// Completed deployments others gave since a day.
    package func completed(_ topic: Topic, besides schoolId: String, since day: LocalDate) throws -> [Deployment] {
        try rows(
            Deployment.self, "\(topic.condition) AND state = 'complete' AND endsOn >= ? AND providerSchoolId IS NOT ?",
            topic.arguments + [.text(day.description), .text(schoolId)])
    }

    /// Inspections of other schools since a day that judged an area by one of these grades.
    package func inspections(
        regime: String, area: String, grades: [String], besides schoolId: String, since day: LocalDate
    ) throws -> [Inspection] {
        try rows(
            Inspection.self,
            """
            regime = ? AND inspectedOn >= ? AND schoolId <> ? AND EXISTS (SELECT 1 FROM json_each(judgements) AS judgement
                WHERE judgement.value ->> 'area' = ? AND judgement.value ->> 'grade' IN (SELECT value FROM json_each(?)))
            """, [.text(regime), .text(day.description), .text(schoolId), .text(area), .names(grades)])
    }

    /// Deployments in one of these states that overlap with some days.
    package func deployments(in days: ClosedRange<LocalDate>, _ states: [Deployment.State]) throws -> [Deployment] {
        try rows(
            Deployment.self, "startsOn <= ? AND endsOn >= ? AND state IN (SELECT value FROM json_each(?))",
            [.text(days.upperBound.description), .text(days.lowerBound.description), .names(states.map(\.rawValue))])
    }

    /// Offers that hold on one of these days and aren't withdrawn.
    package func offers(in days: ClosedRange<LocalDate>) throws -> [SupportOffer] {
        try rows(
            SupportOffer.self, "startsOn <= ? AND (endsOn IS NULL OR endsOn >= ?) AND state <> 'withdrawn'",
            [.text(days.upperBound.description), .text(days.lowerBound.description)])
    }

    /// Entries of some days.
    package func entries(in days: ClosedRange<LocalDate>) throws -> [TimeEntry] {
        try rows(TimeEntry.self, "day BETWEEN ? AND ?", [.text(days.lowerBound.description), .text(days.upperBound.description)])
    }

    /// Entries of one person on a day.
    package func entries(of personId: String, on day: LocalDate) throws -> [TimeEntry] {
        try rows(TimeEntry.self, "personId = ? AND day = ?", [.text(personId), .text(day.description)])
    }

    private func rows<R: Stored>(_ type: R.Type, _ condition: String, _ arguments: [SQLValue]) throws -> [R] {
        let sql = "SELECT \(R.table.selection) FROM \(R.table.name) WHERE \(condition) ORDER BY id"
        var found: [R] = []
        try transaction.connection.database.cached(sql).eachRow(arguments) { found.append(try RowDecoder(row: $0).decode(type)) }
        return found
    }
}
