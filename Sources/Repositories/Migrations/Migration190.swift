/// Tokens know whether another caller may know their secret; what was deleted is found by what it belonged to, since who may know that it was there
/// follows who may see that.
let migration190 = """
    ALTER TABLE apiToken ADD COLUMN isKnownToOthers INTEGER NOT NULL DEFAULT 0 CHECK (isKnownToOthers IN (0, 1));
    -- Whom a secret went through before this was kept is not known for certain, but of what came from the command line and was never rotated.
    UPDATE apiToken SET isKnownToOthers = 1 WHERE personId IS NOT NULL AND (issuedBy <> 'cli' OR id IN
        (SELECT resourceId FROM audit WHERE resourceType = 'apiToken' AND operation = 'rotated' AND actorId <> 'cli'));

    CREATE TABLE deletedBelonging (
        owner TEXT NOT NULL,
        resourceType TEXT NOT NULL,
        resourceId TEXT NOT NULL,
        PRIMARY KEY (owner, resourceType, resourceId),
        FOREIGN KEY (resourceType, resourceId) REFERENCES tombstone ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX deletedBelongingByResource ON deletedBelonging(resourceType, resourceId);
    """
