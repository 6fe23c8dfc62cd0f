import Core
import Domain
package import Routing
package import Services

/// `/v1/support-balance`, `/v1/support-alerts`.
package struct SupportReportHandlers: Sendable {
    private let reports: SupportReports

    package init(reports: SupportReports) {
        self.reports = reports
    }

    package var bindings: [Binding] {
        [
            Binding(
                "getSupportBalance",
                export: { try await Rows(encoding: balance($0).items) },
                handle: { try .view(await balance($0)) }),
            Binding(
                "getSupportAlerts",
                export: { try await Rows(encoding: alerts($0).items) },
                handle: { try .view(await alerts($0)) }),
        ]
    }

    private func alerts(_ exchange: Exchange) async throws -> SupportReports.Alerts {
        try await reports.alerts(academicYear: exchange.query.string("academicYear"), exchange.call)
    }

    private func balance(_ exchange: Exchange) async throws -> SupportBalance {
        try await reports.balance(
            academicYear: exchange.query.string("academicYear"), schoolId: exchange.query.string("schoolId"), exchange.call)
    }
}
