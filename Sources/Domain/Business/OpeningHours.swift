package import Core

/// When a team or a service works, as people write it down.
package struct OpeningHours: Codable, Hashable, Sendable {
    package var weekday: Weekday
    /// On the local clock, `08:30`.
    package var opensAt: String
    /// Up to `24:00`.
    package var closesAt: String

    package init(_ weekday: Weekday, _ opensAt: String, _ closesAt: String) {
        self.weekday = weekday
        self.opensAt = opensAt
        self.closesAt = closesAt
    }

    /// nil for times that aren't in order.
    package var window: WorkingTime.Window? {
        guard let opens = Self.minutes(opensAt), let closes = Self.minutes(closesAt) else { return nil }
        return WorkingTime.Window(weekday, from: opens, to: closes)
    }

    private static func minutes(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let hour = parts[0], let minute = parts[1], (0...24).contains(hour), (0...59).contains(minute) else {
            return nil
        }
        return hour * 60 + minute
    }

    /// - Parameter member: the one the hours are in.
    package static func errors(_ hours: [OpeningHours], _ member: String) -> [FieldError] {
        hours.enumerated().flatMap { index, one -> [FieldError] in
            guard let window = one.window else {
                return [FieldError(pointer: "/\(member)/\(index)/closesAt", code: "before-start", detail: "must be after opensAt")]
            }
            let meets = hours[..<index].contains { other in
                other.window.map { $0.weekday == window.weekday && $0.opensAt < window.closesAt && window.opensAt < $0.closesAt } ?? false
            }
            return meets
                ? [
                    FieldError(
                        pointer: "/\(member)/\(index)", code: "overlap", detail: "overlaps with other hours of the \(window.weekday)")
                ] : []
        }
    }
}

/// Days on which a team or service doesn't work, in spite of its hours.
package struct ServiceClosure: Codable, Hashable, Sendable {
    package var startsOn: LocalDate
    package var endsOn: LocalDate
    package var reason: String

    package var closure: WorkingTime.Closure { .days(ClosedRange(startsOn, to: endsOn), reason: reason) }

    package static func errors(_ closures: [ServiceClosure], _ member: String) -> [FieldError] {
        closures.enumerated().compactMap { index, one in
            guard one.endsOn < one.startsOn else { return nil }
            return FieldError(pointer: "/\(member)/\(index)/endsOn", code: "before-start", detail: "must be on or after startsOn")
        }
    }
}
