-- Ids are their 16 bytes, digests the 32 bytes of a SHA-256, times milliseconds since 1970.

CREATE TABLE identity_operator_key (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    digest BLOB NOT NULL
) STRICT;

CREATE TABLE identity_api_keys (
    account BLOB NOT NULL,
    id BLOB NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE identity_user_tokens (
    digest BLOB NOT NULL PRIMARY KEY,
    account BLOB NOT NULL,
    user BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX identity_user_tokens_of_user ON identity_user_tokens (account, user, expires_at);
CREATE INDEX identity_user_tokens_by_expiry ON identity_user_tokens (expires_at);

CREATE TABLE identity_passwords (
    account BLOB NOT NULL,
    user BLOB NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (account, user)
) STRICT, WITHOUT ROWID;

-- The only plain secrets: without them no token of a sign-in or ticket could be checked. Numbers are never reused.
CREATE TABLE identity_signing_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    secret BLOB NOT NULL
) STRICT;
