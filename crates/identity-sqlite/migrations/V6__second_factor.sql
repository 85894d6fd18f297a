-- The second factor of users who have one, and who has typed the first and not yet the second.

CREATE TABLE identity_second_factors (
    account BLOB NOT NULL,
    user BLOB NOT NULL,
    -- Sealed.
    secret BLOB NOT NULL,
    -- Whether a code of it was typed. Until then it counts for nothing.
    confirmed INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
    -- The time step of the last code that was used: none is good twice.
    last_step INTEGER NOT NULL,
    PRIMARY KEY (account, user)
) STRICT, WITHOUT ROWID;

CREATE TABLE identity_recovery_codes (
    account BLOB NOT NULL,
    user BLOB NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (account, user, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE identity_half_sign_ins (
    digest BLOB NOT NULL PRIMARY KEY,
    account BLOB NOT NULL,
    user BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX identity_half_sign_ins_of_user ON identity_half_sign_ins (account, user);
CREATE INDEX identity_half_sign_ins_by_expiry ON identity_half_sign_ins (expires_at);

-- What the user might do when the session's secret was drawn. Sessions from before have none, and get a new secret.
ALTER TABLE identity_portal_sessions ADD COLUMN rights INTEGER NOT NULL DEFAULT -1;

-- Changes of credentials whose entry in the journal may be missing: stored with the change, deleted once it is there.
CREATE TABLE identity_unrecorded (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account BLOB NOT NULL,
    user BLOB NOT NULL,
    change TEXT NOT NULL,
    by_user BLOB,
    at INTEGER NOT NULL
) STRICT;
