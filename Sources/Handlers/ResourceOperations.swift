import Core
import Domain
import Routing
import Services

/// What the five operations of a plain resource do, over its service; each resource's own file names its operations.
struct ResourceOperations<Service: ResourceService>: Sendable {
    let service: Service

    init(_ service: Service) {
        self.service = service
    }

    func list(_ operationId: String) -> Binding {
        Binding(operationId, listOf: service)
    }

    func create(_ operationId: String) -> Binding {
        Binding(operationId) { exchange in
            try await service.create(exchange.body, exchange.call)
        } answer: {
            try .created($0)
        }
    }

    func get(_ operationId: String) -> Binding {
        Binding(operationId, target: visible) { exchange in
            let expand = exchange.list.expand
            let item = try service.encoded(exchange.targetID, expand: expand, exchange.call)
            return expand.isEmpty ? .item(item) : .item(item.bytes, etag: .weak(item.etag, of: item.bytes))
        }
    }

    func update(_ operationId: String) -> Binding {
        Binding(operationId, target: changeable) { exchange in
            try await service.update(exchange.targetID, patch: exchange.body, exchange.call)
        } answer: {
            try .item($0)
        }
    }

    func delete(_ operationId: String) -> Binding {
        Binding(operationId, target: changeable) { exchange in
            try await service.delete(exchange.targetID, exchange.call)
            return .none
        }
    }

    /// An action: `POST /v1/…/{id}/verb`, answered with the resource as it is then.
    func action(_ operationId: String, _ perform: @escaping @Sendable (_ id: String, Exchange) async throws -> Service.Item) -> Binding {
        Binding(operationId, target: changeable) { exchange in
            try await perform(exchange.targetID, exchange)
        } answer: {
            try .item($0)
        }
    }

    func visible(_ exchange: Exchange) async throws -> Target? { try target(exchange, writes: false) }

    func changeable(_ exchange: Exchange) async throws -> Target? { try target(exchange, writes: true) }

    /// Absent or invisible is 404; visible but not the caller's to change is 403, before anything is said about the body.
    private func target(_ exchange: Exchange, writes: Bool) throws -> Target {
        let id = exchange.path("id")
        let (found, etag) = try writes ? service.identifyForWriting(id, exchange.call) : service.identify(id, exchange.call)
        return Target(id: found, etag: etag) {
            try await service.changedMembers(found, since: $0)
        } readOnlyErrors: {
            try service.readOnlyErrors($0, of: found, exchange.call)
        }
    }
}
