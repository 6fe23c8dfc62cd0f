import Core
import Domain
package import Routing
package import Services

/// `/v1/terms`.
package struct TermHandlers: Sendable {
    private let operations: ResourceOperations<TermService>
    private let termDates: TermDatesImport
    private let schools: SchoolService

    package init(terms: TermService, termDates: TermDatesImport, schools: SchoolService) {
        operations = ResourceOperations(terms)
        self.termDates = termDates
        self.schools = schools
    }

    package var bindings: [Binding] {
        [
            operations.list("listTerms"),
            operations.create("createTerm"),
            operations.bulk("bulkTerms"),
            operations.get("getTerm"),
            operations.update("updateTerm"),
            operations.delete("deleteTerm"),
            Binding("importTermDates", target: owner, write: importTermDates) { .item(try JSONCodec.encode($0)) },
        ]
    }

    /// Whose dates they will be, and whether the caller may write them, before the file is looked at.
    private func owner(_ exchange: Exchange) async throws -> Target? {
        let schoolId = try schoolId(exchange)
        try termDates.authorise(schoolId: schoolId, exchange.call)
        return Target(id: schoolId ?? "trust")
    }

    private func importTermDates(_ exchange: Exchange) async throws -> TermDatesReport {
        try await termDates.load(exchange.body, schoolId: schoolId(exchange), exchange.call)
    }

    private func schoolId(_ exchange: Exchange) throws -> String? {
        try exchange.query.string("school").map { key in
            do {
                return try schools.identify(key).id
            } catch DomainError.notFound {
                throw DomainError.invalid([FieldError(parameter: "school", code: "not-found", detail: "is no school known here")])
            }
        }
    }
}
