import Core
package import Domain
import GRDB

extension File: Stored {
    package static let table = Table(
        File.self,
        members: [
            .required("name"), .required("contentType"), .required("sizeBytes"), .required("sha256"), .optional("schoolId"),
            .required("recordedBy"),
            .instant("createdAt"), .instant("updatedAt"),
        ],
        audience: .whether(
            "sharedWith", in: ["everyone"], .directory,
            else: .whether(
                "isConfidential", in: ["1"], .namedIn("visibleTo"), else: .partiesOfEach(["visibleTo"], or: ["recordedBy", "schoolId"]))))
}

extension Transaction {
    package var files: FileRepository<Self> { FileRepository(transaction: self) }
}

/// Which bytes are needed.
package struct FileRepository<Owner: Transaction> {
    fileprivate let transaction: Owner

    /// Whether any file has these bytes.
    package func needs(sha256: String) throws -> Bool {
        try transaction.connection.database.cached("SELECT 1 FROM file WHERE sha256 = ? LIMIT 1").first([.text(sha256)]) { _ in true }
            ?? false
    }

    /// Bytes of the files somebody has uploaded that nothing has: no version, request or message, and nothing published.
    package func unattachedBytes(of account: String) throws -> Int {
        let owners = ["resourceVersionFileIds", "supportRequestFileIds", "requestMessageFileIds"]
        let isAttached = owners.map { "EXISTS (SELECT 1 FROM \($0) WHERE value = file.id)" }.joined(separator: " OR ")
        let sql = "SELECT sum(sizeBytes) FROM file WHERE recordedBy = ? AND sharedWith <> 'everyone' AND NOT (\(isAttached))"
        return try transaction.connection.database.cached(sql).first([.text(account)]) { Int($0.integer(0)) } ?? 0
    }
}
