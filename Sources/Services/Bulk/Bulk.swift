package import Core
import Domain
import OrderedCollections
import Repositories

/// Bytes of the lines of an atomic bulk that are taken apart beforehand: as trees they take a multiple in memory. Those after them are when it is
/// their turn.
private let preparedBytes = 8 << 20
/// Lines and bytes of a partial bulk that are read at a time.
private let chunkLines = 500
private let chunkBytes = 1 << 20

extension ResourceService {
    /// The lines of a bulk, waiting in a file. Throws ``BulkFile/Refusal``, `diskFull`, and whatever `body` throws.
    package func receiveBulk<Body: AsyncSequence>(_ body: Body) async throws -> BulkFile where Body.Element: Sequence<UInt8> {
        try await BulkFile.receive(body, in: store.path)
    }

    /// Takes the lines one by one, each in a savepoint of its own; a line sees what those before it did. What can be done without the database
    /// is done before the writer is asked for.
    ///
    /// With `isAtomic` it is one transaction: all lines are tried, and one refused is enough to keep nothing: throws ``BulkRefused``, and
    /// ``BulkTooLarge`` where it would keep others waiting for too long. Otherwise what is good is kept, in pieces between which others write. A
    /// dry run is one state in both modes.
    package func bulk<Refusal: Sendable>(
        _ file: BulkFile, isAtomic: Bool, _ format: BulkFormat<Refusal>, _ call: Call
    ) async throws -> BulkOutcome {
        var call = call
        // Each line has its own.
        call.precondition = .none
        return try await store.inTurn(call) { [call] in
            if call.dryRun { return try await rehearseBulk(file, isAtomic: isAtomic, format, call) }
            let kept = try keptParts(call)
            return isAtomic ? try await bulkAsOne(file, format, call) : try await bulkInPieces(file, after: kept, format, call)
        }
    }

    /// All lines or none.
    private func bulkAsOne<Refusal>(_ file: BulkFile, _ format: BulkFormat<Refusal>, _ call: Call) async throws -> BulkOutcome {
        var lines = file.lines()
        var steps: [@Sendable () throws -> BulkStep<Refusal>] = []
        var bytes = 0
        while let (number, line) = try lines.next() {
            bytes += line.count
            if bytes <= preparedBytes {
                let step = try BulkStep(number: number, line, format)
                steps.append { step }
            } else {
                let line = ArraySlice(Array(line))
                steps.append { try BulkStep(number: number, line, format) }
            }
        }
        call.cost.count(lines: steps.count)
        return try await store.write(call, isLarge: true, within: .whole) { [steps] transaction in
            var run = AtomicRun<Refusal>()
            for (index, step) in steps.enumerated() {
                do {
                    try transaction.checkTime(done: index, "lines")
                } catch {
                    // What was found by then is of more use than when to stop.
                    throw run.failed.refusedCount > 0 ? run.failed : error
                }
                let step = try step()
                run.take(step, try perform(step, format, transaction), format)
            }
            return try run.outcome()
        }
    }

    /// What all lines would come to.
    private func rehearseBulk<Refusal>(
        _ file: BulkFile, isAtomic: Bool, _ format: BulkFormat<Refusal>, _ call: Call
    ) async throws -> BulkOutcome {
        try await store.rehearse(call) { transaction in
            var lines = file.lines()
            var run = AtomicRun<Refusal>()
            var outcome = BulkOutcome(isAtomic: isAtomic)
            var done = 0
            while let (number, line) = try lines.next() {
                try transaction.checkTime(done: done)
                let step = try BulkStep(number: number, line, format)
                let result = try perform(step, format, transaction)
                if isAtomic { run.take(step, result, format) } else { outcome.answer += format.encode(number, result) }
                done += 1
            }
            call.cost.count(lines: done)
            return isAtomic ? try run.outcome() : outcome
        }
    }

