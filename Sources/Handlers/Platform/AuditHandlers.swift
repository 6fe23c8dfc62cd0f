package import Routing
package import Services

/// `/v1/audit`.
package struct AuditHandlers: Sendable {
    private let audit: AuditService

    package init(audit: AuditService) {
        self.audit = audit
    }

    package var bindings: [Binding] {
        [
            Binding(
                "listAuditEntries", export: { try await audit.export($0.list, $0.call) },
                handle: { .list(try await audit.list($0.list, $0.call)) }),
            Binding("verifyAudit") { try .view(await audit.verify($0.call)) },
        ]
    }
}
