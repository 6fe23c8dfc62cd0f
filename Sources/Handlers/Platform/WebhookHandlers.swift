import Core
import Domain
import OrderedCollections
package import Routing
package import Services

/// `/v1/webhook-endpoints`. The header tag is weak: the sender keeps how far it is without a new version.
package struct WebhookHandlers: Sendable {
    private let webhooks: WebhookService
    private let operations: ResourceOperations<WebhookService>

    package init(webhooks: WebhookService) {
        self.webhooks = webhooks
        operations = ResourceOperations(webhooks)
    }

    package var bindings: [Binding] {
        [
            operations.list("listWebhookEndpoints"),
            Binding("createWebhookEndpoint") { exchange in
                try await webhooks.create(exchange.body, exchange.call)
            } answer: { item, secret in
                try Self.created(item, showing: secret)
            } kept: {
                try Self.created($0, showing: nil)
            },
            Binding("getWebhookEndpoint", target: operations.visible) { try .view(webhooks.find($0.targetID, $0.call)) },
            Binding("updateWebhookEndpoint", target: operations.changeable) { exchange in
                try await webhooks.update(exchange.targetID, patch: exchange.body, exchange.call)
            } answer: {
                try .view($0)
            },
            operations.delete("deleteWebhookEndpoint"),
            action("pauseWebhookEndpoint") { try await webhooks.pause($0.targetID, $0.call) },
            action("resumeWebhookEndpoint") { try await webhooks.resume($0.targetID, $0.call) },
            action("replayWebhookEndpoint") { exchange in
                try await webhooks.replay(exchange.targetID, from: exchange.body["fromSeq"]?.integerValue ?? 1, exchange.call)
            },
            Binding("rotateWebhookSecret", target: operations.changeable) { exchange in
                try await webhooks.rotate(exchange.targetID, exchange.call)
            } answer: { item, secret in
                .item(try Self.document(item, showing: secret))
            } kept: {
                .item(try Self.document($0, showing: nil))
            },
            Binding("pingWebhookEndpoint", target: operations.changeable) { exchange in
                try await webhooks.ping(exchange.targetID, exchange.call)
            } answer: {
                .item(try JSONCodec.encode($0))
            },
            Binding("resendWebhookDelivery", target: operations.changeable) { exchange in
                let delivery = exchange.body["deliveryId"]?.stringValue ?? ""
                return try await webhooks.resend(delivery, of: exchange.targetID, exchange.call)
            } answer: {
                .item(try JSONCodec.encode($0))
            },
            Binding("listWebhookDeliveries", target: operations.visible) { exchange in
                .list(try await webhooks.deliveries(of: exchange.targetID, exchange.list, exchange.call))
            },
        ]
    }

    private func action(_ operationId: String, _ perform: @escaping @Sendable (Exchange) async throws -> WebhookEndpoint) -> Binding {
        Binding(operationId, target: operations.changeable, write: perform) { try .view($0) }
    }

    private static func created(_ item: WebhookEndpoint, showing secret: String?) throws -> Answer {
        // The tag is that of the endpoint as it is read, without its secret.
        let etag = try EntityTag.weak(item.etag, of: JSONCodec.encode(item))
        let location = ResourceType.webhookEndpoint.href(id: item.id)
        return try .item(document(item, showing: secret), etag: etag, status: .created, location: location)
    }

    /// The endpoint with its secret as the member `secret`; null in what is kept for a request that comes again.
    private static func document(_ item: WebhookEndpoint, showing secret: String?) throws -> [UInt8] {
        var members = try JSONCodec.tree(item).objectValue ?? [:]
        members["secret"] = secret.map(JSON.string) ?? .null
        return JSON.object(members).bytes
    }
}
