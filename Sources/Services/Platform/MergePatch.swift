import Core
import Domain
import OrderedCollections
import Repositories

/// How every resource takes a merge patch: encode what is stored, merge, check what may change, decode.
enum MergePatch {
    /// `writableMembers` may change; any other may only be repeated as it is, else the error `read-only` names it with the resource's reason.
    /// A null clears: an optional becomes null, a list becomes empty, anything else returns to its `defaults` value.
    ///
    /// `stored` was read in `transaction`: plain new values, which is what most patches are, cost no detour by JSON.
    static func apply<R: Stored>(_ patch: JSON, to stored: R, in transaction: WriteTransaction) throws -> R {
        if let changes = patch.objectValue, changes.allSatisfy({ R.writableMembers.contains($0) && $1.replacesAsItIs }),
            let changed = try transaction.find(R.self, id: stored.id, replacing: changes)
        {
            return changed
        }
        let before = try stored.wireTree()
        guard case .object(var members) = before, case .object(let changes) = patch else {
            throw DomainError.invalid([FieldError(pointer: "", code: "type", detail: "must be an object")])
        }
        let errors = readOnlyErrors(changes, before, R.self)
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        for (name, change) in changes where R.writableMembers.contains(name) {
            if change != .null {
                members[name] = (members[name] ?? .null).merging(patch: change)
            } else if members[name]?.arrayValue != nil {
                members[name] = []
            } else {
                members[name] = R.defaults[name] ?? .null
            }
        }
        return try JSONCodec.decode(R.self, from: .object(members))
    }

    /// The members of a patch that it may not change and would.
    static func readOnlyErrors<R: Resource>(_ patch: JSON, to stored: R) throws -> [FieldError] {
        readOnlyErrors(patch.objectValue ?? [:], try stored.wireTree(), R.self)
    }

    private static func readOnlyErrors<R: Resource>(_ changes: JSON.Object, _ before: JSON, _ type: R.Type) -> [FieldError] {
        changes.filter { name, change in !type.writableMembers.contains(name) && before[name] != change }
            .map { FieldError(pointer: "/" + $0.key, code: "read-only", detail: type.readOnlyReason) }
    }
}

extension JSON {
    /// Whether a merge patch puts this in the place of whatever is there: null removes, and an object is merged.
    fileprivate var replacesAsItIs: Bool {
        switch self {
        case .null, .object: false
        case .bool, .integer, .double, .string, .array: true
        }
    }
}
