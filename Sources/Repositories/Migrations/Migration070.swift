/// Where events are sent, by which secrets they are signed, and what came of it.
let migration070 = """
    CREATE TABLE webhookEndpoint (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'whk_*'),
        name TEXT NOT NULL CHECK (name <> ''),
        url TEXT NOT NULL CHECK (url LIKE 'https://%'),
        eventTypes TEXT NOT NULL CHECK (json_type(eventTypes) = 'array'),
        status TEXT NOT NULL CHECK (status IN ('active', 'paused', 'disabled')),
        disabledReason TEXT CHECK ((disabledReason IS NULL) = (status <> 'disabled')),
        failingSince TEXT CHECK (length(failingSince) = 24),
        position INTEGER NOT NULL CHECK (position >= 0),
        tokenId TEXT NOT NULL,
        recordedBy TEXT NOT NULL,
        \(DatedFactSQL.versioning)
    ) STRICT;
    \(DatedFactSQL.indexes("webhookEndpoint", ["name", "status", "tokenId", "createdAt", "updatedAt"]))

    CREATE TABLE webhookSecret (
        endpointId TEXT NOT NULL REFERENCES webhookEndpoint(id) ON DELETE CASCADE,
        secret BLOB NOT NULL CHECK (length(secret) BETWEEN 24 AND 64),
        validUntil TEXT CHECK (length(validUntil) = 24)
    ) STRICT;
    CREATE INDEX webhookSecretByEndpoint ON webhookSecret(endpointId);

    CREATE TABLE webhookDelivery (
        id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'whd_*'),
        endpointId TEXT NOT NULL REFERENCES webhookEndpoint(id) ON DELETE CASCADE,
        kind TEXT NOT NULL CHECK (kind IN ('event', 'resend', 'ping')),
        state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
        eventId TEXT NOT NULL,
        eventSeq INTEGER,
        eventType TEXT NOT NULL,
        attempts TEXT NOT NULL CHECK (json_type(attempts) = 'array'),
        nextAttemptAt TEXT CHECK (length(nextAttemptAt) = 24),
        createdAt TEXT NOT NULL CHECK (length(createdAt) = 24)
    ) STRICT;
    CREATE INDEX webhookDeliveryByEndpoint ON webhookDelivery(endpointId, id);
    CREATE INDEX webhookDeliveryByCreatedAt ON webhookDelivery(createdAt);
    CREATE INDEX webhookDeliveryWithAnswer ON webhookDelivery(id) WHERE instr(attempts, '"responseBody":"') > 0;
    -- The one an endpoint is at: everything after it waits.
    CREATE UNIQUE INDEX webhookDeliveryPending ON webhookDelivery(endpointId) WHERE state = 'pending';
    """
