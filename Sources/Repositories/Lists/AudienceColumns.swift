import Core
import Domain

/// Which columns of a table say who may see a row: the SQL side of ``Resource/audience``. A test holds the two against each other.
indirect enum AudienceColumns: Hashable, Sendable {
    case directory
    /// The row concerns the school in this column.
    case leadership(school: String)
    /// The row concerns every school in the array of this column.
    case leadershipOfEach(schools: String)
    /// Each of these columns names a party, or nobody; whoever goes by one of the names in `always` is a party to every row.
    case parties([String], always: [String] = [])
    /// Everybody named in the arrays of these columns is a party, and whom the columns `or` name.
    case partiesOfEach([String], or: [String] = [])
    /// Only who is named in the array of this column.
    case namedIn(String)
    /// Of tables with `isConfidential`: who is named in the array of this column; and, where that isn't set, who sees everything between
    /// parties. With `isIndexed` ``ElementSQL`` keeps the names in a table of their own.
    case shown(to: String, isIndexed: Bool = false)
    /// One audience for rows whose column has one of these values, another for the rest: a draft is its author's.
    case whether(_ column: String, in: [String], AudienceColumns, else: AudienceColumns)

    typealias Condition = (sql: String, arguments: [SQLValue])

    /// What restricts a list to what is visible; nil when everything is.
    func condition(_ visibility: Visibility) -> Condition? {
        switch self {
        case .directory: nil
        case .leadership(let school):
            switch visibility.leadership {
            case .all: nil
            case .none: ("FALSE", [])
            case .schools(let schools): ("\(Table.quoted(school)) IN (SELECT value FROM json_each(?))", [.names(schools)])
            }
        case .leadershipOfEach(let schools):
            switch visibility.leadership {
            case .all: nil
            case .none: ("FALSE", [])
            case .schools(let governed): (Self.hasElement(schools), [.names(governed)])
            }
        case .partiesOfEach(let arrays, let columns):
            visibility.parties.map { parties in
                let each = arrays.map(Self.hasElement) + columns.map(Self.isNamed)
                return ("(" + each.joined(separator: " OR ") + ")", each.map { _ in .names(parties) })
            }
        case .namedIn(let array):
            (visibility.parties ?? visibility.names).map { (Self.hasElement(array), [.names($0)]) }
        case .shown(let array, _):
            switch (visibility.parties, visibility.names) {
            case (let parties?, _): (Self.hasElement(array), [.names(parties)])
            case (nil, let names?): ("(isConfidential = 0 OR \(Self.hasElement(array)))", [.names(names)])
            case (nil, nil): nil
            }
        case .whether(let column, let values, let first, let second):
            Self.either(column, values, first.condition(visibility), second.condition(visibility))
        case .parties(let columns, let always):
            visibility.parties.flatMap { parties in
                if !parties.isDisjoint(with: always) { return nil }
                if columns.isEmpty { return ("FALSE", []) }
                let names = SQLValue.names(parties)
                return ("(" + columns.map(Self.isNamed).joined(separator: " OR ") + ")", columns.map { _ in names })
            }
        }
    }

    private static func isNamed(_ column: String) -> String { "\(Table.quoted(column)) IN (SELECT value FROM json_each(?))" }

    private static func hasElement(_ column: String) -> String {
        "EXISTS (SELECT 1 FROM json_each(\(Table.quoted(column))) AS element WHERE element.value IN (SELECT value FROM json_each(?)))"
    }

    private static func either(
        _ column: String, _ values: [String], _ first: Condition?, _ second: Condition?
    ) -> Condition? {
        guard first != nil || second != nil else { return nil }
        let list = values.map { "'\($0)'" }.joined(separator: ", ")
        return (
            "CASE WHEN \(Table.quoted(column)) IN (\(list)) THEN \(first?.sql ?? "TRUE") ELSE \(second?.sql ?? "TRUE") END",
            (first?.arguments ?? []) + (second?.arguments ?? [])
        )
    }
}

extension SQLValue {
    /// A set of ids as one argument, for `json_each`.
    static func names(_ names: some Collection<String>) -> SQLValue {
        .json(String(decoding: JSON.array(names.sorted().map(JSON.string)).bytes, as: UTF8.self))
    }
}
