import Cryptography
import Testing

@Suite("Hex and base64url")
struct TextEncodingTests {
    @Test(
        "Base64url has the values of RFC 4648, without padding",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
        ])
    func vectors(text: String, encoded: String) {
        #expect(Base64URL.encode(Array(text.utf8)) == encoded)
        #expect(Base64URL.decode(encoded) == Array(text.utf8))
    }

    @Test("The two characters of the URL alphabet are used")
    func alphabet() {
        #expect(Base64URL.encode([0xfb, 0xff]) == "-_8")
        #expect(Base64URL.decode("-_8") == [0xfb, 0xff])
    }

    @Test("Every value survives both encodings")
    func roundTrip() {
        for count in 0..<70 {
            let bytes = SecureRandom.bytes(count)
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        }
    }

    @Test("What encode would not write is refused", arguments: ["Z", "Zg==", "Zh", "Zm9=", "+/8", "Zm 9v", "Zm9\u{e9}", "AAAAA"])
    func refusedBase64(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test("Hex takes either case and refuses everything else")
    func hex() {
        #expect(Hex.encode([0, 15, 255]) == "000fff")
        #expect(Hex.decode("000FfF") == [0, 15, 255])
        for text in ["0", "0g", " 00", "0x00", "é"] { #expect(Hex.decode(text) == nil) }
    }
}
