-- The providers at which the people of an account sign in. The client secret and the sessions' ID tokens are sealed.

CREATE TABLE identity_providers (
    account BLOB NOT NULL PRIMARY KEY,
    issuer TEXT NOT NULL,
    client_id TEXT NOT NULL,
    client_secret BLOB NOT NULL,
    scopes TEXT NOT NULL,
    groups_claim TEXT,
    label TEXT NOT NULL,
    creates_users INTEGER NOT NULL,
    links_by_email INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE identity_provider_domains (
    domain TEXT NOT NULL,
    account BLOB NOT NULL,
    PRIMARY KEY (domain, account)
) STRICT, WITHOUT ROWID;

CREATE INDEX identity_provider_domains_of_account ON identity_provider_domains (account);

-- The token with which the provider signed the user in, for signing out there; none where a password did it here.
ALTER TABLE identity_portal_sessions ADD COLUMN id_token BLOB;
