import Core

/// What people type into a search: words, all of them; `"words in this order"`; `begin*`; `-not this`. Made into a query of SQLite's FTS5 that is
/// never a syntax error.
package struct SearchExpression: Hashable, Sendable {
    /// For MATCH.
    package let match: String
    /// The same without what is not wanted: finds the words in what was found.
    package let wanted: String
    /// Whether a word is only begun.
    package let hasPrefix: Bool

    /// How many words count; a query of thousands would be slow and means nothing.
    package static let maximumTerms = 32

    private struct Term {
        var text: String
        var isPrefix: Bool
        var isExcluded: Bool

        /// Quoted, it is a phrase of its tokens and never an operator.
        var phrase: String { "\"\(text.replacing("\"", with: "\"\""))\"" + (isPrefix ? "*" : "") }
    }

    /// Throws `invalid` for the parameter `q` with the place of what is wrong, counted in characters from 1.
    package init(_ text: String) throws {
        let characters = Array(text)
        var terms: [Term] = []
        var place = 0
        while place < characters.count {
            if Self.separates(characters[place]) {
                place += 1
                continue
            }
            let start = place
            let isExcluded = characters[place] == "-"
            if isExcluded { place += 1 }
            guard place < characters.count, !Self.separates(characters[place]) else {
                throw Self.error(start, "`-` stands directly before what is not wanted")
            }
            var term = try Self.isQuote(characters[place]) ? Self.phrase(characters, &place) : Self.word(characters, &place)
            term.isExcluded = isExcluded
            guard term.text.contains(where: { $0.isLetter || $0.isNumber }) else { continue }
            terms.append(term)
            guard terms.count <= Self.maximumTerms else { throw Self.error(start, "there are more than \(Self.maximumTerms) words") }
        }
        let wanted = terms.filter { !$0.isExcluded }
        guard !wanted.isEmpty else {
            throw Self.error(0, terms.isEmpty ? "there is no word to look for" : "there is nothing but what is not wanted")
        }
        let excluded = terms.filter(\.isExcluded).map { " NOT \($0.phrase)" }.joined()
        self.wanted = "(" + wanted.map(\.phrase).joined(separator: " AND ") + ")"
        hasPrefix = wanted.contains { $0.isPrefix }
        match = self.wanted + excluded
    }

    private static func phrase(_ characters: [Character], _ place: inout Int) throws -> Term {
        let start = place
        place += 1
        guard let end = characters[place...].firstIndex(where: isQuote) else { throw error(start, "the quotation mark is never closed") }
        let text = String(characters[place..<end])
        place = end + 1
        if place < characters.count, !separates(characters[place]) {
            throw error(place, "a space has to follow the closing quotation mark")
        }
        return Term(text: text, isPrefix: false, isExcluded: false)
    }

    private static func word(_ characters: [Character], _ place: inout Int) throws -> Term {
        let start = place
        while place < characters.count, !separates(characters[place]) {
            if isQuote(characters[place]) { throw error(place, "a quotation mark stands at the beginning of a word, or closes") }
            place += 1
        }
        var text = String(characters[start..<place])
        let isPrefix = text.hasSuffix("*")
        if isPrefix { text.removeLast() }
        if let star = text.firstIndex(of: "*") {
            throw error(start + text.distance(from: text.startIndex, to: star), "`*` stands at the end of a word")
        }
        if isPrefix, !text.contains(where: { $0.isLetter || $0.isNumber }) {
            throw error(start, "`*` stands after the beginning of a word")
        }
        return Term(text: text, isPrefix: isPrefix, isExcluded: false)
    }

    private static func separates(_ character: Character) -> Bool {
        character.isWhitespace || character.unicodeScalars.allSatisfy { $0.properties.generalCategory == .control }
    }

    /// Typographic ones as well, as word processors and telephones write them.
    private static func isQuote(_ character: Character) -> Bool { ["\"", "“", "”", "„"].contains(character) }

    private static func error(_ offset: Int, _ detail: String) -> DomainError {
        .invalid([FieldError(parameter: "q", code: "search-syntax", detail: "at character \(offset + 1): \(detail)")])
    }
}
