-- Notes of changes that the journal may not know of yet: also of what belongs to no user, by anybody, with how it
-- came in, so that an entry that is made late says the same as one that is made at once.

ALTER TABLE identity_unrecorded RENAME TO identity_unrecorded_before;

CREATE TABLE identity_unrecorded (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account BLOB NOT NULL,
    -- Whose credential it is; none where it is the account's.
    user BLOB,
    change TEXT NOT NULL,
    -- What else is to be said of the change.
    detail TEXT,
    by_kind TEXT NOT NULL,
    by_id BLOB,
    cause TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

INSERT INTO identity_unrecorded (account, user, change, by_kind, by_id, cause, at)
SELECT account, user, change, iif(by_user IS NULL, 'usher', 'user'), by_user, 'resume', at
FROM identity_unrecorded_before ORDER BY id;

DROP TABLE identity_unrecorded_before;

-- The trail of operator keys: what was done to them, by whom. Rows are only added; each has a hash over itself and the
-- one before. It starts empty: what was done before is not known.
CREATE TABLE identity_operator_audit (
    -- Counts without a gap; the sequence remembers the last, so that a row that is missing at the end is missed.
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    key_id BLOB NOT NULL,
    key_name TEXT NOT NULL,
    detail TEXT,
    actor TEXT NOT NULL,
    address TEXT,
    request TEXT,
    hash BLOB NOT NULL
) STRICT;

CREATE TRIGGER identity_operator_audit_is_not_changed BEFORE UPDATE ON identity_operator_audit
BEGIN
    SELECT RAISE(ABORT, 'the trail of operator keys is only added to');
END;

CREATE TRIGGER identity_operator_audit_is_not_deleted BEFORE DELETE ON identity_operator_audit
BEGIN
    SELECT RAISE(ABORT, 'the trail of operator keys is only added to');
END;
