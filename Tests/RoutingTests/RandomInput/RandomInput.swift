import Foundation

/// Bytes that nobody sends on purpose: pieces of good and bad examples, cut, joined, repeated and flipped. The same for the same seed.
struct RandomInput: RandomNumberGenerator {
    /// How many inputs a test tries; PARTNERSHIP_RANDOM_INPUTS=1000000 goes on for long.
    static let count = ProcessInfo.processInfo.environment["PARTNERSHIP_RANDOM_INPUTS"].flatMap(Int.init) ?? 3_000

    private var state: UInt64
    private let corpus: [[UInt8]]

    init(seed: UInt64, _ corpus: [String]) {
        state = seed
        self.corpus = corpus.map { Array($0.utf8) }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// The next input.
    mutating func bytes() -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<number(1...3) { bytes += piece() }
        for _ in 0..<number(0...4) {
            let place = number(0...bytes.count)
            switch number(0...5) {
            case 0: bytes.insert(UInt8(truncatingIfNeeded: next()), at: place)
            case 1 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: next())
            case 2 where place < bytes.count: bytes.remove(at: place)
            case 3: bytes.insert(contentsOf: piece(), at: place)
            case 4: bytes.insert(contentsOf: Self.nasty.randomElement(using: &self) ?? [], at: place)
            default: bytes = Array(bytes.prefix(place))
            }
        }
        return bytes
    }

    mutating func text() -> String { String(decoding: bytes(), as: UTF8.self) }

    /// Cuts the bytes into pieces of random lengths.
    mutating func pieces(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(number(1...max(1, min(rest.count, 9))))
            pieces.append(piece)
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }

    private mutating func piece() -> [UInt8] {
        let example = corpus.randomElement(using: &self) ?? []
        let start = number(0...1) == 0 ? 0 : number(0...example.count)
        return Array(example[start...].prefix(number(0...2) == 0 ? number(0...example.count) : example.count))
    }

    private static let nasty: [[UInt8]] =
        [
            [0], [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xEF, 0xBB, 0xBF], Array(repeating: 0x5B, count: 100),
            Array(repeating: 0x22, count: 9),
        ]
        + [
            "\r", "\n", "\r\n", "\r\n\r\n", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "99999999999999999999",
            "1e308",
            "-0", "%", "%00", "%ff", "\\u0000", "\\ud800", "👩‍👩‍👧‍👧", "\u{202E}", "{", "}", "[", "]", "\"", "'", ",", ";", "=", "-", "*", "?",
            "+",
        ].map { Array($0.utf8) }
}
