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
        ifMatch = Condition(headers[.ifMatch])
        ifNoneMatch = Condition(headers[.ifNoneMatch])
    }

    /// `If-Match` as services and store see it.
    var forStore: Precondition {
        switch ifMatch {
        case nil: .none
        case .any: .any
        case .tags(let tags): .tags(tags.compactMap { $0.isWeak ? nil : VersionTag($0.description) })
        }
    }

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
    /// 412 and 428, before the body is looked at.
    func check(_ target: Target, _ method: HTTPRequest.Method) async throws {
        guard let current = target.etag else { return }
        let isWrite = method != .get
        if ifMatch == nil, method == .patch || method == .delete {
            throw Problem(.preconditionRequired, "Send If-Match with the etag the change is based on, or * to overwrite knowingly.")
        }
        if !forStore.allows(current) {
            var changed: [String]?
            if isWrite, case .tags(let tags) = forStore, let known = tags.first { changed = try await target.changedMembers?(known) }
            throw Problem(
                .preconditionFailed, "The resource has another version than those in If-Match.", currentEtag: current,
                changedMembers: changed)
        }
        if isWrite, isUnchanged(EntityTag(current)) {
            throw Problem(.preconditionFailed, "The resource has a version that If-None-Match excludes.", currentEtag: current)
        }
    }
}
