/// Uploaded files; their bytes are beside the database, by digest.
let migration120 = """
    CREATE TABLE file (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'fil_*'),
        name TEXT NOT NULL CHECK (name <> ''),
        contentType TEXT NOT NULL CHECK (contentType LIKE '_%/_%'),
        sizeBytes INTEGER NOT NULL CHECK (sizeBytes >= 0),
        sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
        schoolId TEXT REFERENCES school(id),
        sharedWith TEXT NOT NULL CHECK (sharedWith IN ('uploader', 'school', 'everyone')),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning),
        CHECK (sharedWith <> 'school' OR schoolId IS NOT NULL)
    ) STRICT;
    \(DatedFactSQL.indexes("file", ["name", "contentType", "sizeBytes", "sha256", "schoolId", "recordedBy", "createdAt", "updatedAt"]))
    """
