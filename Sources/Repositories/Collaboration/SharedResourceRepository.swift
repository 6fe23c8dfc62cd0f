package import Core
package import Domain
import GRDB

extension Transaction {
    package var sharedResources: SharedResourceRepository<Self> { SharedResourceRepository(transaction: self) }
}

/// What is asked of shared resources beyond lists.
package struct SharedResourceRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    /// Published ones of one subject, or with one of these keywords, or used by one of these schools; without the resource itself.
    package func related(to resource: SharedResource, usedBy schools: [String]) throws -> [SharedResource] {
        try rows(
            SharedResource.self,
            """
            state = 'published' AND id <> ? AND (subject = ? OR id IN (SELECT ownerId FROM sharedResourceKeywords
                WHERE value IN (SELECT value FROM json_each(?)))
                OR id IN (SELECT resourceId FROM adoption WHERE schoolId IN (SELECT value FROM json_each(?))))
            """,
            [.text(resource.id), resource.subject.map(SQLValue.text) ?? .null, .names(resource.keywords), .names(schools)])
    }

    /// The published versions of a resource, the first one first.
    package func published(of resourceId: String) throws -> [ResourceVersion] {
        try rows(ResourceVersion.self, "resourceId = ? AND state = 'published'", [.text(resourceId)])
            .sorted { ($0.major ?? 0, $0.minor ?? 0) < ($1.major ?? 0, $1.minor ?? 0) }
    }

    /// Adoptions of a resource that go on after a day.
    package func running(of resourceId: String, on day: LocalDate) throws -> [Adoption] {
        try rows(Adoption.self, "resourceId = ? AND (endsOn IS NULL OR endsOn >= ?)", [.text(resourceId), .text(day.description)])
    }

    /// Proposals of one school that were accepted.
    package func accepted(from schoolId: String) throws -> [ResourceProposal] {
        try rows(ResourceProposal.self, "offeredBySchoolId = ? AND state = 'accepted'", [.text(schoolId)])
    }

    private func rows<R: Stored>(_ type: R.Type, _ condition: String, _ arguments: [SQLValue]) throws -> [R] {
        let sql = "SELECT \(R.table.selection) FROM \(R.table.name) WHERE \(condition) ORDER BY id"
        var found: [R] = []
        try transaction.connection.database.cached(sql).eachRow(arguments) { found.append(try RowDecoder(row: $0).decode(type)) }
        return found
    }
}

extension SharedResourceRepository where Owner == WriteTransaction {
    /// What the latest version says, for the search.
    package func index(_ resourceId: String, body: String) throws {
        try transaction.connection.database.cached(
            "UPDATE sharedResourceText SET body = ? WHERE number = (SELECT number FROM sharedResource WHERE id = ?)"
        ).run([.text(body), .text(resourceId)])
    }
}
