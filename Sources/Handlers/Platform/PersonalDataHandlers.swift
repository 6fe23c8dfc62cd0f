import Core
import Domain
package import Routing
package import Services

/// `/v1/personal-data/purge`, `/v1/people/{id}/erase`, `/v1/redactions`.
package struct PersonalDataHandlers: Sendable {
    private let personalData: PersonalDataService
    private let redactions: ResourceOperations<RedactionService>

    package init(personalData: PersonalDataService, redactions: RedactionService) {
        self.personalData = personalData
        self.redactions = ResourceOperations(redactions)
    }

    package var bindings: [Binding] {
        [
            Binding("purgePersonalData", target: allowed, write: purgePersonalData) { try .view($0) },
            Binding("erasePerson", target: person, write: erasePerson) { try .item($0) },
            redactions.list("listRedactions"),
            Binding("createRedaction", target: allowed, write: createRedaction) { try .created($0) },
            redactions.get("getRedaction"),
        ]
    }

    private func allowed(_ exchange: Exchange) async throws -> Target? {
        try personalData.authorise(exchange.call)
        return Target(id: "")
    }

    private func person(_ exchange: Exchange) async throws -> Target? {
        let person = try personalData.people.find(exchange.path("id"), exchange.call)
        try personalData.authorise(exchange.call)
        return Target(id: person.id, etag: person.etag) { try await personalData.people.changedMembers(person.id, since: $0) }
    }

    private func purgePersonalData(_ exchange: Exchange) async throws -> PurgeReport {
        try await personalData.purge(exchange.call)
    }

    private func erasePerson(_ exchange: Exchange) async throws -> Person {
        try await personalData.erase(exchange.targetID, reason: exchange.body["reason"]?.stringValue ?? "", exchange.call)
    }

    private func createRedaction(_ exchange: Exchange) async throws -> Redaction {
        try await redactions.service.redact(exchange.body, exchange.call)
    }
}
