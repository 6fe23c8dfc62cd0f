import Core
import Domain
package import Routing
package import Services

/// `/v1/people`.
package struct PersonHandlers: Sendable {
    private let operations: ResourceOperations<PersonService>
    private let imports: PeopleImport

    package init(people: PersonService, imports: PeopleImport) {
        operations = ResourceOperations(people)
        self.imports = imports
    }

    package var bindings: [Binding] {
        [
            operations.list("listPeople"),
            operations.create("createPerson"),
            Binding("importPeople", write: importPeople) { try .view($0) },
            operations.bulk("bulkPeople"),
            operations.get("getPerson"),
            operations.update("updatePerson"),
            operations.delete("deletePerson"),
        ]
    }

    private func importPeople(_ exchange: Exchange) async throws -> CSVReport {
        try await imports.run(exchange.smallFile(), exchange.call)
    }
}
