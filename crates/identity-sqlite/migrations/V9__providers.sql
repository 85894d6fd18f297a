-- Where people come back to from a provider, whose addresses are to be trusted, and which domains an account has proved.
-- Providers of before go on with the redirect URI that all accounts share, until their admins switch.

ALTER TABLE identity_providers ADD COLUMN own_redirect_uri INTEGER NOT NULL DEFAULT 0;
ALTER TABLE identity_providers ADD COLUMN email_claim TEXT NOT NULL DEFAULT 'email';
ALTER TABLE identity_providers ADD COLUMN trusts_addresses INTEGER NOT NULL DEFAULT 0;

-- What the domain's DNS has to say, and by whose word the domain is the account's: `dns` or `operator`.
ALTER TABLE identity_provider_domains ADD COLUMN challenge TEXT NOT NULL DEFAULT '';
ALTER TABLE identity_provider_domains ADD COLUMN proved_by TEXT;
UPDATE identity_provider_domains SET challenge = lower(hex(randomblob(16)));
