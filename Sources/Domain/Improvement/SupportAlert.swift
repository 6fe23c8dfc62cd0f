package import Core

/// More is planned of somebody in a term than they offered. Only ever about giving.
package struct SupportAlert: Encodable, Hashable, Sendable {
    package let schoolId: String
    package let term: String
    package let startsOn: LocalDate
    package let endsOn: LocalDate
    package let daysOffered: Double
    package let daysPlanned: Double
    package let deploymentIds: [String]
    package let explanation: String

    /// nil where what is planned is within what is offered.
    ///
    /// - Parameters:
    ///   - offered: days of this term.
    ///   - planned: deployments with their days in this term.
    package init?(
        schoolId: String, period: SupportBalance.Period, offered: Double, planned: [(deploymentId: String, days: Double)]
    ) {
        let sum = planned.reduce(0) { $0 + $1.days }
        // A hundredth is what dividing by days can leave.
        guard sum > offered + 0.01 else { return nil }
        self.schoolId = schoolId
        term = period.name
        (startsOn, endsOn) = (period.days.lowerBound, period.days.upperBound)
        daysOffered = offered
        daysPlanned = (sum * 100).rounded() / 100
        deploymentIds = planned.map(\.deploymentId)
        explanation =
            "\(daysPlanned) days are planned from \(startsOn) to \(endsOn) in \(planned.count) deployments, each shared out over its days; offered are "
            + "\(offered)."
    }

    /// The part of a deployment's days that falls into a term: as many as its calendar days do.
    package static func days(of deployment: Deployment, in days: ClosedRange<LocalDate>) -> Double {
        let first = max(deployment.startsOn, days.lowerBound)
        let last = min(deployment.endsOn, days.upperBound)
        guard first <= last else { return 0 }
        let length = Double(deployment.endsOn.daysSinceEpoch - deployment.startsOn.daysSinceEpoch + 1)
        return deployment.daysPlanned * Double(last.daysSinceEpoch - first.daysSinceEpoch + 1) / length
    }
}
