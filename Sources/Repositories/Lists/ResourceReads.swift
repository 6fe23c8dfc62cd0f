package import Core
package import Domain
import GRDB

/// What every resource can be asked for.
extension Transaction {
    package func find<R: Stored>(_ type: R.Type, id: String) throws -> R? {
        try connection.database.cached(R.table.selectByID).first([.text(id)]) { try RowDecoder(row: $0).decode(type) }
    }

    /// The same, nil as well for whoever may not see it.
    package func find<R: Stored>(_ type: R.Type, id: String, visibleTo visibility: Visibility) throws -> R? {
        guard let item = try find(type, id: id), visibility.allows(item) else { return nil }
        // What belongs to another resource doesn't say by itself which schools that concerns.
        guard R.concerningMembers.isEmpty, let own = R.table.schools.condition(visibility) else { return item }
        let sql = "SELECT 1 FROM \(R.table.name) WHERE id = ? AND \(own.sql)"
        return try connection.database.cached(sql).first([.text(id)] + own.arguments) { _ in true } == nil ? nil : item
    }

    /// The resource as it would be with other values for some members.
    package func find<R: Stored>(_ type: R.Type, id: String, replacing members: JSON.Object) throws -> R? {
        try connection.database.cached(R.table.selectByID).first([.text(id)]) {
            try RowDecoder(row: $0, replacing: members).decode(type)
        }
    }

    /// The resources whose member is exactly this text, by id.
    package func all<R: Stored>(_ type: R.Type, where member: String, is value: String) throws -> [R] {
        let sql = "SELECT \(R.table.selection) FROM \(R.table.name) WHERE \(Table.quoted(member)) = ? ORDER BY id"
        var found: [R] = []
        try connection.database.cached(sql).eachRow([.text(value)]) { found.append(try RowDecoder(row: $0).decode(type)) }
        return found
    }

    /// The resources with this element in one of the arrays that lists are filtered by, by id.
    package func all<R: Stored>(_ type: R.Type, with element: String, is value: String) throws -> [R] {
        guard let condition = R.table.condition(element) else { throw StoreError.notListable(table: R.table.name, member: element) }
        var found: [R] = []
        try connection.database.cached("SELECT \(R.table.selection) FROM \(R.table.name) WHERE \(condition) ORDER BY id")
            .eachRow([.text(value)]) { found.append(try RowDecoder(row: $0).decode(type)) }
        return found
    }

    /// One page of the resources the query finds. `next` carries no fingerprint; whoever sends it binds it to the request.
    package func list<R: Stored>(_ type: R.Type, _ query: ListQuery, visibleTo visibility: Visibility) throws -> Page<R> {
        try page(R.table, query, visibility, selecting: R.table.selection, columns: R.table.columns.count) {
            try RowDecoder(row: $0).decode(type)
        }
    }

    /// The resource as it is sent; from memory when this version was sent before.
    package func encoded<R: Stored>(_ type: R.Type, id: String, visibleTo visibility: Visibility) throws -> Encoded? {
        let isRestricted = R.table.audience.condition(visibility) != nil || R.table.schools.condition(visibility) != nil
        if isRestricted, try find(type, id: id, visibleTo: visibility) == nil { return nil }
        let sql = "SELECT etag FROM \(R.table.name) WHERE id = ?"
        guard let etag = try connection.database.cached(sql).first([.text(id)], read: { try $0.versionTag(0) }) else { return nil }
        return try encoded(type, [(id, etag)])[0]
    }

    /// One page as it is sent: ids and versions come from the database, rows only where a version was not sent before.
    package func encodedPage<R: Stored>(_ type: R.Type, _ query: ListQuery, visibleTo visibility: Visibility) throws -> Page<Encoded> {
        if query.includesDeleted, let since = query.updatedSince {
            return try encodedPageWithDeleted(type, query, since: since, visibleTo: visibility)
        }
        let versions = try page(R.table, query, visibility, selecting: "id, etag", columns: 2) { ($0.text(0), try $0.versionTag(1)) }
        return Page(items: try encoded(type, versions.items), next: versions.next, seq: versions.seq, total: versions.total)
    }

