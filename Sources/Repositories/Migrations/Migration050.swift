/// Answers that requests sent again under the same `Idempotency-Key` get again.
let migration050 = """
    CREATE TABLE keptAnswer (
        principal TEXT NOT NULL,
        method TEXT NOT NULL,
        path TEXT NOT NULL,
        key TEXT NOT NULL,
        -- NULL, as the digest, when the answer may have said what was erased since.
        fingerprint BLOB CHECK (length(fingerprint) = 32),
        status INTEGER NOT NULL CHECK (status BETWEEN 200 AND 299),
        etag TEXT,
        location TEXT,
        contentType TEXT,
        -- NULL when it was too long, or may have said what was erased since.
        body BLOB,
        digest BLOB CHECK (length(digest) = 32),
        keptAt TEXT NOT NULL CHECK (length(keptAt) = 24),
        UNIQUE (principal, key, path, method)
    ) STRICT;
    CREATE INDEX keptAnswerByKeptAt ON keptAnswer(keptAt);
    CREATE INDEX keptAnswerWithContent ON keptAnswer(keptAt) WHERE digest IS NOT NULL;
    """
