package import Routing
package import Services

/// `/v1/people`.
package struct PersonHandlers: Sendable {
    private let operations: ResourceOperations<PersonService>

    package init(people: PersonService) {
        operations = ResourceOperations(people)
    }

    package var bindings: [Binding] {
        [
            operations.list("listPeople"),
            operations.create("createPerson"),
            operations.get("getPerson"),
            operations.update("updatePerson"),
            operations.delete("deletePerson"),
        ]
    }
}
