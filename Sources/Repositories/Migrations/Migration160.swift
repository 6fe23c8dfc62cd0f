/// Queues of the desk among hundreds of thousands of requests, of which few still run.
///
/// The query planner's figures come with it: whatever ANALYZE last saw, the plans are those of a desk of many years. Where every index of a
/// table has figures, `PRAGMA optimize` of SQLite 3.40 leaves them as they are; a new index brings its own. A test says when a newer SQLite
/// doesn't. An average says nothing of what is nearly always the same: due times are mostly missing, and nobody asks what was never merged.
let migration160 = """
    -- With the state, so that no row is looked at for what waits or is held.
    DROP INDEX supportRequestTeamQueue;
    CREATE INDEX supportRequestTeamQueue ON supportRequest(teamId, dueBy, id, state) WHERE state NOT IN ('resolved', 'closed');
    CREATE INDEX supportRequestQueue ON supportRequest(dueBy, id, state) WHERE state NOT IN ('resolved', 'closed');
    CREATE INDEX supportRequestServiceQueue ON supportRequest(serviceId, dueBy, id) WHERE state NOT IN ('resolved', 'closed');
    CREATE INDEX supportRequestPriorityQueue ON supportRequest(priority, dueBy, id) WHERE state NOT IN ('resolved', 'closed');
    CREATE INDEX supportRequestAnswerQueue ON supportRequest(openedAt, id) WHERE needsAttention = 1;
    CREATE INDEX supportRequestTeamAnswerQueue ON supportRequest(teamId, openedAt, id) WHERE needsAttention = 1;
    CREATE INDEX supportRequestOwnAnswerQueue ON supportRequest(assigneeId, openedAt, id) WHERE needsAttention = 1;
    CREATE INDEX supportRequestServiceAnswerQueue ON supportRequest(serviceId, openedAt, id) WHERE needsAttention = 1;
    CREATE INDEX supportRequestTeamNewest ON supportRequest(teamId, openedAt, id);
    CREATE INDEX supportRequestOwnNewest ON supportRequest(assigneeId, openedAt, id);
    CREATE INDEX supportRequestServiceNewest ON supportRequest(serviceId, openedAt, id);

    -- Asked for with a bound, never for what has none: nearly all.
    DROP INDEX supportRequestByEscalatesAt;
    DROP INDEX supportRequestByRemindsOn;
    DROP INDEX supportRequestByClosesOn;
    CREATE INDEX supportRequestByEscalatesAt ON supportRequest(escalatesAt, id) WHERE escalatesAt IS NOT NULL;
    CREATE INDEX supportRequestByRemindsOn ON supportRequest(remindsOn, id) WHERE remindsOn IS NOT NULL;
    CREATE INDEX supportRequestByClosesOn ON supportRequest(closesOn, id) WHERE closesOn IS NOT NULL;

    -- Makes the table of the figures, and counts nothing.
    ANALYZE sqlite_schema;
    DELETE FROM sqlite_stat1 WHERE tbl = 'supportRequest';
    INSERT INTO sqlite_stat1 (tbl, idx, stat) SELECT 'supportRequest', column1, column2 FROM (VALUES
    ('sqlite_autoindex_supportRequest_1', '200000 1'), ('sqlite_autoindex_supportRequest_2', '200000 1'),
    ('sqlite_autoindex_supportRequest_3', '200000 2'), ('supportRequestBySubject', '200000 2 1'),
    ('supportRequestByTypeId', '200000 2000 1'), ('supportRequestByServiceId', '200000 30000 1'),
    ('supportRequestByArea', '200000 30000 1'), ('supportRequestByRequesterId', '200000 400 1'),
    ('supportRequestByPriority', '200000 50000 1'), ('supportRequestByTeamId', '200000 30000 1'),
    ('supportRequestByAssigneeId', '200000 2000 1'), ('supportRequestByChannel', '200000 40000 1'),
    ('supportRequestByNeedsAttention', '200000 100000 1'), ('supportRequestByMergedIntoId', '200000 100 1'),
    ('supportRequestByOpenedAt', '200000 1 1'), ('supportRequestByResolvedAt', '200000 2 1'),
    ('supportRequestByDueBy', '200000 195000 1'), ('supportRequestByEscalatesAt', '5000 2 1'),
    ('supportRequestByRemindsOn', '500 10 1'), ('supportRequestByClosesOn', '1000 200 1'),
    ('supportRequestBySatisfaction', '200000 40000 1'), ('supportRequestByState', '200000 100000 1'),
    ('supportRequestByUpdatedAt', '200000 2 1'), ('supportRequestTeamNewest', '200000 30000 1 1'),
    ('supportRequestOwnNewest', '200000 2000 1 1'), ('supportRequestServiceNewest', '200000 30000 1 1'),
    ('supportRequestQueue', '5000 2 1 1'), ('supportRequestTeamQueue', '5000 800 2 1 1'), ('supportRequestOwnQueue', '5000 250 1 1'),
    ('supportRequestServiceQueue', '5000 800 2 1'), ('supportRequestPriorityQueue', '5000 1200 2 1'),
    ('supportRequestAnswerQueue', '5000 1 1'), ('supportRequestTeamAnswerQueue', '5000 800 1 1'),
    ('supportRequestOwnAnswerQueue', '5000 250 1 1'), ('supportRequestServiceAnswerQueue', '5000 800 1 1'));
    """
