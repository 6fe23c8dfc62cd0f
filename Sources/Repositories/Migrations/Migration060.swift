/// Who may see what was deleted; what the audit trail is asked for. What was deleted before is only for those who see everything.
///
/// Pages of events look at a bounded range of numbers, so the index by audience, which every write paid for, goes.
let migration060 = """
    ALTER TABLE tombstone ADD COLUMN audience TEXT NOT NULL DEFAULT 'parties' CHECK (audience IN ('directory', 'leadership', 'parties'));
    ALTER TABLE tombstone ADD COLUMN parties TEXT NOT NULL DEFAULT '[]' CHECK (json_type(parties) = 'array');
    CREATE INDEX tombstoneByDeletedAt ON tombstone(deletedAt);
    DROP INDEX eventByAudience;

    CREATE INDEX auditByAt ON audit(at);
    CREATE INDEX auditByActor ON audit(actorId, seq);
    CREATE INDEX auditByRequest ON audit(requestId, seq);
    """
