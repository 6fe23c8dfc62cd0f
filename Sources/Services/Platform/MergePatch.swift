import Core
import Domain
import OrderedCollections

/// How every resource takes a merge patch: encode what is stored, merge, check what may change, decode.
enum MergePatch {
    /// `writableMembers` may change; any other may only be repeated as it is, else the error `read-only` names it with the resource's reason.
    /// A null clears: an optional becomes null, a list becomes empty, anything else returns to its `defaults` value.
    static func apply<R: Resource>(_ patch: JSON, to stored: R) throws -> R {
        let before = try JSONCodec.tree(stored)
        guard case .object(var members) = before, case .object(let changes) = patch else {
            throw DomainError.invalid([FieldError(pointer: "", code: "type", detail: "must be an object")])
        }
        var errors: [FieldError] = []
        for (name, change) in changes {
            guard R.writableMembers.contains(name) else {
                if members[name] != change { errors.append(FieldError(pointer: "/" + name, code: "read-only", detail: R.readOnlyReason)) }
                continue
            }
            if change != .null {
                members[name] = (members[name] ?? .null).merging(patch: change)
            } else if members[name]?.arrayValue != nil {
                members[name] = []
            } else {
                members[name] = R.defaults[name] ?? .null
            }
        }
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        return try JSONCodec.decode(R.self, from: .object(members))
    }
}
