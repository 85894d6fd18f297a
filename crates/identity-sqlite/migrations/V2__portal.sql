-- Who is signed in to the portal with which browser, and the link to the set-up page. As before, digests only.

CREATE TABLE identity_portal_sessions (
    digest BLOB NOT NULL PRIMARY KEY,
    account BLOB NOT NULL,
    user BLOB NOT NULL,
    user_agent TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX identity_portal_sessions_of_user ON identity_portal_sessions (account, user, started_at);

CREATE TABLE identity_setup_link (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    digest BLOB NOT NULL
) STRICT;
