/// The business support desk: teams, services and what can be asked of them; requests and what was said about them.
let migration140 = """
    CREATE TABLE businessTeam (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'tea_*'),
        name TEXT NOT NULL CHECK (name <> ''),
        leadId TEXT REFERENCES person(id),
        memberIds TEXT NOT NULL CHECK (json_type(memberIds) = 'array'),
        hours TEXT NOT NULL CHECK (json_type(hours) = 'array'),
        closures TEXT NOT NULL CHECK (json_type(closures) = 'array'),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("businessTeam", ["name", "leadId", "updatedAt"]))
    \(ElementSQL.elements(of: "businessTeam", "memberIds", referringTo: "person"))

    CREATE TABLE businessService (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'svc_*'),
        name TEXT NOT NULL CHECK (name <> ''),
        description TEXT,
        area TEXT NOT NULL CHECK (area <> ''),
        teamId TEXT NOT NULL REFERENCES businessTeam(id),
        headOfServiceId TEXT REFERENCES person(id),
        hours TEXT NOT NULL CHECK (json_type(hours) = 'array'),
        closures TEXT NOT NULL CHECK (json_type(closures) = 'array'),
        targets TEXT NOT NULL CHECK (json_type(targets) = 'object'),
        escalations TEXT NOT NULL CHECK (json_type(escalations) = 'array'),
        reminderDays INTEGER NOT NULL CHECK (reminderDays > 0),
        closingDays INTEGER NOT NULL CHECK (closingDays > 0),
        isOpen INTEGER NOT NULL CHECK (isOpen IN (0, 1)),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("businessService", ["name", "area", "teamId", "headOfServiceId", "isOpen", "updatedAt"]))

    CREATE TABLE requestType (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'rqt_*'),
        serviceId TEXT NOT NULL REFERENCES businessService(id),
        area TEXT NOT NULL CHECK (area <> ''),
        name TEXT NOT NULL CHECK (name <> ''),
        description TEXT,
        guidance TEXT,
        version INTEGER NOT NULL CHECK (version > 0),
        revisesId TEXT REFERENCES requestType(id),
        fields TEXT NOT NULL CHECK (json_type(fields) = 'array'),
        defaultPriority TEXT NOT NULL CHECK (defaultPriority IN ('low', 'normal', 'high', 'urgent')),
        checklist TEXT NOT NULL CHECK (json_type(checklist) = 'array'),
        isConfidential INTEGER NOT NULL CHECK (isConfidential IN (0, 1)),
        statutoryRule TEXT CHECK (statutoryRule IN ('freedomOfInformation', 'subjectAccess', 'dataBreach')),
        stateReason TEXT,
        state TEXT NOT NULL CHECK (state IN ('draft', 'published', 'superseded', 'retired')),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("requestType", ["serviceId", "area", "name", "revisesId", "state", "updatedAt"]))

    CREATE TABLE supportRequest (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'req_*'),
        reference TEXT NOT NULL UNIQUE CHECK (reference GLOB 'BSR-[0-9][0-9][0-9][0-9]-[0-9]*'),
        subject TEXT NOT NULL CHECK (subject <> ''),
        description TEXT,
        typeId TEXT REFERENCES requestType(id),
        serviceId TEXT REFERENCES businessService(id),
        area TEXT,
        schoolIds TEXT NOT NULL CHECK (json_type(schoolIds) = 'array'),
        requesterId TEXT REFERENCES person(id),
        priority TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
        teamId TEXT REFERENCES businessTeam(id),
        assigneeId TEXT REFERENCES person(id),
        watcherIds TEXT NOT NULL CHECK (json_type(watcherIds) = 'array'),
        channel TEXT NOT NULL CHECK (channel IN ('portal', 'email', 'phone', 'chat', 'inPerson', 'integration', 'migration')),
        messageId TEXT UNIQUE,
        externalRefs TEXT NOT NULL CHECK (json_type(externalRefs) = 'array'),
        tags TEXT NOT NULL CHECK (json_type(tags) = 'array'),
        checklist TEXT NOT NULL CHECK (json_type(checklist) = 'array'),
        fileIds TEXT NOT NULL CHECK (json_type(fileIds) = 'array'),
        answers TEXT NOT NULL CHECK (json_type(answers) = 'object'),
        isConfidential INTEGER NOT NULL CHECK (isConfidential IN (0, 1)),
        needsAttention INTEGER NOT NULL CHECK (needsAttention IN (0, 1)),
        stateReason TEXT,
        resolution TEXT,
        closeReason TEXT CHECK (closeReason IN ('done', 'cancelled', 'merged', 'duplicate', 'noReply', 'outOfScope')),
        mergedIntoId TEXT REFERENCES supportRequest(id) CHECK (mergedIntoId <> id),
        openedAt TEXT NOT NULL CHECK (length(openedAt) = 24),
        firstRespondedAt TEXT CHECK (length(firstRespondedAt) = 24),
        lastRepliedAt TEXT CHECK (length(lastRepliedAt) = 24),
        resolvedAt TEXT CHECK (length(resolvedAt) = 24),
        closedAt TEXT CHECK (length(closedAt) = 24),
        reopenedCount INTEGER NOT NULL CHECK (reopenedCount >= 0),
        pauses TEXT NOT NULL CHECK (json_type(pauses) = 'array'),
        firstResponseDueAt TEXT CHECK (length(firstResponseDueAt) = 24),
        updateDueAt TEXT CHECK (length(updateDueAt) = 24),
        resolutionDueAt TEXT CHECK (length(resolutionDueAt) = 24),
        dueBy TEXT CHECK (length(dueBy) = 24),
        missedTargets TEXT NOT NULL CHECK (json_type(missedTargets) = 'array'),
        escalations TEXT NOT NULL CHECK (json_type(escalations) = 'array'),
        escalatesAt TEXT CHECK (length(escalatesAt) = 24),
        remindsOn TEXT CHECK (length(remindsOn) = 10),
        closesOn TEXT CHECK (length(closesOn) = 10),
        statutoryDeadline TEXT CHECK (json_type(statutoryDeadline) = 'object'),
        satisfaction INTEGER CHECK (satisfaction BETWEEN 1 AND 5),
        satisfactionComment TEXT,
        brokenGlass TEXT NOT NULL CHECK (json_type(brokenGlass) = 'array'),
        visibleTo TEXT NOT NULL CHECK (json_type(visibleTo) = 'array'),
        state TEXT NOT NULL CHECK (state IN ('new', 'open', 'waitingOnSchool', 'onHold', 'resolved', 'closed')),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning),
        CHECK (state <> 'resolved' OR resolvedAt IS NOT NULL),
        CHECK ((state = 'closed') = (closedAt IS NOT NULL)),
        CHECK ((state = 'closed') = (closeReason IS NOT NULL)),
        CHECK (dueBy IS NULL OR state NOT IN ('resolved', 'closed'))
    ) STRICT;
    \(DatedFactSQL.indexes("supportRequest", ["subject", "typeId", "serviceId", "area", "requesterId", "priority", "teamId", "assigneeId", "channel", "needsAttention", "mergedIntoId", "openedAt", "resolvedAt", "dueBy", "escalatesAt", "remindsOn", "closesOn", "satisfaction", "state", "updatedAt"]))
    -- The queues: what a team, or one of it, has to do next.
    CREATE INDEX supportRequestTeamQueue ON supportRequest(teamId, dueBy, id) WHERE state NOT IN ('resolved', 'closed');
    CREATE INDEX supportRequestOwnQueue ON supportRequest(assigneeId, dueBy, id) WHERE state NOT IN ('resolved', 'closed');
    \(ElementSQL.elements(of: "supportRequest", "schoolIds", referringTo: "school"))
    \(ElementSQL.elements(of: "supportRequest", "watcherIds", referringTo: "person"))
    \(ElementSQL.elements(of: "supportRequest", "tags", referringTo: nil))
    \(ElementSQL.elements(of: "supportRequest", "fileIds", referringTo: "file"))
    \(ElementSQL.elements(of: "supportRequest", "missedTargets", referringTo: nil))
    \(ElementSQL.elements(of: "supportRequest", "visibleTo", referringTo: nil))
    CREATE TABLE supportRequestExternalRef (
        system TEXT NOT NULL,
        externalId TEXT NOT NULL,
        supportRequestId TEXT NOT NULL REFERENCES supportRequest(id) ON DELETE CASCADE,
        PRIMARY KEY (system, externalId)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX supportRequestExternalRefByRequest ON supportRequestExternalRef(supportRequestId);

    CREATE TABLE requestMessage (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'msg_*'),
        requestId TEXT NOT NULL REFERENCES supportRequest(id),
        kind TEXT NOT NULL CHECK (kind IN ('reply', 'note')),
        text TEXT NOT NULL,
        fileIds TEXT NOT NULL CHECK (json_type(fileIds) = 'array'),
        isAutomatic INTEGER NOT NULL CHECK (isAutomatic IN (0, 1)),
        isFromTeam INTEGER NOT NULL CHECK (isFromTeam IN (0, 1)),
        authorId TEXT REFERENCES person(id),
        messageId TEXT UNIQUE,
        sentAt TEXT NOT NULL CHECK (length(sentAt) = 24),
        isConfidential INTEGER NOT NULL CHECK (isConfidential IN (0, 1)),
        visibleTo TEXT NOT NULL CHECK (json_type(visibleTo) = 'array'),
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("requestMessage", ["requestId", "kind", "authorId", "sentAt", "updatedAt"]))
    \(ElementSQL.elements(of: "requestMessage", "fileIds", referringTo: "file"))
    """