    /// These versions as they are sent, all of them there in this transaction.
    func encoded<R: Stored>(_ type: R.Type, _ versions: [(id: String, etag: VersionTag)]) throws -> [Encoded] {
        let cache = R.table.isVolatile ? nil : connection.cache
        let kept = cache?.bytes(R.type, versions)
        return try versions.indices.map { index in
            let (id, etag) = versions[index]
            if let bytes = kept?[index] { return Encoded(id: id, etag: etag, bytes: bytes) }
            // The same snapshot that named the version holds the row.
            guard let resource = try find(type, id: id) else { throw StoreError.damaged(path: R.table.name, reason: "\(id) is gone") }
            let bytes = try resource.wireBytes()
            cache?.insert(R.type, id: id, etag: etag, bytes: bytes)
            return Encoded(id: id, etag: etag, bytes: bytes)
        }
    }

    /// Reads a page row by row; `columns` is how many columns `selection` has.
    func page<Item: Sendable>(
        _ table: Table, _ query: ListQuery, _ visibility: Visibility, selecting selection: String, columns: Int,
        _ read: (OpaquePointer) throws -> Item
    ) throws -> Page<Item> {
        let database = connection.database
        let list = try ListSQL(table, query, visibleTo: visibility, in: database, selecting: selection)
        var items: [Item] = []
        var next: Core.Cursor?
        var last: [JSON] = []
        for part in list.parts where next == nil {
            let sql = part.sql + " LIMIT ?"
            let statement = list.isCommon ? try database.cached(sql) : try database.prepared(sql)
            // One more than asked for tells whether there is a next page.
            let limit = SQLValue.integer(Int64(query.limit + 1 - items.count))
            try statement.eachRow(part.arguments + [limit]) { row in
                guard items.count < query.limit else {
                    next = Core.Cursor(fingerprint: query.cursor?.fingerprint ?? "", values: last)
                    return
                }
                items.append(try read(row))
                if items.count == query.limit { last = Self.position(row, columns: columns, keys: list.sortKeys.count) }
            }
        }
        var total: Int?
        if query.countsTotal {
            let count = list.isCommon ? try database.cached(list.count.sql) : try database.prepared(list.count.sql)
            total = try count.first(list.count.arguments) { Int($0.integer(0)) }
        }
        return Page(items: items, next: next, seq: try lastSeq(), total: total)
    }

    /// Where a row stands in the order: its sort values and its id, which is the first column of every selection.
    private static func position(_ row: OpaquePointer, columns: Int, keys: Int) -> [JSON] {
        (0..<keys).map { row.json(Int32(columns + $0)) } + [.string(row.text(0))]
    }
}

extension Store {
    /// The resource as it is sent, if this version was sent before; the caller has just read the version, and knows who may see it.
    package func kept<R: Stored>(_ type: R.Type, id: String, etag: VersionTag) -> Encoded? {
        R.table.isVolatile ? nil : cache.bytes(R.type, id: id, etag: etag).map { Encoded(id: id, etag: etag, bytes: $0) }
    }
}

extension StoreSnapshot {
    /// Every resource the query finds, in its order, with little memory: row numbers are read at once (eight bytes each), rows a few at a
    /// time as they are handed out. `limit` and `cursor` of the query are ignored. Throws `invalid` for a query that can't be answered.
    package func rows<R: Stored>(of type: R.Type, _ query: ListQuery, visibleTo visibility: Visibility) async throws -> Rows<Encoded> {
        var query = query
        query.cursor = nil
        let rows: [Int64] = try await snapshot.read { [query] database in
            let list = try ListSQL(R.table, query, visibleTo: visibility, in: database, selecting: "rowid", readsAll: true)
            var rows: [Int64] = []
            for part in list.parts { try database.prepared(part.sql).eachRow(part.arguments) { rows.append($0.integer(0)) } }
            return rows
        }
        let sql = "SELECT \(R.table.selection) FROM \(R.table.name) WHERE rowid = ?"
        return Rows { [snapshot] sink in
            for start in stride(from: 0, to: rows.count, by: 100) {
                let chunk = rows[start..<min(start + 100, rows.count)]
                let resources: [R] = try await snapshot.read { database in
                    let statement = try database.cached(sql)
                    return try chunk.compactMap { number in
                        try statement.first([.integer(number)]) { try RowDecoder(row: $0).decode(type) }
                    }
                }
                for resource in resources {
                    try await sink(Encoded(id: resource.id, etag: resource.etag, bytes: try resource.wireBytes()))
                }
            }
        }
    }
}
