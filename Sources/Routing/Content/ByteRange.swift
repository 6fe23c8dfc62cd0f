/// One range of bytes, as the field `Range` asks for it (RFC 9110, section 14.1.2).
enum ByteRange: Hashable {
    /// From this byte on, to the other inclusively, or to the end.
    case from(Int, through: Int?)
    /// So many at the end.
    case last(Int)

    /// nil for what a server is to ignore, and then answers with the whole: another unit, what is no range, a range that ends before it
    /// begins. Several ranges are ignored as well, which the standard leaves to the server.
    init?(_ field: String) {
        let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "bytes" else { return nil }
        let elements = parts[1].split(separator: ",").map { MediaType.trim($0) }.filter { !$0.isEmpty }
        guard elements.count == 1, let dash = elements[0].firstIndex(of: "-") else { return nil }
        let (first, last) = (elements[0][..<dash], elements[0][elements[0].index(after: dash)...])
        switch (Self.number(first), Self.number(last)) {
        case (let first?, let last?):
            guard first <= last else { return nil }
            self = .from(first, through: last)
        case (let first?, nil):
            guard last.isEmpty else { return nil }
            self = .from(first, through: nil)
        case (nil, let count?):
            guard first.isEmpty else { return nil }
            self = .last(count)
        case (nil, nil): return nil
        }
    }

    /// Any number of digits; beyond what fits it is as large as any file is small.
    private static func number(_ digits: Substring) -> Int? {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int(digits) ?? Int.max
    }

    /// What it comes to of so many bytes.
    enum Selection: Hashable {
        case part(Range<Int>)
        case whole
        case unsatisfiable
    }

    func selection(of length: Int) -> Selection {
        switch self {
        case .from(let first, let last):
            guard first < length else { return .unsatisfiable }
            return .part(first..<min(last ?? length - 1, length - 1) + 1)
        case .last(let count):
            guard count > 0 else { return .unsatisfiable }
            // There is no last byte of nothing that `Content-Range` could name.
            return length == 0 ? .whole : .part(max(0, length - count)..<length)
        }
    }
}
