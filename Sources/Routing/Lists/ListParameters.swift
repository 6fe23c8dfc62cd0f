import Core

/// Builds a ``ListQuery`` from checked parameters, and finds what a schema can't see.
struct ListParameters {
    private(set) var query = ListQuery()
    private var cursor: String?

    /// - Parameter value: already of the parameter's type.
    mutating func read(_ parameter: Operation.Parameter, _ value: JSON, _ operation: Operation) -> [FieldError] {
        switch parameter.role {
        case .plain: return []
        case .limit: query.limit = value.integerValue.map { Int($0) } ?? ListQuery.defaultLimit
        case .cursor: cursor = value.stringValue
        case .sort: return readSort(value.stringValue ?? "", parameter, operation)
        case .count: query.countsTotal = true
        case .fields: return readFields(value.stringValue ?? "", parameter, operation)
        case .search: query.text = value.stringValue
        case .updatedSince: query.updatedSince = value.stringValue.flatMap { Instant($0) }
        case .includeDeleted: query.includesDeleted = value.boolValue ?? false
        case .facets: query.countsFacets = value.boolValue ?? false
        case .asOf: query.asOf = value.stringValue.flatMap { LocalDate($0) }
        case .expand:
            for name in CommaList.split(value.stringValue ?? "") where !query.expand.contains(name) { query.expand.append(name) }
        case .filter(let rule): return readFilter(rule, value, parameter)
        }
        return []
    }

    /// What needs all the others.
    mutating func finish() -> [FieldError] { deletedErrors() + readCursor() }

    /// Of a deleted resource only the id is left: nothing to filter, sort or project by.
    private func deletedErrors() -> [FieldError] {
        guard query.includesDeleted else { return [] }
        if query.updatedSince == nil {
            return [FieldError(parameter: "includeDeleted", code: "needs-updatedSince", detail: "is only for lists with updatedSince")]
        }
        let others = [
            ("filters", !query.filters.isEmpty), ("sort", !query.sort.isEmpty), ("q", query.text != nil), ("asOf", query.asOf != nil),
            ("count", query.countsTotal), ("facets", query.countsFacets), ("fields", query.fields != nil),
        ].filter(\.1).map(\.0)
        guard !others.isEmpty else { return [] }
        return [
            FieldError(
                parameter: "includeDeleted", code: "not-combinable", detail: "can't be combined with \(others.joined(separator: ", "))")
        ]
    }

    /// The cursor belongs to exactly one list.
    private mutating func readCursor() -> [FieldError] {
        guard let text = cursor else { return [] }
        guard let cursor = Cursor(encoded: text), cursor.values.allSatisfy(\.isScalar), cursor.values.count == query.sort.count + 1 else {
            return [
                FieldError(parameter: "cursor", code: "cursor", detail: "is not the next of any page; leave it out to begin at the start")
            ]
        }
        guard cursor.fingerprint == query.fingerprint else {
            return [
                FieldError(
                    parameter: "cursor", code: "cursor",
                    detail: "belongs to a list with other filters or another sort; leave it out to begin at the start")
            ]
        }
        query.cursor = cursor
        return []
    }

