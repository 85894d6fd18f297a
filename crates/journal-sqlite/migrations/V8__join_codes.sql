-- Join codes are found by digests. This table says that those of before are still to be replaced, which the program does
-- as it opens the database (connection.rs): whole or not at all, and again where it was killed before.

CREATE TABLE plain_join_codes_left (
    since INTEGER NOT NULL
) STRICT;
