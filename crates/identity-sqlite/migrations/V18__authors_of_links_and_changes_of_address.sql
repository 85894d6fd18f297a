-- What the author of a link was signed in with when they made it: `o` and the digest of an operator key, `u` and the
-- digest of a user token, or `s` and the id of a portal session. A link ends when that is taken from its author.
ALTER TABLE identity_user_links ADD COLUMN author_credential BLOB;

-- Of those made with an operator key nobody knows with which, so nothing would end them.
DELETE FROM identity_user_links WHERE author_kind = 'operator';

-- Users who asked for another address, until they have confirmed it with a link to each of the two.
CREATE TABLE identity_address_changes (
    account BLOB NOT NULL,
    user BLOB NOT NULL,
    -- The digest of the address that the user had, and the one that they asked for.
    present BLOB NOT NULL,
    asked TEXT NOT NULL,
    -- The digests of the secrets of the two links, and whether each was confirmed.
    present_link BLOB NOT NULL UNIQUE,
    asked_link BLOB NOT NULL UNIQUE,
    present_confirmed INTEGER NOT NULL DEFAULT 0 CHECK (present_confirmed IN (0, 1)),
    asked_confirmed INTEGER NOT NULL DEFAULT 0 CHECK (asked_confirmed IN (0, 1)),
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (account, user)
) STRICT, WITHOUT ROWID;

CREATE INDEX identity_address_changes_by_expiry ON identity_address_changes (expires_at);
