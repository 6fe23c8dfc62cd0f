import Core
import Testing

@Suite("YAML as JSON") struct JSONFromYAMLTests {
    private func read(_ yaml: String) throws -> JSON { try JSON(yaml: Array(yaml.utf8)) }

    private func fault(_ bytes: [UInt8]) -> String? {
        do {
            _ = try JSON(yaml: bytes)
            return nil
        } catch {
            return (error as? YAMLFault)?.reason
        }
    }

    @Test("Plain scalars are what they look like, quoted ones texts, and times of day stay texts")
    func scalars() throws {
        let tree = try read(
            """
            none: ~
            yes: true
            word: yes
            count: 12
            share: -1.5
            opens: 08:30
            code: "0012"
            octal: 0012
            list: [a, 1, {b: null}]
            """)
        #expect(tree["none"] == .null && tree["yes"] == true && tree["word"] == "yes")
        #expect(tree["count"] == 12 && tree["share"] == .double(-1.5) && tree["opens"] == "08:30")
        #expect(tree["code"] == "0012" && tree["octal"] == "0012" && tree["list"] == ["a", 1, ["b": .null]])
    }

    @Test("What only looks like an alias is text")
    func noAliases() throws {
        let tree = try read("a: R&D\nb: Cash &Carry\nc: '*'\nd: \"see *note\"\ne: 2 * 3 & 4")
        #expect(tree["b"] == "Cash &Carry" && tree["d"] == "see *note" && tree["e"] == "2 * 3 & 4")
    }

    @Test("JSON is read as what it is")
    func json() throws {
        #expect(try read(#"{"a": [1, true, null, "x\u00e9"]}"#) == ["a": [1, true, .null, "xé"]])
    }

    @Test("What isn't YAML, has no content or isn't text is refused with the place")
    func refused() {
        #expect(fault([0xFF, 0xFE, 0x00])?.contains("UTF-8") == true)
        #expect(fault([]) == "is empty")
        #expect(fault(Array("a: [1".utf8))?.contains("line ") == true)
        #expect(fault(Array("[1]: x".utf8))?.contains("key") == true)
    }

    @Test("A few aliases that stand for millions of nodes, also within keys, and nesting without end, are refused")
    func bombs() {
        let levels = (1...9).map { "l\($0): &l\($0) [\(Array(repeating: "*l\($0 - 1)", count: 9).joined(separator: ","))]" }
        let bomb = (["l0: &l0 [x]"] + levels).joined(separator: "\n")
        for end in ["", "\n? *l9\n: x", "\nm: {*l9 : x}", "\n[*l9]: x", "\nm: {\"a\":*l9}"] {
            #expect(fault(Array((bomb + end).utf8))?.contains("alias") == true, "\(end)")
        }
        // Names of aliases that the parser doesn't take help nobody either.
        #expect(fault(Array(bomb.replacing("l", with: "é").utf8)) != nil)
        for opening in ["[", "{a: ", "- "] {
            #expect(fault(Array(String(repeating: opening, count: 100_000).utf8)) != nil, "\(opening)")
        }
    }
}
