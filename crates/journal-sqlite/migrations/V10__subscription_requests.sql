-- What accounts have asked the operator for. Ids are made in the order of time, so a table that is sorted by id grows at
-- its end. The open ones of all accounts are listed, and there are few of them.
CREATE TABLE subscription_requests (
    id               BLOB NOT NULL PRIMARY KEY,
    account_id       BLOB NOT NULL,
    asked            TEXT NOT NULL,
    bought_before    TEXT,
    asked_by         TEXT NOT NULL,
    asked_by_name    TEXT,
    note             TEXT,
    asked_at         INTEGER NOT NULL,
    is_open          INTEGER NOT NULL,
    answered_at      INTEGER,
    outcome          TEXT,
    answered_by      TEXT,
    answered_by_name TEXT,
    answer_note      TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX subscription_requests_open ON subscription_requests (id) WHERE is_open;

-- Every change of what accounts have bought and of who may change it, in the order of writing, for billing.
CREATE TABLE subscription_changes (
    place      INTEGER NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL,
    seq        INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    wall_at    INTEGER NOT NULL,
    change     TEXT NOT NULL,
    actor      TEXT NOT NULL
) STRICT;

-- What the journal tells of earlier changes is filled in by a rebuild, at the next start.
UPDATE facts SET stale = 1 WHERE EXISTS (SELECT 1 FROM commits);
