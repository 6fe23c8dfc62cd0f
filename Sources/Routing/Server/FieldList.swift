/// Header fields that are lists of names: `Vary`, `Cache-Control`, `Connection`. Looked into with every answer, so nothing is split or copied.
enum FieldList {
    /// Whether `name` is one of the list's elements, in any case.
    static func contains(_ list: String, _ name: String) -> Bool {
        var rest = list.utf8[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: ",")) ?? rest.endIndex
            let element = rest[..<end].trimmingBlanks()
            if element.count == name.utf8.count, zip(element, name.utf8).allSatisfy({ Ascii.lowercase($0) == Ascii.lowercase($1) }) {
                return true
            }
            rest = rest[end...].dropFirst()
        }
        return false
    }
}

extension Substring.UTF8View {
    fileprivate func trimmingBlanks() -> Substring.UTF8View {
        var view = self
        while let first = view.first, first == Ascii.space || first == Ascii.tab { view.removeFirst() }
        while let last = view.last, last == Ascii.space || last == Ascii.tab { view.removeLast() }
        return view
    }
}
