/// People, their appointments, absences and delegations; memberships and stages of schools; tokens that belong to a person.
let migration002 = """
    CREATE TABLE person (
        rowid INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE CHECK (id GLOB 'per_*'),
        name TEXT NOT NULL COLLATE NOCASE CHECK (name <> ''),
        workEmail TEXT COLLATE NOCASE,
        jobTitle TEXT COLLATE NOCASE,
        externalRefs TEXT NOT NULL CHECK (json_type(externalRefs) = 'array'),
        erasedAt TEXT CHECK (length(erasedAt) = 24),
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("person", ["name", "workEmail", "jobTitle", "erasedAt", "updatedAt"]))
    -- Partial, so that those without an address are listed through the plain index.
    CREATE UNIQUE INDEX personWorkEmailOnce ON person(workEmail) WHERE workEmail IS NOT NULL;

    CREATE TABLE personExternalRef (
        system TEXT NOT NULL,
        externalId TEXT NOT NULL,
        personId TEXT NOT NULL REFERENCES person(id) ON DELETE CASCADE,
        PRIMARY KEY (system, externalId)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX personExternalRefByPerson ON personExternalRef(personId);

    CREATE VIRTUAL TABLE personSearch USING fts5(
        name, workEmail, jobTitle, content = 'person', content_rowid = 'rowid', tokenize = 'unicode61 remove_diacritics 2'
    );
    CREATE TRIGGER personSearchInsert AFTER INSERT ON person BEGIN
        INSERT INTO personSearch(rowid, name, workEmail, jobTitle) VALUES (new.rowid, new.name, new.workEmail, new.jobTitle);
    END;
    CREATE TRIGGER personSearchDelete AFTER DELETE ON person BEGIN
        INSERT INTO personSearch(personSearch, rowid, name, workEmail, jobTitle)
        VALUES ('delete', old.rowid, old.name, old.workEmail, old.jobTitle);
    END;
    CREATE TRIGGER personSearchUpdate AFTER UPDATE OF name, workEmail, jobTitle ON person BEGIN
        INSERT INTO personSearch(personSearch, rowid, name, workEmail, jobTitle)
        VALUES ('delete', old.rowid, old.name, old.workEmail, old.jobTitle);
        INSERT INTO personSearch(rowid, name, workEmail, jobTitle) VALUES (new.rowid, new.name, new.workEmail, new.jobTitle);
    END;

    CREATE TABLE membership (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'mbr_*'),
        schoolId TEXT NOT NULL REFERENCES school(id),
        \(DatedFactSQL.days(startRequired: false)),
        reason TEXT,
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("membership", ["schoolId", "startsOn", "endsOn", "updatedAt"]))
    \(DatedFactSQL.noOverlap("membership", "Once", sameIn: ["schoolId"]))

    CREATE TABLE stage (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'stg_*'),
        schoolId TEXT NOT NULL REFERENCES school(id),
        stage TEXT NOT NULL,
        tier TEXT NOT NULL,
        rationale TEXT,
        decidedBy TEXT,
        \(DatedFactSQL.days()),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("stage", ["schoolId", "stage", "tier", "startsOn", "endsOn", "updatedAt"]))
    \(DatedFactSQL.noOverlap("stage", "Once", sameIn: ["schoolId"]))

    CREATE TABLE appointment (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'apt_*'),
        personId TEXT NOT NULL REFERENCES person(id),
        schoolId TEXT REFERENCES school(id),
        role TEXT NOT NULL,
        isLead INTEGER NOT NULL CHECK (isLead IN (0, 1)),
        areas TEXT NOT NULL CHECK (json_type(areas) = 'array'),
        \(DatedFactSQL.days()),
        reason TEXT,
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("appointment", ["personId", "schoolId", "role", "isLead", "startsOn", "endsOn", "updatedAt"]))
    \(DatedFactSQL.noOverlap("appointment", "Once", sameIn: ["personId", "role", "schoolId"]))
    \(DatedFactSQL.noOverlap("appointment", "OneLead", sameIn: ["schoolId"], where: "row.isLead = 1"))

    CREATE TABLE absence (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'abs_*'),
        personId TEXT NOT NULL REFERENCES person(id),
        schoolId TEXT NOT NULL REFERENCES school(id),
        standInId TEXT REFERENCES person(id) CHECK (standInId IS NULL OR standInId <> personId),
        \(DatedFactSQL.days()),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("absence", ["personId", "schoolId", "standInId", "startsOn", "endsOn", "updatedAt"]))
    \(DatedFactSQL.noOverlap("absence", "Once", sameIn: ["personId", "schoolId"]))

    CREATE TABLE delegation (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'dlg_*'),
        schoolId TEXT NOT NULL REFERENCES school(id),
        chapter TEXT NOT NULL,
        personId TEXT REFERENCES person(id),
        \(DatedFactSQL.days()),
        reason TEXT,
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("delegation", ["schoolId", "chapter", "personId", "startsOn", "endsOn", "updatedAt"]))
    \(DatedFactSQL.noOverlap("delegation", "Once", sameIn: ["schoolId", "chapter", "personId"]))

    -- A token may belong to a person: then their appointments say what it may, and scopes only narrow that.
    CREATE TABLE apiTokenNext (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'tok_*'),
        name TEXT NOT NULL COLLATE NOCASE CHECK (name <> ''),
        personId TEXT REFERENCES person(id),
        role TEXT,
        scopes TEXT NOT NULL CHECK (json_type(scopes) = 'array'),
        schoolIds TEXT NOT NULL CHECK (json_type(schoolIds) = 'array'),
        expiresAt TEXT CHECK (length(expiresAt) = 24),
        revokedAt TEXT CHECK (length(revokedAt) = 24),
        lastUsedAt TEXT CHECK (length(lastUsedAt) = 24),
        issuedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning),
        CHECK (CASE WHEN personId IS NULL THEN (role IS NULL) <> (scopes = '[]') ELSE role IS NULL END)
    ) STRICT;
    INSERT INTO apiTokenNext (id, name, role, scopes, schoolIds, expiresAt, revokedAt, lastUsedAt, issuedBy, createdAt, updatedAt, etag)
        SELECT id, name, role, scopes, schoolIds, expiresAt, revokedAt, lastUsedAt, 'unknown', createdAt, updatedAt, etag FROM apiToken;
    DROP TABLE apiToken;
    ALTER TABLE apiTokenNext RENAME TO apiToken;
    \(DatedFactSQL.indexes("apiToken", ["name", "personId", "revokedAt", "createdAt", "updatedAt"]))
    """
