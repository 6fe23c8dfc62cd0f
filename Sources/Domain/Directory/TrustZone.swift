package import Core
import Foundation

/// The time zone of the trust's days: which day it is there at an instant.
package struct TrustZone: Sendable {
    private let zone: TimeZone

    /// - Parameter name: IANA; an unknown one counts as Europe/London, which every trust in England keeps.
    package init(_ name: String = "Europe/London") {
        zone = TimeZone(identifier: name) ?? TimeZone(identifier: "Europe/London") ?? .gmt
    }

    package func day(of instant: Instant) -> LocalDate {
        let seconds = instant.milliseconds.quotientAndRemainder(dividingBy: 1000).quotient
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
        return instant.advanced(bySeconds: Int64(offset)).utcDate
    }
}