    private mutating func readSort(_ text: String, _ parameter: Operation.Parameter, _ operation: Operation) -> [FieldError] {
        let sortable = operation.list?.sortable ?? []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let descending = part.hasPrefix("-")
            let member = String(descending ? part.dropFirst() : part)
            guard sortable.contains(member) else {
                return [
                    FieldError(
                        parameter: parameter.name, code: "unknown-member",
                        detail: "can't sort by \(member); takes \(sortable.joined(separator: ", "))")
                ]
            }
            // A member that was named before decides already.
            if !query.sort.contains(where: { $0.member == member }) { query.sort.append(SortKey(member: member, descending: descending)) }
        }
        return []
    }

    private mutating func readFields(_ text: String, _ parameter: Operation.Parameter, _ operation: Operation) -> [FieldError] {
        var fields: [String] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let member = String(part)
            guard operation.projectable.contains(member) else {
                return [
                    FieldError(
                        parameter: parameter.name, code: "unknown-member",
                        detail: "there is no member \(member); takes \(operation.projectable.joined(separator: ", "))")
                ]
            }
            if !fields.contains(member) { fields.append(member) }
        }
        query.fields = fields
        return []
    }

    private mutating func readFilter(
        _ rule: ListGrammar.FilterRule, _ value: JSON, _ parameter: Operation.Parameter
    ) -> [FieldError] {
        var values: [JSON] = []
        if rule.isList {
            for text in CommaList.split(value.stringValue ?? "") {
                guard let value = Self.typed(text, rule.valueType) else {
                    return [FieldError(parameter: parameter.name, code: "type", detail: "\(text) is not \(rule.valueType.phrase)")]
                }
                values.append(value)
            }
        } else {
            values = [Self.canonical(value, rule.valueType)]
        }
        if let items = parameter.items, let error = values.lazy.compactMap({ SchemaCheck.errors(in: $0, items).first }).first {
            let detail = rule.isList ? "each value " + error.detail : error.detail
            return [FieldError(parameter: parameter.name, code: error.code, detail: detail)]
        }
        query.filters.append(Filter(member: rule.member, comparison: rule.comparison, values: values))
        return []
    }

    /// One value of a comma list; nil when it isn't of the type.
    private static func typed(_ text: String, _ type: ListGrammar.ValueType) -> JSON? {
        switch type {
        case .text: return .string(text)
        case .integer:
            guard let number = JSON.number(text)?.integerValue, number.magnitude <= SchemaCheck.safeInteger.magnitude else {
                return nil
            }
            return .integer(number)
        case .number: return JSON.number(text)
        case .boolean: return text == "true" ? .bool(true) : text == "false" ? .bool(false) : nil
        case .date: return LocalDate(text).map { .string($0.description) }
        case .instant: return Instant(text).map { .string($0.description) }
        }
    }

    /// Instants are stored in one form and compared as text.
    private static func canonical(_ value: JSON, _ type: ListGrammar.ValueType) -> JSON {
        switch type {
        case .instant: value.stringValue.flatMap { Instant($0) }.map { .string($0.description) } ?? value
        case .integer: value.integerValue.map(JSON.integer) ?? value
        default: value
        }
    }
}

extension ListGrammar.ValueType {
    /// Completes “is not …”.
    fileprivate var phrase: String {
        switch self {
        case .text: "text"
        case .integer: "an integer"
        case .number: "a number"
        case .boolean: "true or false"
        case .date: "a day as YYYY-MM-DD"
        case .instant: "an instant as in RFC 3339"
        }
    }
}

enum CommaList {
    /// `a,b\,c` is `a` and `b,c`; `\\` is one backslash; any other backslash stands for itself.
    static func split(_ text: String) -> [String] {
        guard text.utf8.contains(UInt8(ascii: "\\")) else {
            return text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { String(Substring($0)) }
        }
        var values: [String] = []
        var current = String.UnicodeScalarView()
        var scalars = text.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            if scalar == "," {
                values.append(String(current))
                current = .init()
            } else if scalar == "\\", let next = scalars.first, next == "," || next == "\\" {
                current.append(next)
                scalars.removeFirst()
            } else {
                current.append(scalar)
            }
        }
        return values + [String(current)]
    }
}

extension ListQuery {
    /// Names which rows in which order this is, so that a cursor of another list is noticed. Not limit, count or fields: they may change
    /// from page to page.
    var fingerprint: String {
        var writer = JSONWriter(reservingCapacity: 256)
        writer.beginArray()
        let ordered = filters.sorted { ($0.member, $0.comparison.rawValue) < ($1.member, $1.comparison.rawValue) }
        for filter in ordered {
            writer.string(filter.member + "." + filter.comparison.rawValue)
            JSON.array(filter.values).write(to: &writer)
        }
        for key in sort { writer.string((key.descending ? "-" : "+") + key.member) }
        writer.string("q=" + (text ?? ""))
        writer.string("since=" + (updatedSince?.description ?? ""))
        writer.bool(includesDeleted)
        writer.string("asOf=" + (asOf?.description ?? ""))
        writer.endArray()
        return String(ContentHash.of(writer.bytes), radix: 36)
    }
}

extension JSON {
    fileprivate var isScalar: Bool { arrayValue == nil && objectValue == nil }
}
