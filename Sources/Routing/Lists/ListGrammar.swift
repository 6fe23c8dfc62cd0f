import Core

/// What one list operation lets its callers ask for, compiled from its parameters and the schema of its items.
struct ListGrammar: Sendable {
    enum ValueType: Sendable {
        case text, integer, number, boolean, date, instant
    }

    struct FilterRule: Sendable {
        var member: String
        var comparison: Filter.Comparison
        var valueType: ValueType
        /// Whether the text is a comma list.
        var isList: Bool

        /// Whether its values can be held against `x-items`: whole values of the member, not parts of one and not a yes or no.
        var takesItems: Bool {
            switch comparison {
            case .eq, .ne, .nin, .lt, .lte, .gt, .gte: true
            case .contains, .startsWith, .isNull: false
            }
        }
    }

    /// Members of an item, in schema order.
    var members: [String]
    /// Those `sort` takes.
    var sortable: [String]
}

extension ListGrammar {
    /// The rule behind a parameter named `member` or `member.op`; throws a reason.
    static func filter(
        named name: String, _ parameter: Operation.Parameter, item: Schema
    ) throws(ReasonedError) -> FilterRule {
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let member = String(parts[0])
        // One element is asked for by the name of its array without the last letter: `schoolId` of `schoolIds`.
        let elementSchema = item.member(member) == nil ? item.member(member + "s")?.rules.items : nil
        guard let memberSchema = item.member(member) ?? elementSchema else {
            throw ReasonedError("the filter names no member of the items")
        }
        guard elementSchema == nil || parts.count == 1 else { throw ReasonedError("elements of an array are filtered by equality only") }
        guard let comparison = parts.count == 1 ? .eq : Filter.Comparison(rawValue: String(parts[1])), parts.count == 1 || comparison != .eq
        else {
            let known = Filter.Comparison.allCases.dropFirst().map(\.rawValue).joined(separator: ", ")
            throw ReasonedError("the operator after the dot is none of \(known)")
        }
        if comparison == .isNull {
            guard parameter.schema.types == .boolean else { throw ReasonedError("isNull must be of type boolean") }
            return FilterRule(member: member, comparison: comparison, valueType: .boolean, isList: false)
        }
        let isText = parameter.schema.types == .string
        let isList = isText && (comparison == .eq || comparison == .nin)
        // A comma list is text to the outside; its values are of the member's type.
        let valueSchema = isList ? parameter.items ?? memberSchema : parameter.schema
        guard let valueType = ValueType(valueSchema), let memberType = ValueType(memberSchema) else {
            throw ReasonedError("its values are of no type a filter can have")
        }
        guard valueType == memberType || (valueType.isNumeric && memberType.isNumeric) else {
            throw ReasonedError("its values are of another type than the member")
        }
        if comparison == .contains || comparison == .startsWith, valueType != .text {
            throw ReasonedError("\(comparison.rawValue) is only for text")
        }
        return FilterRule(member: member, comparison: comparison, valueType: valueType, isList: isList)
    }
}

extension ListGrammar.ValueType {
    fileprivate var isNumeric: Bool { self == .integer || self == .number }

    fileprivate init?(_ schema: Schema) {
        let types = schema.types.subtracting(.null)
        if types == .string || types.isEmpty {
            self = schema.format == .date ? .date : schema.format == .dateTime ? .instant : .text
        } else if types == .integer {
            self = .integer
        } else if types.isSubset(of: [.integer, .number]) {
            self = .number
        } else if types == .boolean {
            self = .boolean
        } else {
            return nil
        }
    }
}

/// A reason to be put into a sentence by whoever knows the place.
struct ReasonedError: Error {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
