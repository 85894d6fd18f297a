-- Owners of accounts who are operators of this server: they open the operator pages with their password and second
-- factor.
CREATE TABLE identity_operator_grants (
    account BLOB NOT NULL,
    user BLOB NOT NULL,
    -- The names of the owner and the account when the grant was made.
    name TEXT NOT NULL,
    granted_at INTEGER NOT NULL,
    -- How many accounts there had been then, closed ones too.
    accounts INTEGER NOT NULL,
    -- When an operator key confirmed that it goes on with several accounts.
    confirmed_at INTEGER,
    -- When somebody else last set the password, or the second factor was last removed.
    reset_at INTEGER,
    PRIMARY KEY (account, user)
) STRICT, WITHOUT ROWID;
