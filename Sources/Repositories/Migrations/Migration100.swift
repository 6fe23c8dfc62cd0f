/// Improvement plans with their objectives and reviews, and findings.
let migration100 = """
    CREATE TABLE improvementPlan (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'pln_*'),
        schoolId TEXT NOT NULL REFERENCES school(id),
        kind TEXT NOT NULL CHECK (kind IN ('main', 'rapid')),
        academicYear TEXT NOT NULL CHECK (length(academicYear) = 7),
        cycleId TEXT REFERENCES improvementCycle(id),
        occasion TEXT,
        title TEXT NOT NULL CHECK (title <> ''),
        summary TEXT,
        \(DatedFactSQL.days()),
        state TEXT NOT NULL CHECK (state IN ('draft', 'active', 'paused', 'closed')),
        pauseReason TEXT,
        outcome TEXT,
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    CREATE UNIQUE INDEX improvementPlanMain ON improvementPlan(schoolId, ifnull(cycleId, academicYear)) WHERE kind = 'main' AND state <> 'closed';
    \(DatedFactSQL.indexes("improvementPlan", [
        "schoolId", "kind", "academicYear", "cycleId", "title", "startsOn", "endsOn", "state", "updatedAt",
    ]))

    CREATE TABLE objective (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'obj_*'),
        planId TEXT NOT NULL REFERENCES improvementPlan(id),
        planState TEXT NOT NULL CHECK (planState IN ('draft', 'active', 'paused', 'closed')),
        schoolIds TEXT NOT NULL CHECK (json_type(schoolIds) = 'array' AND json_array_length(schoolIds) > 0),
        position INTEGER NOT NULL CHECK (position > 0),
        title TEXT NOT NULL CHECK (title <> ''),
        regime TEXT,
        area TEXT NOT NULL CHECK (area <> ''),
        subject TEXT,
        description TEXT,
        priorityId TEXT REFERENCES trustPriority(id),
        leaderId TEXT REFERENCES person(id),
        successMeasures TEXT NOT NULL CHECK (json_type(successMeasures) = 'array'),
        actions TEXT NOT NULL CHECK (json_type(actions) = 'array'),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(ElementSQL.elements(of: "objective", "schoolIds", referringTo: "school"))
    \(DatedFactSQL.indexes("objective", [
        "planId", "planState", "position", "area", "subject", "priorityId", "leaderId", "updatedAt",
    ]))

    CREATE TABLE planReview (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'rvw_*'),
        planId TEXT NOT NULL REFERENCES improvementPlan(id),
        schoolId TEXT NOT NULL REFERENCES school(id),
        reviewedOn TEXT NOT NULL CHECK (length(reviewedOn) = 10),
        reviewerId TEXT REFERENCES person(id),
        reviewedBy TEXT,
        nextReviewOn TEXT CHECK (length(nextReviewOn) = 10 AND nextReviewOn > reviewedOn),
        narrative TEXT,
        judgements TEXT NOT NULL CHECK (json_type(judgements) = 'array'),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    CREATE UNIQUE INDEX planReviewOnce ON planReview(planId, reviewedOn);
    \(DatedFactSQL.indexes("planReview", ["planId", "schoolId", "reviewedOn", "reviewerId", "nextReviewOn", "updatedAt"]))

    CREATE TABLE finding (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'fnd_*'),
        schoolId TEXT NOT NULL REFERENCES school(id),
        activityId TEXT REFERENCES activity(id),
        kind TEXT NOT NULL CHECK (kind IN ('strength', 'goodPractice', 'areaForDevelopment')),
        regime TEXT,
        area TEXT NOT NULL CHECK (area <> ''),
        subject TEXT,
        narrative TEXT NOT NULL CHECK (narrative <> ''),
        severity INTEGER CHECK (severity IS NULL OR (severity BETWEEN 1 AND 4 AND kind = 'areaForDevelopment')),
        foundOn TEXT NOT NULL CHECK (length(foundOn) = 10),
        objectiveIds TEXT NOT NULL CHECK (json_type(objectiveIds) = 'array'),
        state TEXT NOT NULL CHECK (state IN ('open', 'addressed', 'closed')),
        addressedNote TEXT,
        closingNote TEXT,
        reopenReason TEXT,
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(ElementSQL.elements(of: "finding", "objectiveIds", referringTo: nil))
    \(DatedFactSQL.indexes("finding", [
        "schoolId", "activityId", "kind", "area", "subject", "severity", "foundOn", "state", "updatedAt",
    ]))
    """
