import Core
import Domain

/// Which columns of a table say who may see a row: the SQL side of ``Resource/audience``. A test holds the two against each other.
enum AudienceColumns: Hashable, Sendable {
    case directory
    /// The row concerns the school in this column.
    case leadership(school: String)
    /// Each of these columns names a party, or nobody; whoever goes by one of the names in `always` is a party to every row.
    case parties([String], always: [String] = [])

    /// What restricts a list to what is visible; nil when everything is. Its text depends on the table alone, so that statements are kept.
    func condition(_ visibility: Visibility) -> (sql: String, arguments: [SQLValue])? {
        switch self {
        case .directory: nil
        case .leadership(let school):
            switch visibility.leadership {
            case .all: nil
            case .none: ("FALSE", [])
            case .schools(let schools): ("\(Table.quoted(school)) IN (SELECT value FROM json_each(?))", [.names(schools)])
            }
        case .parties(let columns, let always):
            visibility.parties.flatMap { parties in
                if !parties.isDisjoint(with: always) { return nil }
                if columns.isEmpty { return ("FALSE", []) }
                let names = SQLValue.names(parties)
                let each = columns.map { "\(Table.quoted($0)) IN (SELECT value FROM json_each(?))" }
                return ("(" + each.joined(separator: " OR ") + ")", columns.map { _ in names })
            }
        }
    }
}

extension SQLValue {
    /// A set of ids as one argument, for `json_each`.
    static func names(_ names: some Collection<String>) -> SQLValue {
        .json(String(decoding: JSON.array(names.sorted().map(JSON.string)).bytes, as: UTF8.self))
    }
}
