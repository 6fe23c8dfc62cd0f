import Core
import Domain
import Testing

struct SearchExpressionTests {
    @Test(
        "Words, phrases, beginnings and what is not wanted become one query",
        arguments: [
            ("phonics", #"("phonics")"#), ("early  phonics", #"("early" AND "phonics")"#),
            (#""reading together""#, #"("reading together")"#),
            ("“reading together”", #"("reading together")"#), ("phon*", #"("phon"*)"#), ("reading -older", #"("reading") NOT "older""#),
            (#"reading -"year nine" -web"#, #"("reading") NOT "year nine" NOT "web""#), ("-older reading", #"("reading") NOT "older""#),
            ("AND OR NOT", #"("AND" AND "OR" AND "NOT")"#), ("title:x (a) {b} ^c", #"("title:x" AND "(a)" AND "{b}" AND "^c")"#),
            ("well-being", #"("well-being")"#), ("reading – together", #"("reading" AND "together")"#),
            ("naïve\u{0}x", #"("naïve" AND "x")"#),
        ])
    func queries(text: String, match: String) throws {
        #expect(try SearchExpression(text).match == match)
    }

    @Test(
        "What can't be read is refused with the place of the first character that is wrong, counted from 1",
        arguments: [
            (#"reading "open"#, 9), (#""a"b"#, 4), (#"a"b""#, 2), ("reading -", 9), ("reading - x", 9), ("*", 1), ("a*b", 2), ("x -*", 4),
            ("-older", 1), ("   ", 1), ("!!!", 1), ("🎓 *", 3), (String(repeating: "a ", count: 33), 65),
        ])
    func refusals(text: String, place: Int) throws {
        let error = #expect(throws: DomainError.self) { try SearchExpression(text) }
        guard case .invalid(let errors) = error else { return }
        #expect(errors.map(\.place) == [.parameter("q")] && errors.map(\.code) == ["search-syntax"])
        #expect(errors.first?.detail.hasPrefix("at character \(place): ") == true, "\(errors)")
    }
}
