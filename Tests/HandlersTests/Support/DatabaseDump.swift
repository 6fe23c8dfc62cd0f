import Foundation
import GRDB

/// Every row of every table, but for when tokens were last used, which is nobody's change.
struct DatabaseDump {
    let tables: [String: [String]]

    init(_ directory: URL) throws {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: directory.appending(path: "partnership.db").path, configuration: configuration)
        tables = try queue.read { database in
            let names = try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('sqlite_stat1', 'tokenUse')")
            var tables: [String: [String]] = [:]
            for name in names {
                let columns = try database.columns(in: name).map(\.name).filter { $0 != "lastUsedAt" }
                let list = columns.map { "quote(\"\($0)\")" }.joined(separator: " || ',' || ")
                tables[name] = try String.fetchAll(database, sql: "SELECT \(list.isEmpty ? "1" : list) FROM \"\(name)\" ORDER BY 1")
            }
            return tables
        }
    }
}
