-- How people want pages to look and sound. A row exists once a person has chosen.

CREATE TABLE identity_preferences (
    account BLOB NOT NULL,
    user BLOB NOT NULL,
    -- A name in the IANA database; NULL for the account's zone.
    time_zone TEXT,
    sound INTEGER NOT NULL CHECK (sound IN (0, 1)),
    notifications INTEGER NOT NULL CHECK (notifications IN (0, 1)),
    -- `auto`, `light` or `dark`.
    theme TEXT NOT NULL,
    PRIMARY KEY (account, user)
) STRICT, WITHOUT ROWID;
