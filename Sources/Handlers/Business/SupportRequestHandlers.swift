import Core
package import Routing
package import Services

/// `/v1/support-requests`.
package struct SupportRequestHandlers: Sendable {
    private let operations: ResourceOperations<SupportRequestService>

    package init(requests: SupportRequestService) {
        operations = ResourceOperations(requests)
    }

    package var bindings: [Binding] {
        let requests = operations.service
        return [
            operations.list("listSupportRequests"),
            operations.create("createSupportRequest"),
            operations.bulk("bulkSupportRequests"),
            operations.get("getSupportRequest"),
            operations.update("updateSupportRequest"),
            Binding("getSupportRequestExplanation", target: explained) {
                try .view(requests.explanation($0.targetID, $0.call))
            },
            Binding("breakGlassSupportRequest", target: breakable) { exchange in
                try await requests.breakGlass(exchange.targetID, reason: exchange.body["reason"]?.stringValue ?? "", exchange.call)
            } answer: {
                try .view($0)
            },
        ] + operations.actions
    }

    /// Without a version: the clocks run on.
    private func explained(_ exchange: Exchange) async throws -> Target? {
        Target(id: try operations.service.identify(exchange.path("id"), exchange.call).id)
    }

    private func breakable(_ exchange: Exchange) async throws -> Target? {
        let (id, etag) = try operations.service.identifyForBreaking(exchange.path("id"), exchange.call)
        return Target(id: id, etag: etag)
    }
}
