import Testing

@testable import Routing

@Suite("Patterns")
struct PatternTests {
    @Test(
        "A pattern takes what it describes and nothing else",
        arguments: [
            ("^[0-9]{6}$", ["100025"], ["10002", "1000255", "10002a", "100025\n", ""]),
            ("^TR\\d{5}$", ["TR00001"], ["tr00001", "TR0001", " TR00001"]),
            ("^(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$", ["09-01", "12-28"], ["13-01", "09-29", "9-1"]),
            ("^-?(name|size)(,-?(name|size))*$", ["name", "-size,name"], ["", ",name", "name,", "names", "-"]),
            ("b+", ["abc", "bbb"], ["", "ac"]),
            ("^$", [""], ["a", "\n"]),
            ("^a{2,3}$", ["aa", "aaa"], ["a", "aaaa"]),
            ("^a{2,}$", ["aa", "aaaaaaa"], ["a"]),
            ("^(?:ab)?c*?$", ["", "ab", "abcc", "c"], ["abab", "a"]),
            ("^[^\\x00-\\x08\\x0B-\\x1F]*$", ["", "a\tb\n", "é"], ["\u{0}", "a\u{1B}"]),
            ("^[\\u{1F600}-\\u{1F64F}\\-\\]]+$", ["😀-]"], ["a"]),
            ("^.$", ["é", "😀", "a"], ["\n", "", "ab"]),
            ("^\\w+\\s\\W\\S\\D$", ["ab_1 !xy"], ["ab_1 !x1"]),
            ("a|^b$|", ["", "zzz"], []),
            ("^(a|b|)c$", ["ac", "bc", "c"], ["abc"]),
            ("^\\^\\$\\.\\/$", ["^$./"], ["^$x/"]),
            ("^[]$|^x$", ["x"], ["", "]"]),
        ] as [(String, [String], [String])])
    func takes(source: String, matching: [String], other: [String]) throws {
        let pattern = try Pattern(source)
        for text in matching { #expect(pattern.matches(text), "\(source) should take \(text.debugDescription)") }
        for text in other { #expect(!pattern.matches(text), "\(source) should not take \(text.debugDescription)") }
    }

    @Test(
        "What is not understood is refused, not guessed",
        arguments: [
            "(?=a)", "(?!a)", "(?<n>a)", "(a)\\1", "\\bword", "\\p{L}", "[a", "a)", "(a", "*a", "a**", "a{2", "a{3,2}", "^*", "[z-a]", "\\",
            "a{99999}",
            "(a{500}){500}", "]", "\\x1",
        ])
    func refuses(source: String) {
        #expect(throws: PatternError.self) { try Pattern(source) }
    }

    @Test("The famous exponential pattern is linear here")
    func linear() throws {
        let pattern = try Pattern("^(a+)+$")
        #expect(!pattern.matches(String(repeating: "a", count: 20_000) + "b"))
    }
}
