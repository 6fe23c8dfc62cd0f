package import Core

/// A member that holds a code of a list, or several. Declared once per resource: it is what is checked with every write, and what is looked
/// through before a code goes.
package struct CodedMember: Hashable, Sendable {
    package enum Shape: Hashable, Sendable {
        /// One code, or null.
        case one
        /// An array of codes.
        case each
        /// An array of objects with the code in this member.
        case element(String)
    }

    package let member: String
    package let list: CodeList
    package let shape: Shape
    /// The member of the resource that names the regime the codes belong to, for lists that have codes of several. While it is null the
    /// member holds words, which nothing checks.
    package let regime: String?

    package init(_ member: String, _ list: CodeList, _ shape: Shape = .one, regime: String? = nil) {
        self.member = member
        self.list = list
        self.shape = shape
        self.regime = regime
    }

    /// The codes a resource has there, with the JSON pointer of each. An empty text is a code not yet chosen.
    package func codes(in resource: JSON) -> [(pointer: String, code: String)] {
        let value = resource[member] ?? .null
        switch shape {
        case .one: return value.stringValue.map { [("/\(member)", $0)] }?.filter { $0.1 != "" } ?? []
        case .each:
            return (value.arrayValue ?? []).enumerated().compactMap { index, code in
                code.stringValue.map { ("/\(member)/\(index)", $0) }
            }
        case .element(let name):
            return (value.arrayValue ?? []).enumerated().compactMap { index, element in
                element[name]?.stringValue.map { ("/\(member)/\(index)/\(name)", $0) }
            }
        }
    }
}
