package import Domain
import GRDB

extension CodeItem: Stored {
    package static let table = Table(
        CodeItem.self,
        members: [
            .required("list"), .optional("regime"), .required("code"), .required("label"), .required("position"), .optional("retiredOn"),
            .instant("updatedAt"),
        ])
}

extension Transaction {
    package var codes: CodeItemRepository<Self> { CodeItemRepository(transaction: self) }
}

package struct CodeItemRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    /// The items of a list, or of one regime in it, in their order.
    package func items(of list: CodeList, regime: String? = nil) throws -> [CodeItem] {
        try transaction.all(CodeItem.self, where: "list", is: list.rawValue)
            .filter { regime == nil || $0.regime == regime }
            .sorted { ($0.regime ?? "", $0.position, $0.code) < ($1.regime ?? "", $1.position, $1.code) }
    }

    package func find(_ key: CodeItemKey) throws -> CodeItem? { try find(key.code, in: key.list, regime: key.regime) }

    /// One item; without a regime, of any.
    package func find(_ code: String, in list: CodeList, regime: String?) throws -> CodeItem? {
        let sql = """
            SELECT \(CodeItem.table.selection) FROM codeItem WHERE list = ?1 AND code = ?2 AND (?3 IS NULL OR regime = ?3)
            ORDER BY ifnull(regime, ''), position, code
            """
        return try transaction.connection.database.cached(sql).first([.text(list.rawValue), .text(code), .optional(regime)]) {
            try RowDecoder(row: $0).decode(CodeItem.self)
        }
    }

    /// The highest position in a list, or in one regime of it; 0 where there is none.
    package func lastPosition(in list: CodeList, regime: String?) throws -> Int {
        try transaction.connection.database.cached("SELECT max(position) FROM codeItem WHERE list = ?1 AND (?2 IS NULL OR regime = ?2)")
            .first([.text(list.rawValue), .optional(regime)]) { Int($0.integer(0)) } ?? 0
    }

    /// How many items each list has.
    package func counts() throws -> [CodeList: Int] {
        var counts: [CodeList: Int] = [:]
        try transaction.connection.database.cached("SELECT list, count(*) FROM codeItem GROUP BY list").eachRow { row in
            if let list = CodeList(rawValue: row.text(0)) { counts[list] = Int(row.integer(1)) }
        }
        return counts
    }

    /// Where a code is used: what kind of resource has it in which member, and how many of them do.
    package func uses(of item: CodeItem) throws -> [(type: ResourceType, member: String, count: Int)] {
        try StoredTypes.all.flatMap { type in
            try type.codedMembers.filter { $0.list == item.list }.compactMap { coded in
                let count = try count(coded, in: type.table.name, of: item)
                return count > 0 ? (type.type, coded.member, count) : nil
            }
        }
    }

    private func count(_ coded: CodedMember, in table: String, of item: CodeItem) throws -> Int {
        let column = Table.quoted(coded.member)
        var condition =
            switch coded.shape {
            case .one: "\(column) = ?"
            case .each: "EXISTS (SELECT 1 FROM json_each(\(column)) WHERE value = ?)"
            case .element(let name): "EXISTS (SELECT 1 FROM json_each(\(column)) WHERE json_extract(value, '$.\(name)') = ?)"
            }
        var arguments = [SQLValue.text(item.code)]
        if let regime = coded.regime {
            condition += " AND \(Table.quoted(regime)) = ?"
            arguments.append(.optional(item.regime))
        }
        let statement = try transaction.connection.database.prepared("SELECT count(*) FROM \(table) WHERE \(condition)")
        return try statement.first(arguments) { Int($0.integer(0)) } ?? 0
    }
}
