package import Core
import Foundation
import Synchronization

/// A time zone's offsets from UTC, as stretches in which the offset is constant.
///
/// Foundation is asked once per zone and year: its look-ups would otherwise cost most of a calculation. What it knows of the zone comes
/// from the system's tz database.
package final class ZoneOffsets: Sendable {
    /// A stretch of constant offset, half open, in milliseconds since 1970; local time is UTC plus `offset`. It never spans a new year in UTC.
    struct Era: Hashable, Sendable {
        var start: Int64
        var end: Int64
        var offset: Int64
    }

    /// Where the system knows no zones at all.
    package static let gmt = ZoneOffsets(.gmt)

    private static let zones = Mutex<[String: ZoneOffsets]>([:])

    private let zone: TimeZone
    private let years = Mutex<[Int: [Era]]>([:])

    private init(_ zone: TimeZone) {
        self.zone = zone
    }

    /// The zone of an IANA name such as `Europe/London`; nil when the system knows none of that name.
    package static func named(_ name: String) -> ZoneOffsets? {
        if let known = zones.withLock({ $0[name] }) { return known }
        guard let zone = TimeZone(identifier: name) else { return nil }
        return zones.withLock { zones in
            if let known = zones[name] { return known }
            let made = ZoneOffsets(zone)
            zones[name] = made
            return made
        }
    }

    /// The day it is in the zone at this moment.
    package func day(of instant: Instant) -> LocalDate {
        LocalDate(daysSinceEpoch: Int((instant.milliseconds + era(at: instant.milliseconds).offset).flooredQuotient(by: .day)))
    }

    /// The first moment of a day.
    package func startOfDay(_ day: LocalDate) -> Instant {
        let midnight = Int64(day.daysSinceEpoch) * .day
        // The offset at that moment, which is found by the offset half a day around it.
        let era = era(at: midnight - self.era(at: midnight).offset)
        return Instant(milliseconds: max(midnight - era.offset, era.start))
    }

    /// The moments of these days, half open: up to but without the first of the day after.
    package func moments(of days: ClosedRange<LocalDate>) -> Range<Instant> {
        let first = startOfDay(days.lowerBound)
        // There is no day after the latest.
        let end = days.upperBound < .latest ? startOfDay(days.upperBound.adding(days: 1)) : Instant.range.upperBound
        return first..<max(first, end)
    }

    /// The stretch this moment lies in.
    func era(at milliseconds: Int64) -> Era {
        let eras = eras(ofYear: Instant(milliseconds: milliseconds).utcDate.year)
        // A year has at least one.
        return eras.last { $0.start <= milliseconds } ?? eras[0]
    }

    private func eras(ofYear year: Int) -> [Era] {
        if let known = years.withLock({ $0[year] }) { return known }
        let found = readEras(ofYear: year)
        years.withLock { $0[year] = found }
        return found
    }

    private func readEras(ofYear year: Int) -> [Era] {
        let newYear = LocalDate(year: year, month: 1, day: 1)?.daysSinceEpoch ?? 0
        let end = Int64(newYear + (LocalDate.days(inMonth: 2, of: year) == 29 ? 366 : 365)) * .day
        var start = Int64(newYear) * .day
        var eras: [Era] = []
        while start < end {
            let date = Date(timeIntervalSince1970: Double(start) / 1000)
            let next = zone.nextDaylightSavingTimeTransition(after: date).map { Int64(($0.timeIntervalSince1970 * 1000).rounded()) }
            let stop = min(end, next.map { $0 > start ? $0 : end } ?? end)
            eras.append(Era(start: start, end: stop, offset: Int64(zone.secondsFromGMT(for: date)) * 1000))
            start = stop
        }
        return eras
    }
}

extension Int64 {
    /// Milliseconds of a day without clock change, and of a minute.
    static let day: Int64 = 86_400_000
    static let minute: Int64 = 60_000
}
