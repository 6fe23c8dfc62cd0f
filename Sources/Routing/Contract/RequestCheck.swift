import Core
import HTTPTypes

/// Parameters of a request as the contract declares them: everything that is wrong is collected.
struct RequestCheck {
    /// Each error repeats what is allowed: more of them would make the answer many times the request.
    static let maximumErrors = 50

    private let operation: Operation
    private(set) var query = QueryValues()
    private(set) var list = ListQuery()
    private(set) var errors: [FieldError] = []

    init(_ operation: Operation) {
        self.operation = operation
    }

    mutating func check(path values: [String], query: QueryString, headers: HTTPFields) {
        checkPath(values)
        if !query.pairs.isEmpty || !operation.queryParameters.isEmpty { checkQuery(query) }
        for parameter in operation.headerParameters { checkHeader(parameter, headers) }
    }

    private mutating func checkPath(_ values: [String]) {
        for (index, value) in values.enumerated() {
            _ = typed(value, operation.pathParameters[index])
        }
    }

    private mutating func checkHeader(_ parameter: Operation.Parameter, _ headers: HTTPFields) {
        guard let name = HTTPField.Name(parameter.name) else { return }
        // These have rules of their own, with answers of their own.
        if name == .ifMatch || name == .ifNoneMatch { return }
        if let value = headers.value(name) {
            _ = typed(value, parameter)
        } else if parameter.isRequired {
            report(parameter.name, "required", "is required")
        }
    }

    private mutating func checkQuery(_ query: QueryString) {
        var reader = ListParameters()
        var seen: Set<Int> = []
        for pair in query.pairs {
            guard let index = operation.queryIndex[pair.name] else {
                report(pair.name, "unknown-parameter", "is not a parameter here; \(allowedNames)")
                continue
            }
            guard seen.insert(index).inserted else {
                report(pair.name, "repeated-parameter", "is given more than once")
                continue
            }
            let parameter = operation.queryParameters[index]
            guard let value = typed(pair.value, parameter) else { continue }
            self.query.values.append((parameter.name, value))
            errors += reader.read(parameter, value, operation)
        }
        for (index, parameter) in operation.queryParameters.enumerated() where !seen.contains(index) {
            if parameter.isRequired { report(parameter.name, "required", "is required") }
            if let value = parameter.schema.rules.defaultValue {
                self.query.values.append((parameter.name, value))
                errors += reader.read(parameter, value, operation)
            }
        }
        guard errors.isEmpty else { return }
        errors += reader.finish()
        list = reader.query
    }

    /// The text as a value of the parameter's type; nil when it is none, or breaks the schema.
    private mutating func typed(_ text: String, _ parameter: Operation.Parameter) -> JSON? {
        let value = ParameterValue.parse(text, parameter.schema.types)
        let found = SchemaCheck.errors(in: value, parameter.schema)
        for error in found { report(parameter.name, error.code, hint(error, text, parameter)) }
        return found.isEmpty ? value : nil
    }

    private func hint(_ error: FieldError, _ text: String, _ parameter: Operation.Parameter) -> String {
        if error.code == "pattern", case .sort = parameter.role, let grammar = operation.list {
            return "takes members separated by commas, each with - before it for descending: \(grammar.sortable.joined(separator: ", "))"
        }
        if error.code == "format", parameter.schema.format == .dateTime, text.contains(" ") {
            return error.detail + "; a + must be sent as %2B"
        }
        return error.detail
    }

    private var allowedNames: String {
        let names = operation.queryParameters.map(\.name)
        return names.isEmpty ? "the operation takes none" : "the operation takes \(names.joined(separator: ", "))"
    }

    private mutating func report(_ name: String, _ code: String, _ detail: String) {
        guard errors.count < Self.maximumErrors else { return }
        errors.append(FieldError(parameter: name, code: code, detail: detail))
    }
}

enum ParameterValue {
    /// Text that fits no other type stays text, so that the schema can say what it should have been.
    static func parse(_ text: String, _ types: Schema.Types) -> JSON {
        if types.contains(.string) { return .string(text) }
        if types.contains(.boolean), text == "true" || text == "false" { return .bool(text == "true") }
        if !types.isDisjoint(with: [.integer, .number]), let number = JSON.number(text) { return number }
        return .string(text)
    }
}
