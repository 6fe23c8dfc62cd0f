package import Core
package import Domain
import GRDB

extension School: Stored {
    package static let table = Table(
        School.self,
        members: [
            .required("urn"), .optional("ukprn"), .optional("laEstab"), .required("name"), .required("phase"),
            .required("establishmentTypeCode"), .required("status"), .optional("openedOn"), .optional("localAuthorityCode"),
            .optional("localAuthorityName"), .optional("region"), .optional("ageRangeLow"), .optional("ageRangeHigh"), .optional("gender"),
            .optional("religiousCharacter"), .optional("capacity"), .optional("pupils"), .optional("percentFull"),
            .optional("percentFreeSchoolMeals"), .optional("town"), .optional("postcode"), .optional("groupUid"), .instant("updatedAt"),
        ],
        searchIndex: "schoolSearch", searchMembers: ["name"],
        asOf: """
            id IN (SELECT schoolId FROM membership WHERE (startsOn IS NULL OR startsOn <= ?) AND (endsOn IS NULL OR endsOn >= ?))
            """,
        sideTables: ["schoolExternalRef": "externalRefs"])
}

extension Transaction {
    package var schools: SchoolRepository<Self> { SchoolRepository(transaction: self) }
}

package struct SchoolRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    package func find(urn: String) throws -> School? {
        try transaction.all(School.self, where: "urn", is: urn).first
    }

    /// The schools a key names, best first: a natural key of the register can be shared by a closed school and its successor, then the
    /// one in session comes first, a proposed one next, the one closed last before others.
    package func identify(_ key: SchoolKey) throws -> [(id: String, etag: VersionTag)] {
        let (column, value) =
            switch key {
            case .id(let id): ("id", id)
            case .urn(let urn): ("urn", urn)
            case .ukprn(let ukprn): ("ukprn", ukprn)
            case .laEstab(let laEstab): ("laEstab", laEstab)
            }
        return try identify("\(column) = ?", .text(value))
    }

    private func identify(_ condition: String, _ argument: SQLValue) throws -> [(id: String, etag: VersionTag)] {
        let sql = """
            SELECT id, etag FROM school WHERE \(condition)
            ORDER BY CASE status WHEN 'open' THEN 0 WHEN 'openButProposedToClose' THEN 0 WHEN 'proposed' THEN 1 ELSE 2 END, closedOn DESC, id
            """
        var found: [(id: String, etag: VersionTag)] = []
        try transaction.connection.database.cached(sql).eachRow([argument]) { row in
            found.append((row.text(0), try row.versionTag(1)))
        }
        return found
    }

    /// The schools that came after the one of this URN, best first as ``identify(_:)`` has it: whoever still uses an old URN means one of them.
    package func successors(urn: String) throws -> [(id: String, etag: VersionTag)] {
        let urns = try transaction.schoolLinks.successors(urn: urn)
        guard !urns.isEmpty else { return [] }
        return try identify("urn IN (SELECT value FROM json_each(?))", .names(urns))
    }

    /// The URNs of all schools, closed ones too, in order.
    package func urns() throws -> [String] {
        var urns: [String] = []
        try transaction.connection.database.prepared("SELECT urn FROM school ORDER BY urn").eachRow { urns.append($0.text(0)) }
        return urns
    }
}
