/// A `pattern` of the contract, matched in time proportional to text × pattern whatever both look like.
///
/// The subset of ECMA-262 (with its `u` flag: a character is a Unicode scalar) that contracts need: literals, `.`, classes with ranges and
/// `^`, `\d \D \w \W \s \S`, `\t \n \r \f \v \0 \xHH \uHHHH \u{H…}`, escaped punctuation, groups `(…)` and `(?:…)`, `|`, `* + ?`
/// and `{n} {n,} {n,m}` (also lazy: the same for a yes-or-no answer), `^` and `$` for the ends of the text. Everything else, such as
/// look-around, back references and `\b`, refuses the start.
struct Pattern: Sendable {
    /// Counted repetitions are written out, so this bounds their product.
    static let maximumInstructions = 20_000

    enum Instruction: Sendable {
        case scalar(ScalarSet)
        case split(Int, Int)
        case jump(Int)
        case textStart
        case textEnd
        case match
    }

    let source: String
    let instructions: [Instruction]
    /// For `^[…]*$`, which most texts of a contract have to match: the set every scalar must be of.
    private let everyScalar: ScalarSet?

    init(_ source: String) throws(PatternError) {
        var parser = PatternParser(source)
        var builder = Builder()
        let node = try parser.parse()
        try builder.add(node)
        everyScalar = node.everyScalar
        builder.instructions.append(.match)
        self.source = source
        instructions = builder.instructions
    }

    /// Whether the pattern occurs anywhere in the text.
    func matches(_ text: some StringProtocol) -> Bool {
        if let everyScalar { return text.unicodeScalars.allSatisfy(everyScalar.contains) }
        var current = Threads(count: instructions.count)
        var next = Threads(count: instructions.count)
        var scalars = text.unicodeScalars.makeIterator()
        var isStart = true
        var scalar = scalars.next()
        while true {
            // Unanchored: a new attempt begins at every position.
            if follow(from: 0, isStart: isStart, isEnd: scalar == nil, into: &current) { return true }
            guard let taken = scalar else { return false }
            scalar = scalars.next()
            isStart = false
            next.clear()
            for pc in current.list {
                if case .scalar(let set) = instructions[pc], set.contains(taken),
                    follow(from: pc + 1, isStart: false, isEnd: scalar == nil, into: &next)
                {
                    return true
                }
            }
            swap(&current, &next)
        }
    }

    /// Adds everything reachable without taking a scalar; true when the end of the pattern is.
    private func follow(from start: Int, isStart: Bool, isEnd: Bool, into threads: inout Threads) -> Bool {
        threads.stack.append(start)
        while let pc = threads.stack.popLast() {
            guard threads.insert(pc) else { continue }
            switch instructions[pc] {
            case .scalar: threads.list.append(pc)
            case .split(let first, let second):
                threads.stack.append(second)
                threads.stack.append(first)
            case .jump(let target): threads.stack.append(target)
            case .textStart: if isStart { threads.stack.append(pc + 1) }
            case .textEnd: if isEnd { threads.stack.append(pc + 1) }
            case .match:
                threads.stack.removeAll(keepingCapacity: true)
                return true
            }
        }
        return false
    }

    /// The positions in the pattern that are alive at one position in the text.
    private struct Threads {
        /// Those that wait for a scalar.
        var list: [Int] = []
        var stack: [Int] = []
        private var seen: [UInt32]
        private var generation: UInt32 = 1

        init(count: Int) {
            seen = Array(repeating: 0, count: count)
        }

        mutating func insert(_ pc: Int) -> Bool {
            if seen[pc] == generation { return false }
            seen[pc] = generation
            return true
        }

        mutating func clear() {
            list.removeAll(keepingCapacity: true)
            generation += 1
        }
    }

    private struct Builder {
        var instructions: [Instruction] = []

        mutating func add(_ node: PatternParser.Node) throws(PatternError) {
            guard instructions.count < Pattern.maximumInstructions else { throw PatternError("the pattern is too large") }
            switch node {
            case .scalars(let set): instructions.append(.scalar(set))
            case .textStart: instructions.append(.textStart)
            case .textEnd: instructions.append(.textEnd)
            case .sequence(let nodes):
                for node in nodes { try add(node) }
            case .alternatives(let nodes): try addAlternatives(nodes)
            case .repeated(let node, let minimum, let maximum): try addRepeated(node, minimum, maximum)
            }
        }

        private mutating func addAlternatives(_ nodes: [PatternParser.Node]) throws(PatternError) {
            var exits: [Int] = []
            for (index, node) in nodes.enumerated() {
                let isLast = index == nodes.count - 1
                let split = instructions.count
                if !isLast { instructions.append(.split(split + 1, 0)) }
                try add(node)
                if !isLast {
                    exits.append(instructions.count)
                    instructions.append(.jump(0))
                    instructions[split] = .split(split + 1, instructions.count)
                }
            }
            for exit in exits { instructions[exit] = .jump(instructions.count) }
        }

        private mutating func addRepeated(_ node: PatternParser.Node, _ minimum: Int, _ maximum: Int?) throws(PatternError) {
            for _ in 0..<minimum { try add(node) }
            guard let maximum else {
                let split = instructions.count
                instructions.append(.split(split + 1, 0))
                try add(node)
                instructions.append(.jump(split))
                instructions[split] = .split(split + 1, instructions.count)
                return
            }
            var splits: [Int] = []
            for _ in minimum..<maximum {
                splits.append(instructions.count)
                instructions.append(.split(instructions.count + 1, 0))
                try add(node)
            }
            for split in splits { instructions[split] = .split(split + 1, instructions.count) }
        }
    }
}

extension PatternParser.Node {
    /// The set of `^[…]*$`; nil for every other pattern.
    fileprivate var everyScalar: ScalarSet? {
        guard case .sequence(let nodes) = self, nodes.count == 3, case .textStart = nodes[0], case .textEnd = nodes[2],
            case .repeated(.scalars(let set), minimum: 0, maximum: nil) = nodes[1]
        else { return nil }
        return set
    }
}

/// A sorted set of scalar ranges.
struct ScalarSet: Sendable, Hashable {
    private(set) var ranges: [ClosedRange<UInt32>]

    init(_ ranges: [ClosedRange<UInt32>]) {
        var merged: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        for range in ranges {
            if scalar.value < range.lowerBound { return false }
            if scalar.value <= range.upperBound { return true }
        }
        return false
    }

    var inverted: ScalarSet {
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { result.append(next...0x10FFFF) }
        return ScalarSet(result)
    }

    static let digits = ScalarSet([0x30...0x39])
    static let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = ScalarSet([
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F, 0x205F...0x205F,
        0x3000...0x3000, 0xFEFF...0xFEFF,
    ])
    static let lineEnds = ScalarSet([0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029])
}

/// What a pattern uses that isn't understood.
struct PatternError: Error, Hashable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
