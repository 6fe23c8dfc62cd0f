package import Core
import OrderedCollections

/// A question on the form of a request type.
package struct FormField: Codable, Hashable, Sendable {
    package enum Kind: String, Codable, CaseIterable, Sendable {
        case text, longText, number, date, money, choice, multiChoice, school, person, file
    }

    /// Asked only where an earlier field has one of these values.
    package struct Condition: Codable, Hashable, Sendable {
        package var field: String
        package var values: [String]
    }

    /// The member of `answers`.
    package var key: String
    package var label: String
    package var kind: Kind
    package var isRequired: Bool
    package var help: String?
    /// Of a choice.
    package var options: [String]
    package var onlyIf: Condition?

    private enum CodingKeys: String, CodingKey { case key, label, kind, isRequired, help, options, onlyIf }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        key = try container.decode(String.self, forKey: .key)
        label = try container.decode(String.self, forKey: .label)
        kind = try container.decode(Kind.self, forKey: .kind)
        isRequired = try container.decodeIfPresent(Bool.self, forKey: .isRequired) ?? false
        help = try container.decodeIfPresent(String.self, forKey: .help)
        options = try container.decodeIfPresent([String].self, forKey: .options) ?? []
        onlyIf = try container.decodeIfPresent(Condition.self, forKey: .onlyIf)
    }

    private var isChoice: Bool { kind == .choice || kind == .multiChoice }

    /// What is wrong with the fields of a form.
    package static func errors(_ fields: [FormField]) -> [FieldError] {
        fields.enumerated().flatMap { index, field -> [FieldError] in
            let place = "/fields/\(index)"
            let earlier = fields[..<index]
            var errors: [FieldError] = []
            if earlier.contains(where: { $0.key == field.key }) {
                errors.append(FieldError(pointer: place + "/key", code: "twice", detail: "is the key of an earlier field"))
            }
            if field.isChoice != !field.options.isEmpty {
                errors.append(
                    FieldError(
                        pointer: place + "/options", code: field.isChoice ? "required" : "not-allowed",
                        detail: field.isChoice ? "are needed for a choice" : "are for a choice"))
            }
            if let condition = field.onlyIf, !earlier.contains(where: { $0.key == condition.field }) {
                errors.append(FieldError(pointer: place + "/onlyIf/field", code: "not-found", detail: "is not the key of an earlier field"))
            }
            return errors
        }
    }

    // MARK: Answers

    /// What is wrong with what was filled in. Ids are looked up by whoever can.
    ///
    /// - Parameter exists: whether there is a school, person or file with this id, for the caller.
    package static func errors(
        in filled: FormAnswers, to fields: [FormField], exists: (Kind, _ id: String) throws -> Bool
    ) rethrows -> [FieldError] {
        let answers = filled.members
        let strangers = answers.keys.filter { key in !fields.contains { $0.key == key } }
        let unknown = strangers.map {
            FieldError(
                pointer: "/answers/" + $0, code: "unknown",
                detail: "is not a field of the form; its fields are \(fields.map(\.key).joined(separator: ", "))")
        }
        return try unknown
            + fields.compactMap { field in
                let answer = answers[field.key] ?? .null
                let pointer = "/answers/" + field.key
                guard field.isAsked(in: answers) else {
                    return answer == .null
                        ? nil : FieldError(pointer: pointer, code: "not-asked", detail: "is not asked with these other answers")
                }
                guard answer != .null else {
                    return field.isRequired ? FieldError(pointer: pointer, code: "required", detail: "is needed: \(field.label)") : nil
                }
                guard let wrong = try field.fault(in: answer, exists) else { return nil }
                return FieldError(pointer: pointer, code: "wrong-answer", detail: wrong)
            }
    }

    private func isAsked(in answers: JSON.Object) -> Bool {
        guard let onlyIf else { return true }
        switch answers[onlyIf.field] ?? .null {
        case .string(let text): return onlyIf.values.contains(text)
        case .array(let chosen): return chosen.contains { $0.stringValue.map(onlyIf.values.contains) ?? false }
        case .integer(let number): return onlyIf.values.contains(String(number))
        default: return false
        }
    }

    private func fault(in answer: JSON, _ exists: (Kind, _ id: String) throws -> Bool) rethrows -> String? {
        switch (kind, answer) {
        case (.text, .string(let text)):
            return text.count <= 300 && !text.contains("\n") ? nil : "must be one line of at most 300 characters"
        case (.longText, .string(let text)): return text.count <= 10_000 ? nil : "must be at most 10,000 characters"
        case (.number, .integer), (.number, .double): return nil
        case (.money, .integer(let pence)): return pence >= 0 ? nil : "must be pence, not less than 0"
        case (.date, .string(let text)): return LocalDate(text) == nil ? "must be a day, YYYY-MM-DD" : nil
        case (.choice, .string(let text)): return options.contains(text) ? nil : "must be one of \(options.joined(separator: ", "))"
        case (.multiChoice, .array(let chosen)):
            let texts = chosen.compactMap(\.stringValue)
            return texts.count == chosen.count && Set(texts).count == texts.count && texts.allSatisfy(options.contains)
                ? nil : "must be some of \(options.joined(separator: ", ")), each once"
        case (.school, .string(let id)), (.person, .string(let id)), (.file, .string(let id)):
            return try exists(kind, id) ? nil : "is not the id of a \(kind.rawValue)"
        default: return "must be \(shape)"
        }
    }

    private var shape: String {
        switch kind {
        case .text, .longText: "a text"
        case .number: "a number"
        case .money: "pence, a whole number"
        case .date: "a day, YYYY-MM-DD"
        case .choice: "one of \(options.joined(separator: ", "))"
        case .multiChoice: "an array of some of \(options.joined(separator: ", "))"
        case .school, .person, .file: "the id of a \(kind.rawValue)"
        }
    }
}

/// What was filled in, by the keys of the fields.
package struct FormAnswers: Codable, Hashable, Sendable {
    package var members: JSON.Object

    package init(_ members: JSON.Object) {
        self.members = members
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) {
            self.stringValue = stringValue
        }

        init?(intValue: Int) { nil }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        members = [:]
        for key in container.allKeys { members[key.stringValue] = try container.decode(JSON.self, forKey: key) }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for (key, value) in members { try container.encode(value, forKey: Key(stringValue: key)) }
    }
}
