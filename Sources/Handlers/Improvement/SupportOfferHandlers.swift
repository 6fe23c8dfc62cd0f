package import Routing
package import Services

/// `/v1/offers`.
package struct SupportOfferHandlers: Sendable {
    private let operations: ResourceOperations<SupportOfferService>

    package init(offers: SupportOfferService) {
        operations = ResourceOperations(offers)
    }

    package var bindings: [Binding] {
        [
            operations.list("listSupportOffers"),
            operations.create("createSupportOffer"),
            operations.bulk("bulkSupportOffers"),
            operations.get("getSupportOffer"),
            operations.update("updateSupportOffer"),
            operations.delete("deleteSupportOffer"),
        ] + operations.actions
    }
}
