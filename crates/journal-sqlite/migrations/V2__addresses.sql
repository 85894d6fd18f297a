-- Whom an e-mail address belongs to, in any account: for signing in without naming the account.

CREATE TABLE addresses (
    account_id BLOB NOT NULL,
    user_id    BLOB NOT NULL,
    email      TEXT NOT NULL,
    PRIMARY KEY (account_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX addresses_by_email ON addresses (email, account_id, user_id);
