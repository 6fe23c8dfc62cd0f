/// Links between schools, corrections of what the register says, and what import reports say of both.
let migration030 = """
    CREATE TABLE schoolLink (
        urn TEXT NOT NULL CHECK (length(urn) = 6),
        linkUrn TEXT NOT NULL CHECK (length(linkUrn) = 6),
        linkName TEXT NOT NULL,
        linkType TEXT NOT NULL,
        establishedOn TEXT CHECK (length(establishedOn) = 10),
        PRIMARY KEY (urn, linkUrn, linkType)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX schoolLinkByLinkUrn ON schoolLink(linkUrn, urn);

    CREATE TABLE schoolOverride (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'ovr_*'),
        schoolId TEXT NOT NULL REFERENCES school(id),
        member TEXT NOT NULL,
        value ANY,
        registerValue ANY,
        reason TEXT NOT NULL CHECK (reason <> ''),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning),
        UNIQUE (schoolId, member)
    ) STRICT;
    \(DatedFactSQL.indexes("schoolOverride", ["schoolId", "member", "updatedAt"]))

    UPDATE importJob SET report = json_set(report, '$.joined', 0, '$.overridden', json('[]'), '$.links', NULL) WHERE report IS NOT NULL;
    """
