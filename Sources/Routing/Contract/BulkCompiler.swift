import Core

extension OperationCompiler {
    /// The rules of an operation whose body has `x-lines`: it stands at `/bulk` of a collection, is for whoever may write there, and its
    /// lines do what the operations of the collection do.
    mutating func bulkRules(_ body: JSON?, of path: String, _ permission: String?, at pointer: String) throws -> BulkRules? {
        guard let body else { return nil }
        let (value, place) = try document.resolve(body, at: pointer + "/requestBody")
        guard let lines = value["content"]?[ListExport.Format.lines.rawValue]?["x-lines"] else { return nil }
        guard path.hasSuffix("/bulk"), let paths = document.root["paths"] else {
            throw ContractError(at: pointer, "a body with x-lines is for the path of a collection with /bulk behind it")
        }
        let collection = String(path.dropLast("/bulk".count))
        func sibling(_ path: String, _ method: String) throws -> JSON? {
            guard let sibling = paths[path]?[method] else { return nil }
            guard permission == Self.permission(of: sibling) else {
                throw ContractError(at: pointer, "\(method) \(path) needs another permission than its bulk")
            }
            return sibling
        }
        let rules = BulkRules(
            line: try schemas.compile(lines, at: place + "/x-lines"),
            create: try schema(sibling(collection, "post"), "application/json", at: pointer),
            update: try schema(sibling(collection + "/{id}", "patch"), "application/merge-patch+json", at: pointer),
            deletes: try sibling(collection + "/{id}", "delete") != nil)
        guard rules.update != nil else { throw ContractError(at: pointer, "\(collection) has nothing that a bulk could do") }
        return rules
    }

    private static func permission(of operation: JSON) -> String? {
        operation["security"]?.arrayValue?.first?["bearer"]?.arrayValue?.first?.stringValue
    }

    private mutating func schema(_ operation: JSON?, _ type: String, at pointer: String) throws -> Schema? {
        guard let body = operation?["requestBody"] else { return nil }
        let (value, place) = try document.resolve(body, at: pointer)
        guard let schema = value["content"]?[type]?["schema"] else { return nil }
        return try schemas.compile(schema, at: place + "/schema")
    }
}
