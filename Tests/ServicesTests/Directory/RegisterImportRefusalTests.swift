import Core
import Domain
import Glibc
import Repositories
import Services
import Testing

private typealias Fixture = RegisterImportFixture

@Suite struct RegisterImportRefusalTests {
    private func bytes(_ lines: [String]) -> [UInt8] { Array(lines.joined(separator: "\r\n").utf8) }

    private static let header = Array((Fixture.schoolHeader + "\r\n").utf8)
    private static let row = Array((Fixture.school(100_001) + "\r\n").utf8)

    private static let bad: [(content: [UInt8], sentence: String)] = [
        ([], "Line 1 of the establishments file is missing: the file is empty."),
        (Array("\r\n\r\n".utf8), "Line 1 of the establishments file is missing: the file is empty."),
        (
            Array("a;b;c\r\n1;2;3\r\n".utf8),
            "Line 1 of the establishments file lacks the columns of an edubasealldata extract: URN, LA (code), EstablishmentName, "
                + "TypeOfEstablishment (code), TypeOfEstablishment (name), EstablishmentStatus (code), PhaseOfEducation (code)."
        ),
        (
            Array((Fixture.linkHeader + "\r\n").utf8),
            "Line 1 of the establishments file isn't the header of an edubasealldata extract; it looks like alllinksdata, the group-links file."
        ),
        (
            header + row + Array("100002,\"never closed\r\n".utf8),
            "Line 3, column 2, of the establishments file has a quotation mark that is never closed."
        ),
        (header + row + [0x31, 0x2C, 0x81], "Line 3 of the establishments file has the byte 81: neither UTF-8 nor Windows-1252."),
        (header + row + [0x89, 0x50, 0x00, 0x0A], "Line 3 of the establishments file has a byte of 0: not text."),
        ([0xFF, 0xFE, 0x55, 0x00], "Line 1 of the establishments file is UTF-16; save it as CSV UTF-8."),
    ]

    @Test("A file that isn't what it is said to be is refused before anything is written", arguments: bad.indices)
    func establishments(index: Int) async throws {
        let (content, sentence) = Self.bad[index]
        let fixture = try RegisterImportFixture()
        var files = try fixture.files(schools: [], links: [Fixture.link(100_001)])
        files.establishments = try fixture.write("bad.csv", bytes: content)
        #expect(await fixture.refusal(files) == sentence)
        #expect(try fixture.isEmpty())
    }

    @Test("A fault in the last of the files stops the first from being written")
    func lastFile() async throws {
        let fixture = try RegisterImportFixture()
        var files = try fixture.files(schools: [Fixture.school(100_001)], links: [Fixture.link(100_001)], groups: [Fixture.group()])
        files.groups = try fixture.write("bad.csv", [Fixture.groupHeader, "1,\"x"])
        #expect(await fixture.refusal(files) == "Line 2, column 2, of the groups file has a quotation mark that is never closed.")
        files.groups = files.groupLinks
        #expect(await fixture.refusal(files).hasSuffix("it looks like alllinksdata, the group-links file."))
        #expect(try fixture.isEmpty())
    }

    @Test("A file that is missing, a directory or a pipe is refused")
    func noFile() async throws {
        let fixture = try RegisterImportFixture()
        var files = try fixture.files(schools: [Fixture.school(100_001)])
        files.establishments = fixture.directory + "/none.csv"
        #expect(await fixture.refusal(files) == "The establishments file can't be read: No such file or directory.")
        files.establishments = fixture.directory
        #expect(await fixture.refusal(files) == "The establishments file is no regular file.")
        files.establishments = fixture.directory + "/pipe"
        #expect(mkfifo(files.establishments, 0o600) == 0)
        #expect(await fixture.refusal(files) == "The establishments file is no regular file.")
    }

    @Test("Windows-1252 and UTF-8, with or without a mark, give the same schools")
    func encodings() async throws {
        let text = bytes([Fixture.schoolHeader, Fixture.school(100_001, name: "St Zoë’s")])
        let windows = bytes([Fixture.schoolHeader, Fixture.school(100_001, name: "St Zo?@s")]).map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "?"): 0xEB
            case UInt8(ascii: "@"): 0x92
            default: byte
            }
        }
        let fixture = try RegisterImportFixture()
        var files = try fixture.files(schools: [])
        for (index, content) in [text, [0xEF, 0xBB, 0xBF] + text, windows].enumerated() {
            files.establishments = try fixture.write("school.csv", bytes: content)
            #expect(try await fixture.run(files).counts == (index == 0 ? [1, 0, 0, 0] : [0, 0, 1, 0]))
            #expect(try fixture.school(100_001)?.name == "St Zoë’s")
        }
    }

    @Test("2 GiB of nothing are refused at once")
    func huge() async throws {
        let fixture = try RegisterImportFixture()
        var files = try fixture.files(schools: [])
        files.establishments = try fixture.write("huge.csv", bytes: [])
        #expect(truncate(files.establishments, 2 << 30) == 0)
        #expect(await fixture.refusal(files) == "Line 1 of the establishments file has a byte of 0: not text.")
    }

    @Test("An establishments file without a row is refused, and the trust isn't touched")
    func headerOnly() async throws {
        let fixture = try RegisterImportFixture()
        let files = try fixture.files(schools: [], links: [Fixture.link(100_001)])
        #expect(await fixture.refusal(files, groupUid: "3320") == "The establishments file has no row below its header.")
        #expect(try fixture.isEmpty())
    }
}
