/// Needs, offers, deployments and the time that was given.
let migration110 = """
    CREATE TABLE need (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'ned_*'),
        schoolId TEXT NOT NULL REFERENCES school(id),
        title TEXT NOT NULL CHECK (title <> ''),
        description TEXT,
        regime TEXT,
        area TEXT CHECK (area <> ''),
        subject TEXT,
        urgency TEXT NOT NULL CHECK (urgency IN ('low', 'normal', 'high', 'urgent')),
        source TEXT NOT NULL CHECK (source IN ('finding', 'plan', 'request')),
        findingId TEXT REFERENCES finding(id),
        neededBy TEXT CHECK (length(neededBy) = 10),
        outcome TEXT,
        stateReason TEXT,
        state TEXT NOT NULL CHECK (state IN ('open', 'matched', 'met', 'withdrawn')),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning),
        CHECK (area IS NOT NULL OR subject IS NOT NULL),
        CHECK ((source = 'finding') = (findingId IS NOT NULL))
    ) STRICT;
    \(DatedFactSQL.indexes("need", ["schoolId", "area", "subject", "urgency", "source", "findingId", "neededBy", "state", "updatedAt"]))

    CREATE TABLE supportOffer (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'ofr_*'),
        schoolId TEXT REFERENCES school(id),
        personId TEXT REFERENCES person(id),
        title TEXT NOT NULL CHECK (title <> ''),
        description TEXT,
        regime TEXT,
        area TEXT CHECK (area <> ''),
        subject TEXT,
        daysPerTerm REAL NOT NULL CHECK (daysPerTerm > 0),
        evidence TEXT NOT NULL CHECK (json_type(evidence) = 'array'),
        \(DatedFactSQL.days()),
        stateReason TEXT,
        state TEXT NOT NULL CHECK (state IN ('open', 'paused', 'withdrawn')),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning),
        CHECK (area IS NOT NULL OR subject IS NOT NULL),
        CHECK (schoolId IS NOT NULL OR personId IS NOT NULL)
    ) STRICT;
    \(DatedFactSQL.indexes("supportOffer", ["schoolId", "personId", "area", "subject", "daysPerTerm", "startsOn", "endsOn", "state", "updatedAt"]))

    CREATE TABLE deployment (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'dpl_*'),
        needId TEXT REFERENCES need(id),
        offerId TEXT REFERENCES supportOffer(id),
        providerSchoolId TEXT REFERENCES school(id),
        providerPersonId TEXT REFERENCES person(id),
        receivingSchoolId TEXT NOT NULL REFERENCES school(id) CHECK (receivingSchoolId IS NOT providerSchoolId),
        schoolIds TEXT NOT NULL CHECK (json_type(schoolIds) = 'array' AND json_array_length(schoolIds) > 0),
        regime TEXT,
        area TEXT CHECK (area <> ''),
        subject TEXT,
        purpose TEXT NOT NULL CHECK (purpose <> ''),
        \(DatedFactSQL.days()),
        daysPlanned REAL NOT NULL CHECK (daysPlanned > 0),
        capacityConfirmed TEXT CHECK (json_type(capacityConfirmed) = 'object'),
        conflictOfInterest TEXT CHECK (json_type(conflictOfInterest) = 'object'),
        impact INTEGER CHECK (impact BETWEEN 1 AND 5),
        impactEvaluation TEXT,
        stateReason TEXT,
        state TEXT NOT NULL CHECK (state IN ('considering', 'preparing', 'deployed', 'complete', 'declined', 'cancelled')),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning),
        CHECK (area IS NOT NULL OR subject IS NOT NULL),
        CHECK (endsOn IS NOT NULL),
        CHECK (providerSchoolId IS NOT NULL OR providerPersonId IS NOT NULL),
        CHECK (state <> 'complete' OR impact IS NOT NULL),
        CHECK (state NOT IN ('deployed', 'complete') OR (capacityConfirmed IS NOT NULL AND conflictOfInterest IS NOT NULL))
    ) STRICT;
    \(DatedFactSQL.indexes("deployment", [
        "needId", "offerId", "providerSchoolId", "providerPersonId", "receivingSchoolId", "area", "subject", "startsOn", "endsOn", "state", "updatedAt",
    ]))
    \(ElementSQL.elements(of: "deployment", "schoolIds", referringTo: "school"))

    CREATE TABLE timeEntry (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'tme_*'),
        deploymentId TEXT NOT NULL REFERENCES deployment(id),
        schoolIds TEXT NOT NULL CHECK (json_type(schoolIds) = 'array' AND json_array_length(schoolIds) > 0),
        personId TEXT REFERENCES person(id),
        day TEXT NOT NULL CHECK (length(day) = 10),
        days REAL NOT NULL CHECK (days > 0 AND days <= 1),
        note TEXT,
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("timeEntry", ["deploymentId", "personId", "day", "updatedAt"]))
    \(ElementSQL.elements(of: "timeEntry", "schoolIds", referringTo: "school"))
    """
