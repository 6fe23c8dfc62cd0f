package import Core
package import Domain
import GRDB

/// What may hold only once on a day, for those that agree in these members.
package struct Exclusion: Sendable {
    let members: [String]
    /// A boolean member that must be true of both; nil when it concerns all.
    let flag: String?
    /// Completes “It overlaps with one that …”.
    let sentence: String

    package init(sameIn members: [String], flag: String? = nil, _ sentence: String) {
        self.members = members
        self.flag = flag
        self.sentence = sentence
    }
}

/// A dated fact that is kept in a table, with the rules of what excludes what.
package protocol StoredFact: DatedFact, Stored {
    static var exclusions: [Exclusion] { get }
}

extension Transaction {
    /// Facts in force on a day whose member is exactly this text, by first day.
    package func facts<F: StoredFact>(_ type: F.Type, where member: String, is value: String, on day: LocalDate) throws -> [F] {
        let sql = """
            SELECT \(F.table.selection) FROM \(F.table.name) WHERE \(Table.quoted(member)) = ? AND \(Table.holds) ORDER BY startsOn, id
            """
        var found: [F] = []
        try connection.database.cached(sql).eachRow([.text(value), .text(day.description), .text(day.description)]) {
            found.append(try RowDecoder(row: $0).decode(type))
        }
        return found
    }

    /// All facts in force on a day, by first day.
    package func facts<F: StoredFact>(_ type: F.Type, on day: LocalDate) throws -> [F] {
        let sql = "SELECT \(F.table.selection) FROM \(F.table.name) WHERE \(Table.holds) ORDER BY startsOn, id"
        var found: [F] = []
        try connection.database.cached(sql).eachRow([.text(day.description), .text(day.description)]) {
            found.append(try RowDecoder(row: $0).decode(type))
        }
        return found
    }

    /// Throws ``DomainError/overlap(_:)`` naming the first fact that may not hold on one of the days of this one; to whoever may not see that
    /// one it says no more than that there is one.
    package func checkExclusions<F: StoredFact>(of fact: F, visibleTo visibility: Visibility) throws {
        let values = zip(F.table.columns, try RowEncoder.values(of: fact, columns: F.table.columns))
        let byName = Dictionary(values.map { ($0.0, $0.1) }) { first, _ in first }
        for exclusion in F.exclusions where exclusion.flag.map({ byName[$0] == .integer(1) }) ?? true {
            var conditions = exclusion.members.map { "\(Table.quoted($0)) IS ?" }
            if let flag = exclusion.flag { conditions.append("\(Table.quoted(flag)) = 1") }
            let sql = """
                SELECT \(F.table.selection) FROM \(F.table.name) WHERE id <> ? AND \(conditions.joined(separator: " AND "))
                AND (startsOn IS NULL OR startsOn <= ?) AND (endsOn IS NULL OR endsOn >= ?) ORDER BY startsOn, id LIMIT 1
                """
            let arguments =
                [.text(fact.id)] + exclusion.members.map { byName[$0] ?? .null } + [
                    .text(fact.endsOn.map(\.description) ?? "9999-12-31"), .text(fact.firstDay.map(\.description) ?? "0000-01-01"),
                ]
            guard let other = try connection.database.cached(sql).first(arguments, read: { try RowDecoder(row: $0).decode(F.self) }) else {
                continue
            }
            let isVisible = visibility.allows(other.audience)
            let which = isVisible ? ": \(other.id), \(other.days)" : ""
            throw DomainError.overlap(
                FieldError(
                    pointer: "/startsOn", code: "overlap", detail: "overlaps with one that \(exclusion.sentence)\(which)",
                    conflictsWith: isVisible ? other.id : nil))
        }
    }
}
