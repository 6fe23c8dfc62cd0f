package import Routing
package import Services

/// `/v1/business-services`.
package struct BusinessServiceHandlers: Sendable {
    private let operations: ResourceOperations<BusinessServiceService>

    package init(services: BusinessServiceService) {
        operations = ResourceOperations(services)
    }

    package var bindings: [Binding] {
        [
            operations.list("listBusinessServices"),
            operations.create("createBusinessService"),
            operations.bulk("bulkBusinessServices"),
            operations.get("getBusinessService"),
            operations.update("updateBusinessService"),
            operations.delete("deleteBusinessService"),
        ]
    }
}
