/// Calendars: academic years, terms, days that are something else, bank holidays and the trust's division.
///
/// What no calendar can be made of stays out of the file, whoever writes: years that overlap, terms of one owner that do, and entries of
/// one owner of which both speak of the same people.
let migration010 = """
    -- Columns are in the order of the members.
    CREATE TABLE trustNext (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'tru_*'),
        name TEXT,
        groupUid TEXT,
        groupId TEXT CHECK (groupId GLOB 'TR[0-9][0-9][0-9][0-9][0-9]'),
        ukprn TEXT CHECK (ukprn GLOB '[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]'),
        companiesHouseNumber TEXT CHECK (length(companiesHouseNumber) = 8),
        timeZone TEXT NOT NULL,
        academicYearStart TEXT NOT NULL CHECK (academicYearStart GLOB '[0-1][0-9]-[0-3][0-9]'),
        bankHolidayDivision TEXT NOT NULL CHECK (bankHolidayDivision IN ('england-and-wales', 'scotland', 'northern-ireland')),
        \(DatedFactSQL.versioning)
    ) STRICT;
    INSERT INTO trustNext
        SELECT id, name, groupUid, groupId, ukprn, companiesHouseNumber, timeZone, academicYearStart, 'england-and-wales', createdAt,
            updatedAt, etag
        FROM trust;
    DROP TABLE trust;
    ALTER TABLE trustNext RENAME TO trust;
    CREATE UNIQUE INDEX trustIsOne ON trust((1));

    CREATE TABLE academicYear (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'acy_*'),
        name TEXT NOT NULL UNIQUE CHECK (name GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]'),
        \(range),
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("academicYear", ["name", "startsOn", "endsOn", "updatedAt"]))
    \(DatedFactSQL.noOverlap("academicYear", "Once", sameIn: []))

    CREATE TABLE term (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'trm_*'),
        academicYearId TEXT NOT NULL REFERENCES academicYear(id),
        schoolId TEXT REFERENCES school(id),
        name TEXT NOT NULL COLLATE NOCASE CHECK (name <> ''),
        \(range),
        halfTermStartsOn TEXT CHECK (length(halfTermStartsOn) = 10),
        halfTermEndsOn TEXT CHECK (length(halfTermEndsOn) = 10),
        \(DatedFactSQL.versioning),
        CHECK ((halfTermStartsOn IS NULL) = (halfTermEndsOn IS NULL)),
        CHECK (halfTermStartsOn IS NULL OR (startsOn < halfTermStartsOn AND halfTermStartsOn <= halfTermEndsOn AND halfTermEndsOn < endsOn))
    ) STRICT;
    \(DatedFactSQL.indexes("term", ["academicYearId", "schoolId", "name", "startsOn", "endsOn", "updatedAt"]))
    \(DatedFactSQL.noOverlap("term", "Once", sameIn: ["schoolId"]))

    CREATE TABLE calendarDay (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'cda_*'),
        schoolId TEXT REFERENCES school(id),
        kind TEXT NOT NULL CHECK (kind IN ('inset', 'twilight', 'disaggregated', 'closure', 'officeClosure', 'extraDay')),
        \(range),
        reason TEXT CHECK (reason <> ''),
        \(DatedFactSQL.versioning),
        -- Readers look back so far for an entry that reaches into what they read.
        CHECK (julianday(endsOn) - julianday(startsOn) < 366)
    ) STRICT;
    \(DatedFactSQL.indexes("calendarDay", ["schoolId", "kind", "startsOn", "endsOn", "updatedAt"]))
    CREATE INDEX calendarDayOfOwner ON calendarDay(schoolId, startsOn);
    -- An office closure says nothing of pupils and staff, so it may meet any other.
    \(DatedFactSQL.noOverlap("calendarDay", "Once", sameIn: ["schoolId"], where: "row.kind <> 'officeClosure'"))
    \(DatedFactSQL.noOverlap("calendarDay", "OneOffice", sameIn: ["schoolId"], where: "row.kind = 'officeClosure'"))

    -- No resource: each import of GOV.UK's file puts its holidays in place of those known.
    CREATE TABLE bankHoliday (
        division TEXT NOT NULL CHECK (division IN ('england-and-wales', 'scotland', 'northern-ireland')),
        date TEXT NOT NULL CHECK (length(date) = 10),
        title TEXT NOT NULL CHECK (title <> ''),
        PRIMARY KEY (date, division)
    ) STRICT, WITHOUT ROWID;
    """

/// First and last day, both known and in order.
private let range = """
    startsOn TEXT NOT NULL CHECK (startsOn GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'),
        endsOn TEXT NOT NULL CHECK (endsOn GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]' AND startsOn <= endsOn)
    """
