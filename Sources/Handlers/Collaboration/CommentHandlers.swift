package import Routing
package import Services

/// `/v1/comments`.
package struct CommentHandlers: Sendable {
    private let operations: ResourceOperations<CommentService>

    package init(comments: CommentService) {
        operations = ResourceOperations(comments)
    }

    package var bindings: [Binding] {
        [
            operations.list("listComments"),
            operations.create("createComment"),
            operations.bulk("bulkComments"),
            operations.get("getComment"),
            operations.update("updateComment"),
            operations.delete("deleteComment"),
        ] + operations.actions
    }
}
