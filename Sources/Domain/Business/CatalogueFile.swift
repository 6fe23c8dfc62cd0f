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

    /// Throws ``DomainError/invalid(_:)`` with pointers for a file of another shape.
    package init(_ tree: JSON) throws {
        var errors: [FieldError] = []
        if let entries = tree["services"]?.arrayValue {
            for (index, entry) in entries.enumerated() { take(service: entry, at: "/services/\(index)", &errors) }
        } else if let categories = tree["categories"]?.arrayValue {
            for (index, entry) in categories.enumerated() { take(category: entry, at: "/categories/\(index)", &errors) }
        } else {
            errors.append(FieldError(pointer: "", code: "not-this-file", detail: "has neither services nor categories"))
        }
        guard errors.isEmpty else { throw DomainError.invalid(Array(errors.prefix(100))) }
    }

    // MARK: Our own shape

    private static let serviceMembers = BusinessService.writableMembers.subtracting(["teamId", "headOfServiceId"]).union(["team", "types"])

    private mutating func take(service entry: JSON, at pointer: String, _ errors: inout [FieldError]) {
        guard var members = Self.object(entry, Self.serviceMembers, at: pointer, &errors) else { return }
        let types = members.removeValue(forKey: "types")?.arrayValue ?? []
        guard let team = Self.text(members.removeValue(forKey: "team"), at: pointer + "/team", &errors),
            Self.text(members["name"], at: pointer + "/name", &errors) != nil,
            Self.text(members["area"], at: pointer + "/area", &errors) != nil
        else { return }
        let read = types.enumerated().compactMap { index, type -> RequestType? in
            let place = "\(pointer)/types/\(index)"
            guard let members = Self.object(type, Domain.RequestType.writableMembers, at: place, &errors),
                Self.text(members["name"], at: place + "/name", &errors) != nil
            else { return nil }
            return RequestType(pointer: place, members: members)
        }
        services.append(Service(pointer: pointer, team: team, members: members, types: read))
    }

    // MARK: Categories of spend

    private mutating func take(category entry: JSON, at pointer: String, _ errors: inout [FieldError]) {
        guard let title = Self.text(entry["title"], at: pointer + "/title", &errors), !skips(entry, title) else { return }
        let team = entry["tower"]?.stringValue.map { "Buying: \($0)" } ?? "Buying"
        var types: [RequestType] = []
        for (index, part) in (entry["sub_categories"]?.arrayValue ?? []).enumerated() {
            let place = "\(pointer)/sub_categories/\(index)"
            guard let name = Self.text(part["title"], at: place + "/title", &errors), !skips(part, "\(title): \(name)") else { continue }
            types.append(RequestType(pointer: place, members: Self.described(name, part)))
        }
        var members = Self.described("Buying: \(title)", entry)
        members["area"] = "procurement"
        services.append(Service(pointer: pointer, team: team, members: members, types: types))
    }

    private mutating func skips(_ entry: JSON, _ title: String) -> Bool {
        guard entry["is_archived"]?.boolValue == true else { return false }
        skipped.append(title)
        return true
    }

    private static func described(_ name: String, _ entry: JSON) -> JSON.Object {
        var members: JSON.Object = ["name": .string(name)]
        if let description = entry["description"]?.stringValue { members["description"] = .string(description) }
        return members
    }

    // MARK: Parts

    private static func object(
        _ entry: JSON, _ known: Set<String>, at pointer: String, _ errors: inout [FieldError]
    ) -> JSON.Object? {
        guard let members = entry.objectValue else {
            errors.append(FieldError(pointer: pointer, code: "wrong-type", detail: "must be an object"))
            return nil
        }
        let unknown = members.keys.filter { !known.contains($0) }
        errors += unknown.map {
            FieldError(pointer: "\(pointer)/\($0)", code: "unknown", detail: "is none of \(known.sorted().joined(separator: ", "))")
        }
        return unknown.isEmpty ? members : nil
    }

    private static func text(_ value: JSON?, at pointer: String, _ errors: inout [FieldError]) -> String? {
        if let text = value?.stringValue, !text.isEmpty, text.count <= 200 { return text }
        errors.append(FieldError(pointer: pointer, code: "required", detail: "must be a text of 1 to 200 characters"))
        return nil
    }
}
