package import Core
import OrderedCollections

/// Time somebody spent on a support request. The team's own: schools don't see it.
package struct RequestTimeEntry: Resource {
    package static let type = ResourceType.requestTimeEntry

    package var id: String
    package var requestId: String
    package var personId: String?
    package var day: LocalDate
    /// From 1 to a day's 1,440.
    package var minutes: Int
    /// A code of the list `work-kinds`.
    package var kind: String
    package var note: String?
    /// As the request has it.
    package var isConfidential: Bool
    package var visibleTo: [String]
    package var recordedBy: String
    package var createdAt: Instant
    package var updatedAt: Instant
    package var etag: VersionTag

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case id, requestId, personId, day, minutes, kind, note, isConfidential, visibleTo, recordedBy, createdAt, updatedAt, etag
    }

    package var audience: Audience { isConfidential ? .named(visibleTo) : .parties(visibleTo) }
    package static let owningMembers = ["requestId"]
    package static let writableMembers: Set<String> = ["personId", "day", "minutes", "kind", "note"]
    package static let redactableMembers: Set<String> = ["note"]
    package static let codedMembers = [CodedMember("kind", .workKinds)]
    package static let defaults: JSON.Object = ["isConfidential": false, "visibleTo": []]

    /// What is wrong with one of a request opened on a day.
    ///
    /// - Parameter others: of the same person on the same day, over all requests.
    package func errors(openedOn: LocalDate, others: [RequestTimeEntry], today: LocalDate) -> [FieldError] {
        var errors: [FieldError] = []
        if day > today { errors.append(FieldError(pointer: "/day", code: "in-future", detail: "must not be after today, \(today)")) }
        if day < openedOn {
            errors.append(
                FieldError(pointer: "/day", code: "before-opening", detail: "must not be before the request was opened, \(openedOn)"))
        }
        let sum = others.reduce(minutes) { $0 + $1.minutes }
        if personId != nil, sum > 1440 {
            errors.append(
                FieldError(
                    pointer: "/minutes", code: "more-than-a-day",
                    detail: "makes more than the 1,440 minutes a day has of the person's \(day)"))
        }
        return errors
    }
}
