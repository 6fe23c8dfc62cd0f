package import Core

/// When a delivery is tried again, and when it is given up.
package enum WebhookSchedule {
    /// Seconds from the first attempt to each: at once, after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h.
    package static let offsets: [Int64] = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
    /// An endpoint that fails for so long is disabled.
    package static let disabledAfterSeconds: Int64 = 5 * 86_400
    /// But not for the first failures of a delivery: between two of them days may have passed without an event.
    package static let attemptsBeforeDisabling = 3
    /// A receiver can't ask for more patience than this.
    package static let longestRetryAfterSeconds: Int64 = 86_400
    /// A rotated secret still signs for so long.
    package static let overlapSeconds: Int64 = 86_400

    /// When attempt number `made` + 1 is due; nil when all were made.
    ///
    /// - Parameters:
    ///   - jitter: from 0 up to 1. It adds up to a tenth of the way from the attempt before, so that endpoints don't come back together.
    ///   - retryAfter: what the receiver asked for. Never earlier than that.
    package static func next(
        afterAttempts made: Int, firstAt: Instant, now: Instant, jitter: Double, retryAfter: Instant?
    ) -> Instant? {
        guard (1..<offsets.count).contains(made) else { return nil }
        let step = offsets[made] - offsets[made - 1]
        let spread = Int64(Double(step) * 100 * jitter)
        var planned = firstAt.advanced(byMilliseconds: offsets[made] * 1_000 + spread)
        // After a pause the times are long past: then it is as far from this attempt as it would have been.
        if planned <= now { planned = now.advanced(byMilliseconds: step * 1_000 + spread) }
        let asked = retryAfter.map { min($0, now.advanced(bySeconds: longestRetryAfterSeconds)) }
        return max(planned, now, asked ?? now)
    }

    /// `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date such as `Tue, 24 Nov 2026 22:09:01 GMT`.
    package static func retryAfter(_ text: String, now: Instant) -> Instant? {
        if !text.isEmpty, text.utf8.count <= 9, text.utf8.allSatisfy({ (48...57).contains($0) }), let seconds = Int64(text) {
            return now.advanced(bySeconds: seconds)
        }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else { return nil }
        return Instant("\(parts[3])-\(month < 9 ? "0" : "")\(month + 1)-\(parts[1])T\(parts[4])Z")
    }
}
