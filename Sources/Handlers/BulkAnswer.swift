import Core
import Domain
import Routing
import Services

/// Why a line couldn't be taken.
struct LineRefusal: Sendable {
    var problem: Problem
    /// As the result of the line holds it; empty where lines have no results.
    var document: [UInt8]
}

/// How a bulk becomes an answer: a line of NDJSON for each line, or one problem that names every line that couldn't be taken.
enum BulkAnswer {
    /// An answer much longer than the request helps nobody.
    private static let maximumErrorsOfLine = 20

    static func format(_ exchange: Exchange, isAtomic: Bool, about type: ResourceType) -> BulkFormat<LineRefusal> {
        let rules = exchange.bulkRules
        return BulkFormat(
            read: { try rules.read($0) }, errors: { rules.errors(in: $0, creating: $1) }, creates: rules.creates,
            refusal: { error in
                guard var problem = ProblemTable.problem(for: error) else { return nil }
                problem.errors = Array(problem.errors.prefix(maximumErrorsOfLine))
                return LineRefusal(problem: problem, document: isAtomic ? [] : exchange.document(of: problem))
            },
            failure: { error in
                let problem = exchange.problem(error)
                return LineRefusal(problem: problem, document: exchange.document(of: problem))
            }, encode: { encoded($0, $1, type) })
    }

    static func answer(_ outcome: BulkOutcome) -> Answer {
        .bytes("application/x-ndjson", outcome.answer, status: outcome.isAtomic ? .ok : .multiStatus)
    }

    private static func encoded(_ number: Int, _ line: BulkLineResult<LineRefusal>, _ type: ResourceType) -> [UInt8] {
        var (status, id, etag, problem): (Int, String?, VersionTag?, [UInt8]?) = (204, nil, nil, nil)
        switch line {
        case .done(.created(let made, let tag)): (status, id, etag) = (201, made, tag)
        case .done(.updated(let changed, let tag)): (status, id, etag) = (200, changed, tag)
        case .done(.deleted(let gone)): id = gone
        case .refused(let refusal): (status, problem) = (refusal.problem.code.status, refusal.document)
        }
        var writer = JSONWriter(reservingCapacity: 160)
        writer.beginObject()
        writer.key("line")
        writer.integer(number)
        writer.key("status")
        writer.integer(status)
        writer.key("id")
        id.map { writer.string($0) } ?? writer.null()
        writer.key("etag")
        etag.map { writer.string($0.description) } ?? writer.null()
        writer.key("href")
        // Nothing is there any more after a deletion.
        etag == nil ? writer.null() : id.map { writer.string(type.href(id: $0)) }
        writer.key("problem")
        problem.map { writer.raw($0) } ?? writer.null()
        writer.endObject()
        return writer.bytes + [0x0A]
    }

    /// 422 that names the lines, each error under its line.
    static func problem(_ failed: BulkRefused<LineRefusal>) -> Problem {
        var errors: [FieldError] = []
        for (number, refusal) in failed.refused {
            errors += Self.errors(of: refusal.problem, at: "/lines/\(number)")
            if errors.count >= BulkRefused<LineRefusal>.maximumListed { break }
        }
        let isCut = errors.count >= BulkRefused<LineRefusal>.maximumListed
        errors = Array(errors.prefix(BulkRefused<LineRefusal>.maximumListed))
        return Problem(
            .bulkFailed,
            "\(failed.refusedCount) of \(failed.lineCount) lines can't be taken, so nothing was applied"
                + (isCut ? "; errors lists the first \(errors.count)." : "."), errors: errors)
    }

    private static func errors(of problem: Problem, at line: String) -> [FieldError] {
        guard problem.errors.isEmpty else {
            return problem.errors.map { error in
                guard case .pointer(let pointer) = error.place else { return error }
                return FieldError(pointer: line + pointer, code: error.code, detail: error.detail, conflictsWith: error.conflictsWith)
            }
        }
        let current = problem.currentEtag.map { " The current one is \($0)." } ?? ""
        return [FieldError(pointer: line, code: problem.code.rawValue, detail: problem.detail + current)]
    }
}

extension ResourceOperations {
    /// `POST /v1/…/bulk`: lines that create, update, upsert and delete, in one transaction or in pieces.
    func bulk(_ operationId: String) -> Binding {
        Binding(operationId) { exchange in
            let file = try await service.receiveBulk(exchange.stream.limited(to: BulkFile.maximumBytes).chunks)
            let isAtomic = exchange.query.string("mode") != "partial"
            do {
                let format = BulkAnswer.format(exchange, isAtomic: isAtomic, about: Service.Item.type)
                return try await service.bulk(file, isAtomic: isAtomic, format, exchange.call)
            } catch let failed as BulkRefused<LineRefusal> {
                throw BulkAnswer.problem(failed)
            }
        } answer: {
            BulkAnswer.answer($0)
        }
    }
}
