import Core
import OrderedCollections

/// Reads a JSON file of a fixed shape, remembering everything that doesn't fit with its pointer, so that all of it is said at once.
struct FileShape {
    /// No more are listed; a file with so many is another file.
    static let errorLimit = 100

    private(set) var errors: [FieldError] = []
    /// All of them, also those no longer listed.
    private(set) var errorCount = 0

    mutating func fail(_ pointer: String, _ code: String, _ detail: String) {
        errorCount += 1
        if errors.count < Self.errorLimit { errors.append(FieldError(pointer: pointer, code: code, detail: detail)) }
    }

    /// An object with exactly these members; nil, with the reason remembered, when it has others.
    mutating func object(_ tree: JSON, at pointer: String, members: [String]) -> JSON.Object? {
        guard case .object(let object) = tree else {
            fail(pointer, "wrong-type", "must be an object")
            return nil
        }
        let before = errorCount
        for name in members where object[name] == nil { fail("\(pointer)/\(name)", "required", "is missing") }
        for name in object.keys where !members.contains(name) {
            let escaped = name.flatMap { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }
            fail("\(pointer)/\(String(escaped))", "unknown-member", "is not part of such a file")
        }
        return errorCount == before ? object : nil
    }

    /// Each element with its pointer; none when it isn't an array.
    mutating func elements(_ tree: JSON?, at pointer: String) -> [(pointer: String, tree: JSON)] {
        guard case .array(let elements)? = tree else {
            fail(pointer, "wrong-type", "must be an array")
            return []
        }
        return elements.enumerated().map { ("\(pointer)/\($0.offset)", $0.element) }
    }

    mutating func text(_ tree: JSON?, at pointer: String, maximumLength: Int = 200) -> String? {
        guard case .string(let text)? = tree else {
            fail(pointer, "wrong-type", "must be a string")
            return nil
        }
        guard text.unicodeScalars.count <= maximumLength else {
            fail(pointer, "too-long", "must have at most \(maximumLength) characters")
            return nil
        }
        return text
    }

    mutating func date(_ tree: JSON?, at pointer: String) -> LocalDate? {
        guard case .string(let text)? = tree, let date = LocalDate(text) else {
            fail(pointer, "not-a-date", "must be a date as YYYY-MM-DD")
            return nil
        }
        return date
    }

    mutating func boolean(_ tree: JSON?, at pointer: String) -> Bool? {
        guard case .bool(let value)? = tree else {
            fail(pointer, "wrong-type", "must be true or false")
            return nil
        }
        return value
    }

    /// The value if all fitted. Throws ``DomainError/invalid(_:)``.
    func checked<Value>(_ value: Value) throws -> Value {
        guard errors.isEmpty else { throw DomainError.invalid(errors) }
        return value
    }
}
