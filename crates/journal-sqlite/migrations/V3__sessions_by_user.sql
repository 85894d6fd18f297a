-- The sessions of one user, newest first: their places in the table are the end of each entry.

CREATE INDEX sessions_by_user ON sessions (account_id, user_id);
