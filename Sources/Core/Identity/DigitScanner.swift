/// Reads fixed-width digits from text; what dates and instants share.
struct DigitScanner<Bytes: Collection<UInt8>> {
    private let bytes: Bytes
    private var position: Bytes.Index

    init(_ bytes: Bytes) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var isAtEnd: Bool { position == bytes.endIndex }

    mutating func take(_ byte: UInt8) -> Bool {
        guard position != bytes.endIndex, bytes[position] == byte else { return false }
        bytes.formIndex(after: &position)
        return true
    }

    mutating func takeAny(of candidates: StaticString) -> Bool {
        candidates.withUTF8Buffer { buffer in buffer.contains { take($0) } }
    }

    mutating func sign() -> Int64? {
        take(UInt8(ascii: "+")) ? 1 : take(UInt8(ascii: "-")) ? -1 : nil
    }

    /// Exactly `count` digits.
    mutating func digits(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// One or more digits after a decimal point, as milliseconds.
    mutating func fraction() -> Int64? {
        var value: Int64 = 0
        var count = 0
        while let digit = digit() {
            if count < 3 { value = value * 10 + Int64(digit) }
            count += 1
        }
        guard count > 0 else { return nil }
        for _ in 0..<max(0, 3 - count) { value *= 10 }
        return value
    }

    private mutating func digit() -> Int? {
        guard position != bytes.endIndex, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) else { return nil }
        defer { bytes.formIndex(after: &position) }
        return Int(bytes[position] - UInt8(ascii: "0"))
    }
}

extension UnsafeMutableBufferPointer<UInt8> {
    /// Writes `value`, which is not negative, as exactly `count` decimal digits.
    func writeDigits(_ value: Int, at offset: Int, count: Int) {
        var rest = value
        for index in stride(from: offset + count - 1, through: offset, by: -1) {
            self[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }
}
