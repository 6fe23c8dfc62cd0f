package import Core

/// A school's predecessor, successor or other relation, as a row of the register's links extract says it of the school `urn`.
package struct SchoolLink: Codable, Hashable, Sendable {
    /// What the other school is to this one. The register has seventeen terms; these are ours for them.
    package enum Kind: String, Codable, CaseIterable, Sendable {
        case predecessor, predecessorMerged, predecessorAmalgamated, predecessorSplit
        case successor, successorMerged, successorAmalgamated, successorSplit
        case resultOfAmalgamation, sixthFormCentre, sixthFormCentreSchool
        case mergedAgeRange, mergedCapacity, mergedCapacityAndAgeRange
        case expansion, closure, other

        /// The register's term (its spelling included: “changer” is theirs).
        package var registerTerm: String {
            switch self {
            case .predecessor: "Predecessor"
            case .predecessorMerged: "Predecessor - merged"
            case .predecessorAmalgamated: "Predecessor - amalgamated"
            case .predecessorSplit: "Predecessor - Split School"
            case .successor: "Successor"
            case .successorMerged: "Successor - merged"
            case .successorAmalgamated: "Successor - amalgamated"
            case .successorSplit: "Successor - Split School"
            case .resultOfAmalgamation: "Result of Amalgamation"
            case .sixthFormCentre: "Sixth Form Centre Link"
            case .sixthFormCentreSchool: "Sixth Form Centre School"
            case .mergedAgeRange: "Merged - change in age range"
            case .mergedCapacity: "Merged - expansion of school capacity"
            case .mergedCapacityAndAgeRange: "Merged - expansion in school capacity and changer in age range"
            case .expansion: "Expansion"
            case .closure: "Closure"
            case .other: "Other"
            }
        }

        private static let byTerm = Dictionary(allCases.map { ($0.registerTerm.lowercased(), $0) }) { first, _ in first }

        package init?(registerTerm: String) {
            guard let kind = Self.byTerm[registerTerm.lowercased()] else { return nil }
            self = kind
        }

        /// The other school came after this one.
        package var isSuccessor: Bool { Self.successors.contains(self) }
        package static let successors: [Kind] = [.successor, .successorMerged, .successorAmalgamated, .successorSplit]
        package static let predecessors: [Kind] = [.predecessor, .predecessorMerged, .predecessorAmalgamated, .predecessorSplit]
    }

    package var urn: String
    package var linkUrn: String
    /// What the register calls the other school.
    package var linkName: String
    package var linkType: Kind
    /// Unknown for a quarter of them.
    package var establishedOn: LocalDate?

    package init(urn: String, linkUrn: String, linkName: String, linkType: Kind, establishedOn: LocalDate?) {
        self.urn = urn
        self.linkUrn = linkUrn
        self.linkName = linkName
        self.linkType = linkType
        self.establishedOn = establishedOn
    }
}

/// The columns of the register's links between schools.
package enum RegisterSchoolLinkColumn: String, RegisterColumn {
    case urn = "URN"
    case linkUrn = "LinkURN"
    case linkName = "LinkName"
    case linkType = "LinkType"
    case establishedOn = "LinkEstablishedDate"

    package static let file = RegisterFile.links
    package static let required = allCases
}

extension SchoolLink {
    /// Reads a row; the errors say what is wrong with it, all at once.
    package static func read(
        _ record: CSVRecord, _ columns: RegisterColumns<RegisterSchoolLinkColumn>, _ encoding: TextEncoding
    ) throws(RegisterRowError) -> SchoolLink {
        var cells = RegisterCells(record, columns, encoding)
        let urn = cells.required(.urn, cells.digits(.urn, count: 6))
        let linkUrn = cells.required(.linkUrn, cells.digits(.linkUrn, count: 6))
        let name = cells.required(.linkName, cells.text(.linkName))
        let term = cells.required(.linkType, cells.text(.linkType))
        let kind = term.flatMap(Kind.init(registerTerm:))
        if let term, kind == nil { cells.note(.linkType, "is no known type of link", term) }
        let establishedOn = cells.date(.establishedOn)
        if let urn, urn == linkUrn { cells.note(.linkUrn, "links the school to itself", urn) }
        guard cells.problems.isEmpty, let urn, let linkUrn, let name, let kind else { throw RegisterRowError(problems: cells.problems) }
        return SchoolLink(urn: urn, linkUrn: linkUrn, linkName: name, linkType: kind, establishedOn: establishedOn)
    }
}
