-- Several operator keys, and keys of both kinds that can be rotated: for a while the secret before works as well.

CREATE TABLE identity_operator_keys (
    id BLOB NOT NULL PRIMARY KEY,
    -- 1 for the one that the first start draws, or that the environment brings.
    first INTEGER NOT NULL CHECK (first IN (0, 1)),
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    former_digest BLOB,
    former_until INTEGER,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    last_used_from TEXT
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX identity_operator_keys_first ON identity_operator_keys (first) WHERE first = 1;

INSERT INTO identity_operator_keys (id, first, name, scopes, digest, created_at)
SELECT randomblob(16), 1, 'First key', 'everything', digest, unixepoch() * 1000 FROM identity_operator_key;

DROP TABLE identity_operator_key;

ALTER TABLE identity_api_keys ADD COLUMN former_digest BLOB;
ALTER TABLE identity_api_keys ADD COLUMN former_until INTEGER;
ALTER TABLE identity_api_keys ADD COLUMN last_used_from TEXT;
