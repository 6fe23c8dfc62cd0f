package import Core
import OrderedCollections

/// A catalogue as a file: services with their teams and what can be asked of them.
///
/// Two shapes are read. Our own, `services` with members as the API has them, `team` by name and `types` below each service. And grouped
/// categories of spend, `categories` with `sub_categories`, as the helpdesk of the Department for Education's Get Help Buying for Schools
/// keeps them: a category is a service of the area procurement, a sub-category a request type, a tower the team. What is archived is left out.
package struct CatalogueFile: Sendable {
    package struct Service: Sendable {
        /// Where it stands in the file.
        package var pointer: String
        package var team: String
        /// As the API takes it, but for the team.
        package var members: JSON.Object
        package var types: [RequestType]
    }

    package struct RequestType: Sendable {
        package var pointer: String
        /// As the API takes it, but for the service.
        package var members: JSON.Object
    }

    package private(set) var services: [Service] = []
    /// Titles of what is archived.
    package private(set) var skipped: [String] = []

    /// Throws ``DomainError/invalid(_:)`` with pointers for a file of another shape. Whether the members are what the API takes is for the caller to ask.
    package init(_ tree: JSON) throws {
        var shape = FileShape()
        if tree["services"] != nil {
            for (place, entry) in shape.elements(tree["services"], at: "/services") { take(service: entry, at: place, &shape) }
        } else if tree["categories"] != nil {
            for (place, entry) in shape.elements(tree["categories"], at: "/categories") { take(category: entry, at: place, &shape) }
        } else {
            shape.fail("", "not-this-file", "has neither services nor categories")
        }
        self = try shape.checked(self)
    }

    private mutating func take(service entry: JSON, at place: String, _ shape: inout FileShape) {
        let types = entry["types"].map { shape.elements($0, at: place + "/types") } ?? []
        guard let team = shape.text(entry["team"], at: place + "/team"), var members = entry.objectValue else { return }
        members["team"] = nil
        members["types"] = nil
        services.append(
            Service(
                pointer: place, team: team, members: members,
                types: types.map { RequestType(pointer: $0.pointer, members: $0.tree.objectValue ?? [:]) }))
    }

    private mutating func take(category entry: JSON, at place: String, _ shape: inout FileShape) {
        guard let title = shape.text(entry["title"], at: place + "/title"), !skips(entry, title) else { return }
        var service = Service(
            pointer: place, team: entry["tower"]?.stringValue.map { "Buying: \($0)" } ?? "Buying",
            members: Self.described("Buying: \(title)", entry), types: [])
        service.members["area"] = "procurement"
        let parts = entry["sub_categories"].map { shape.elements($0, at: place + "/sub_categories") } ?? []
        for (place, part) in parts {
            guard let name = shape.text(part["title"], at: place + "/title"), !skips(part, "\(title): \(name)") else { continue }
            service.types.append(RequestType(pointer: place, members: Self.described(name, part)))
        }
        services.append(service)
    }

    private mutating func skips(_ entry: JSON, _ title: String) -> Bool {
        guard entry["is_archived"]?.boolValue == true else { return false }
        skipped.append(title)
        return true
    }

    private static func described(_ name: String, _ entry: JSON) -> JSON.Object {
        var members: JSON.Object = ["name": .string(name)]
        if let description = entry["description"]?.stringValue, !description.isEmpty { members["description"] = .string(description) }
        return members
    }
}
