import Core
package import Domain
package import Repositories

/// The codes of all lists. What is in use can be retired, not deleted, and keeps its meaning.
package struct CodeItemService: ResourceService {
    package typealias Item = CodeItem
    package let store: Store
    package let writing = Permission.codeListsWrite

    package init(store: Store) {
        self.store = store
    }

    package func id(of key: String, _ transaction: some Transaction) throws -> String? {
        guard let natural = CodeItemKey(key) else { return Item.type.isID(key) ? key : nil }
        return try transaction.codes.find(natural)?.id
    }

    package func prepare(_ item: CodeItem, replacing old: CodeItem?, _ transaction: WriteTransaction) throws -> CodeItem {
        guard item.errors.isEmpty else { throw DomainError.invalid(item.errors) }
        if let old, old.unit != item.unit {
            try check(unused: old, transaction, "Its unit can't change: the figures recorded would mean something else.")
        }
        if let other = try transaction.codes.find(item.code, in: item.list, regime: item.regime), other.id != item.id {
            throw DomainError.duplicate(
                FieldError(
                    pointer: "/code", code: "duplicate", detail: "is already in the list: \(other.key)", conflictsWith: other.id))
        }
        guard item.position == 0 else { return item }
        var placed = item
        // Tens leave room to put others between.
        placed.position = try transaction.codes.lastPosition(in: item.list, regime: item.regime) + 10
        return placed
    }

    package func checkDeletion(of item: CodeItem, _ transaction: WriteTransaction) throws {
        try check(unused: item, transaction, "Retire it instead, with retiredOn: what has it keeps it, and nothing new can take it.")
    }

    private func check(unused item: CodeItem, _ transaction: WriteTransaction, _ advice: String) throws {
        let uses = try transaction.codes.uses(of: item)
        guard !uses.isEmpty else { return }
        let places = uses.map { "\($0.count) of \($0.type.href) in the member \($0.member)" }
        throw DomainError.conflict("\(item.key) is in use: \(places.joined(separator: ", ")). \(advice)")
    }
}

/// A list as a whole.
package struct CodeListView: Encodable, Sendable {
    package var name: CodeList
    package var title: String
    package var description: String
    /// What its items say beside the label: tier, regime or unit; null for most.
    package var attribute: CodeList.Attribute?
    /// How many items it has, retired ones too.
    package var itemCount: Int

    fileprivate init(_ list: CodeList, itemCount: Int) {
        (name, title, description, attribute) = (list, list.title, list.description, list.attribute)
        self.itemCount = itemCount
    }
}

extension CodeItemService {
    /// All lists, by name.
    package func lists() throws -> [CodeListView] {
        let counts = try store.readNow { try $0.codes.counts() }
        return CodeList.allCases.map { CodeListView($0, itemCount: counts[$0] ?? 0) }.sorted { $0.name.rawValue < $1.name.rawValue }
    }

    /// One list and its items in their order, retired ones too. Throws ``DomainError/notFound``.
    package func list(named name: String) throws -> (list: CodeListView, items: [CodeItem]) {
        guard let list = CodeList(rawValue: name) else { throw DomainError.notFound }
        let items = try store.readNow { try $0.codes.items(of: list) }
        return (CodeListView(list, itemCount: items.count), items)
    }
}
