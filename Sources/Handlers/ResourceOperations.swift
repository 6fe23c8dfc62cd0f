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
            .item(try service.encoded(exchange.targetID, expand: exchange.list.expand, exchange.call))
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

    func visible(_ exchange: Exchange) async throws -> Target? {
        target(exchange, try service.identify(exchange.path("id"), exchange.call))
    }

    func changeable(_ exchange: Exchange) async throws -> Target? {
        target(exchange, try service.identifyForWriting(exchange.path("id"), exchange.call))
    }

    /// Absent or invisible is 404; visible but not the caller's to change is 403, before anything is said about the body.
    private func target(_ exchange: Exchange, _ identified: (id: String, etag: VersionTag)) -> Target {
        let found = identified.id
        return Target(id: found, etag: identified.etag) {
            try await service.changedMembers(found, since: $0)
        } readOnlyErrors: {
            try service.readOnlyErrors($0, of: found, exchange.call)
        }
    }
}

extension ResourceOperations where Service: StatefulService {
    /// `POST /v1/…/{id}/action` for each action of the resource's table of states; the operation is named action and type: `activateCycle`.
    var actions: [Binding] { Service.Item.Action.allCases.map(act) }

    private func act(_ action: Service.Item.Action) -> Binding {
        let type = Service.Item.type.rawValue
        return Binding(action.rawValue + type.prefix(1).uppercased() + type.dropFirst()) { exchange in
            target(exchange, try service.identify(exchange.path("id"), for: action, exchange.call))
        } write: { exchange in
            try await service.act(action, on: exchange.targetID, exchange.body, exchange.call)
        } answer: {
            try .item($0)
        }
    }
}
