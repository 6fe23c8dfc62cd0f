package import Core
package import Domain
import GRDB
import OrderedCollections

/// Finding shared resources by what they say, the best first.
package struct ResourceSearch<Owner: Transaction> {
    fileprivate let transaction: Owner

    private static var index: String { "sharedResourceSearch" }
    /// How much a word weighs in title, keywords, summary, body.
    private static var rank: String { "bm25(\(index), 10, 5, 3, 1)" }

    /// A page of what the query finds; with `q` and no order of the caller's the best first, each with ``Highlights``.
    ///
    /// Ranks are relative to everything there is, so they move a little with every resource: whoever reads all pages sorts by a member.
    /// Throws `invalid` for words that can't be read and a cursor that isn't ours.
    package func page(_ query: ListQuery, visibleTo visibility: Visibility) throws -> Page<Encoded> {
        var facets = query.countsFacets ? FacetCounts() : nil
        var page: Page<Encoded>
        if let text = query.text, query.sort.isEmpty {
            page = try ranked(query, SearchExpression(text), visibility, &facets)
        } else {
            page = try transaction.encodedPage(SharedResource.self, query, visibleTo: visibility)
            try count(query, visibility, &facets)
        }
        page.facets = try facets?.tree(transaction.connection.database)
        return page
    }

    // MARK: Facets

    private func count(_ query: ListQuery, _ visibility: Visibility, _ facets: inout FacetCounts?) throws {
        guard facets != nil else { return }
        let filters = try ListFilters(
            SharedResource.table, query, visibleTo: visibility, in: transaction.connection.database, readsAll: true)
        let sql = """
            SELECT \(FacetCounts.columns) FROM sharedResourceFacet AS facet
            WHERE number IN (SELECT number FROM \(SharedResource.table.name)\(filters.clause()))
            """
        try transaction.connection.database.prepared(sql).eachRow(filters.arguments) { facets?.add($0, from: 0) }
    }

    // MARK: Ranking

    private func ranked(
        _ query: ListQuery, _ expression: SearchExpression, _ visibility: Visibility, _ facets: inout FacetCounts?
    ) throws -> Page<Encoded> {
        var plain = query
        plain.text = nil
        let conditions = try conditions(plain, visibility)
        let sql = """
            SELECT place, score\(facets == nil ? "" : ", \(FacetCounts.columns)")
            FROM (SELECT rowid AS place, \(Self.rank) AS score FROM \(Self.index) WHERE \(Self.index) MATCH ?)
            CROSS JOIN sharedResourceFacet AS facet ON facet.number = place
            """ + conditions.sql
        let start = try query.cursor.map(Match.init(after:))
        // One more than is shown says whether there is a next page.
        var (total, best): (Int, Best) = (0, Best(query.limit + 1))
        try transaction.connection.database.prepared(sql).eachRow([.text(expression.match)] + conditions.arguments) { row in
            total += 1
            facets?.add(row, from: 2)
            let match = Match(score: row.double(1), number: row.integer(0))
            if start.map({ $0 < match }) ?? true { best.take(match) }
        }
        let shown = best.matches.prefix(query.limit)
        var next: Core.Cursor?
        if best.matches.count > shown.count, let last = shown.last {
            next = Core.Cursor(fingerprint: query.cursor?.fingerprint ?? "", values: [last.position])
        }
        return Page(
            items: try highlighted(shown.map(\.number), expression), next: next, seq: try transaction.lastSeq(),
            total: query.countsTotal ? total : nil)
    }

    /// What a match must fulfil beside its words: the resource's own row, which is wide, is looked at only where something is asked of it.
    private func conditions(_ query: ListQuery, _ visibility: Visibility) throws -> (sql: String, arguments: [SQLValue]) {
        let (table, database) = (SharedResource.table, transaction.connection.database)
        let asked = try ListFilters(table, query, visibleTo: .everything, in: database)
        let visible = try ListFilters(table, ListQuery(), visibleTo: visibility, in: database)
        func row(_ filters: ListFilters) -> String {
            "EXISTS (SELECT 1 FROM \(table.name)\(filters.clause(adding: ["number = place"])))"
        }
        var parts: [String] = []
        var arguments: [SQLValue] = []
        if !visible.isEmpty {
            parts.append("(facet.isOpen OR \(row(visible)))")
            arguments += visible.arguments
        }
        if !asked.isEmpty {
            parts.append(row(asked))
            arguments += asked.arguments
        }
        return (parts.isEmpty ? "" : " WHERE " + parts.joined(separator: " AND "), arguments)
    }

    private func highlighted(_ numbers: [Int64], _ expression: SearchExpression) throws -> [Encoded] {
        let database = transaction.connection.database
        let version = try database.cached("SELECT id, etag FROM \(SharedResource.table.name) WHERE number = ?")
        let versions = try numbers.compactMap { number in
            try version.first([.integer(number)]) { ($0.text(0), try $0.versionTag(1)) }
        }
        let highlights = try highlights(numbers, expression)
        return try zip(numbers, transaction.encoded(SharedResource.self, versions)).map { number, item in
            item.adding([("highlights", highlights[number]?.tree.bytes)])
        }
    }

    private func highlights(_ numbers: [Int64], _ expression: SearchExpression) throws -> [Int64: Highlights] {
        let (begin, end) = (Highlights.begin, Highlights.end)
        let selection = """
            SELECT rowid, highlight(\(Self.index), 0, '\(begin)', '\(end)'),
                snippet(\(Self.index), 2, '\(begin)', '\(end)', '…', \(Highlights.words)),
                snippet(\(Self.index), 3, '\(begin)', '\(end)', '…', \(Highlights.words))
            FROM \(Self.index) WHERE \(Self.index) MATCH ? AND
            """
        let database = transaction.connection.database
        var found: [Int64: Highlights] = [:]
        func read(_ row: OpaquePointer) { found[row.integer(0)] = Highlights(title: row.text(1), summary: row.text(2), body: row.text(3)) }
        if expression.hasPrefix {
            // All words that begin so are gathered with each question: one for all rows is the faster way.
            let list = JSON.array(numbers.map(JSON.integer)).bytes
            try database.cached("\(selection) +rowid IN (SELECT value FROM json_each(?))")
                .eachRow([.text(expression.wanted), .json(String(decoding: list, as: UTF8.self))], read)
        } else {
            let one = try database.cached("\(selection) rowid = ?")
            for number in numbers { try one.eachRow([.text(expression.wanted), .integer(number)], read) }
        }
        return found
    }
}

