/// Trust, schools, tokens, imports; audit trail, event log, tombstones.
///
/// Columns are the members of the resources, in their order and under their names. Tables with a full-text index have an explicit
/// `rowid`, which VACUUM leaves alone. Instants are fixed-width UTC text, versions the quoted number, lists JSON text.
let migration001 = """
    PRAGMA application_id = \(Migrator.applicationID);

    CREATE TABLE trust (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'tru_*'),
        name TEXT,
        groupUid TEXT,
        groupId TEXT CHECK (groupId GLOB 'TR[0-9][0-9][0-9][0-9][0-9]'),
        ukprn TEXT CHECK (ukprn GLOB '[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]'),
        companiesHouseNumber TEXT CHECK (length(companiesHouseNumber) = 8),
        timeZone TEXT NOT NULL,
        academicYearStart TEXT NOT NULL CHECK (academicYearStart GLOB '[0-1][0-9]-[0-3][0-9]'),
        createdAt TEXT NOT NULL CHECK (length(createdAt) = 24),
        updatedAt TEXT NOT NULL CHECK (length(updatedAt) = 24),
        etag TEXT NOT NULL CHECK (etag GLOB '"[1-9]*"')
    ) STRICT;
    -- One service, one trust.
    CREATE UNIQUE INDEX trustIsOne ON trust((1));

    CREATE TABLE school (
        rowid INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE CHECK (id GLOB 'sch_*'),
        urn TEXT NOT NULL UNIQUE CHECK (urn GLOB '[0-9][0-9][0-9][0-9][0-9][0-9]'),
        ukprn TEXT CHECK (ukprn GLOB '[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]'),
        laEstab TEXT CHECK (laEstab GLOB '[0-9][0-9][0-9][0-9][0-9][0-9][0-9]'),
        name TEXT NOT NULL COLLATE NOCASE CHECK (name <> ''),
        shortName TEXT,
        phase TEXT NOT NULL,
        establishmentTypeCode TEXT NOT NULL,
        establishmentType TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('proposed', 'open', 'openButProposedToClose', 'closed')),
        openedOn TEXT CHECK (length(openedOn) = 10),
        closedOn TEXT CHECK (length(closedOn) = 10),
        localAuthorityCode TEXT,
        localAuthorityName TEXT COLLATE NOCASE,
        region TEXT COLLATE NOCASE,
        ageRangeLow INTEGER,
        ageRangeHigh INTEGER,
        gender TEXT COLLATE NOCASE,
        religiousCharacter TEXT COLLATE NOCASE,
        capacity INTEGER CHECK (capacity >= 0),
        pupils INTEGER CHECK (pupils >= 0),
        percentFull INTEGER CHECK (percentFull >= 0),
        percentFreeSchoolMeals REAL CHECK (percentFreeSchoolMeals BETWEEN 0 AND 100),
        percentFreeSchoolMealsAsAt TEXT CHECK (length(percentFreeSchoolMealsAsAt) = 10),
        percentDisadvantaged REAL CHECK (percentDisadvantaged BETWEEN 0 AND 100),
        percentDisadvantagedAsAt TEXT CHECK (length(percentDisadvantagedAsAt) = 10),
        street TEXT,
        locality TEXT,
        town TEXT COLLATE NOCASE,
        county TEXT,
        postcode TEXT COLLATE NOCASE,
        website TEXT,
        easting INTEGER,
        northing INTEGER,
        groupUid TEXT,
        groupName TEXT,
        joinedOn TEXT CHECK (length(joinedOn) = 10),
        vision TEXT,
        "values" TEXT NOT NULL CHECK (json_type("values") = 'array'),
        context TEXT,
        distinctiveStrengths TEXT NOT NULL CHECK (json_type(distinctiveStrengths) = 'array'),
        externalRefs TEXT NOT NULL CHECK (json_type(externalRefs) = 'array'),
        provenanceSource TEXT NOT NULL,
        provenanceAsAt TEXT CHECK (length(provenanceAsAt) = 10),
        createdAt TEXT NOT NULL CHECK (length(createdAt) = 24),
        updatedAt TEXT NOT NULL CHECK (length(updatedAt) = 24),
        etag TEXT NOT NULL CHECK (etag GLOB '"[1-9]*"')
    ) STRICT;
    CREATE INDEX schoolByUkprn ON school(ukprn, id);
    CREATE INDEX schoolByLaEstab ON school(laEstab, id);
    CREATE INDEX schoolByName ON school(name, id);
    CREATE INDEX schoolByPhase ON school(phase, id);
    CREATE INDEX schoolByEstablishmentTypeCode ON school(establishmentTypeCode, id);
    CREATE INDEX schoolByStatus ON school(status, id);
    CREATE INDEX schoolByOpenedOn ON school(openedOn, id);
    CREATE INDEX schoolByLocalAuthorityCode ON school(localAuthorityCode, id);
    CREATE INDEX schoolByLocalAuthorityName ON school(localAuthorityName, id);
    CREATE INDEX schoolByRegion ON school(region, id);
    CREATE INDEX schoolByAgeRangeLow ON school(ageRangeLow, id);
    CREATE INDEX schoolByAgeRangeHigh ON school(ageRangeHigh, id);
    CREATE INDEX schoolByGender ON school(gender, id);
    CREATE INDEX schoolByReligiousCharacter ON school(religiousCharacter, id);
    CREATE INDEX schoolByCapacity ON school(capacity, id);
    CREATE INDEX schoolByPupils ON school(pupils, id);
    CREATE INDEX schoolByPercentFull ON school(percentFull, id);
    CREATE INDEX schoolByPercentFreeSchoolMeals ON school(percentFreeSchoolMeals, id);
    CREATE INDEX schoolByTown ON school(town, id);
    CREATE INDEX schoolByPostcode ON school(postcode, id);
    CREATE INDEX schoolByGroupUid ON school(groupUid, id);
    CREATE INDEX schoolByUpdatedAt ON school(updatedAt, id);

    CREATE TABLE schoolExternalRef (
        system TEXT NOT NULL,
        externalId TEXT NOT NULL,
        schoolId TEXT NOT NULL REFERENCES school(id) ON DELETE CASCADE,
        PRIMARY KEY (system, externalId)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX schoolExternalRefBySchool ON schoolExternalRef(schoolId);

    CREATE VIRTUAL TABLE schoolSearch USING fts5(
        name, shortName, urn, town, postcode, localAuthorityName, vision, "values", context, distinctiveStrengths,
        content = 'school', content_rowid = 'rowid', tokenize = 'unicode61 remove_diacritics 2'
    );
    CREATE TRIGGER schoolSearchInsert AFTER INSERT ON school BEGIN
        INSERT INTO schoolSearch(rowid, name, shortName, urn, town, postcode, localAuthorityName, vision, "values", context, distinctiveStrengths)
        VALUES (new.rowid, new.name, new.shortName, new.urn, new.town, new.postcode, new.localAuthorityName, new.vision, new."values",
            new.context, new.distinctiveStrengths);
    END;
    CREATE TRIGGER schoolSearchDelete AFTER DELETE ON school BEGIN
        INSERT INTO schoolSearch(schoolSearch, rowid, name, shortName, urn, town, postcode, localAuthorityName, vision, "values", context,
            distinctiveStrengths)
        VALUES ('delete', old.rowid, old.name, old.shortName, old.urn, old.town, old.postcode, old.localAuthorityName, old.vision, old."values",
            old.context, old.distinctiveStrengths);
    END;
    CREATE TRIGGER schoolSearchUpdate
    AFTER UPDATE OF name, shortName, urn, town, postcode, localAuthorityName, vision, "values", context, distinctiveStrengths ON school BEGIN
        INSERT INTO schoolSearch(schoolSearch, rowid, name, shortName, urn, town, postcode, localAuthorityName, vision, "values", context,
            distinctiveStrengths)
        VALUES ('delete', old.rowid, old.name, old.shortName, old.urn, old.town, old.postcode, old.localAuthorityName, old.vision, old."values",
            old.context, old.distinctiveStrengths);
        INSERT INTO schoolSearch(rowid, name, shortName, urn, town, postcode, localAuthorityName, vision, "values", context, distinctiveStrengths)
        VALUES (new.rowid, new.name, new.shortName, new.urn, new.town, new.postcode, new.localAuthorityName, new.vision, new."values",
            new.context, new.distinctiveStrengths);
    END;

    -- What the register said of a school when it was last imported: a row with the same digest changes nothing.
    CREATE TABLE registerRow (
        urn TEXT NOT NULL PRIMARY KEY,
        digest BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE apiToken (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'tok_*'),
        name TEXT NOT NULL COLLATE NOCASE CHECK (name <> ''),
        role TEXT,
        scopes TEXT NOT NULL CHECK (json_type(scopes) = 'array'),
        schoolIds TEXT NOT NULL CHECK (json_type(schoolIds) = 'array'),
        expiresAt TEXT CHECK (length(expiresAt) = 24),
        revokedAt TEXT CHECK (length(revokedAt) = 24),
        lastUsedAt TEXT CHECK (length(lastUsedAt) = 24),
        createdAt TEXT NOT NULL CHECK (length(createdAt) = 24),
        updatedAt TEXT NOT NULL CHECK (length(updatedAt) = 24),
        etag TEXT NOT NULL CHECK (etag GLOB '"[1-9]*"'),
        CHECK ((role IS NULL) <> (scopes = '[]'))
    ) STRICT;
    CREATE INDEX apiTokenByName ON apiToken(name, id);
    CREATE INDEX apiTokenByRevokedAt ON apiToken(revokedAt, id);
    CREATE INDEX apiTokenByCreatedAt ON apiToken(createdAt, id);
    CREATE INDEX apiTokenByUpdatedAt ON apiToken(updatedAt, id);

    -- A token has several secrets while one is rotated. SHA-256, lower-case hex; the secret itself is nowhere.
    CREATE TABLE apiTokenSecret (
        digest TEXT NOT NULL PRIMARY KEY CHECK (length(digest) = 64),
        tokenId TEXT NOT NULL REFERENCES apiToken(id) ON DELETE CASCADE,
        validUntil TEXT CHECK (length(validUntil) = 24)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX apiTokenSecretByToken ON apiTokenSecret(tokenId);

    CREATE TABLE importJob (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'imp_*'),
        source TEXT NOT NULL,
        groupUid TEXT,
        status TEXT NOT NULL CHECK (status IN ('awaitingFiles', 'queued', 'running', 'succeeded', 'failed')),
        files TEXT NOT NULL CHECK (json_type(files) = 'array'),
        bytesRead INTEGER NOT NULL CHECK (bytesRead >= 0),
        bytesTotal INTEGER NOT NULL CHECK (bytesTotal >= 0),
        rowsRead INTEGER NOT NULL CHECK (rowsRead >= 0),
        report TEXT CHECK (json_type(report) = 'object'),
        failure TEXT,
        startedAt TEXT CHECK (length(startedAt) = 24),
        finishedAt TEXT CHECK (length(finishedAt) = 24),
        createdAt TEXT NOT NULL CHECK (length(createdAt) = 24),
        updatedAt TEXT NOT NULL CHECK (length(updatedAt) = 24),
        etag TEXT NOT NULL CHECK (etag GLOB '"[1-9]*"')
    ) STRICT;
    CREATE INDEX importJobByStatus ON importJob(status, id);
    CREATE INDEX importJobByCreatedAt ON importJob(createdAt, id);
    CREATE INDEX importJobByUpdatedAt ON importJob(updatedAt, id);

    -- Who did what when. `digests` has 32 bytes per member, `hash` chains all entries; the values lie in auditValue and can be erased.
    CREATE TABLE audit (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        at TEXT NOT NULL,
        actorKind TEXT NOT NULL,
        actorId TEXT NOT NULL,
        actorName TEXT NOT NULL,
        actorPersonId TEXT,
        requestId TEXT NOT NULL,
        source TEXT,
        operation TEXT NOT NULL,
        resourceType TEXT NOT NULL,
        resourceId TEXT NOT NULL,
        etag TEXT NOT NULL,
        members TEXT NOT NULL,
        digests BLOB NOT NULL CHECK (length(digests) % 32 = 0),
        hash BLOB NOT NULL CHECK (length(hash) = 32)
    ) STRICT;
    CREATE INDEX auditByResource ON audit(resourceType, resourceId, seq);

    CREATE TABLE auditValue (
        seq INTEGER PRIMARY KEY REFERENCES audit(seq),
        salts BLOB NOT NULL,
        content TEXT NOT NULL
    ) STRICT;

    -- The ordered log that followers read; the audience is that of the moment of writing.
    CREATE TABLE event (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE CHECK (id GLOB 'evt_*'),
        type TEXT NOT NULL,
        occurredAt TEXT NOT NULL,
        actor TEXT NOT NULL,
        resourceType TEXT NOT NULL,
        resourceId TEXT NOT NULL,
        etag TEXT NOT NULL,
        changedMembers TEXT NOT NULL,
        requestId TEXT NOT NULL,
        audience TEXT NOT NULL CHECK (audience IN ('directory', 'leadership', 'parties')),
        parties TEXT NOT NULL
    ) STRICT;
    CREATE INDEX eventByAudience ON event(audience, seq);

    CREATE TABLE tombstone (
        resourceType TEXT NOT NULL,
        resourceId TEXT NOT NULL,
        etag TEXT NOT NULL,
        deletedAt TEXT NOT NULL,
        PRIMARY KEY (resourceType, resourceId)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE meta (
        key TEXT NOT NULL PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """
