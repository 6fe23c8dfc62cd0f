/// Who may see what was deleted, as the event of its deletion has it; what the audit trail is asked for.
///
/// Pages of events look at a bounded range of numbers, so the index by audience, which every write paid for, goes.
let migration060 = """
    ALTER TABLE tombstone ADD COLUMN audience TEXT NOT NULL DEFAULT 'parties' CHECK (audience IN ('directory', 'leadership', 'parties'));
    ALTER TABLE tombstone ADD COLUMN parties TEXT NOT NULL DEFAULT '[]' CHECK (json_type(parties) = 'array');
    UPDATE tombstone SET audience = last.audience, parties = last.parties
    FROM (SELECT resourceType, resourceId, audience, parties, max(seq) FROM event GROUP BY resourceType, resourceId) AS last
    WHERE last.resourceType = tombstone.resourceType AND last.resourceId = tombstone.resourceId;
    CREATE INDEX tombstoneByDeletedAt ON tombstone(deletedAt);
    DROP INDEX eventByAudience;

    CREATE INDEX auditByAt ON audit(at);
    CREATE INDEX auditByActor ON audit(actorId, seq);
    CREATE INDEX auditByType ON audit(resourceType, seq);
    CREATE INDEX auditByRequest ON audit(requestId, seq);
    """
