-- Whose doing a mail is: what one account causes uses up nobody else's room, and goes with the account.

-- The account that causes the entry. Mails to the operator have one, too, and concern none (`account`).
ALTER TABLE identity_outbox ADD COLUMN caused_by BLOB;
-- The user of that account who asks for something, and whose name and words are in the entry.
ALTER TABLE identity_outbox ADD COLUMN asked_by BLOB;
-- The entries that are counted together: how they are bounded, and their kind.
ALTER TABLE identity_outbox ADD COLUMN budget TEXT NOT NULL DEFAULT 'notice/other';

UPDATE identity_outbox SET
    caused_by = account,
    budget = CASE
        WHEN kind = 'security' THEN 'certain/security'
        WHEN kind = 'password_reset' THEN 'certain/password_reset'
        WHEN kind = 'subscription_requested' THEN 'certain/subscription_requested'
        WHEN kind = 'invitation' THEN 'invitation/invitation'
        ELSE 'notice/' || kind
    END,
    -- What an entry says is of no use once it has ended.
    about = CASE WHEN ended_at IS NULL THEN about ELSE '{}' END;

CREATE INDEX identity_outbox_caused_by ON identity_outbox (caused_by);
DROP INDEX identity_outbox_of_recipient;

-- What was written lately. It outlives the entries: else whoever deletes a user could begin anew to flood their mailbox.
CREATE TABLE identity_outbox_used (
    caused_by BLOB,
    -- A digest of the address.
    recipient BLOB NOT NULL,
    budget TEXT NOT NULL,
    written_at INTEGER NOT NULL
) STRICT;

CREATE INDEX identity_outbox_used_of_recipient ON identity_outbox_used (recipient, budget, written_at);
CREATE INDEX identity_outbox_used_by_account ON identity_outbox_used (caused_by, budget, written_at);
CREATE INDEX identity_outbox_used_written ON identity_outbox_used (written_at);

-- Since when mails are written: what the journal recorded before is nobody's news. One row at most.
CREATE TABLE identity_outbox_since (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    at INTEGER NOT NULL
) STRICT;

INSERT INTO identity_outbox_since SELECT 1, 0 WHERE EXISTS (SELECT 1 FROM identity_outbox_followed);

-- The users who have ever signed in, so that their addresses are known to be somebody's who knows Usher. Mails with names
-- and words of others go to them only.
CREATE TABLE identity_signed_in (
    account BLOB NOT NULL,
    user BLOB NOT NULL,
    PRIMARY KEY (account, user)
) STRICT, WITHOUT ROWID;

-- Until now nobody noted it: everybody counts who has, or had, something to sign in with.
INSERT OR IGNORE INTO identity_signed_in (account, user)
    SELECT account, user FROM identity_passwords
    UNION SELECT account, user FROM identity_known_browsers
    UNION SELECT account, user FROM identity_portal_sessions
    UNION SELECT account, user FROM identity_user_tokens;
