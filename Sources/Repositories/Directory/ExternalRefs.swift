import Core
package import Domain
import GRDB

/// A resource that other systems know under ids of their own, findable and unique through a side table `<type>ExternalRef`.
package protocol ExternallyReferred: Stored {
    var externalRefs: [ExternalRef] { get }
}

extension School: ExternallyReferred {}
extension Person: ExternallyReferred {}

extension Transaction {
    /// The id of what another system knows under this one; `type` is ``ExternallyReferred``.
    package func id<R: Stored>(of type: R.Type, _ reference: ExternalRef) throws -> String? {
        let name = R.table.name
        return try connection.database.cached("SELECT \(name)Id FROM \(name)ExternalRef WHERE system = ? AND externalId = ?")
            .first([.text(reference.system), .text(reference.id)]) { $0.text(0) }
    }
}

extension WriteTransaction {
    /// Makes the external references findable and unique. Throws ``DomainError/duplicate(_:)`` when another of its kind has one.
    package func replaceExternalRefs<R: ExternallyReferred>(of resource: R) throws {
        let name = R.table.name
        try connection.database.cached("DELETE FROM \(name)ExternalRef WHERE \(name)Id = ?").run([.text(resource.id)])
        for reference in resource.externalRefs {
            try translatingConstraints(R.table) {
                try connection.database.cached("INSERT INTO \(name)ExternalRef (system, externalId, \(name)Id) VALUES (?, ?, ?)")
                    .run([.text(reference.system), .text(reference.id), .text(resource.id)])
            }
        }
    }
}
