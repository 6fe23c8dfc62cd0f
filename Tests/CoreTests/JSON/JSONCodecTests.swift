import Core
import Testing

struct JSONCodecTests {
    struct Inner: Codable, Equatable {
        var system: String
        var id: String?
    }

    enum Colour: String, Codable { case red, green }

    struct Outer: Codable, Equatable {
        var name: String
        var note: String?
        var count: Int?
        var share: Double?
        var flag: Bool?
        var colour: Colour
        var second: Colour?
        var day: LocalDate?
        var inner: Inner?
        var list: [Inner]
        var words: [String]
        var big: UInt64
        var tree: JSON?
    }

    let full = Outer(
        name: "é\"", note: "n", count: 3, share: 12.5, flag: false, colour: .green, second: .red, day: LocalDate("2026-11-23"),
        inner: Inner(system: "mis", id: "1"), list: [Inner(system: "a", id: nil), Inner(system: "b", id: "2")], words: ["x", "y"], big: 7,
        tree: ["k": [1, .null]])
    let empty = Outer(name: "", colour: .red, list: [], words: [], big: 0)

    @Test("Members are written in declaration order, absent ones as null")
    func explicitNulls() throws {
        let text = String(decoding: try JSONCodec.encode(empty), as: UTF8.self)
        #expect(
            text
                == #"{"name":"","note":null,"count":null,"share":null,"flag":null,"colour":"red","second":null,"day":null,"inner":null,"list":[],"words":[],"big":0,"tree":null}"#
        )
    }

    @Test("Nested objects and arrays are closed where they end")
    func nesting() throws {
        let text = String(decoding: try JSONCodec.encode(full), as: UTF8.self)
        #expect(
            text.contains(
                #""inner":{"system":"mis","id":"1"},"list":[{"system":"a","id":null},{"system":"b","id":"2"}],"words":["x","y"],"big":7"#))
        #expect(text.hasSuffix(#""tree":{"k":[1,null]}}"#))
    }

    @Test("What is encoded decodes to the same value")
    func roundTrip() throws {
        for value in [full, empty] { #expect(try JSONCodec.decode(Outer.self, fromBytes: JSONCodec.encode(value)) == value) }
    }

    @Test("A value that doesn't fit is an error with its path")
    func mismatch() throws {
        var tree = try JSONCodec.tree(full)
        tree = tree.merging(patch: ["inner": ["system": 5]])
        let error = #expect(throws: DecodingError.self) { try JSONCodec.decode(Outer.self, from: tree) }
        guard case .typeMismatch(_, let context) = error else { return #expect(Bool(false), "another error") }
        #expect(context.codingPath.map(\.stringValue) == ["inner", "system"])
    }

    @Test("A number without a finite value is refused")
    func notFinite() {
        #expect(throws: EncodingError.self) { try JSONCodec.encode([Double.nan]) }
        #expect(throws: EncodingError.self) { try JSONCodec.encode([Double.infinity]) }
    }
}
