/// Tokens know who last made a secret of them, and whether anybody but their person did; the events of a resource are found by it, since who may
/// see them follows who may see the resource. Events and deletions say which schools they concern.
let migration170 = """
    ALTER TABLE apiToken ADD COLUMN rotatedAt TEXT;
    ALTER TABLE apiToken ADD COLUMN rotatedBy TEXT;
    ALTER TABLE apiToken ADD COLUMN isGivenByOthers INTEGER NOT NULL DEFAULT 0 CHECK (isGivenByOthers IN (0, 1));
    UPDATE apiToken SET isGivenByOthers = 1 WHERE personId IS NOT NULL AND issuedBy <> personId;

    -- Nothing is known of those that are there: they are for nobody who is bound to schools.
    ALTER TABLE event ADD COLUMN schools TEXT;
    ALTER TABLE tombstone ADD COLUMN schools TEXT;
    CREATE INDEX eventByResource ON event(resourceId);
    """
