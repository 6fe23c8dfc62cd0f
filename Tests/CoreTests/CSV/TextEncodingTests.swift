import Core
import Testing

private func detect(_ bytes: [UInt8], pieces size: Int = .max) throws -> TextEncoding {
    var detector = TextEncodingDetector()
    var rest = bytes[...]
    while !rest.isEmpty {
        try rest.prefix(size).withUnsafeBufferPointer { try detector.feed($0) }
        rest = rest.dropFirst(size)
    }
    return try detector.finish()
}

@Suite struct TextEncodingTests {
    private static let padding = Array("0123456789 plain text to fill a few words of eight bytes\n".utf8)

    @Test(
        "UTF-8 is told from Windows-1252, whatever the pieces",
        arguments: [
            (Array("plain".utf8), TextEncoding.utf8), ([], .utf8), (Array("Zoë’s – école €5 🎓".utf8), .utf8),
            ([0xEF, 0xBB, 0xBF] + Array("Zoë".utf8), .utf8), ([0x5A, 0x6F, 0xEB], .windows1252), ([0x93, 0x41, 0x94], .windows1252),
            ([0xC3], .windows1252), ([0xC3, 0x41], .windows1252), ([0xE0, 0x80, 0x80], .windows1252), ([0xED, 0xA0, 0x80], .windows1252),
            ([0xF4, 0x91, 0x80, 0x80], .windows1252), ([0xC0, 0xAF], .windows1252), ([0xE2, 0x82, 0xE9], .windows1252),
            ([0xF0, 0x9F, 0x8E, 0x93], .utf8), ([0xEF, 0xBF, 0xBF], .utf8),
        ])
    private func told(bytes: [UInt8], encoding: TextEncoding) throws {
        #expect(try detect(bytes) == encoding)
        let padded = Self.padding + bytes + (bytes.isEmpty || encoding == .utf8 && bytes.last == 0xC3 ? [] : Self.padding)
        for size in [Int.max, 1, 3, 8, 13] { #expect(try detect(padded, pieces: size) == encoding) }
    }

    @Test(
        "What is neither is refused with its line",
        arguments: [
            ([0x41, 0x0A, 0x42, 0x81], CSVFault(line: 2, field: nil, reason: "has the byte 81: neither UTF-8 nor Windows-1252")),
            ([0xE9, 0x0A, 0x0A, 0x9D], CSVFault(line: 3, field: nil, reason: "has the byte 9D: neither UTF-8 nor Windows-1252")),
            ([0xFF, 0xFE, 0x41, 0x00], CSVFault(line: 1, field: nil, reason: "is UTF-16; save it as CSV UTF-8")),
            ([0xFE, 0xFF, 0x00, 0x41], CSVFault(line: 1, field: nil, reason: "is UTF-16; save it as CSV UTF-8")),
            ([0x41, 0x0A, 0x00], CSVFault(line: 2, field: nil, reason: "has a byte of 0: not text")),
            (
                [0xEF, 0xBB, 0xBF, 0x41, 0x0A, 0xE9, 0x0A],
                CSVFault(line: 2, field: nil, reason: "isn't UTF-8, although the file's first bytes say that it is")
            ),
        ])
    func refused(bytes: [UInt8], fault: CSVFault) {
        for size in [Int.max, 1, 2] {
            #expect(throws: fault) { try detect(bytes, pieces: size) }
        }
    }

    @Test("Every byte of Windows-1252 has its character")
    func windows1252() {
        func decode(_ bytes: [UInt8]) -> String { bytes.withUnsafeBufferPointer { TextEncoding.windows1252.decode($0) } }
        #expect(decode([0x80, 0x91, 0x92, 0x93, 0x94, 0x96, 0x97, 0x99, 0x9C, 0x9F]) == "€‘’“”–—™œŸ")
        #expect(decode([0xA0, 0xA3, 0xE9, 0xFF, 0x41]) == "\u{A0}£éÿA")
        #expect(decode(Array("plain".utf8)) == "plain")
    }
}
