package import HTTPTypes

/// One compiled operation of the contract.
package final class Operation: Sendable {
    package let operationId: String
    package let method: HTTPRequest.Method
    /// The template, such as `/v1/schools/{id}`.
    package let path: String
    /// `schools:read`; nil for what is open to everyone.
    package let permission: String?
    /// In the order of the path, as in `pathNames`.
    let pathParameters: [Parameter]
    let pathNames: [String]
    let queryParameters: [Parameter]
    let headerParameters: [Parameter]
    /// Position in `queryParameters` by name.
    let queryIndex: [String: Int]
    let body: BodyRule?
    /// `x-stream-body`: the handler reads the body itself.
    let streamsBody: Bool
    /// Media types of the successful answers, the preferred one first; empty when they have no body.
    let produces: [String]
    let list: ListGrammar?
    /// Members `fields` can name, in schema order; empty when the operation doesn't take `fields`.
    let projectable: [String]
    /// Columns of CSV: the members of the items, whether they come by pages or all at once.
    let exported: [String]
    let responses: [ResponseRule]

    init(
        operationId: String, method: HTTPRequest.Method, path: String, pathNames: [String], permission: String?, parameters: [Parameter],
        body: BodyRule?,
        streamsBody: Bool, produces: [String], list: ListGrammar?, projectable: [String], exported: [String],
        responses: [ResponseRule]
    ) {
        self.operationId = operationId
        self.method = method
        self.path = path
        self.pathNames = pathNames
        self.permission = permission
        pathParameters = pathNames.compactMap { name in parameters.first { $0.place == .path && $0.name == name } }
        queryParameters = parameters.filter { $0.place == .query }
        headerParameters = parameters.filter { $0.place == .header }
        queryIndex = Dictionary(queryParameters.enumerated().map { ($1.name, $0) }) { first, _ in first }
        self.body = body
        self.streamsBody = streamsBody
        self.produces = produces
        self.list = list
        self.projectable = projectable
        self.exported = exported
        self.responses = responses
    }

    /// Answers as CSV or NDJSON are made by the binding's export.
    var exports: Bool { method == .get && produces.contains { ListExport.Format(rawValue: $0) != nil } }

    struct Parameter: Sendable {
        enum Place: String, Sendable {
            case path, query, header
        }

        var name: String
        var place: Place
        var isRequired: Bool
        var schema: Schema
        /// What each value of a comma list must be (`x-items`).
        var items: Schema?
        var role = Role.plain
    }

    /// What a query parameter means to Routing itself.
    enum Role: Sendable {
        case plain
        case limit
        case cursor
        case sort
        case count
        case fields
        case search
        case updatedSince
        case includeDeleted
        case facets
        case asOf
        case expand
        case filter(ListGrammar.FilterRule)
    }

    struct BodyRule: Sendable {
        var isRequired: Bool
        /// In the order of the contract.
        var content: [(type: String, schema: Schema)]
        /// For a body of lines (`x-lines`).
        var bulk: BulkRules?

        var types: String { content.map(\.type).joined(separator: ", ") }
    }

    struct ResponseRule: Sendable {
        /// `200`, `4XX` or `default`.
        var status: String
        var content: [(type: String, schema: Schema?)]
        /// What each line is (`x-lines`).
        var lines: Schema?

        func covers(_ code: Int) -> Bool {
            status == String(code) || status == "\(code / 100)XX" || status == "default"
        }
    }
}
