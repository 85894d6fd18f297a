-- What a transaction costs is how many pages it changes. Commits of a thousand accounts come in turns, so every
-- table that is sorted by account costs one page for each commit, and every table that is sorted by time costs next
-- to nothing. That is why the big tables are sorted by `position`, the order of writing, and why an account's commits
-- are found along the links from its head (`docs/decisions/sqlite-layout.md`).

-- One row for each account: its newest commit. Moving `seq` from n - 1 to n, or inserting it at 1, is what keeps two
-- commits from having one place.
CREATE TABLE heads (
    account_id BLOB NOT NULL PRIMARY KEY,
    seq        INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    next_due   INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE commits (
    position   INTEGER NOT NULL PRIMARY KEY,
    -- The position of the account's commit before; 0 where there is none.
    previous   INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    account_id BLOB NOT NULL,
    hash       BLOB NOT NULL,
    entries    BLOB NOT NULL
) STRICT;

-- Every sixteenth commit of an account, so that none is more than fifteen links away.
CREATE TABLE milestones (
    account_id BLOB NOT NULL,
    seq        INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    PRIMARY KEY (account_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshots (
    account_id BLOB NOT NULL PRIMARY KEY,
    seq        INTEGER NOT NULL,
    hash       BLOB NOT NULL,
    state      BLOB NOT NULL
) STRICT;

-- The read models. `place` is the commit's position times 2^20 plus the record's index in the commit.

CREATE TABLE accounts (
    account_id BLOB NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    deleted    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    place  INTEGER NOT NULL PRIMARY KEY,
    actor  TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT,
    detail TEXT,
    cause  TEXT
) STRICT;

CREATE TABLE occupancy (
    place    INTEGER NOT NULL PRIMARY KEY,
    pool_id  BLOB NOT NULL,
    product  TEXT NOT NULL,
    seats    INTEGER NOT NULL,
    occupied INTEGER NOT NULL,
    offered  INTEGER NOT NULL,
    waiting  INTEGER NOT NULL
) STRICT;

-- Refusals and minutes are rare among commits, so following the links would take too long: they have an index.
CREATE TABLE refusals (
    place       INTEGER NOT NULL PRIMARY KEY,
    account_id  BLOB NOT NULL,
    seq         INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    id          BLOB NOT NULL,
    user_id     BLOB NOT NULL,
    product     TEXT NOT NULL,
    pool_id     BLOB,
    code        TEXT NOT NULL,
    attempt     TEXT NOT NULL,
    device      TEXT,
    seats       INTEGER NOT NULL,
    occupied    INTEGER NOT NULL,
    waiting     INTEGER,
    resolved_at INTEGER
) STRICT;
CREATE INDEX refusals_of_account ON refusals (account_id, place);
CREATE INDEX refusals_open ON refusals (account_id, user_id, product) WHERE resolved_at IS NULL;

CREATE TABLE minutes (
    place      INTEGER NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL,
    seq        INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    delta      INTEGER NOT NULL,
    balance    INTEGER NOT NULL,
    claim      TEXT
) STRICT;
CREATE INDEX minutes_of_account ON minutes (account_id, place);

-- Ids are made in the order of time, so a table that is sorted by id grows at its end.
CREATE TABLE sign_ins (
    id          BLOB NOT NULL PRIMARY KEY,
    account_id  BLOB NOT NULL,
    user_id     BLOB NOT NULL,
    product     TEXT NOT NULL,
    device_id   TEXT NOT NULL,
    device_name TEXT NOT NULL,
    pool_id     BLOB,
    funding     TEXT,
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    end_reason  TEXT,
    ended_by    TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    place        INTEGER NOT NULL PRIMARY KEY,
    id           BLOB NOT NULL UNIQUE,
    account_id   BLOB NOT NULL,
    sign_in_id   BLOB NOT NULL,
    user_id      BLOB NOT NULL,
    product      TEXT NOT NULL,
    kind         TEXT NOT NULL,
    pool_id      BLOB,
    funding      TEXT,
    code         TEXT,
    started_at   INTEGER NOT NULL,
    connected_at INTEGER,
    ended_at     INTEGER,
    end_reason   TEXT,
    ended_by     TEXT
) STRICT;

CREATE TABLE tickets (
    id         BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL,
    user_id    BLOB NOT NULL,
    product    TEXT NOT NULL,
    pool_id    BLOB NOT NULL,
    opened_at  INTEGER NOT NULL,
    ended_at   INTEGER,
    outcome    TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE codes (
    code       TEXT NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL,
    session_id BLOB NOT NULL
) STRICT, WITHOUT ROWID;
