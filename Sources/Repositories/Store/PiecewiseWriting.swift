package import Core
import Domain

extension Store {
    /// Many parts, each of which is kept by itself: they are committed in pieces that have the writer for a moment each, and others write between.
    ///
    /// `take` does one part, and throws only for what ends them all; pieces that were committed before stay. With `call.keeping` the answer is
    /// kept with the last piece. A dry run sees all parts in one state, as ``rehearse(_:_:)`` has it.
    package func writeInPieces<Outcome: Sendable>(
        _ call: Call, count: Int, from start: Outcome, take: @escaping @Sendable (Int, inout Outcome, WriteTransaction) throws -> Void
    ) async throws -> Outcome {
        try await inTurn(call) {
            guard !call.dryRun else {
                return try await rehearse(call) { transaction in
                    var outcome = start
                    for part in 0..<count {
                        try transaction.checkTime(done: part)
                        try take(part, &outcome, transaction)
                    }
                    return outcome
                }
            }
            var piece = Piece(next: 0, outcome: start)
            repeat {
                piece = try await writePiece(call, piece.next..<count, after: piece, isEnd: true, take: take)
            } while piece.next < count
            await piece.followUp?(self)
            return piece.outcome
        }
    }

    /// One piece: as many of the parts as fit into a moment, at least one. What follows from them is for the caller to do, when all are done.
    ///
    /// - Parameters:
    ///   - isEnd: whether the last of the parts is the last of all: then the answer is kept with it.
    ///   - note: writes down how far it came, in the transaction of the piece; not with the last.
    package func writePiece<Outcome: Sendable>(
        _ call: Call, _ parts: Range<Int>, after before: Piece<Outcome>, isEnd: Bool,
        take: @escaping @Sendable (Int, inout Outcome, WriteTransaction) throws -> Void,
        note: @escaping @Sendable (Int, Outcome, WriteTransaction) throws -> Void = { _, _, _ in }
    ) async throws -> Piece<Outcome> {
        var own = call
        own.keeping = nil
        return try await patiently { [own] in
            let (piece, followUp) = try await commit(own, isLarge: true, within: .piece) { transaction in
                var (next, outcome) = (parts.lowerBound, before.outcome)
                while next < parts.upperBound {
                    try take(next, &outcome, transaction)
                    next += 1
                    if transaction.isTimeUp { break }
                }
                if isEnd, next == parts.upperBound {
                    if let keeping = call.keeping { try transaction.keptAnswers.keep(keeping, of: outcome) }
                } else {
                    try note(next, outcome, transaction)
                }
                return (next: next, outcome: outcome)
            }
            return Piece(next: piece.next, outcome: piece.outcome, followUp: followUp ?? before.followUp)
        }
    }

    /// A dry run of many parts, in one state: on the writer if that takes a moment, else from the beginning on a copy of the database, where it
    /// keeps nobody waiting. Between its parts `body` calls ``WriteTransaction/checkTime(done:)``.
    package func rehearse<Value: Sendable>(
        _ call: Call, _ body: @escaping @Sendable (WriteTransaction) throws -> Value
    ) async throws -> Value {
        var call = call
        call.dryRun = true
        do {
            return try await write(call, isLarge: true, within: .piece, body)
        } catch is WriterTimeIsUp {
            return try await rehearsals.run(call, now, body)
        }
    }

    /// Tries again while too much else waits to be written: who comes in pieces has time.
    package func patiently<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        for _ in 0..<50 {
            do {
                return try await body()
            } catch DomainError.busy {
                try await Task.sleep(for: .milliseconds(200))
            }
        }
        return try await body()
    }
}

/// How far a write has come that goes in pieces.
package struct Piece<Outcome: Sendable>: Sendable {
    /// The first part that isn't done.
    package var next: Int
    package var outcome: Outcome
    /// What is to be done when all parts are.
    package var followUp: WriteTransaction.FollowUp?

    package init(next: Int, outcome: Outcome, followUp: WriteTransaction.FollowUp? = nil) {
        self.next = next
        self.outcome = outcome
        self.followUp = followUp
    }
}
