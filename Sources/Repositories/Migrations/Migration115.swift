/// Links that calendar programs read activities from.
let migration115 = """
    CREATE TABLE calendarFeed (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'cfd_*'),
        title TEXT NOT NULL CHECK (title <> ''),
        subjectId TEXT NOT NULL CHECK (subjectId GLOB 'cyc_*' OR subjectId GLOB 'sch_*' OR subjectId GLOB 'per_*'),
        tokenId TEXT NOT NULL,
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("calendarFeed", ["subjectId", "recordedBy", "updatedAt"]))

    -- SHA-256 of the secret in hex; 256 random bits need no salt.
    CREATE TABLE calendarFeedSecret (
        feedId TEXT NOT NULL PRIMARY KEY REFERENCES calendarFeed(id) ON DELETE CASCADE,
        digest TEXT NOT NULL CHECK (length(digest) = 64)
    ) STRICT;
    """
