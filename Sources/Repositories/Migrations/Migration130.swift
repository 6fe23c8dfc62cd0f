/// Shared resources, what they say version by version, who uses them, what is said of them; and the index they are found by.
let migration130 = """
    CREATE TABLE sharedResource (
        number INTEGER NOT NULL PRIMARY KEY,
        id TEXT NOT NULL UNIQUE CHECK (id GLOB 'res_*'),
        schoolId TEXT REFERENCES school(id),
        kind TEXT NOT NULL CHECK (kind IN ('practice', 'curriculum', 'assessment', 'lesson', 'training', 'template', 'guidance')),
        title TEXT NOT NULL CHECK (title <> ''),
        summary TEXT NOT NULL,
        subject TEXT,
        keyStages TEXT NOT NULL CHECK (json_type(keyStages) = 'array'),
        yearGroups TEXT NOT NULL CHECK (json_type(yearGroups) = 'array'),
        phases TEXT NOT NULL CHECK (json_type(phases) = 'array'),
        keywords TEXT NOT NULL CHECK (json_type(keywords) = 'array'),
        authorIds TEXT NOT NULL CHECK (json_type(authorIds) = 'array'),
        licence TEXT NOT NULL CHECK (licence IN ('cc0', 'ccBy', 'ccBySa', 'ccByNc', 'ccByNcSa', 'ccByNd', 'ccByNcNd', 'ogl', 'trustOnly',
            'noAdaptation')),
        language TEXT NOT NULL CHECK (language <> ''),
        accessibility TEXT,
        contentGuidance TEXT,
        authoringHours REAL CHECK (authoringHours > 0),
        authoringBasis TEXT,
        adaptedFromId TEXT REFERENCES sharedResource(id),
        adaptedFromVersionId TEXT,
        latestVersionId TEXT,
        latestNumber TEXT,
        stateReason TEXT,
        state TEXT NOT NULL CHECK (state IN ('draft', 'inReview', 'published', 'retired')),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning),
        CHECK ((adaptedFromId IS NULL) = (adaptedFromVersionId IS NULL)),
        CHECK ((latestVersionId IS NULL) = (latestNumber IS NULL)),
        CHECK ((state IN ('published', 'retired')) = (latestVersionId IS NOT NULL))
    ) STRICT;
    \(DatedFactSQL.indexes("sharedResource", ["schoolId", "kind", "title", "subject", "licence", "language", "adaptedFromId", "state", "updatedAt"]))
    \(ElementSQL.elements(of: "sharedResource", "keyStages", referringTo: nil))
    \(ElementSQL.elements(of: "sharedResource", "yearGroups", referringTo: nil))
    \(ElementSQL.elements(of: "sharedResource", "phases", referringTo: nil))
    \(ElementSQL.elements(of: "sharedResource", "keywords", referringTo: nil))
    \(ElementSQL.elements(of: "sharedResource", "authorIds", referringTo: "person"))

    CREATE TABLE resourceVersion (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'ver_*'),
        resourceId TEXT NOT NULL REFERENCES sharedResource(id),
        schoolId TEXT REFERENCES school(id),
        authorIds TEXT NOT NULL CHECK (json_type(authorIds) = 'array'),
        major INTEGER CHECK (major > 0),
        minor INTEGER CHECK (minor >= 0),
        changeNote TEXT,
        basedOnId TEXT REFERENCES resourceVersion(id),
        takenFromId TEXT REFERENCES resourceVersion(id),
        text TEXT,
        fileIds TEXT NOT NULL CHECK (json_type(fileIds) = 'array'),
        publishedAt TEXT CHECK (length(publishedAt) = 24),
        stateReason TEXT,
        state TEXT NOT NULL CHECK (state IN ('draft', 'inReview', 'published')),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning),
        CHECK ((state = 'published') = (major IS NOT NULL)),
        CHECK ((major IS NULL) = (minor IS NULL)),
        CHECK ((major IS NULL) = (publishedAt IS NULL))
    ) STRICT;
    CREATE UNIQUE INDEX resourceVersionByNumber ON resourceVersion(resourceId, major, minor) WHERE major IS NOT NULL;
    \(DatedFactSQL.indexes("resourceVersion", ["resourceId", "schoolId", "basedOnId", "takenFromId", "publishedAt", "state", "updatedAt"]))
    \(ElementSQL.elements(of: "resourceVersion", "fileIds", referringTo: "file"))
    \(ElementSQL.elements(of: "resourceVersion", "authorIds", referringTo: "person"))
    -- What was published stays what it was; only redaction empties a text.
    CREATE TRIGGER resourceVersionStays BEFORE UPDATE OF resourceId, major, minor, text, fileIds, publishedAt ON resourceVersion
    WHEN old.state = 'published' AND (new.state <> 'published' OR new.resourceId <> old.resourceId OR new.major <> old.major
        OR new.minor <> old.minor OR (new.text IS NOT old.text AND new.text IS NOT NULL) OR new.fileIds <> old.fileIds
        OR new.publishedAt <> old.publishedAt)
    BEGIN SELECT RAISE(ABORT, 'resourceVersion: published'); END;

    CREATE TABLE adoption (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'ado_*'),
        schoolId TEXT NOT NULL REFERENCES school(id),
        resourceId TEXT NOT NULL REFERENCES sharedResource(id),
        versionId TEXT NOT NULL REFERENCES resourceVersion(id),
        \(DatedFactSQL.days()),
        endReason TEXT,
        adaptation TEXT,
        adaptingHours REAL CHECK (adaptingHours >= 0),
        impact INTEGER CHECK (impact BETWEEN 1 AND 5),
        impactNarrative TEXT,
        evidence TEXT NOT NULL CHECK (json_type(evidence) = 'array'),
        isBehind INTEGER NOT NULL CHECK (isBehind IN (0, 1)),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("adoption", ["schoolId", "resourceId", "versionId", "startsOn", "endsOn", "impact", "isBehind", "updatedAt"]))
    \(DatedFactSQL.noOverlap("adoption", "Twice", sameIn: ["schoolId", "resourceId"]))

    CREATE TABLE resourceProposal (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'rpo_*'),
        resourceId TEXT NOT NULL REFERENCES sharedResource(id),
        schoolId TEXT REFERENCES school(id),
        adaptationId TEXT NOT NULL REFERENCES sharedResource(id),
        versionId TEXT NOT NULL REFERENCES resourceVersion(id),
        offeredBySchoolId TEXT REFERENCES school(id),
        note TEXT,
        acceptedVersionId TEXT REFERENCES resourceVersion(id),
        stateReason TEXT,
        state TEXT NOT NULL CHECK (state IN ('offered', 'accepted', 'declined', 'withdrawn')),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning),
        CHECK ((state = 'accepted') = (acceptedVersionId IS NOT NULL))
    ) STRICT;
    CREATE UNIQUE INDEX resourceProposalOffered ON resourceProposal(versionId) WHERE state = 'offered';
    \(DatedFactSQL.indexes("resourceProposal", ["resourceId", "schoolId", "adaptationId", "versionId", "offeredBySchoolId", "acceptedVersionId", "state", "updatedAt"]))

    CREATE TABLE comment (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'cmt_*'),
        resourceId TEXT NOT NULL REFERENCES sharedResource(id),
        schoolId TEXT REFERENCES school(id),
        versionId TEXT REFERENCES resourceVersion(id),
        replyToId TEXT REFERENCES comment(id),
        text TEXT NOT NULL,
        stateReason TEXT,
        state TEXT NOT NULL CHECK (state IN ('visible', 'hidden')),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("comment", ["resourceId", "schoolId", "versionId", "replyToId", "recordedBy", "state", "createdAt", "updatedAt"]))

    CREATE TABLE resourceCollection (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'col_*'),
        schoolId TEXT REFERENCES school(id),
        title TEXT NOT NULL CHECK (title <> ''),
        description TEXT,
        itemIds TEXT NOT NULL CHECK (json_type(itemIds) = 'array'),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("resourceCollection", ["schoolId", "title", "recordedBy", "updatedAt"]))
    \(ElementSQL.elements(of: "resourceCollection", "itemIds", referringTo: nil))
    -- An id is of a resource or of a collection: no foreign key can say that.
    CREATE TRIGGER sharedResourceCollected BEFORE DELETE ON sharedResource
    WHEN EXISTS (SELECT 1 FROM resourceCollectionItemIds WHERE value = old.id)
    BEGIN SELECT RAISE(ABORT, 'resourceCollection: item'); END;
    CREATE TRIGGER resourceCollectionCollected BEFORE DELETE ON resourceCollection
    WHEN EXISTS (SELECT 1 FROM resourceCollectionItemIds WHERE value = old.id)
    BEGIN SELECT RAISE(ABORT, 'resourceCollection: item'); END;

    -- What is searched: the resource's own words, the text of its latest version, and what its text files say.
    CREATE TABLE sharedResourceText (
        number INTEGER NOT NULL PRIMARY KEY REFERENCES sharedResource(number) ON DELETE CASCADE,
        title TEXT NOT NULL,
        keywords TEXT NOT NULL,
        summary TEXT NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER sharedResourceTextInsert AFTER INSERT ON sharedResource BEGIN
        INSERT INTO sharedResourceText(number, title, keywords, summary, body)
        VALUES (new.number, new.title, (SELECT coalesce(group_concat(value, ', '), '') FROM json_each(new.keywords)), new.summary, '');
    END;
    CREATE TRIGGER sharedResourceTextUpdate AFTER UPDATE OF title, keywords, summary ON sharedResource BEGIN
        UPDATE sharedResourceText
        SET title = new.title, keywords = (SELECT coalesce(group_concat(value, ', '), '') FROM json_each(new.keywords)), summary = new.summary
        WHERE number = new.number;
    END;

    -- A text that is redacted is gone from what is searched as well; so are the files beside it, until the next version.
    CREATE TRIGGER sharedResourceTextRedacted AFTER UPDATE OF text ON resourceVersion
    WHEN old.state = 'published' AND old.text IS NOT NULL AND new.text IS NULL BEGIN
        UPDATE sharedResourceText SET body = ''
        WHERE number = (SELECT number FROM sharedResource WHERE id = new.resourceId AND latestVersionId = new.id);
    END;

    CREATE VIRTUAL TABLE sharedResourceSearch USING fts5(
        title, keywords, summary, body, content = 'sharedResourceText', content_rowid = 'number',
        tokenize = 'porter unicode61 remove_diacritics 2', prefix = '2 3'
    );
    CREATE TRIGGER sharedResourceSearchInsert AFTER INSERT ON sharedResourceText BEGIN
        INSERT INTO sharedResourceSearch(rowid, title, keywords, summary, body)
        VALUES (new.number, new.title, new.keywords, new.summary, new.body);
    END;
    CREATE TRIGGER sharedResourceSearchDelete AFTER DELETE ON sharedResourceText BEGIN
        INSERT INTO sharedResourceSearch(sharedResourceSearch, rowid, title, keywords, summary, body)
        VALUES ('delete', old.number, old.title, old.keywords, old.summary, old.body);
    END;
    CREATE TRIGGER sharedResourceSearchUpdate AFTER UPDATE ON sharedResourceText BEGIN
        INSERT INTO sharedResourceSearch(sharedResourceSearch, rowid, title, keywords, summary, body)
        VALUES ('delete', old.number, old.title, old.keywords, old.summary, old.body);
        INSERT INTO sharedResourceSearch(rowid, title, keywords, summary, body)
        VALUES (new.number, new.title, new.keywords, new.summary, new.body);
    END;
    """
