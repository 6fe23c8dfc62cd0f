package import Core
import OrderedCollections

/// Time somebody gave to another school on a day.
package struct TimeEntry: Resource {
    package static let type = ResourceType.timeEntry

    package var id: String
    package var deploymentId: String
    /// Those of the deployment.
    package var schoolIds: [String]
    package var personId: String?
    package var day: LocalDate
    /// In steps of a quarter, at most one.
    package var days: Double
    package var note: String?
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, deploymentId, schoolIds, personId, day, days, note, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { .leadership(schoolIds: schoolIds) }
    package static let writableMembers: Set<String> = ["personId", "day", "days", "note"]
    package static let redactableMembers: Set<String> = ["note"]
    /// The service fills in the schools.
    package static let defaults: JSON.Object = ["schoolIds": []]

    /// What is wrong with one of this deployment.
    ///
    /// - Parameter others: of the same person on the same day, over all deployments.
    package func errors(of deployment: Deployment, others: [TimeEntry], today: LocalDate) -> [FieldError] {
        var errors: [FieldError] = []
        if day < deployment.startsOn || day > deployment.endsOn {
            errors.append(
                FieldError(
                    pointer: "/day", code: "outside-deployment",
                    detail: "must be a day of the deployment, \(deployment.startsOn) to \(deployment.endsOn)"))
        }
        if day > today { errors.append(FieldError(pointer: "/day", code: "in-future", detail: "must not be after today, \(today)")) }
        let sum = others.reduce(days) { $0 + $1.days }
        if personId != nil, sum > 1 {
            errors.append(
                FieldError(
                    pointer: "/days", code: "more-than-a-day", detail: "makes \(sum) days of the person on \(day), and a day has one"))
        }
        return errors
    }
}
