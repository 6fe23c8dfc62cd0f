import Testing

@testable import Core

@Suite("iCalendar lines") struct ICalendarTests {
    private func lines(_ fill: (inout ICalendarWriter) -> Void) -> [String] {
        var writer = ICalendarWriter()
        fill(&writer)
        return String(decoding: writer.bytes, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test("Text is escaped, and control characters are left out")
    func escaping() {
        #expect(lines { $0.text("SUMMARY", #"a,b;c\d"# + "\n" + "e\u{0}\r\u{7F}f") } == [#"SUMMARY:a\,b\;c\\d\nef"#, ""])
        #expect(lines { $0.property("STATUS", "A,B") } == ["STATUS:A,B", ""])
    }

    @Test("Lines are folded at 75 octets, never within a character, and unfold to what they were")
    func folding() {
        for text in [String(repeating: "x", count: 300), String(repeating: "é", count: 200), String(repeating: "🎒", count: 90), "short"] {
            let folded = lines { $0.text("SUMMARY", text) }.dropLast()
            #expect(folded.allSatisfy { $0.utf8.count <= 75 })
            #expect(folded.dropFirst().allSatisfy { $0.hasPrefix(" ") })
            #expect(folded.first! + folded.dropFirst().map { $0.dropFirst() }.joined() == "SUMMARY:" + text)
        }
        #expect(lines { $0.text("SUMMARY", String(repeating: "x", count: 67)) }.count == 2)
        #expect(lines { $0.text("SUMMARY", String(repeating: "x", count: 68)) }.count == 3)
    }
}
