import Core
import HTTPTypes

/// The conditional fields of one request (RFC 9110 §13).
struct Preconditions {
    enum Condition: Equatable {
        /// `*`
        case any
        /// What could be understood of a list of tags; may be empty, and then matches nothing.
        case tags([EntityTag])

        /// - Parameter field: nil when the field is absent.
        init?(_ field: String?) {
            guard let field else { return nil }
            if MediaType.trim(field[...]) == "*" {
                self = .any
            } else {
                self = .tags(Condition.parse(field))
            }
        }

        /// Reads tags up to the first thing that is none. The mark of a compressed variant is taken off.
        private static func parse(_ field: String) -> [EntityTag] {
            var tags: [EntityTag] = []
            var rest = field.utf8[...]
            while true {
                rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: ",") }
                let start = rest.startIndex
                if rest.starts(with: "W/".utf8) { rest = rest.dropFirst(2) }
                guard rest.first == UInt8(ascii: "\"") else { return tags }
                let opening = rest.startIndex
                guard let closing = rest.dropFirst().firstIndex(where: { $0 == UInt8(ascii: "\"") || $0 < 0x21 || $0 == 0x7F }),
                    rest[closing] == UInt8(ascii: "\"")
                else { return tags }
                rest = rest[rest.index(after: closing)...]
                var tag = String(field[start..<opening]) + String(field[opening...closing])
                if tag.hasSuffix("-gz\"") { tag = tag.dropLast(4) + "\"" }
                tags.append(EntityTag(verbatim: tag))
            }
        }
    }

    let ifMatch: Condition?
    let ifNoneMatch: Condition?

    init(_ headers: HTTPFields) {
        ifMatch = Condition(headers.value(.ifMatch))
        ifNoneMatch = Condition(headers.value(.ifNoneMatch))
    }

    /// `If-Match` as services and store see it.
    var forStore: Precondition { ifMatch.forStore }

    /// Whether the answer to a GET may be left out: the client has it.
    func isUnchanged(_ etag: EntityTag) -> Bool {
        switch ifNoneMatch {
        case nil: false
        case .any: true
        case .tags(let tags): tags.contains { $0.matchesWeakly(etag) }
        }
    }

    /// Whether `If-Match`, if sent, fails for the representation with this tag.
    func isStale(_ etag: EntityTag) -> Bool {
        switch ifMatch {
        case nil, .any: false
        case .tags(let tags): !tags.contains { $0.matchesStrongly(etag) }
        }
    }
}

extension Preconditions {
    /// Whether the request may go on, as far as its conditions and the stored version say.
    func hold(for target: Target, _ method: HTTPRequest.Method) -> Bool {
        guard let current = target.etag else { return target.exists || ifMatch == nil }
        return !lacksIfMatch(method) && forStore.allows(current) && (method == .get || !isUnchanged(EntityTag(current)))
    }

    /// 428 or 412, for a target whose conditions don't hold.
    func refusal(for target: Target, _ method: HTTPRequest.Method) async throws -> Problem {
        if !target.exists { return Problem(.preconditionFailed, "There is nothing yet that If-Match could mean.") }
        if lacksIfMatch(method) {
            return Problem(.preconditionRequired, "Send If-Match with the etag the change is based on, or * to overwrite knowingly.")
        }
        guard let current = target.etag, !forStore.allows(current) else {
            return Problem(
                .preconditionFailed, "The resource has a version that If-None-Match excludes.", currentEtag: target.etag)
        }
        var changed: [String]?
        if method != .get, case .tags(let tags) = forStore,
            let known = tags.filter({ $0.number < current.number }).max(by: { $0.number < $1.number }) ?? tags.first
        {
            changed = try await target.changedMembers?(known)
        }
        return Problem(
            .preconditionFailed, "The resource has another version than those in If-Match.", currentEtag: current, changedMembers: changed)
    }

    private func lacksIfMatch(_ method: HTTPRequest.Method) -> Bool { ifMatch == nil && (method == .patch || method == .delete) }
}

extension Preconditions.Condition? {
    /// As services and store see it.
    var forStore: Precondition {
        switch self {
        case nil: .none
        case .any: .any
        case .tags(let tags): .tags(tags.compactMap { $0.isWeak ? nil : VersionTag($0.description) })
        }
    }
}
