/// Header fields that are lists of names: `Vary`, `Cache-Control`, `Connection`. Looked into with every answer, so nothing is split or copied.
enum FieldList {
    /// Whether `name` is one of the list's elements, in any case.
    static func contains(_ list: String, _ name: String) -> Bool {
        // Bytes side by side: to step through a string's own view costs several times as much.
        var (list, name) = (list, name)
        return list.withUTF8 { list in name.withUTF8 { contains(list, $0) } }
    }

    private static func contains(_ list: UnsafeBufferPointer<UInt8>, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        var start = 0
        while start < list.count {
            let end = list[start...].firstIndex(of: UInt8(ascii: ",")) ?? list.count
            let element = trimmed(list, start..<end)
            if element.count == name.count, zip(list[element], name).allSatisfy({ Ascii.lowercase($0) == Ascii.lowercase($1) }) {
                return true
            }
            start = end + 1
        }
        return false
    }

    private static func trimmed(_ list: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isBlank(list[start]) { start += 1 }
        while start < end, isBlank(list[end - 1]) { end -= 1 }
        return start..<end
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == Ascii.space || byte == Ascii.tab }
}

extension String {
    /// Where a byte comes first, found in contiguous memory.
    func firstIndex(ofByte byte: UInt8) -> Index? {
        guard let offset = utf8.withContiguousStorageIfAvailable({ $0.firstIndex(of: byte) }) else { return utf8.firstIndex(of: byte) }
        return offset.map { utf8.index(startIndex, offsetBy: $0) }
    }
}
