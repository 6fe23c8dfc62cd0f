/// The `Request-Id` of an answer: the client's own when it is harmless to log and to echo, else a new one.
package enum RequestID {
    /// 32 lower-case hexadecimal characters.
    package static func make() -> String { HexText.of(UniqueNumber.next(), UniqueNumber.next()) }

    /// `offered` when it is 1–128 characters of `A-Z a-z 0-9 . _ : + = / -`, none of which needs quoting in a log, a URN or a shell.
    package static func accept(_ offered: String?) -> String {
        guard let offered, (1...128).contains(offered.utf8.count), offered.utf8.allSatisfy(isSafe) else { return make() }
        return offered
    }

    private static func isSafe(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "+"), UInt8(ascii: "="), UInt8(ascii: "/"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
