import Core
import Domain
import Repositories

/// A record that is in the way of another, for errors that name it.
extension DomainError {
    static func overlap(with other: AcademicYear) -> DomainError { overlap(other.id, other.name, other.startsOn, other.endsOn) }
    static func overlap(with other: Term) -> DomainError { overlap(other.id, other.name, other.startsOn, other.endsOn) }
    static func overlap(with other: CalendarDay) -> DomainError { overlap(other.id, other.kind.rawValue, other.startsOn, other.endsOn) }

    private static func overlap(_ id: String, _ name: String, _ startsOn: LocalDate, _ endsOn: LocalDate) -> DomainError {
        .overlap(
            FieldError(
                pointer: "/startsOn", code: "overlap", detail: "overlaps with \(name), \(startsOn) to \(endsOn): \(id)", conflictsWith: id))
    }
}

extension Scope {
    /// The trust for its default, else the school whose calendar it is.
    static func calendar(of schoolId: String?) -> Scope { schoolId.map(Scope.school) ?? .trust }
}
