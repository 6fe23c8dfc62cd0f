import Core
import Domain
package import Routing
package import Services

/// `/v1/subject-access-drafts`.
package struct SubjectAccessHandlers: Sendable {
    private let operations: ResourceOperations<SubjectAccessService>
    private var drafts: SubjectAccessService { operations.service }

    package init(drafts: SubjectAccessService) {
        operations = ResourceOperations(drafts)
    }

    package var bindings: [Binding] {
        [
            operations.list("listSubjectAccessDrafts"),
            operations.create("createSubjectAccessDraft"),
            operations.get("getSubjectAccessDraft"),
            Binding("updateSubjectAccessDraft", target: operations.changeable, write: updateSubjectAccessDraft) { try .item($0) },
            operations.delete("deleteSubjectAccessDraft"),
            operations.action("completeSubjectAccessDraft") { id, exchange in try await drafts.complete(id, exchange.call) },
            Binding(
                "exportSubjectAccessDraft", target: operations.visible, export: exportSubjectAccessDraft,
                // NDJSON is all that is offered, so every answer is the export.
                handle: { _ in .none }),
        ]
    }

    private func updateSubjectAccessDraft(_ exchange: Exchange) async throws -> SubjectAccessDraft {
        try await drafts.review(exchange.targetID, patch: exchange.body, exchange.call)
    }

    private func exportSubjectAccessDraft(_ exchange: Exchange) async throws -> Rows<[UInt8]> {
        try drafts.export(exchange.targetID, isForReview: exchange.query.boolean("review") ?? false, exchange.call)
    }
}
