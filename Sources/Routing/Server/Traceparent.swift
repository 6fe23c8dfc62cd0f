/// W3C Trace Context, level 1: `00-<32 hex>-<16 hex>-<2 hex>`.
package struct Traceparent: Hashable, Sendable {
    /// 32 lower-case hexadecimal characters, the same through the whole call chain.
    package let traceId: String

    /// Parses a header value; nil unless it is valid, and then a new trace is started, as the standard asks.
    package init?(_ header: String) {
        let bytes = Array(header.utf8)
        guard bytes.count >= 55, bytes[2] == Self.dash, bytes[35] == Self.dash, bytes[52] == Self.dash else { return nil }
        guard let version = Self.hexByte(bytes[0], bytes[1]), version != 0xff, Self.hexByte(bytes[53], bytes[54]) != nil else {
            return nil
        }
        // A later version may carry more after a further dash; version 00 may not.
        if bytes.count > 55, version == 0 || bytes[55] != Self.dash { return nil }
        let trace = bytes[3..<35]
        guard Self.isIdentifier(trace), Self.isIdentifier(bytes[36..<52]) else { return nil }
        traceId = String(decoding: trace, as: UTF8.self)
    }

    private init(traceId: String) { self.traceId = traceId }

    /// A new trace.
    package static func random() -> Traceparent { Traceparent(traceId: HexText.of(UniqueNumber.next(), UniqueNumber.next())) }

    private static let dash = UInt8(ascii: "-")

    private static func isIdentifier(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy { hexDigit($0) != nil } && bytes.contains { $0 != UInt8(ascii: "0") }
    }

    private static func hexByte(_ high: UInt8, _ low: UInt8) -> UInt8? {
        guard let high = hexDigit(high), let low = hexDigit(low) else { return nil }
        return high << 4 | low
    }

    /// Upper case is invalid by the standard.
    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
