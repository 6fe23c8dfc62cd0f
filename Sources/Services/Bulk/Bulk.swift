package import Core
import Domain
import OrderedCollections
import Repositories

/// What the layers above know of a bulk: how its lines are read, what `data` may be, and what an error is to the caller.
package struct BulkFormat<Refusal: Sendable>: Sendable {
    package typealias Read = @Sendable (UnsafeRawBufferPointer) throws -> BulkLine
    package typealias Errors = @Sendable (_ data: JSON, _ creating: Bool) -> [FieldError]

    var read: Read
    var errors: Errors
    var creates: Bool
    var refusal: @Sendable (any Error) -> Refusal?

    /// - Parameters:
    ///   - read: Throws what is wrong with a line.
    ///   - errors: what is wrong with the data of a line, apart from what the domain says.
    ///   - creates: whether an upsert that finds nothing makes something.
    ///   - refusal: nil for an error that ends the whole bulk.
    package init(read: @escaping Read, errors: @escaping Errors, creates: Bool, refusal: @escaping @Sendable (any Error) -> Refusal?) {
        self.read = read
        self.errors = errors
        self.creates = creates
        self.refusal = refusal
    }
}

/// What came of each line, in their order.
package struct BulkOutcome<Refusal: Sendable>: Sendable {
    package enum Line: Sendable {
        case done(BulkResult)
        case refused(Refusal)
    }

    package var isAtomic: Bool
    package var lines: [(number: Int, line: Line)] = []
}

/// Why nothing of an atomic bulk was kept.
package struct BulkRefused<Refusal: Sendable>: Error {
    /// Beyond this many nobody reads on.
    package static var maximumListed: Int { 1_000 }

    /// The first of them.
    package var refused: [(number: Int, refusal: Refusal)] = []
    package var refusedCount = 0
    package var lineCount = 0
}

extension ResourceService {
    /// The lines of a bulk, waiting in a file. Throws ``BulkFile/Refusal``, `diskFull`, and whatever `body` throws.
    package func receiveBulk<Body: AsyncSequence>(_ body: Body) async throws -> BulkFile where Body.Element: Sequence<UInt8> {
        try await BulkFile.receive(body, in: store.path)
    }

    /// Takes the lines one by one in one transaction, each in a savepoint of its own; a line sees what those before it did.
    ///
    /// With `isAtomic` all lines are tried, and one refused is enough to keep nothing: throws ``BulkRefused``. Otherwise what is good is kept.
    package func bulk<Refusal: Sendable>(
        _ file: BulkFile, isAtomic: Bool, _ format: BulkFormat<Refusal>, _ call: Call
    ) async throws -> BulkOutcome<Refusal> {
        var call = call
        // Each line has its own.
        call.precondition = .none
        return try await store.write(call, isLarge: true) { transaction in
            var outcome = BulkOutcome<Refusal>(isAtomic: isAtomic)
            var failed = BulkRefused<Refusal>()
            try file.eachLine { number, bytes in
                failed.lineCount += 1
                do {
                    let result = try transaction.attempt { try perform(format.read(bytes), format, transaction) }
                    outcome.lines.append((number, .done(result)))
                } catch {
                    guard !error.endsBulk, let refusal = format.refusal(error) else { throw error }
                    failed.refusedCount += 1
                    if !isAtomic {
                        outcome.lines.append((number, .refused(refusal)))
                    } else if failed.refused.count < BulkRefused<Refusal>.maximumListed {
                        failed.refused.append((number, refusal))
                    }
                }
            }
            guard !isAtomic || failed.refusedCount == 0 else { throw failed }
            return outcome
        }
    }

    private func perform<Refusal>(
        _ line: BulkLine, _ format: BulkFormat<Refusal>, _ transaction: WriteTransaction
    ) throws -> BulkResult {
        let id = try line.key.flatMap { try self.id(of: $0, transaction) }
        switch line.operation {
        case .create:
            return try create(line.data, format, transaction)
        case .update:
            guard let id else { throw DomainError.notFound }
            return try update(id, line.data, line.precondition, format, transaction)
        case .delete:
            guard let id else { throw DomainError.notFound }
            try delete(id, line.precondition, transaction)
            return .deleted(id: id)
        case .upsert:
            let data = line.data.naming(line.key, creating: id == nil)
            // What isn't there has none of the versions that a precondition could name.
            guard id != nil || (format.creates && line.precondition == .none) else { throw DomainError.notFound }
            let result =
                try id.map { try update($0, data, line.precondition, format, transaction) } ?? create(data, format, transaction)
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

    private func create<Refusal>(
        _ data: JSON, _ format: BulkFormat<Refusal>, _ transaction: WriteTransaction
    ) throws -> BulkResult {
        try pointingIntoData {
            let errors = format.errors(data, true)
            guard errors.isEmpty else { throw DomainError.invalid(errors) }
            let item = try insert(data, transaction)
            return .created(id: item.id, etag: item.etag)
        }
    }

    private func update<Refusal>(
        _ id: String, _ data: JSON, _ precondition: Precondition, _ format: BulkFormat<Refusal>, _ transaction: WriteTransaction
    ) throws -> BulkResult {
        try pointingIntoData {
            let item = try update(id, precondition, transaction) { old in
                var errors = format.errors(data, false)
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

extension JSON {
    /// With the external reference it is named by, so that it is found by it again.
    fileprivate func naming(_ key: BulkLine.Key?, creating: Bool) -> JSON {
        guard case .external(let system, let id) = key, case .object(var members) = self else { return self }
        let reference: JSON = ["system": .string(system), "id": .string(id)]
        switch members["externalRefs"] {
        case .array(let references): if !references.contains(reference) { members["externalRefs"] = .array(references + [reference]) }
        // Those it has stay.
        case nil where !creating: break
        default: members["externalRefs"] = [reference]
        }
        return .object(members)
    }
}

extension Error {
    /// What the next line would meet as well.
    fileprivate var endsBulk: Bool {
        switch self as? DomainError {
        case .busy, .diskFull, .unwritable: true
        default: false
        }
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
