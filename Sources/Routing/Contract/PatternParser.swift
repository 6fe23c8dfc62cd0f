/// Reads the text of a pattern; see ``Pattern`` for what it may hold.
struct PatternParser {
    indirect enum Node {
        case scalars(ScalarSet)
        case textStart
        case textEnd
        case sequence([Node])
        case alternatives([Node])
        /// - maximum: nil for without end.
        case repeated(Node, minimum: Int, maximum: Int?)
    }

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0

    init(_ source: String) {
        scalars = Array(source.unicodeScalars)
    }

    mutating func parse() throws(PatternError) -> Node {
        let node = try alternatives()
        guard position == scalars.count else { throw error("a closing parenthesis without its opening one") }
        return node
    }

    private mutating func alternatives() throws(PatternError) -> Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 64 else { throw error("groups nested too deeply") }
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() throws(PatternError) -> Node {
        var nodes: [Node] = []
        while let next = peek(), next != "|", next != ")" {
            let node = try atom()
            nodes.append(try quantified(node))
        }
        return .sequence(nodes)
    }

    private mutating func atom() throws(PatternError) -> Node {
        let scalar = scalars[position]
        position += 1
        switch scalar {
        case "^": return .textStart
        case "$": return .textEnd
        case ".": return .scalars(ScalarSet.lineEnds.inverted)
        case "(": return try group()
        case "[": return .scalars(try bracket())
        case "\\":
            switch try escape() {
            case .set(let set): return .scalars(set)
            case .scalar(let value): return .scalars(ScalarSet([value...value]))
            }
        case "*", "+", "?", "{": throw error("nothing to repeat")
        case "]", "}": throw error("a closing bracket without its opening one")
        default: return .scalars(ScalarSet([scalar.value...scalar.value]))
        }
    }

    private mutating func group() throws(PatternError) -> Node {
        if take("?") {
            guard take(":") else { throw error("only plain groups and (?:…) are understood") }
        }
        let node = try alternatives()
        guard take(")") else { throw error("a group without its closing parenthesis") }
        return node
    }

    private mutating func quantified(_ node: Node) throws(PatternError) -> Node {
        let bounds: (minimum: Int, maximum: Int?)
        switch peek() {
        case "*": bounds = (0, nil)
        case "+": bounds = (1, nil)
        case "?": bounds = (0, 1)
        case "{":
            position += 1
            bounds = try counts()
        default: return node
        }
        position += 1
        // Lazy or greedy makes no difference to whether there is a match.
        _ = take("?")
        if let next = peek(), next == "*" || next == "+" || next == "?" || next == "{" { throw error("nothing to repeat") }
        switch node {
        case .textStart, .textEnd: throw error("an anchor can't be repeated")
        default: return .repeated(node, minimum: bounds.minimum, maximum: bounds.maximum)
        }
    }

    /// Inside the braces; leaves the position on the closing one.
    private mutating func counts() throws(PatternError) -> (Int, Int?) {
        guard let minimum = integer() else { throw error("a repetition without a number") }
        guard take(",") else {
            guard peek() == "}" else { throw error("a repetition without its closing brace") }
            return (minimum, minimum)
        }
        let maximum = integer()
        guard peek() == "}" else { throw error("a repetition without its closing brace") }
        if let maximum, maximum < minimum { throw error("a repetition whose numbers are in the wrong order") }
        return (minimum, maximum)
    }

    private mutating func integer() -> Int? {
        var value: Int?
        while let next = peek(), ("0"..."9").contains(next) {
            value = min((value ?? 0) * 10 + Int(next.value - 0x30), 100_000)
            position += 1
        }
        return value
    }

    private enum Escape {
        case set(ScalarSet)
        case scalar(UInt32)
    }

    /// After the backslash.
    private mutating func escape() throws(PatternError) -> Escape {
        guard let scalar = peek() else { throw error("a backslash at the end") }
        position += 1
        switch scalar {
        case "d": return .set(.digits)
        case "D": return .set(ScalarSet.digits.inverted)
        case "w": return .set(.word)
        case "W": return .set(ScalarSet.word.inverted)
        case "s": return .set(.space)
        case "S": return .set(ScalarSet.space.inverted)
        case "t": return .scalar(0x09)
        case "n": return .scalar(0x0A)
        case "v": return .scalar(0x0B)
        case "f": return .scalar(0x0C)
        case "r": return .scalar(0x0D)
        case "0": return .scalar(0)
        case "x": return .scalar(try hex(count: 2))
        case "u":
            guard take("{") else { return .scalar(try hex(count: 4)) }
            let value = try hex(count: nil)
            guard take("}"), value <= 0x10FFFF else { throw error("a malformed \\u escape") }
            return .scalar(value)
        default:
            // ECMA-262 lets only syntax characters (and, in classes, -) be escaped.
            guard "^$\\.*+?()[]{}|/-".unicodeScalars.contains(scalar) else { throw error("\\\(scalar) is not understood") }
            return .scalar(scalar.value)
        }
    }

    /// - Parameter count: of digits; nil for one to six.
    private mutating func hex(count: Int?) throws(PatternError) -> UInt32 {
        var value: UInt32 = 0
        var digits = 0
        while digits < count ?? 6, let digit = peek().flatMap({ Character($0).hexDigitValue }) {
            value = value << 4 | UInt32(digit)
            digits += 1
            position += 1
        }
        guard digits == count || (count == nil && digits > 0) else { throw error("a malformed escape") }
        return value
    }

    /// After the opening bracket.
    private mutating func bracket() throws(PatternError) -> ScalarSet {
        let isInverted = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        while true {
            guard let next = peek() else { throw error("a class without its closing bracket") }
            if next == "]" { break }
            let first = try classAtom()
            guard peek() == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
                switch first {
                case .set(let set): ranges += set.ranges
                case .scalar(let value): ranges.append(value...value)
                }
                continue
            }
            position += 1
            guard case .scalar(let low) = first, case .scalar(let high) = try classAtom(), low <= high else {
                throw error("a range in a class that isn't one")
            }
            ranges.append(low...high)
        }
        position += 1
        let set = ScalarSet(ranges)
        return isInverted ? set.inverted : set
    }

    private mutating func classAtom() throws(PatternError) -> Escape {
        let scalar = scalars[position]
        position += 1
        return scalar == "\\" ? try escape() : .scalar(scalar.value)
    }

    private func peek() -> Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek() == scalar else { return false }
        position += 1
        return true
    }

    private func error(_ reason: String) -> PatternError {
        PatternError("the pattern is not understood at character \(position): \(reason)")
    }
}
