import Core
import OrderedCollections
import Testing

struct JSONParserTests {
    @Test("Valid documents are read, members in order")
    func valid() throws {
        #expect(
            try JSON(parsing: Array(#" {"b":[1,-2,3.5,1e2,true,false,null],"a":{}} "#.utf8)) == [
                "b": [1, -2, .double(3.5), .double(100), true, false, .null], "a": [:],
            ])
        #expect(try JSON(parsing: Array(#"{"b":1,"a":2}"#.utf8)).objectValue?.keys.elements == ["b", "a"])
    }

    @Test("Escapes become the characters they stand for")
    func escapes() throws {
        #expect(try JSON(parsing: Array(#""\"\\\/\b\f\n\r\t\u00e9\ud83c\udf93é""#.utf8)) == .string("\"\\/\u{8}\u{c}\n\r\té🎓é"))
    }

    @Test(
        "What JSON forbids or the conventions refuse is an error with its place",
        arguments: [
            ("", "the document ends too early", 1, 1),
            ("{}{}", "data after the end of the document", 1, 3),
            (#"{"a":1,"a":2}"#, "duplicate member \"a\"", 1, 8),
            (#"{"a":1,"\u0061":2}"#, "duplicate member \"a\"", 1, 8),
            ("[1,]", "expected a value", 1, 4),
            ("[NaN]", "expected a value", 1, 2),
            ("[Infinity]", "expected a value", 1, 2),
            ("[-]", "expected a digit", 1, 3),
            ("[01]", "a number must not start with 0", 1, 3),
            ("[1e999]", "a number beyond what can be represented", 1, 2),
            (#"["\ud800"]"#, "a lone surrogate", 1, 9),
            (#"["\ud800\u0041"]"#, "a lone surrogate", 1, 15),
            (#"["\udc00"]"#, "a lone surrogate", 1, 9),
            (#"["\x"]"#, "an unknown escape in a string", 1, 4),
            ("[\"a\nb\"]", "a control character in a string must be escaped", 1, 4),
            ("[\n\"abc", "a string without its closing quote", 2, 1),
            ("{\"a\" 1}", "expected a colon after the member name", 1, 6),
            ("{a:1}", "expected a member name in quotes", 1, 2),
            ("[1 2]", "expected a comma or ]", 1, 4),
            ("tru", "expected a value", 1, 4),
            ("\u{FEFF}{}", "expected a value", 1, 1),
        ])
    func refused(text: String, reason: String, line: Int, column: Int) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSON(parsing: Array(text.utf8)) }
        #expect(error?.reason == reason)
        #expect(error?.line == line)
        #expect(error?.column == column)
    }

    @Test("Bytes that are not UTF-8 are refused, in names and in values, plain and after an escape")
    func notUTF8() {
        for bytes: [UInt8] in [
            [0x22, 0xFF, 0x22], [0x22, 0x5C, 0x6E, 0xC3, 0x22], Array("{\"".utf8) + [0x80] + Array("\":1}".utf8),
            [0x22, 0xED, 0xA0, 0x80, 0x22],
        ] {
            #expect(throws: JSONSyntaxError.self) { try JSON(parsing: bytes) }
        }
    }

    @Test("64 levels are read, 65 are refused")
    func depth() throws {
        let deep = { (levels: Int) in Array((String(repeating: "[", count: levels) + String(repeating: "]", count: levels)).utf8) }
        _ = try JSON(parsing: deep(64))
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: deep(65)) }
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)) }
    }

    @Test("Every prefix of a document is an error, never a crash")
    func prefixes() {
        let document = Array(#"{"a":[1.5e3,"\u00e9\ud83c\udf93",true,null,{"b":-0}]}"#.utf8)
        for length in 0..<document.count {
            #expect(throws: JSONSyntaxError.self) { try JSON(parsing: Array(document[..<length])) }
        }
    }

    @Test("A tree survives writing and reading")
    func roundTrip() throws {
        let tree: JSON = [
            "text": "a\"\\\n\u{1}\u{7f}é🎓", "numbers": [0, -1, .double(0.1), .double(-0.0), .double(1e300), .integer(.max)], "none": .null,
        ]
        #expect(try JSON(parsing: tree.bytes) == tree)
    }

    @Test("Merge patch: members replace, null removes, objects merge, anything else stands for itself")
    func mergePatch() {
        let before: JSON = ["a": 1, "b": ["c": 1, "d": 2], "e": [1]]
        #expect(before.merging(patch: ["a": .null, "b": ["c": .null, "f": 3], "e": [2, 3]]) == ["b": ["d": 2, "f": 3], "e": [2, 3]])
        #expect(before.merging(patch: [1]) == [1])
        #expect(JSON.string("x").merging(patch: ["a": ["b": .null, "c": 1]]) == ["a": ["c": 1]])
    }
}
