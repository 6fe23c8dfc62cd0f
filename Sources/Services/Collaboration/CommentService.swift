package import Core
package import Domain
package import Repositories

/// What is said of shared resources.
package struct CommentService: StatefulService {
    package typealias Item = Comment
    package let store: Store
    package let writing = Permission.commentsWrite

    package init(store: Store) {
        self.store = store
    }

    /// Where the resource is: everybody may speak anywhere, hiding is for those who lead there.
    package func places(of item: Comment, on day: LocalDate, _ transaction: some Transaction) throws -> [Scope] {
        [.owner(try transaction.find(SharedResource.self, id: item.resourceId)?.schoolId)]
    }

    package func school(of item: Comment) -> String? { item.schoolId }

    package func prepare(_ item: Comment, replacing old: Comment?, _ transaction: WriteTransaction) throws -> Comment {
        if let old {
            if item.text != old.text { try checkIsSpeaker(of: old, transaction) }
            return item
        }
        guard
            let resource = try transaction.find(
                SharedResource.self, id: item.resourceId, visibleTo: Visibility(of: transaction.call.actor)),
            resource.isOpen
        else {
            throw DomainError.invalid([
                FieldError(pointer: "/resourceId", code: "not-found", detail: "is not the id of a shared resource that is published")
            ])
        }
        var errors: [FieldError] = []
        if let id = item.versionId, try transaction.find(ResourceVersion.self, id: id)?.resourceId != resource.id {
            errors.append(FieldError(pointer: "/versionId", code: "not-found", detail: "is not the id of a version of the resource"))
        }
        if let id = item.replyToId, try transaction.find(Comment.self, id: id)?.resourceId != resource.id {
            errors.append(FieldError(pointer: "/replyToId", code: "not-found", detail: "is not the id of a comment on the resource"))
        }
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        try transaction.checkHasNotLeft(school: resource.schoolId, on: transaction.today())
        var item = item
        item.schoolId = resource.schoolId
        return item
    }

    package func perform(_ action: Comment.Action, _ body: JSON, on item: Comment, _ transaction: WriteTransaction) throws -> Comment {
        var item = item
        item.stateReason = body["reason"]?.stringValue
        return item
    }

    package func checkDeletion(of item: Comment, _ transaction: WriteTransaction) throws { try checkIsSpeaker(of: item, transaction) }

    private func checkIsSpeaker(of item: Comment, _ transaction: WriteTransaction) throws {
        let actor = transaction.call.actor
        guard item.recordedBy == actor.personId ?? actor.id else {
            throw DomainError.forbidden("Only who said it changes it or takes it back; the owning school can hide it.")
        }
    }
}
