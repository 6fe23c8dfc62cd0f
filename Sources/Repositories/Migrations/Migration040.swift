/// How long records are kept, what is handed to people who ask for their data, and what was redacted or erased.
let migration040 = """
    CREATE TABLE retentionRule (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'ret_*'),
        recordType TEXT NOT NULL UNIQUE,
        startsFrom TEXT NOT NULL,
        months INTEGER CHECK (months BETWEEN 1 AND 1200) CHECK ((months IS NULL) = (startsFrom = 'never')),
        basis TEXT NOT NULL CHECK (basis <> ''),
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("retentionRule", ["recordType", "months", "updatedAt"]))

    CREATE TABLE subjectAccessDraft (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'sar_*'),
        personId TEXT NOT NULL REFERENCES person(id),
        status TEXT NOT NULL CHECK (status IN ('draft', 'completed')),
        entries TEXT NOT NULL CHECK (json_type(entries) = 'object'),
        completedAt TEXT CHECK ((completedAt IS NULL) = (status = 'draft')),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("subjectAccessDraft", ["personId", "status", "createdAt", "updatedAt"]))

    CREATE TABLE redaction (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'rdx_*'),
        kind TEXT NOT NULL CHECK (kind IN ('redaction', 'erasure')),
        resourceType TEXT NOT NULL,
        resourceId TEXT NOT NULL,
        members TEXT NOT NULL CHECK (json_type(members) = 'array'),
        reason TEXT NOT NULL CHECK (reason <> ''),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("redaction", ["kind", "resourceType", "resourceId", "createdAt", "updatedAt"]))

    -- What a person did is part of what is recorded about them.
    CREATE INDEX auditByActorPerson ON audit(actorPersonId, seq) WHERE actorPersonId IS NOT NULL;
    """
