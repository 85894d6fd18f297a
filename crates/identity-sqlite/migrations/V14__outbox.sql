-- What is to leave the server: mails, and other kinds later. An entry is written in the transaction of its cause, taken by
-- id, and deleted some time after it was sent or given up.

CREATE TABLE identity_outbox (
    id BLOB PRIMARY KEY,
    -- How it leaves: `mail`.
    channel TEXT NOT NULL,
    -- What it says, as a word of the channel, and what it is about, as a JSON object.
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    -- The account and the user whom it concerns; NULL where it concerns none.
    account BLOB,
    user BLOB,
    -- The address.
    recipient TEXT NOT NULL,
    -- The secret of a link, sealed, until it was sent or given up.
    secret BLOB,
    written_at INTEGER NOT NULL,
    -- Not before.
    due_at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'claimed', 'sent', 'failed')),
    -- How often it was claimed, and until when the newest claim holds.
    attempts INTEGER NOT NULL DEFAULT 0,
    claimed_until INTEGER,
    -- Whether an attempt ended without a word about its outcome.
    may_have_left INTEGER NOT NULL DEFAULT 0 CHECK (may_have_left IN (0, 1)),
    -- Why the last attempt failed, without addresses and secrets.
    error TEXT,
    -- When it was sent or given up.
    ended_at INTEGER,
    CHECK ((claimed_until IS NOT NULL) = (state = 'claimed')),
    CHECK ((ended_at IS NOT NULL) = (state IN ('sent', 'failed')))
) STRICT, WITHOUT ROWID;

CREATE INDEX identity_outbox_due ON identity_outbox (channel, due_at) WHERE state IN ('waiting', 'claimed');
CREATE INDEX identity_outbox_ended ON identity_outbox (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX identity_outbox_of_account ON identity_outbox (account, written_at);
CREATE INDEX identity_outbox_of_recipient ON identity_outbox (recipient, written_at);

-- Up to which commit of an account the journal was read for causes. The entries of a commit and its row here are written
-- in one transaction.
CREATE TABLE identity_outbox_followed (
    account BLOB PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
