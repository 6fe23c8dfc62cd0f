package import Core

/// A stored resource: one flat struct that is row, wire form and domain value at once.
///
/// `CodingKeys` lists the members in declaration order; they are also the columns, in this order.
package protocol Resource: Codable, Equatable, Sendable {
    associatedtype CodingKeys: CodingKey & CaseIterable

    static var type: ResourceType { get }

    var id: String { get }
    var createdAt: Instant { get }
    /// Set by the store with every change.
    var updatedAt: Instant { get set }
    /// Counted up by the store with every change.
    var etag: VersionTag { get set }
}

/// The one table of resource types: name in events and audit, id prefix, database table, place on the wire.
package enum ResourceType: String, CaseIterable, Codable, Sendable {
    case trust, school, apiToken, importJob

    /// The TypeID prefix, three letters.
    package var prefix: String {
        switch self {
        case .trust: "tru"
        case .school: "sch"
        case .apiToken: "tok"
        case .importJob: "imp"
        }
    }

    /// Tables are named as the type.
    package var table: String { rawValue }

    /// Where the resource with this id is found over HTTP.
    package func href(id: String) -> String {
        switch self {
        case .trust: "/v1/trust"
        case .school: "/v1/schools/\(id)"
        case .apiToken: "/v1/tokens/\(id)"
        case .importJob: "/v1/imports/\(id)"
        }
    }

    package func makeID(at now: Instant) -> String { TypeID.make(prefix, at: now) }

    /// Whether the text has the form of an id of this type.
    package func isID(_ text: String) -> Bool { TypeID.isValid(text, prefix: prefix) }

    /// Ids of things that are no resources.
    package enum RecordPrefix {
        package static let event = "evt"
        package static let audit = "aud"
        package static let request = "req"
    }
}

/// Who may see a resource and its events; the same for every school.
package enum Audience: Hashable, Sendable {
    /// Everyone signed in.
    case directory
    /// School leads and their delegates, improvement leads, chief executive, trustees.
    case leadership
    /// Only those concerned, named by person, school or team id.
    case parties([String])
}
