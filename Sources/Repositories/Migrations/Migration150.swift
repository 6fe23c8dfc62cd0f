/// The work on the desk: who does what and who covers, attachments seen by those concerned, links, time spent, how long it took.
let migration150 = """
    ALTER TABLE businessTeam ADD COLUMN assignments TEXT NOT NULL DEFAULT '[]' CHECK (json_type(assignments) = 'array');
    ALTER TABLE businessTeam ADD COLUMN away TEXT NOT NULL DEFAULT '[]' CHECK (json_type(away) = 'array');

    ALTER TABLE supportRequest ADD COLUMN firstResponseMinutes INTEGER CHECK (firstResponseMinutes >= 0);
    ALTER TABLE supportRequest ADD COLUMN resolutionMinutes INTEGER CHECK (resolutionMinutes >= 0);

    -- The last number of each year's references: finding it among 200,000 of them would take longer than the request.
    CREATE TABLE supportRequestNumber (
        year INTEGER NOT NULL PRIMARY KEY,
        last INTEGER NOT NULL CHECK (last > 0)
    ) STRICT;
    INSERT INTO supportRequestNumber
        SELECT CAST(substr(reference, 5, 4) AS INTEGER), max(CAST(substr(reference, 10) AS INTEGER)) FROM supportRequest GROUP BY 1;

    ALTER TABLE file ADD COLUMN isConfidential INTEGER NOT NULL DEFAULT 0 CHECK (isConfidential IN (0, 1));
    ALTER TABLE file ADD COLUMN visibleTo TEXT NOT NULL DEFAULT '[]' CHECK (json_type(visibleTo) = 'array');

    CREATE TABLE requestLink (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'lnk_*'),
        fromId TEXT NOT NULL REFERENCES supportRequest(id),
        kind TEXT NOT NULL CHECK (kind IN ('childOf', 'duplicateOf', 'relatedTo')),
        toId TEXT NOT NULL REFERENCES supportRequest(id) CHECK (toId <> fromId),
        note TEXT,
        requestIds TEXT NOT NULL CHECK (json_type(requestIds) = 'array'),
        isConfidential INTEGER NOT NULL CHECK (isConfidential IN (0, 1)),
        visibleTo TEXT NOT NULL CHECK (json_type(visibleTo) = 'array'),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    -- One link between two, whichever way; one parent each.
    CREATE UNIQUE INDEX requestLinkOnce ON requestLink(min(fromId, toId), max(fromId, toId));
    CREATE UNIQUE INDEX requestLinkParent ON requestLink(fromId) WHERE kind = 'childOf';
    \(DatedFactSQL.indexes("requestLink", ["fromId", "toId", "kind", "updatedAt"]))
    \(ElementSQL.elements(of: "requestLink", "requestIds", referringTo: "supportRequest"))

    CREATE TABLE requestTimeEntry (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'rte_*'),
        requestId TEXT NOT NULL REFERENCES supportRequest(id),
        personId TEXT REFERENCES person(id),
        day TEXT NOT NULL CHECK (length(day) = 10),
        minutes INTEGER NOT NULL CHECK (minutes BETWEEN 1 AND 1440),
        kind TEXT NOT NULL CHECK (kind <> ''),
        note TEXT,
        isConfidential INTEGER NOT NULL CHECK (isConfidential IN (0, 1)),
        visibleTo TEXT NOT NULL CHECK (json_type(visibleTo) = 'array'),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("requestTimeEntry", ["requestId", "personId", "day", "kind", "updatedAt"]))

    WITH item (code, label, position) AS (VALUES
    ('phone', 'Telephone', 10),
    ('email', 'Mail', 20),
    ('meeting', 'Meeting', 30),
    ('onSite', 'At the school', 40),
    ('remote', 'From afar', 50),
    ('research', 'Finding out', 60),
    ('administration', 'Administration', 70),
    ('travel', 'Travel', 80)
    )
    INSERT OR IGNORE INTO codeItem
        SELECT printf('cde_01m85dmb00e008000000001%03d', row_number() OVER ()), 'work-kinds', NULL, code, label, NULL, position, NULL, NULL,
            NULL, NULL, NULL, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), '"1"'
        FROM item;
    """
