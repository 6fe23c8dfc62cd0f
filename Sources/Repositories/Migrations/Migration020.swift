/// Code lists with the codes a trust begins with, outcomes of inspections, and indicators.
///
/// Defaults come here and not at every start: so what a trust changes or deletes stays as the trust has it, and later defaults are added by a
/// later migration with `INSERT OR IGNORE`. Their ids are the same everywhere.
let migration020 = """
    CREATE TABLE codeItem (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'cde_*'),
        list TEXT NOT NULL,
        regime TEXT,
        code TEXT NOT NULL CHECK (code <> ''),
        label TEXT NOT NULL CHECK (label <> ''),
        description TEXT,
        position INTEGER NOT NULL CHECK (position > 0),
        tier TEXT,
        unit TEXT,
        validFrom TEXT CHECK (length(validFrom) = 10),
        validUntil TEXT CHECK (length(validUntil) = 10 AND (validFrom IS NULL OR validFrom <= validUntil)),
        retiredOn TEXT CHECK (length(retiredOn) = 10),
        \(DatedFactSQL.versioning)
    ) STRICT;
    CREATE UNIQUE INDEX codeItemKey ON codeItem(list, ifnull(regime, ''), code);
    \(DatedFactSQL.indexes("codeItem", ["list", "regime", "code", "label", "position", "retiredOn", "updatedAt"]))
    WITH item (list, regime, code, label, description, position, tier, unit, validFrom, validUntil) AS (VALUES
    \(migration020Defaults)
    )
    INSERT INTO codeItem
        SELECT printf('cde_01m85dmb00e008000000000%03d', row_number() OVER ()), list, regime, code, label, description, position, tier, unit,
            validFrom, validUntil, NULL, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), '"1"'
        FROM item;

    CREATE TABLE inspection (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'isp_*'),
        schoolId TEXT NOT NULL REFERENCES school(id),
        regime TEXT NOT NULL,
        visitType TEXT NOT NULL,
        inspectedUrn TEXT NOT NULL CHECK (inspectedUrn GLOB '[0-9][0-9][0-9][0-9][0-9][0-9]'),
        inspectedOn TEXT NOT NULL CHECK (length(inspectedOn) = 10),
        publishedOn TEXT CHECK (length(publishedOn) = 10 AND publishedOn >= inspectedOn),
        categoryOfConcern TEXT,
        judgements TEXT NOT NULL CHECK (json_type(judgements) = 'array'),
        overallEffectiveness TEXT,
        safeguarding TEXT CHECK (safeguarding IN ('met', 'notMet')),
        outcomeText TEXT,
        sourceUrl TEXT,
        relativeToJoining TEXT NOT NULL CHECK (relativeToJoining IN ('before', 'after', 'unknown')),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    CREATE UNIQUE INDEX inspectionOnce ON inspection(schoolId, inspectedOn, visitType);
    \(DatedFactSQL.indexes("inspection", [
        "schoolId", "regime", "visitType", "inspectedUrn", "inspectedOn", "publishedOn", "categoryOfConcern", "relativeToJoining", "updatedAt",
    ]))

    CREATE TABLE indicator (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'ind_*'),
        schoolId TEXT NOT NULL REFERENCES school(id),
        measure TEXT NOT NULL,
        period TEXT NOT NULL,
        value REAL NOT NULL,
        comparisonValue REAL,
        unit TEXT NOT NULL,
        source TEXT NOT NULL CHECK (source <> ''),
        asAt TEXT CHECK (length(asAt) = 10),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    CREATE UNIQUE INDEX indicatorOnce ON indicator(schoolId, measure, period, source);
    \(DatedFactSQL.indexes("indicator", ["schoolId", "measure", "period", "source", "asAt", "updatedAt"]))
    """