    /// How far the same request got before: up to which line, and the answer until then. Throws ``KeyOfAnotherRequest`` for one that isn't, or
    /// of which nobody can tell any more, since somebody was erased meanwhile.
    private func keptParts(_ call: Call) throws -> (lastLine: Int, answer: [UInt8])? {
        guard let keeping = call.keeping, let parts = try store.readNow({ try $0.keptAnswers.parts(keeping.key, at: store.now()) }) else {
            return nil
        }
        guard parts.fingerprint == keeping.fingerprint.value else { throw KeyOfAnotherRequest() }
        return (parts.lastLine, parts.answer)
    }

    /// Lines that are good, in pieces. With an `Idempotency-Key` how far it came is kept with each piece, so that the same request goes on there
    /// if this one is broken off.
    private func bulkInPieces<Refusal>(
        _ file: BulkFile, after kept: (lastLine: Int, answer: [UInt8])?, _ format: BulkFormat<Refusal>, _ call: Call
    ) async throws -> BulkOutcome {
        var lines = file.lines()
        var last = kept?.lastLine ?? 0
        var piece = Piece(next: 0, outcome: BulkOutcome(isAtomic: false, answer: kept?.answer ?? []))
        var steps = try nextChunk(&lines, after: last, format)
        do {
            while !steps.isEmpty {
                call.cost.count(lines: steps.count)
                let following = try nextChunk(&lines, after: last, format)
                piece.next = 0
                while piece.next < steps.count {
                    piece = try await writePiece(of: steps, after: piece, last: last, isEnd: following.isEmpty, format, call)
                    last = steps[piece.next - 1].number
                }
                steps = following
            }
        } catch {
            // What is committed has to be answered: what is left is refused with what ended it, and may be sent again.
            guard last > 0, !(error is AnswerAlreadyKept) else { throw error }
            let refusal = format.refusal(error) ?? format.failure(error)
            var lines = file.lines()
            while let (number, _) = try lines.next() {
                if number > last { piece.outcome.answer += format.encode(number, .refused(refusal)) }
            }
        }
        await piece.followUp?(store)
        return piece.outcome
    }

    /// - Parameter last: the last line before the piece.
    private func writePiece<Refusal>(
        of steps: [BulkStep<Refusal>], after piece: Piece<BulkOutcome>, last: Int, isEnd: Bool, _ format: BulkFormat<Refusal>, _ call: Call
    ) async throws -> Piece<BulkOutcome> {
        try await store.writePiece(call, piece.next..<steps.count, after: piece, isEnd: isEnd) { index, outcome, transaction in
            outcome.answer += format.encode(steps[index].number, try perform(steps[index], format, transaction))
        } note: { next, outcome, transaction in
            guard let keeping = call.keeping else { return }
            try transaction.keptAnswers.keepPart(
                keeping, lines: last + 1...steps[next - 1].number, answer: Array(outcome.answer[piece.outcome.answer.count...]))
        }
    }

    private func nextChunk<Refusal>(
        _ lines: inout BulkFile.Lines, after last: Int, _ format: BulkFormat<Refusal>
    ) throws -> [BulkStep<Refusal>] {
        var steps: [BulkStep<Refusal>] = []
        var bytes = 0
        while steps.count < chunkLines, bytes < chunkBytes, let (number, line) = try lines.next() {
            guard number > last else { continue }
            steps.append(try BulkStep(number: number, line, format))
            bytes += line.count
        }
        return steps
    }

    /// Throws what ends the whole bulk.
    private func perform<Refusal>(
        _ step: BulkStep<Refusal>, _ format: BulkFormat<Refusal>, _ transaction: WriteTransaction
    ) throws -> BulkLineResult<Refusal> {
        switch step.content {
        case .refused(let refusal): return .refused(refusal)
        case .line(let line):
            do {
                return .done(try transaction.attempt { try perform(line, step, format, transaction) })
            } catch {
                guard !error.endsTransaction, let refusal = format.refusal(error) else { throw error }
                return .refused(refusal)
            }
        }
    }

