import Core
import OrderedCollections

/// Checks values against schemas and collects everything that is wrong.
struct SchemaCheck {
    /// Beyond this many errors nobody reads on, and the answer would be larger than the request.
    static let maximumErrors = 500
    static let safeInteger: Int64 = 1 << 53 - 1

    enum Direction {
        case request
        /// Objects are closed: an answer may only have members its schema lists. For tests.
        case response
    }

    private enum Step {
        case member(String)
        case element(Int)
    }

    let direction: Direction
    private(set) var errors: [FieldError] = []
    private var path: [Step] = []

    init(_ direction: Direction) {
        self.direction = direction
    }

    /// All errors of a value, with pointers into it.
    static func errors(in value: JSON, _ schema: Schema, _ direction: Direction = .request) -> [FieldError] {
        var check = SchemaCheck(direction)
        check.check(value, schema)
        return check.errors
    }

    private mutating func check(_ value: JSON, _ schema: Schema) {
        let rules = schema.rules
        if rules.readOnly, direction == .request { return checkFree(value) }
        if !rules.types.isEmpty, !rules.types.allows(value) {
            return report("type", "must be \(rules.types.phrase)\(value.isFractional ? ", not a fraction" : ", not \(value.typePhrase)")")
        }
        if let values = rules.values, !values.contains(where: { $0.isSame(as: value) }) {
            return report(
                "enum", values.count == 1 ? "must be \(values[0].shown)" : "must be one of \(values.map(\.shown).joined(separator: ", "))")
        }
        switch value {
        case .null, .bool: break
        case .integer(let number): checkNumber(Double(number), rules)
        case .double(let number): checkNumber(number, rules)
        case .string(let text): checkString(text, rules)
        case .array(let elements): checkArray(elements, rules)
        case .object(let members): checkObject(members, rules)
        }
        for part in rules.allOf { check(value, part) }
        if !rules.anyOf.isEmpty { checkAlternatives(value, rules.anyOf, exactlyOne: false) }
        if !rules.oneOf.isEmpty { checkAlternatives(value, rules.oneOf, exactlyOne: true) }
    }

    private mutating func checkNumber(_ number: Double, _ rules: Schema.Rules) {
        // A double without fraction is an integer to JSON Schema, so 1e300 is one that is too large.
        if abs(number) > Double(Self.safeInteger), number.rounded() == number {
            return report("out-of-range", "must lie between -9007199254740991 and 9007199254740991")
        }
        if let minimum = rules.minimum, number < minimum { report("too-small", "must be at least \(minimum.shown)") }
        if let maximum = rules.maximum, number > maximum { report("too-large", "must be at most \(maximum.shown)") }
        if let bound = rules.exclusiveMinimum, number <= bound { report("too-small", "must be greater than \(bound.shown)") }
        if let bound = rules.exclusiveMaximum, number >= bound { report("too-large", "must be less than \(bound.shown)") }
        if let step = rules.multipleOf {
            // 0.3 / 0.1 isn't quite 3.
            let steps = number / step
            if abs(steps - steps.rounded()) > max(abs(steps), 1) * 1e-12 { report("multiple-of", "must be a multiple of \(step.shown)") }
        }
    }

    private mutating func checkString(_ text: String, _ rules: Schema.Rules) {
        guard !text.hasControls else {
            return report("control-character", "must not contain control characters other than line feed and tab")
        }
        if rules.minLength > 0 || rules.maxLength < .max {
            // Bytes bound scalars from above: most texts need no counting.
            let bytes = text.utf8.count
            if bytes < rules.minLength || bytes > rules.maxLength || rules.minLength > 1 {
                let length = text.unicodeScalars.count
                if length < rules.minLength {
                    report(
                        "too-short", length == 0 ? "must not be empty" : "must have at least \(rules.minLength) characters, not \(length)")
                }
                if length > rules.maxLength { report("too-long", "must have at most \(rules.maxLength) characters, not \(length)") }
            }
        }
        if let format = rules.format, !format.accepts(text) { report("format", "must be \(format.phrase)") }
        if let pattern = rules.pattern, !pattern.matches(text) { report("pattern", "must match \(pattern.source)") }
    }

    private mutating func checkArray(_ elements: [JSON], _ rules: Schema.Rules) {
        if elements.count < rules.minItems { report("too-few", "must have at least \(rules.minItems) elements, not \(elements.count)") }
        if elements.count > rules.maxItems {
            // The elements of an endless list aren't worth a look.
            return report("too-many", "must have at most \(rules.maxItems) elements, not \(elements.count)")
        }
        if rules.uniqueItems {
            var seen: Set<JSON> = []
            for (index, element) in elements.enumerated() where !seen.insert(element.canonical).inserted {
                within(.element(index)) { $0.report("not-unique", "repeats an earlier element") }
            }
        }
        for (index, element) in elements.enumerated() where errors.count < Self.maximumErrors {
            within(.element(index)) { check in
                if let items = rules.items { check.check(element, items) } else { check.checkFree(element) }
            }
        }
    }

