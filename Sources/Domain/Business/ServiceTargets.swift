/// How urgent a request is.
package enum RequestPriority: String, Codable, CaseIterable, Sendable {
    case low, normal, high, urgent
}

/// What a service promises for each priority.
package struct ServiceTargets: Codable, Hashable, Sendable {
    /// Working minutes; null where nothing is promised.
    package struct Minutes: Codable, Hashable, Sendable {
        package var firstResponseMinutes: Int?
        package var updateMinutes: Int?
        package var resolutionMinutes: Int?

        package init(firstResponseMinutes: Int? = nil, updateMinutes: Int? = nil, resolutionMinutes: Int? = nil) {
            self.firstResponseMinutes = firstResponseMinutes
            self.updateMinutes = updateMinutes
            self.resolutionMinutes = resolutionMinutes
        }

        package func minutes(_ target: RequestClock.Target) -> Int? {
            switch target {
            case .firstResponse: firstResponseMinutes
            case .update: updateMinutes
            case .resolution: resolutionMinutes
            }
        }
    }

    package var low: Minutes
    package var normal: Minutes
    package var high: Minutes
    package var urgent: Minutes

    package func minutes(_ priority: RequestPriority) -> Minutes {
        switch priority {
        case .low: low
        case .normal: normal
        case .high: high
        case .urgent: urgent
        }
    }
}

/// Whom to tell, how long before or after a promise is due.
package struct EscalationRule: Codable, Hashable, Sendable {
    package enum Recipient: String, Codable, CaseIterable, Sendable {
        case assignee, teamLead, headOfService
    }

    package var target: RequestClock.Target
    /// Working minutes after it is due; negative is before.
    package var offsetMinutes: Int
    package var to: Recipient
}
