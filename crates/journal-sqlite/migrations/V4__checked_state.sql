-- Stored state is checked before it is believed. Snapshots of earlier versions have no digest: they are dropped, and
-- made again from the commits.

DROP TABLE snapshots;

CREATE TABLE snapshots (
    account_id BLOB NOT NULL PRIMARY KEY,
    seq        INTEGER NOT NULL,
    hash       BLOB NOT NULL,
    state      BLOB NOT NULL,
    -- A keyed digest of all of the above; the key stands elsewhere.
    digest     BLOB NOT NULL
) STRICT;

-- What is to be known of this very copy of the database.
CREATE TABLE facts (
    one       INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    -- Whether the newest commit has been noted beside the database: then that note has to be there.
    noted     INTEGER NOT NULL CHECK (noted IN (0, 1)),
    -- When `usher backup` made this copy; none in a database that a server has worked on since.
    copied_at INTEGER,
    -- Whether the read models lack what a migration added to them: a start makes them again (`usher rebuild`).
    stale     INTEGER NOT NULL CHECK (stale IN (0, 1))
) STRICT;

INSERT INTO facts (one, noted, copied_at, stale) VALUES (1, 0, NULL, 0);
