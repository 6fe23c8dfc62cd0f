package import Domain

extension Framework: Stored { package static let table = Table(Framework.self, members: [.instant("updatedAt")]) }
extension KeyProcess: Stored {
    package static let table = Table(KeyProcess.self, members: [.required("frameworkId"), .instant("updatedAt")])
}
let migration080 = """
    CREATE TABLE framework (id TEXT NOT NULL PRIMARY KEY, title TEXT NOT NULL, state TEXT NOT NULL, recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)) STRICT;
    CREATE TABLE keyProcess (id TEXT NOT NULL PRIMARY KEY, frameworkId TEXT NOT NULL REFERENCES framework(id), title TEXT NOT NULL,
        kind TEXT NOT NULL,
        dayKind TEXT NOT NULL, isShared INTEGER NOT NULL, needsPartner INTEGER NOT NULL, windowDays INTEGER, frequencies TEXT NOT NULL,
        \(DatedFactSQL.versioning)) STRICT;
    \(DatedFactSQL.indexes("framework", ["updatedAt"]))
    \(DatedFactSQL.indexes("keyProcess", ["frameworkId", "updatedAt"]))
    """
