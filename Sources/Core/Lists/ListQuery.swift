/// One list request, already checked against the contract: which rows, in which order, how many.
package struct ListQuery: Hashable, Sendable {
    package static let defaultLimit = 50
    package static let limits = 1...200

    package var limit: Int
    package var cursor: Cursor?
    /// Without the final `id`, which the repository always adds.
    package var sort: [SortKey]
    /// All of them must hold.
    package var filters: [Filter]
    /// Full-text words of `q`.
    package var text: String?
    /// `count=exact`.
    package var countsTotal: Bool
    /// `facets`: how many of everything found have which value.
    package var countsFacets = false
    /// Only rows changed at or after this instant.
    package var updatedSince: Instant?
    package var includesDeleted: Bool
    /// Only what was in force on this day.
    package var asOf: LocalDate?
    /// Related resources to put into each item, by the name of the member they become.
    package var expand: [String]
    /// Members asked for with `fields`; nil means all.
    package var fields: [String]?

    package init(
        limit: Int = defaultLimit, cursor: Cursor? = nil, sort: [SortKey] = [], filters: [Filter] = [], text: String? = nil,
        countsTotal: Bool = false, updatedSince: Instant? = nil, includesDeleted: Bool = false, asOf: LocalDate? = nil,
        expand: [String] = [], fields: [String]? = nil
    ) {
        self.limit = limit
        self.cursor = cursor
        self.sort = sort
        self.filters = filters
        self.text = text
        self.countsTotal = countsTotal
        self.updatedSince = updatedSince
        self.includesDeleted = includesDeleted
        self.asOf = asOf
        self.expand = expand
        self.fields = fields
    }
}

/// `sort=-pupils`: descending; nulls come last both ways.
package struct SortKey: Hashable, Sendable {
    package var member: String
    package var descending: Bool

    package init(member: String, descending: Bool = false) {
        self.member = member
        self.descending = descending
    }
}

/// `phase=primary,secondary`, `pupils.gte=300`: one member against one or several values.
package struct Filter: Hashable, Sendable {
    /// As spelled after the dot; `eq` is spelled without one. `eq` with several values is “one of”.
    package enum Comparison: String, CaseIterable, Sendable {
        case eq, ne, nin, lt, lte, gt, gte, contains, startsWith, isNull
    }

    package var member: String
    package var comparison: Comparison
    /// At least one; `isNull` has one boolean.
    package var values: [JSON]

    package init(member: String, comparison: Comparison = .eq, values: [JSON]) {
        self.member = member
        self.comparison = comparison
        self.values = values
    }
}

/// One page of a list.
package struct Page<Item: Sendable>: Sendable {
    package var items: [Item]
    /// Where the next page starts; nil at the end.
    package var next: Cursor?
    /// The number of the newest event this page reflects: follow the change feed from here.
    package var seq: Int64
    /// With `count=exact` only.
    package var total: Int?
    /// With `includeDeleted` only: what was deleted among the ids of this page.
    package var deleted: [Item]?
    /// Where asked for: of each facet how many of all items found have which value.
    package var facets: JSON?

    package init(items: [Item], next: Cursor?, seq: Int64, total: Int?, deleted: [Item]? = nil, facets: JSON? = nil) {
        self.items = items
        self.next = next
        self.seq = seq
        self.total = total
        self.deleted = deleted
        self.facets = facets
    }
}
