import Core
import Domain
package import Routing
import Services

/// THE table from errors to problem documents. What isn't in it is an internal error.
package enum ProblemTable {
    package static func problem(for error: any Error) -> Problem? {
        switch error {
        case let problem as Problem: problem
        case let error as DomainError: refusal(error)
        case let refusal as BulkFile.Refusal: self.refusal(refusal)
        case let refusal as BulkTooLarge: self.refusal(refusal)
        default: nil
        }
    }

    private static func refusal(_ refusal: BulkFile.Refusal) -> Problem {
        switch refusal {
        case .empty: Problem(.malformedBody, "The operation needs a body of lines, and there was none.")
        case .tooManyLines: Problem(.contentTooLarge, "A bulk has at most \(BulkFile.maximumLines) lines.")
        case .lineTooLong(let number):
            Problem(.contentTooLarge, "Line \(number) is longer than \(BulkFile.maximumLineBytes) bytes.")
        }
    }

    private static func refusal(_ refusal: BulkTooLarge) -> Problem {
        Problem(
            .bulkTooLarge,
            "After \(refusal.tried) \(refusal.parts) others would have waited for too long, so nothing was applied. About \(refusal.fitting) "
                + "such \(refusal.parts) fit at a time.", fittingLines: refusal.fitting)
    }

    private static func refusal(_ error: DomainError) -> Problem {
        switch error {
        case .notFound: Problem(.notFound, "There is no such resource, or it is not visible to this token.")
        case .forbidden(let sentence): Problem(.forbidden, sentence)
        case .invalid(let errors): errors.allSatisfy(\.isOfParameter) ? .invalidParameters(errors) : .invalid(errors)
        case .preconditionFailed(let current, let changed):
            Problem(
                .preconditionFailed, "The resource was changed since the version in If-Match.", currentEtag: current,
                changedMembers: changed)
        case .duplicate(let field): Problem(.duplicate, "A value that must be unique is taken.", errors: [field])
        case .overlap(let field): Problem(.overlap, "It overlaps with something that can't hold at the same time.", errors: [field])
        case .conflict(let sentence): Problem(.conflict, sentence)
        case .refused(let sentence, let errors): Problem(.conflict, sentence, errors: errors)
        case .notInThisState(let sentence, let actions): Problem(.conflict, sentence, allowedActions: actions)
        case .expired(let oldest):
            Problem(.eventsExpired, "What was changed then is no longer kept; the oldest event is \(oldest).", oldestSeq: oldest)
        case .ahead(let seq): Problem(.eventsAhead, "The newest event is \(seq).")
        case .busy: .unavailable("Too much is waiting to be written.", retryAfter: 1)
        case .diskFull: .unavailable("The disk of the service is full, or nearly; tell whoever runs it.", retryAfter: 600)
        case .unwritable: .unavailable("Nothing can be written at the moment; tell whoever runs the service.", retryAfter: 60)
        }
    }
}
