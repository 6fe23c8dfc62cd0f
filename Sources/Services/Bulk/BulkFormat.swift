package import Core
import Domain
import OrderedCollections
import Repositories

/// What the layers above know of a bulk: how its lines are read, what `data` may be, what an error is to the caller, and how all of it is answered.
package struct BulkFormat<Refusal: Sendable>: Sendable {
    package typealias Read = @Sendable (UnsafeRawBufferPointer) throws -> BulkLine
    package typealias Errors = @Sendable (_ data: JSON, _ creating: Bool) -> [FieldError]
    package typealias Encode = @Sendable (_ number: Int, _ result: BulkLineResult<Refusal>) -> [UInt8]

    var read: Read
    var errors: Errors
    var creates: Bool
    var refusal: @Sendable (any Error) -> Refusal?
    var failure: @Sendable (any Error) -> Refusal
    var encode: Encode

    /// - Parameters:
    ///   - read: Throws what is wrong with a line.
    ///   - errors: what is wrong with the data of a line, apart from what the domain says.
    ///   - creates: whether an upsert that finds nothing makes something.
    ///   - refusal: nil for an error that ends the whole bulk.
    ///   - failure: what such an error is to the lines that are left, where others were committed before.
    ///   - encode: the line of the answer.
    package init(
        read: @escaping Read, errors: @escaping Errors, creates: Bool, refusal: @escaping @Sendable (any Error) -> Refusal?,
        failure: @escaping @Sendable (any Error) -> Refusal, encode: @escaping Encode
    ) {
        self.read = read
        self.errors = errors
        self.creates = creates
        self.refusal = refusal
        self.failure = failure
        self.encode = encode
    }
}

/// What came of one line.
package enum BulkLineResult<Refusal: Sendable>: Sendable {
    case done(BulkResult)
    case refused(Refusal)
}

/// What came of all of them, in their order.
package struct BulkOutcome: Sendable {
    package var isAtomic: Bool
    /// As ``BulkFormat`` encodes it.
    package var answer: [UInt8] = []
}

/// Why nothing of an atomic bulk was kept.
package struct BulkRefused<Refusal: Sendable>: Error {
    /// Beyond this many nobody reads on.
    package static var maximumListed: Int { 1_000 }

    /// The first of them.
    package var refused: [(number: Int, refusal: Refusal)] = []
    package var refusedCount = 0
    /// How many were tried.
    package var lineCount = 0
}

/// Why nothing of what is kept whole or not at all was kept, though it may have been good: others would have waited for too long.
package struct BulkTooLarge: Error {
    /// What it is made of: lines.
    package let parts: String
    /// How many were tried.
    package let tried: Int
    /// About how many such parts fit, whoever waits.
    package let fitting: Int
}

extension WriteTransaction {
    /// Throws ``BulkTooLarge`` when the time of the write was up after so many parts.
    func checkTime(done: Int, _ parts: String) throws {
        do {
            try checkTime(done: done)
        } catch let end as WriterTimeIsUp {
            throw BulkTooLarge(parts: parts, tried: end.done, fitting: end.fitting)
        }
    }
}

/// A line as far as it can be read and held against the contract without the database.
struct BulkStep<Refusal: Sendable>: Sendable {
    enum Content: Sendable {
        case line(BulkLine)
        case refused(Refusal)
    }

    let number: Int
    let content: Content
    /// What is wrong with its data for what makes something new, and for what changes something.
    private(set) var creating: [FieldError] = []
    private(set) var changing: [FieldError] = []

    /// Throws an error that ends the whole bulk.
    init(number: Int, _ bytes: ArraySlice<UInt8>, _ format: BulkFormat<Refusal>) throws {
        self.number = number
        do {
            let line = try bytes.withUnsafeBytes { try format.read($0) }
            content = .line(line)
            if line.operation == .create || line.operation == .upsert {
                creating = format.errors(line.data.naming(line.key, creating: true), true)
            }
            if line.operation == .update || line.operation == .upsert {
                changing = format.errors(line.data.naming(line.key, creating: false), false)
            }
        } catch {
            guard let refusal = format.refusal(error) else { throw error }
            content = .refused(refusal)
        }
    }
}

extension JSON {
    /// With the external reference it is named by, so that it is found by it again.
    func naming(_ key: BulkLine.Key?, creating: Bool) -> JSON {
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