    private mutating func checkObject(_ members: JSON.Object, _ rules: Schema.Rules) {
        guard let object = rules.object else {
            // A sibling of allOf leaves the members to the parts.
            guard rules.allOf.isEmpty else { return }
            for (name, value) in members where errors.count < Self.maximumErrors { checkMember(name, value, nil) }
            return
        }
        for (name, value) in members where errors.count < Self.maximumErrors {
            if let index = object.index[name] {
                checkMember(name, value, object.properties[index].schema)
                continue
            }
            switch object.additional {
            case .checked(let schema): checkMember(name, value, schema)
            case .allowed: checkMember(name, value, nil)
            case .unsaid where direction == .request: checkMember(name, value, nil)
            case .unsaid where object.properties.isEmpty: break
            case .refused, .unsaid: within(.member(name)) { $0.report("unknown-member", "is not a member here") }
            }
        }
        for property in object.properties where property.isRequired && members[property.name] == nil {
            within(.member(property.name)) { $0.report("required", "is required") }
        }
        for name in object.otherRequired where members[name] == nil { within(.member(name)) { $0.report("required", "is required") } }
        if members.count < object.minProperties { report("too-few", "must have at least \(object.minProperties) members") }
        if members.count > object.maxProperties { report("too-many", "must have at most \(object.maxProperties) members") }
    }

    private mutating func checkMember(_ name: String, _ value: JSON, _ schema: Schema?) {
        within(.member(name)) { check in
            if let schema { check.check(value, schema) } else { check.checkFree(value) }
        }
    }

    /// A value no schema describes still keeps the rules of all strings and numbers.
    private mutating func checkFree(_ value: JSON) {
        check(value, Self.anything)
    }

    private static let anything = Schema(.init())

    private mutating func checkAlternatives(_ value: JSON, _ branches: [Schema], exactlyOne: Bool) {
        var matching = 0
        var candidates: [[FieldError]] = []
        for branch in branches {
            var trial = SchemaCheck(direction)
            trial.path = path
            trial.check(value, branch)
            if trial.errors.isEmpty { matching += 1 }
            if branch.types.isEmpty || branch.types.allows(value) { candidates.append(trial.errors) }
        }
        if matching == 1 || (matching > 1 && !exactlyOne) { return }
        if matching == 0, candidates.count == 1 {
            // Only one branch is of the value's type, so it is the one that was meant.
            errors += candidates[0]
        } else {
            report("one-of", matching == 0 ? "fits none of the forms allowed here" : "fits more than one of the forms allowed here")
        }
    }

    private mutating func within(_ step: Step, _ body: (inout SchemaCheck) -> Void) {
        path.append(step)
        body(&self)
        path.removeLast()
    }

    private mutating func report(_ code: String, _ detail: String) {
        guard errors.count < Self.maximumErrors else { return }
        let error = FieldError(pointer: pointer, code: code, detail: detail)
        // Parts of allOf find the same thing again.
        if errors.last != error { errors.append(error) }
    }

    private var pointer: String {
        path.reduce(into: "") { pointer, step in
            switch step {
            case .member(let name): pointer += "/" + JSONPointer.escape(name)
            case .element(let index): pointer += "/\(index)"
            }
        }
    }
}

extension Schema.Types {
    func allows(_ value: JSON) -> Bool {
        switch value {
        case .null: contains(.null)
        case .bool: contains(.boolean)
        case .integer: !isDisjoint(with: [.integer, .number])
        case .double(let number): contains(.number) || (contains(.integer) && number.rounded() == number)
        case .string: contains(.string)
        case .array: contains(.array)
        case .object: contains(.object)
        }
    }

    /// `a string or null`
    var phrase: String {
        let present = Self.names.filter { contains($0.type) }.map {
            $0.name == "null" ? "null" : "\($0.name.first.map { "aeio".contains($0) } == true ? "an" : "a") \($0.name)"
        }
        // null reads best at the end.
        let ordered = present.filter { $0 != "null" } + present.filter { $0 == "null" }
        return ordered.joined(separator: " or ")
    }
}

extension Double {
    fileprivate var shown: String { Int64(exactly: self).map(String.init) ?? description }
}

extension JSON {
    /// As a value in a sentence.
    fileprivate var shown: String {
        if case .string(let text) = self { return text }
        return String(decoding: bytes, as: UTF8.self)
    }

    fileprivate var isFractional: Bool {
        guard case .double(let number) = self else { return false }
        return number.rounded() != number
    }

    fileprivate var typePhrase: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .double: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The same for all spellings of one value: members in one order, 1 for 1.0.
    fileprivate var canonical: JSON {
        switch self {
        case .null, .bool, .integer, .string: return self
        case .double: return integerValue.map(JSON.integer) ?? self
        case .array(let elements): return .array(elements.map(\.canonical))
        case .object(let members):
            var sorted = JSON.Object(minimumCapacity: members.count)
            for name in members.keys.sorted() { sorted[name] = members[name]?.canonical }
            return .object(sorted)
        }
    }

    /// 1 and 1.0 are the same value.
    fileprivate func isSame(as other: JSON) -> Bool {
        if self == other { return true }
        guard let left = integerValue, let right = other.integerValue else { return false }
        return left == right
    }
}

extension String {
    /// NUL and the C0 controls other than line feed and tab.
    var hasControls: Bool {
        utf8.contains { $0 < 0x20 && $0 != 0x0A && $0 != 0x09 }
    }
}
