/// The extracts of the national register that an import takes; the raw value is their name on the wire.
package enum RegisterFile: String, CaseIterable, Codable, Sendable {
    case establishments
    case groupLinks = "group-links"
    case groups
    /// Between schools: predecessors, successors.
    case links

    /// As GIAS names the extract for download.
    package var extractName: String {
        switch self {
        case .establishments: "edubasealldata"
        case .groupLinks: "alllinksdata"
        case .groups: "allgroupsdata"
        case .links: "links_edubasealldata"
        }
    }

    /// The same in a sentence.
    package var extract: String { "\(self == .links ? "a" : "an") \(extractName) extract" }

    /// Which extract has such a header; nil when none that is known here.
    package static func recognise(_ names: Set<String>) -> RegisterFile? {
        if names.isSuperset(of: ["URN", "EstablishmentName", "EstablishmentStatus (code)"]) { return .establishments }
        if names.isSuperset(of: ["URN", "LinkURN", "LinkType"]) { return .links }
        if names.isSuperset(of: ["URN", "Group UID"]) { return .groupLinks }
        if names.isSuperset(of: ["Group UID", "Group Name"]) { return .groups }
        return nil
    }
}

/// Why an import isn't begun, or isn't gone on with: a sentence for whoever brought the files.
package struct RegisterRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    package var file: RegisterFile?
    package var line: Int?
    /// The header's name of the column.
    package var column: String?
    /// What follows the subject: “has a byte of 0”. A whole sentence when there is no file.
    package var reason: String

    package init(_ file: RegisterFile?, line: Int? = nil, column: String? = nil, _ reason: String) {
        self.file = file
        self.line = line
        self.column = column
        self.reason = reason
    }

    package var description: String {
        guard let file else { return reason }
        let place = line.map { "Line \($0)\(column.map { ", column \($0)," } ?? "") of the" } ?? "The"
        return "\(place) \(file.rawValue) file \(reason)."
    }
}
