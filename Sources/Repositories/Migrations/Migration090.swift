/// Cycles of improvement and their activities.
let migration090 = """
    CREATE TABLE improvementCycle (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'cyc_*'),
        title TEXT NOT NULL CHECK (title <> ''),
        academicYear TEXT NOT NULL CHECK (length(academicYear) = 7),
        frameworkId TEXT NOT NULL REFERENCES framework(id),
        startsOn TEXT CHECK (length(startsOn) = 10),
        schoolIds TEXT NOT NULL CHECK (json_type(schoolIds) = 'array'),
        isForAll INTEGER NOT NULL CHECK (isForAll IN (0, 1)),
        groups TEXT NOT NULL CHECK (json_type(groups) = 'array'),
        activatedAt TEXT CHECK (length(activatedAt) = 24),
        closedAt TEXT CHECK (length(closedAt) = 24),
        state TEXT NOT NULL CHECK (state IN ('draft', 'active', 'closed')),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning),
        CHECK ((state = 'draft') = (activatedAt IS NULL)),
        CHECK ((state = 'closed') = (closedAt IS NOT NULL))
    ) STRICT;
    \(DatedFactSQL.indexes("improvementCycle", ["title", "academicYear", "frameworkId", "state", "updatedAt"]))
    \(ElementSQL.elements(of: "improvementCycle", "schoolIds", referringTo: "school"))

    CREATE TABLE activity (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'act_*'),
        cycleId TEXT NOT NULL REFERENCES improvementCycle(id),
        processId TEXT NOT NULL REFERENCES keyProcess(id),
        title TEXT NOT NULL CHECK (title <> ''),
        kind TEXT NOT NULL CHECK (kind <> ''),
        dayKind TEXT NOT NULL CHECK (dayKind IN ('pupilsIn', 'staffIn', 'officeOpen')),
        schoolIds TEXT NOT NULL CHECK (json_type(schoolIds) = 'array' AND json_array_length(schoolIds) > 0),
        groupName TEXT CHECK (groupName <> ''),
        every TEXT CHECK (every IN ('year', 'term', 'halfTerm')),
        period INTEGER CHECK (period > 0),
        occurrence INTEGER CHECK (occurrence BETWEEN 1 AND times),
        times INTEGER,
        opensOn TEXT NOT NULL CHECK (length(opensOn) = 10),
        dueOn TEXT NOT NULL CHECK (length(dueOn) = 10 AND dueOn >= opensOn),
        scheduledFor TEXT NOT NULL CHECK (length(scheduledFor) = 10 AND scheduledFor BETWEEN opensOn AND dueOn),
        leaderId TEXT REFERENCES person(id),
        partnerSchoolIds TEXT NOT NULL CHECK (json_type(partnerSchoolIds) = 'array'),
        evidence TEXT NOT NULL CHECK (json_type(evidence) = 'array'),
        outcome TEXT,
        stateReason TEXT,
        replannedBecause TEXT,
        settledOn TEXT CHECK (length(settledOn) = 10),
        state TEXT NOT NULL CHECK (state IN ('scheduled', 'inProgress', 'done', 'missed', 'waived', 'cancelled')),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning),
        CHECK ((every IS NULL) = (period IS NULL) AND (every IS NULL) = (occurrence IS NULL) AND (every IS NULL) = (times IS NULL)),
        CHECK ((state IN ('scheduled', 'inProgress')) = (settledOn IS NULL))
    ) STRICT;
    CREATE UNIQUE INDEX activityOnce ON activity(cycleId, processId, ifnull(groupName, schoolIds), every, period, occurrence, times)
        WHERE every IS NOT NULL AND state <> 'cancelled';
    CREATE INDEX activityProgress ON activity(cycleId, id, processId, state, opensOn, dueOn, settledOn);
    \(DatedFactSQL.indexes("activity", ["processId", "kind", "dueOn", "scheduledFor", "leaderId", "state", "updatedAt"]))
    \(ElementSQL.elements(of: "activity", "schoolIds", referringTo: "school"))
    \(ElementSQL.elements(of: "activity", "partnerSchoolIds", referringTo: "school"))
    CREATE TRIGGER activityPartnersInsert BEFORE INSERT ON activity
        WHEN EXISTS (SELECT 1 FROM json_each(new.partnerSchoolIds) AS partner
            WHERE partner.value IN (SELECT value FROM json_each(new.schoolIds)))
        BEGIN SELECT RAISE(ABORT, 'activity: own partner'); END;
    CREATE TRIGGER activityPartnersUpdate BEFORE UPDATE OF schoolIds, partnerSchoolIds ON activity
        WHEN EXISTS (SELECT 1 FROM json_each(new.partnerSchoolIds) AS partner
            WHERE partner.value IN (SELECT value FROM json_each(new.schoolIds)))
        BEGIN SELECT RAISE(ABORT, 'activity: own partner'); END;
    """
