import Synchronization

/// Numbers for request, trace and span ids: never twice from one process, and from different processes only by chance.
///
/// They are names, not secrets, so a counter stirred by SplitMix64's finaliser does; the system's generator would cost a system call
/// each, five times per request.
enum UniqueNumber {
    private static let counter = Atomic<UInt64>(.random(in: .min ... .max))

    /// Never 0, which trace context forbids.
    static func next() -> UInt64 {
        var mixed = counter.wrappingAdd(0x9e37_79b9_7f4a_7c15, ordering: .relaxed).newValue
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        mixed ^= mixed >> 31
        return mixed == 0 ? next() : mixed
    }
}

enum HexText {
    /// 16 lower-case hexadecimal characters.
    static func of(_ value: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { buffer in
            write(value, to: buffer, at: 0)
            return 16
        }
    }

    /// 32 of them.
    static func of(_ high: UInt64, _ low: UInt64) -> String {
        String(unsafeUninitializedCapacity: 32) { buffer in
            write(high, to: buffer, at: 0)
            write(low, to: buffer, at: 16)
            return 32
        }
    }

    private static func write(_ value: UInt64, to buffer: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
        for index in 0..<16 {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(60 - index * 4)) & 0xf
            buffer[start + index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        }
    }
}
