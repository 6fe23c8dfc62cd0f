package import Core

/// What the lines of a bulk operation are held against: a schema of their own (`x-lines`), and for `data` the bodies that the operations
/// beside it take, `POST /v1/stages` and `PATCH /v1/stages/{id}` for `POST /v1/stages/bulk`.
package struct BulkRules: Sendable {
    let line: Schema
    /// nil where the collection has no such operation.
    let create: Schema?
    let update: Schema?
    let deletes: Bool

    /// Whether a line may make something new.
    package var creates: Bool { create != nil }

    /// What is offered; an upsert is an update at least.
    private var offered: [BulkLine.Operation] {
        BulkLine.Operation.allCases.filter { operation in
            switch operation {
            case .create: create != nil
            case .update, .upsert: update != nil
            case .delete: deletes
            }
        }
    }

    /// Throws 400 for what isn't JSON, 422 with everything that is wrong with the line, 428 where `ifMatch` is needed. `data` is only looked at
    /// when it is known what becomes of it: see ``errors(in:creating:)``.
    package func read(_ bytes: UnsafeRawBufferPointer) throws(Problem) -> BulkLine {
        let tree: JSON
        do {
            tree = try JSON(parsing: bytes)
        } catch {
            throw Problem(.malformedBody, "Column \(error.column): \(error.reason).")
        }
        var errors = SchemaCheck.errors(in: tree, line)
        guard errors.isEmpty, let operation = tree["op"]?.stringValue.flatMap(BulkLine.Operation.init) else {
            throw Problem.invalid(errors)
        }
        errors = memberErrors(tree, operation)
        guard errors.isEmpty else { throw Problem.invalid(errors) }
        let condition = Preconditions.Condition(tree["ifMatch"]?.stringValue)
        if condition == nil, operation == .update || operation == .delete {
            throw Problem(.preconditionRequired, "Give ifMatch the etag the change is based on, or * to overwrite knowingly.")
        }
        return BulkLine(operation, key: key(tree), precondition: condition.forStore, data: tree["data"] ?? .null)
    }

    /// What breaks the contract in the data of a line that makes something new, or that changes what is there; pointers start at the data.
    package func errors(in data: JSON, creating: Bool) -> [FieldError] {
        guard let schema = creating ? create : update else { return [] }
        return SchemaCheck.errors(in: data, schema)
    }

    private func key(_ tree: JSON) -> BulkLine.Key? {
        if let key = tree["id"]?.stringValue ?? tree["ref"]?.stringValue { return .key(key) }
        guard let system = tree["ref"]?["system"]?.stringValue, let id = tree["ref"]?["id"]?.stringValue else { return nil }
        return .external(system: system, id: id)
    }

    /// What depends on the operation: which members it needs, and which would mean nothing.
    private func memberErrors(_ tree: JSON, _ operation: BulkLine.Operation) -> [FieldError] {
        guard offered.contains(operation) else {
            return [
                FieldError(
                    pointer: "/op", code: "not-offered", detail: "must be one of \(offered.map(\.rawValue).joined(separator: ", ")) here")
            ]
        }
        let (needed, refused): ([String], [String]) =
            switch operation {
            case .create: (["data"], ["id", "ref", "ifMatch"])
            case .update: (["data"], [])
            case .upsert: (["ref", "data"], ["id"])
            case .delete: ([], ["data"])
            }
        var errors = needed.filter { tree[$0] == nil }.map {
            FieldError(pointer: "/" + $0, code: "required", detail: "is required to \(operation)")
        }
        errors += refused.filter { tree[$0] != nil }.map {
            FieldError(pointer: "/" + $0, code: "not-taken", detail: "means nothing to \(operation)")
        }
        guard operation == .update || operation == .delete else { return errors }
        switch (tree["id"], tree["ref"]) {
        case (nil, nil): errors.append(FieldError(pointer: "/id", code: "required", detail: "is required, or ref in its place"))
        case (.some, .some): errors.append(FieldError(pointer: "/ref", code: "not-taken", detail: "can't be given beside id"))
        default: break
        }
        return errors
    }
}

extension Exchange {
    /// Only for operations whose body has `x-lines`.
    package var bulkRules: BulkRules {
        guard let bulk else { preconditionFailure("\(operationId) is no bulk operation") }
        return bulk
    }

    /// The problem as part of an answer that tells of more than one.
    package func document(of problem: Problem) -> [UInt8] { problem.document(requestId: call.requestId, origin: origin) }
}
