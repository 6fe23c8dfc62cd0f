/// Links that calendar programs read activities from.
let migration115 = """
    CREATE TABLE calendarFeed (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'cfd_*'),
        title TEXT NOT NULL CHECK (title <> ''),
        cycleId TEXT REFERENCES improvementCycle(id),
        schoolId TEXT REFERENCES school(id),
        personId TEXT REFERENCES person(id),
        tokenId TEXT NOT NULL,
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning),
        CHECK ((cycleId IS NOT NULL) + (schoolId IS NOT NULL) + (personId IS NOT NULL) = 1)
    ) STRICT;
    \(DatedFactSQL.indexes("calendarFeed", ["cycleId", "schoolId", "personId", "recordedBy", "updatedAt"]))

    -- SHA-256 of the secret in hex; 256 random bits need no salt.
    CREATE TABLE calendarFeedSecret (
        feedId TEXT NOT NULL PRIMARY KEY REFERENCES calendarFeed(id) ON DELETE CASCADE,
        digest TEXT NOT NULL CHECK (length(digest) = 64)
    ) STRICT;
    """
