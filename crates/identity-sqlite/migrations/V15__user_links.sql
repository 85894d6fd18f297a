-- One-time links with which users choose a password: invitations, and links for a forgotten password. Of each purpose a
-- user has one at most. Digests only, as everywhere.
CREATE TABLE identity_user_links (
    account BLOB NOT NULL,
    user BLOB NOT NULL,
    purpose TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL,
    -- Its author: a kind as in identity_unrecorded, and an id; none if the user asked for it.
    author_kind TEXT,
    author_id BLOB,
    -- The digest of the address that the user had.
    address BLOB NOT NULL,
    PRIMARY KEY (account, user, purpose)
) STRICT, WITHOUT ROWID;

CREATE INDEX identity_user_links_by_expiry ON identity_user_links (expires_at);