    private func perform<Refusal>(
        _ line: BulkLine, _ step: BulkStep<Refusal>, _ format: BulkFormat<Refusal>, _ transaction: WriteTransaction
    ) throws -> BulkResult {
        let id = try line.key.flatMap { try self.id(of: $0, transaction) }
        switch line.operation {
        case .create:
            return try create(line.data, step.creating, transaction)
        case .update:
            guard let id else { throw DomainError.notFound }
            return try update(id, line.data, line.precondition, step.changing, transaction)
        case .delete:
            guard let id else { throw DomainError.notFound }
            try delete(id, line.precondition, transaction)
            return .deleted(id: id)
        case .upsert:
            let data = line.data.naming(line.key, creating: id == nil)
            // What isn't there has none of the versions that a precondition could name.
            guard id != nil || (format.creates && line.precondition == .none) else { throw DomainError.notFound }
            let result =
                try id.map { try update($0, data, line.precondition, step.changing, transaction) }
                ?? create(data, step.creating, transaction)
            guard let key = line.key, try self.id(of: key, transaction) == result.id else {
                throw DomainError.invalid([
                    FieldError(pointer: "/ref", code: "not-its-key", detail: "is not what the resource is called with this data")
                ])
            }
            return result
        }
    }

    private func id(of key: BulkLine.Key, _ transaction: WriteTransaction) throws -> String? {
        switch key {
        case .key(let key): return try id(of: key, transaction)
        case .external(let system, let id):
            guard Item.self is any ExternallyReferred.Type else {
                throw DomainError.invalid([
                    FieldError(pointer: "/ref", code: "no-external-references", detail: "must be a natural key: these have no externalRefs")
                ])
            }
            return try transaction.id(of: Item.self, ExternalRef(system: system, id: id))
        }
    }

    private func create(_ data: JSON, _ errors: [FieldError], _ transaction: WriteTransaction) throws -> BulkResult {
        try pointingIntoData {
            guard errors.isEmpty else { throw DomainError.invalid(errors) }
            let item = try insert(data, transaction)
            return .created(id: item.id, etag: item.etag)
        }
    }

    private func update(
        _ id: String, _ data: JSON, _ precondition: Precondition, _ errors: [FieldError], _ transaction: WriteTransaction
    ) throws -> BulkResult {
        try pointingIntoData {
            let item = try update(id, precondition, transaction) { old in
                var errors = errors
                guard !errors.isEmpty else { return data }
                let known = Set(errors.map(\.place))
                errors += try MergePatch.readOnlyErrors(data, to: old).filter { !known.contains($0.place) }
                throw DomainError.invalid(errors)
            }
            return .updated(id: item.id, etag: item.etag)
        }
    }
}

extension BulkResult {
    fileprivate var id: String {
        switch self {
        case .created(let id, _), .updated(let id, _), .deleted(let id): id
        }
    }
}

/// The lines of an atomic bulk as they are taken.
private struct AtomicRun<Refusal: Sendable> {
    private var answer: [UInt8] = []
    private(set) var failed = BulkRefused<Refusal>()

    mutating func take(_ step: BulkStep<Refusal>, _ result: BulkLineResult<Refusal>, _ format: BulkFormat<Refusal>) {
        failed.lineCount += 1
        guard case .refused(let refusal) = result else {
            if failed.refusedCount == 0 { answer += format.encode(step.number, result) }
            return
        }
        failed.refusedCount += 1
        if failed.refused.count < BulkRefused<Refusal>.maximumListed { failed.refused.append((step.number, refusal)) }
    }

    func outcome() throws -> BulkOutcome {
        guard failed.refusedCount == 0 else { throw failed }
        return BulkOutcome(isAtomic: true, answer: answer)
    }
}

/// Errors of members of the data, as members of the line.
private func pointingIntoData<Value>(_ body: () throws -> Value) throws -> Value {
    func moved(_ error: FieldError) -> FieldError {
        guard case .pointer(let pointer) = error.place else { return error }
        return FieldError(pointer: "/data" + pointer, code: error.code, detail: error.detail, conflictsWith: error.conflictsWith)
    }
    do {
        return try body()
    } catch DomainError.invalid(let errors) {
        throw DomainError.invalid(errors.map(moved))
    } catch DomainError.duplicate(let error) {
        throw DomainError.duplicate(moved(error))
    } catch DomainError.overlap(let error) {
        throw DomainError.overlap(moved(error))
    }
}
