-- A join code says for a while that its session is over: its row stays behind, with the time.
ALTER TABLE codes ADD COLUMN retired_at INTEGER;
CREATE INDEX codes_retired ON codes (account_id, retired_at) WHERE retired_at IS NOT NULL;

-- Who ended something by name, and what they said about it.
ALTER TABLE sign_ins ADD COLUMN ended_by_name TEXT;
ALTER TABLE sign_ins ADD COLUMN end_note TEXT;
ALTER TABLE sessions ADD COLUMN ended_by_name TEXT;
ALTER TABLE sessions ADD COLUMN end_note TEXT;
ALTER TABLE tickets ADD COLUMN ended_by TEXT;
ALTER TABLE tickets ADD COLUMN ended_by_name TEXT;
ALTER TABLE tickets ADD COLUMN end_note TEXT;

-- What a vendor's systems keep with accounts and sessions, and the customer of a session.
ALTER TABLE accounts ADD COLUMN external_id TEXT;
ALTER TABLE accounts ADD COLUMN metadata TEXT;
CREATE INDEX accounts_by_external_id ON accounts (external_id, account_id) WHERE external_id IS NOT NULL;
ALTER TABLE sessions ADD COLUMN customer TEXT;
ALTER TABLE sessions ADD COLUMN external_id TEXT;
ALTER TABLE sessions ADD COLUMN metadata TEXT;
CREATE INDEX sessions_by_external_id ON sessions (account_id, external_id) WHERE external_id IS NOT NULL;

-- Waits, which are tickets with what became of them, in the order in which they began.
ALTER TABLE tickets ADD COLUMN wanted TEXT;
ALTER TABLE tickets ADD COLUMN offered_at INTEGER;
CREATE INDEX tickets_of_account ON tickets (account_id, opened_at, id);

-- What the journal tells of all these is filled in by a rebuild, at the next start.
UPDATE facts SET stale = 1 WHERE EXISTS (SELECT 1 FROM commits);
