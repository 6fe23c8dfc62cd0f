/// How far requests got that go in pieces, and what is still to be done with support requests.
let migration180 = """
    CREATE TABLE keptPart (
        principal TEXT NOT NULL,
        method TEXT NOT NULL,
        path TEXT NOT NULL,
        key TEXT NOT NULL,
        firstLine INTEGER NOT NULL CHECK (firstLine > 0),
        lastLine INTEGER NOT NULL CHECK (lastLine >= firstLine),
        -- NULL, as the body, when it may have said what was erased since.
        fingerprint BLOB CHECK (length(fingerprint) = 32),
        body BLOB,
        keptAt TEXT NOT NULL CHECK (length(keptAt) = 24),
        UNIQUE (principal, key, path, method, firstLine)
    ) STRICT;
    CREATE INDEX keptPartByKeptAt ON keptPart(keptAt);

    -- What changes of calendars, services and teams leave to be done with support requests, one after the other by id: whose requests (a
    -- service's, a team's, or '' for all), and up to which it was done.
    CREATE TABLE requestAftermath (
        work TEXT NOT NULL,
        owner TEXT NOT NULL,
        after TEXT NOT NULL,
        PRIMARY KEY (work, owner)
    ) STRICT, WITHOUT ROWID;
    """
