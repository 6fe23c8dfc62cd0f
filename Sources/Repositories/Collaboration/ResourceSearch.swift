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
        page.facets = facets?.tree
        return page
    }

    // MARK: Facets

    private func count(_ query: ListQuery, _ visibility: Visibility, _ facets: inout FacetCounts?) throws {
        guard facets != nil else { return }
        let filters = try ListFilters(SharedResource.table, query, visibility)
        let sql = "SELECT \(FacetCounts.columns) FROM \(SharedResource.table.name)" + filters.clause()
        try transaction.connection.database.prepared(sql).eachRow(filters.arguments) { facets?.add($0, from: 0) }
    }

    // MARK: Ranking

    private func ranked(
        _ query: ListQuery, _ expression: SearchExpression, _ visibility: Visibility, _ facets: inout FacetCounts?
    ) throws -> Page<Encoded> {
        var plain = query
        plain.text = nil
        let filters = try ListFilters(SharedResource.table, plain, visibility)
        let sql = """
            SELECT place, score\(facets == nil ? "" : ", \(FacetCounts.columns)")
            FROM (SELECT rowid AS place, \(Self.rank) AS score FROM \(Self.index) WHERE \(Self.index) MATCH ?)
            CROSS JOIN \(SharedResource.table.name) ON number = place
            """ + filters.clause()
        let start = try query.cursor.map(Match.init(after:))
        var (total, after): (Int, [Match]) = (0, [])
        try transaction.connection.database.prepared(sql).eachRow([.text(expression.match)] + filters.arguments) { row in
            total += 1
            facets?.add(row, from: 2)
            let match = Match(score: row.double(1), number: row.integer(0))
            if start.map({ $0 < match }) ?? true { after.append(match) }
        }
        after.sort()
        let shown = after.prefix(query.limit)
        var next: Core.Cursor?
        if after.count > shown.count, let last = shown.last {
            next = Core.Cursor(fingerprint: query.cursor?.fingerprint ?? "", values: [last.position])
        }
        return Page(
            items: try highlighted(shown.map(\.number), expression), next: next, seq: try transaction.lastSeq(),
            total: query.countsTotal ? total : nil)
    }

    private func highlighted(_ numbers: [Int64], _ expression: SearchExpression) throws -> [Encoded] {
        let database = transaction.connection.database
        let version = try database.cached("SELECT id, etag FROM \(SharedResource.table.name) WHERE number = ?")
        let versions = try numbers.compactMap { number in
            try version.first([.integer(number)]) { ($0.text(0), try $0.versionTag(1)) }
        }
        let (begin, end) = (Highlights.begin, Highlights.end)
        let marked = try database.cached(
            """
            SELECT highlight(\(Self.index), 0, '\(begin)', '\(end)'),
                snippet(\(Self.index), 2, '\(begin)', '\(end)', '…', \(Highlights.words)),
                snippet(\(Self.index), 3, '\(begin)', '\(end)', '…', \(Highlights.words))
            FROM \(Self.index) WHERE \(Self.index) MATCH ? AND rowid = ?
            """)
        return try zip(numbers, transaction.encoded(SharedResource.self, versions)).map { number, item in
            let highlights = try marked.first([.text(expression.match), .integer(number)]) {
                Highlights(title: $0.text(0), summary: $0.text(1), body: $0.text(2))
            }
            return item.adding([("highlights", highlights?.tree.bytes)])
        }
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

/// How many of the resources found have which value.
private struct FacetCounts {
    private static let facets = ["kind", "subject", "keyStage", "schoolId", "licence"]
    /// In the order of the facets.
    static let columns = "kind, subject, keyStages, schoolId, licence"
    private static let arrays: Set<String> = ["keyStage"]

    private var counts = Array(repeating: [String: Int](), count: facets.count)

    mutating func add(_ row: OpaquePointer, from column: Int32) {
        for index in counts.indices {
            guard let value = row.optionalText(column + Int32(index)) else { continue }
            counts[index][value, default: 0] += 1
        }
    }

    /// The most frequent first; values nothing has are left out.
    var tree: JSON {
        var tree = JSON.Object()
        for (facet, counts) in zip(Self.facets, counts) {
            let values = Self.arrays.contains(facet) ? Self.ofElements(counts) : counts
            tree[facet] = .array(
                values.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                    .map { ["value": .string($0.key), "count": .integer(Int64($0.value))] })
        }
        return .object(tree)
    }

    /// Arrays were counted as they are stored, of which there are few.
    private static func ofElements(_ counts: [String: Int]) -> [String: Int] {
        var elements: [String: Int] = [:]
        for (array, count) in counts {
            for element in (try? JSON(parsing: Array(array.utf8)))?.arrayValue ?? [] {
                if let value = element.stringValue { elements[value, default: 0] += count }
            }
        }
        return elements
    }
}
