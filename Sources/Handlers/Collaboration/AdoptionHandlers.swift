package import Routing
package import Services

/// `/v1/adoptions`.
package struct AdoptionHandlers: Sendable {
    private let operations: ResourceOperations<AdoptionService>

    package init(adoptions: AdoptionService) {
        operations = ResourceOperations(adoptions)
    }

    package var bindings: [Binding] {
        [
            operations.list("listAdoptions"),
            operations.create("createAdoption"),
            operations.bulk("bulkAdoptions"),
            operations.get("getAdoption"),
            operations.update("updateAdoption"),
            operations.delete("deleteAdoption"),
        ]
    }
}