extension Transaction {
    package var resourceSearch: ResourceSearch<Self> { ResourceSearch(transaction: self) }
}

/// A resource found, the best first.
private struct Match: Comparable {
    let score: Double
    let number: Int64

    static func < (one: Match, other: Match) -> Bool { (one.score, one.number) < (other.score, other.number) }

    init(score: Double, number: Int64) {
        self.score = score
        self.number = number
    }

    init(after cursor: Core.Cursor) throws {
        let parts = cursor.values.first?.stringValue?.split(separator: "-") ?? []
        guard parts.count == 2, let bits = UInt64(parts[0], radix: 16), let number = Int64(parts[1]) else {
            throw DomainError.invalid([FieldError(parameter: "cursor", code: "invalid-cursor", detail: "is not a cursor of this list")])
        }
        self.init(score: Double(bitPattern: bits), number: number)
    }

    /// For a cursor.
    var position: JSON { .string("\(String(score.bitPattern, radix: 16))-\(number)") }
}

/// The best of those it takes, in order: what can't be among them costs one comparison.
private struct Best {
    private(set) var matches: [Match] = []
    private let capacity: Int

    init(_ capacity: Int) {
        self.capacity = capacity
        matches.reserveCapacity(capacity + 1)
    }

    mutating func take(_ match: Match) {
        if matches.count == capacity {
            guard let worst = matches.last, match < worst else { return }
            matches.removeLast()
        }
        matches.insert(match, at: matches.firstIndex { match < $0 } ?? matches.endIndex)
    }
}

/// Where the words were found, as HTML: text escaped, words in `<mark>`.
private struct Highlights {
    /// Characters that no text has; see `ControlCharacters` in ``ResourceText``.
    static let begin = "\u{2}"
    static let end = "\u{3}"
    /// Of a snippet.
    static let words = 24

    let tree: JSON

    /// Where the summary has none of the words, the body speaks.
    init(title: String, summary: String, body: String) {
        let snippet = summary.contains(Self.begin) || !body.contains(Self.begin) ? summary : body
        tree = ["title": .string(Self.html(title)), "snippet": .string(Self.html(snippet))]
    }

    private static func html(_ text: String) -> String {
        var html = ""
        html.reserveCapacity(text.utf8.count + 32)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{2}": html += "<mark>"
            case "\u{3}": html += "</mark>"
            case "&": html += "&amp;"
            case "<": html += "&lt;"
            case ">": html += "&gt;"
            case "\"": html += "&quot;"
            case "'": html += "&#39;"
            default: html.unicodeScalars.append(scalar)
            }
        }
        return html
    }
}

/// How many of the resources found have which value; values are counted by their codes and named at the end.
private struct FacetCounts {
    private static let facets = ["kind", "subject", "keyStage", "schoolId", "licence"]
    static let columns = "kindLicenceSubject, keyStagesSchool"
    private static let arrays: Set<String> = ["keyStage"]

    /// Of each facet by code: codes are few and without gaps.
    private var counts = Array(repeating: [Int](), count: facets.count)

    mutating func add(_ row: OpaquePointer, from column: Int32) {
        let (first, second) = (Int(row.integer(column)), Int(row.integer(column + 1)))
        count(first >> 40, 0)
        count(first & 0xF_FFFF, 1)
        count(second >> 20, 2)
        count(second & 0xF_FFFF, 3)
        count(first >> 20 & 0xF_FFFF, 4)
    }

    /// 0 is no code: there is no value.
    private mutating func count(_ code: Int, _ facet: Int) {
        guard code > 0 else { return }
        if code >= counts[facet].count { counts[facet] += Array(repeating: 0, count: code + 1 - counts[facet].count) }
        counts[facet][code] += 1
    }

    /// The most frequent first; values nothing has are left out.
    func tree(_ database: Database) throws -> JSON {
        var values: [Int: String] = [:]
        try database.cached("SELECT code, value FROM facetValue").eachRow([]) { values[Int($0.integer(0))] = $0.text(1) }
        var tree = JSON.Object()
        for (facet, counts) in zip(Self.facets, counts) {
            var named: [String: Int] = [:]
            for (code, count) in counts.enumerated() where count > 0 {
                guard let value = values[code] else { continue }
                for element in Self.arrays.contains(facet) ? Self.elements(value) : [value] { named[element, default: 0] += count }
            }
            tree[facet] = .array(
                named.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                    .map { ["value": .string($0.key), "count": .integer(Int64($0.value))] })
        }
        return .object(tree)
    }

    /// Arrays are counted as they are stored, of which there are few.
    private static func elements(_ array: String) -> [String] {
        (try? JSON(parsing: Array(array.utf8)))?.arrayValue?.compactMap(\.stringValue) ?? []
    }
}
