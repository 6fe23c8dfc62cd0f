import Core
import Testing

struct TypeIDTests {
    @Test("A new id is valid for its prefix and no other")
    func valid() {
        let id = TypeID.make("sch", at: Instant(milliseconds: 1_795_000_000_000))
        #expect(id.utf8.count == 30)
        #expect(TypeID.isValid(id, prefix: "sch"))
        #expect(!TypeID.isValid(id, prefix: "tok"))
    }

    @Test("Ids sort by creation and differ within a millisecond")
    func order() {
        let ids = (0..<200).map { TypeID.make("sch", at: Instant(milliseconds: 1_795_000_000_000 + Int64($0))) }
        #expect(ids == ids.sorted())
        #expect(Set((0..<1000).map { _ in TypeID.make("sch", at: Instant(milliseconds: 0)) }).count == 1000)
    }

    @Test(
        "Other spellings are no ids",
        arguments: [
            "", "sch_", "sch_01h455vb4pex5vsknk084sn02", "sch_01h455vb4pex5vsknk084sn02qq", "sch_81h455vb4pex5vsknk084sn02q",
            "sch_01H455VB4PEX5VSKNK084SN02Q", "sch_01h455vb4pex5vsknk084sn02l", "sch-01h455vb4pex5vsknk084sn02q",
            "SCH_01h455vb4pex5vsknk084sn02q",
        ])
    func invalid(text: String) { #expect(!TypeID.isValid(text, prefix: "sch")) }
}

struct VersionTagTests {
    @Test("A tag is its number in quotes, and nothing else is a tag")
    func parse() {
        #expect(VersionTag("\"7\"") == VersionTag(number: 7))
        #expect(VersionTag(number: 7).next.description == "\"8\"")
        for text in ["7", "\"\"", "\"0\"", "\"07\"", "\"-1\"", "\"7", "W/\"7\"", "\"7 \"", "\"99999999999999999999\""] {
            #expect(VersionTag(text) == nil)
        }
    }

    @Test("A precondition allows what it names")
    func precondition() {
        let seven = VersionTag(number: 7)
        #expect(Precondition.none.allows(seven) && Precondition.any.allows(seven) && Precondition.tags([.first, seven]).allows(seven))
        #expect(!Precondition.tags([.first]).allows(seven) && !Precondition.tags([]).allows(seven))
    }
}

struct CursorTests {
    @Test("A cursor survives its wire form; foreign text is none")
    func roundTrip() {
        let cursor = Cursor(fingerprint: "f", values: [.null, 3, "Ä", "sch_1"])
        #expect(Cursor(encoded: cursor.encoded) == cursor)
        for text in ["", "!", "e30", "W10", cursor.encoded + "x", String(cursor.encoded.dropLast(3))] {
            #expect(Cursor(encoded: text) == nil)
        }
    }
}
