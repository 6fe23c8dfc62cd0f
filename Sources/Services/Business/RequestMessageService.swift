package import Core
package import Domain
import OrderedCollections
package import Repositories

/// What is said about support requests. What was said stays; what follows for the request follows here.
package struct RequestMessageService: ResourceService {
    package typealias Item = RequestMessage
    package let store: Store
    package let writing = Permission.supportRequestsWrite

    package init(store: Store) {
        self.store = store
    }

    package func places(of item: RequestMessage, on day: LocalDate, _ transaction: some Transaction) throws -> [Scope] {
        try transaction.find(SupportRequest.self, id: item.requestId)?.places ?? []
    }

    package func prepare(
        _ item: RequestMessage, replacing old: RequestMessage?, _ transaction: WriteTransaction
    ) throws -> RequestMessage {
        let visibility = Visibility(of: transaction.call.actor)
        guard let request = try transaction.find(SupportRequest.self, id: item.requestId, visibleTo: visibility) else {
            throw DomainError.invalid([FieldError(pointer: "/requestId", code: "not-found", detail: "is not the id of a request")])
        }
        if let other = request.mergedIntoId {
            throw DomainError.conflict("It was merged into \(other); what is still to say is said there.")
        }
        var item = item
        let serves = try transaction.serves(request)
        if item.kind == .note, !serves { throw DomainError.forbidden("Notes are for those who serve the request.") }
        item.authorId = item.authorId ?? transaction.call.actor.personId
        item.isFromTeam = try serves && transaction.isOfTeam(item.authorId, request)
        var errors = try transaction.errors(person: item.authorId, at: "/authorId")
        if !serves, item.authorId != transaction.call.actor.personId {
            errors.append(
                FieldError(
                    pointer: "/authorId", code: "not-allowed", detail: "is another's; who serves the request brings what others said"))
        }
        if item.sentAt.milliseconds == 0 {
            item.sentAt = transaction.now
        } else if item.sentAt > transaction.now || item.sentAt < request.openedAt {
            errors.append(
                FieldError(pointer: "/sentAt", code: "out-of-time", detail: "must be after the request was opened and not after now"))
        } else if !serves {
            errors.append(
                FieldError(pointer: "/sentAt", code: "not-allowed", detail: "is given by those who bring messages from elsewhere"))
        }
        for (index, id) in item.fileIds.enumerated() where try transaction.find(File.self, id: id, visibleTo: visibility) == nil {
            errors.append(FieldError(pointer: "/fileIds/\(index)", code: "not-found", detail: "is not the id of a file you have"))
        }
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        return try transaction.shown(item, as: request)
    }

    package func checkDeletion(of item: RequestMessage, _ transaction: WriteTransaction) throws {
        throw DomainError.conflict("What was said stays; what must not be known is redacted.")
    }

    package func stored(_ item: RequestMessage, replacing old: RequestMessage?, _ transaction: WriteTransaction) throws {
        guard old == nil else { return }
        try transaction.showFiles(item.fileIds)
        guard item.kind == .reply, !item.isAutomatic,
            let request = try transaction.find(SupportRequest.self, id: item.requestId)
        else { return }
        let promise = try transaction.promise(serviceId: request.serviceId, teamId: request.teamId)
        var followed = request
        if item.isFromTeam {
            followed.replied(at: item.sentAt, promise)
        } else {
            followed.needsAttention = true
            if request.state == .waitingOnSchool {
                followed.move(to: .open, at: item.sentAt, promise)
                (followed.stateReason, followed.remindsOn) = (nil, nil)
            }
        }
        followed.schedule(promise)
        try transaction.update(from: request, to: followed, verb: "replied", isTarget: false)
    }
}

extension WriteTransaction {
    /// Whether it is the team that speaks: not who asked, nor whoever else a message is brought of. Nobody named is the team's own system.
    fileprivate func isOfTeam(_ author: String?, _ request: SupportRequest) throws -> Bool {
        guard let author else { return true }
        guard author != request.requesterId else { return false }
        return try author == call.actor.personId || works(author, on: request)
    }

    /// The team says something as part of an action.
    func say(_ text: String, about request: SupportRequest, at moment: Instant) throws {
        var message = try RequestMessage.make(
            ["requestId": .string(request.id), "text": .string(text), "isFromTeam": true], by: call.actor, at: now)
        message.authorId = call.actor.personId
        message.sentAt = moment
        try insert(shown(message, as: request))
    }
}
