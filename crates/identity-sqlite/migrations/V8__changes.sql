-- Counts the changes of credentials, so that a start can tell whether the newest of them are missing.

CREATE TABLE identity_changes (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL
) STRICT;

INSERT INTO identity_changes (one, number) VALUES (1, 0);
