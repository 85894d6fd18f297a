-- The key under which join codes are digested and sealed. One row, itself sealed with the secrets key, so that another
-- secrets key changes this row and no code.

CREATE TABLE identity_join_key (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    -- Sealed.
    secret BLOB NOT NULL
) STRICT;
