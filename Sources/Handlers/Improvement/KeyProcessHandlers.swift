package import Routing
package import Services

/// `/v1/processes`.
package struct KeyProcessHandlers: Sendable {
    private let operations: ResourceOperations<KeyProcessService>

    package init(processes: KeyProcessService) {
        operations = ResourceOperations(processes)
    }

    package var bindings: [Binding] {
        [
            operations.list("listKeyProcesses"),
            operations.create("createKeyProcess"),
            operations.bulk("bulkKeyProcesses"),
            operations.get("getKeyProcess"),
            operations.update("updateKeyProcess"),
            operations.delete("deleteKeyProcess"),
        ]
    }
}
