-- Passwords that somebody else set, until their user has chosen another.
ALTER TABLE identity_passwords ADD COLUMN temporary INTEGER NOT NULL DEFAULT 0 CHECK (temporary IN (0, 1));

-- Browsers in which a user has signed in: wrong passwords typed there are counted apart. Ids are 16 random bytes,
-- which the browser keeps signed.
CREATE TABLE identity_known_browsers (
    account BLOB NOT NULL,
    user BLOB NOT NULL,
    browser BLOB NOT NULL,
    used_at INTEGER NOT NULL,
    PRIMARY KEY (account, user, browser)
) STRICT, WITHOUT ROWID;

CREATE INDEX identity_known_browsers_by_browser ON identity_known_browsers (browser);
CREATE INDEX identity_known_browsers_by_use ON identity_known_browsers (used_at);

-- When a signing key was made; null where that is not known.
ALTER TABLE identity_signing_keys ADD COLUMN created_at INTEGER;
