-- How the customer's page looks: one row at most.

CREATE TABLE identity_branding (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    name TEXT,
    -- `#rrggbb`.
    color TEXT,
    welcome TEXT,
    goodbye TEXT,
    help TEXT,
    privacy TEXT,
    -- A PNG, JPEG or WebP.
    logo BLOB
) STRICT;
