/// Frameworks of key processes with the one a trust begins with, trust priorities, self-evaluations.
let migration080 = """
    CREATE TABLE framework (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'fwk_*'),
        title TEXT NOT NULL CHECK (title <> ''),
        description TEXT,
        version INTEGER NOT NULL CHECK (version > 0),
        seriesId TEXT NOT NULL REFERENCES framework(id),
        previousId TEXT REFERENCES framework(id),
        publishedAt TEXT CHECK (length(publishedAt) = 24),
        retiredAt TEXT CHECK (length(retiredAt) = 24),
        state TEXT NOT NULL CHECK (state IN ('draft', 'published', 'retired')),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning),
        CHECK ((state = 'draft') = (publishedAt IS NULL) AND (state = 'retired') = (retiredAt IS NOT NULL))
    ) STRICT;
    CREATE UNIQUE INDEX frameworkVersion ON framework(seriesId, version);
    CREATE UNIQUE INDEX frameworkDraft ON framework(seriesId) WHERE state = 'draft';
    \(DatedFactSQL.indexes("framework", ["title", "version", "seriesId", "previousId", "state", "updatedAt"]))

    CREATE TABLE keyProcess (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'prc_*'),
        frameworkId TEXT NOT NULL REFERENCES framework(id),
        position INTEGER NOT NULL CHECK (position > 0),
        title TEXT NOT NULL CHECK (title <> ''),
        purpose TEXT,
        kind TEXT NOT NULL CHECK (kind <> ''),
        area TEXT,
        ledBy TEXT,
        expectedOutputs TEXT NOT NULL CHECK (json_type(expectedOutputs) = 'array'),
        dayKind TEXT NOT NULL CHECK (dayKind IN ('pupilsIn', 'staffIn', 'officeOpen')),
        isShared INTEGER NOT NULL CHECK (isShared IN (0, 1)),
        needsPartner INTEGER NOT NULL CHECK (needsPartner IN (0, 1) AND isShared + needsPartner < 2),
        windowDays INTEGER CHECK (windowDays >= 0),
        frequencies TEXT NOT NULL CHECK (json_type(frequencies) = 'array'),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("keyProcess", ["frameworkId", "position", "title", "kind", "ledBy", "updatedAt"]))

    CREATE TABLE trustPriority (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'pri_*'),
        academicYear TEXT NOT NULL CHECK (length(academicYear) = 7),
        position INTEGER NOT NULL CHECK (position > 0),
        title TEXT NOT NULL CHECK (title <> ''),
        description TEXT,
        ownerId TEXT REFERENCES person(id),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    CREATE UNIQUE INDEX trustPriorityTitle ON trustPriority(academicYear, title);
    \(DatedFactSQL.indexes("trustPriority", ["academicYear", "position", "title", "ownerId", "updatedAt"]))

    CREATE TABLE selfEvaluation (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'sev_*'),
        schoolId TEXT NOT NULL REFERENCES school(id),
        regime TEXT NOT NULL,
        asAt TEXT NOT NULL CHECK (length(asAt) = 10),
        summary TEXT,
        judgements TEXT NOT NULL CHECK (json_type(judgements) = 'array'),
        safeguarding TEXT CHECK (safeguarding IN ('met', 'notMet')),
        notApplicable TEXT NOT NULL CHECK (json_type(notApplicable) = 'array'),
        finishedAt TEXT CHECK (length(finishedAt) = 24),
        state TEXT NOT NULL CHECK (state IN ('draft', 'finished')),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning),
        CHECK ((state = 'draft') = (finishedAt IS NULL))
    ) STRICT;
    \(DatedFactSQL.indexes("selfEvaluation", ["schoolId", "regime", "asAt", "state", "updatedAt"]))

    \(migration080Defaults)
    """
