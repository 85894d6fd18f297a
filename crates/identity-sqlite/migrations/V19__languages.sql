-- The language that a person reads: a tag such as `de`, or `browser`; NULL for the account's.

ALTER TABLE identity_preferences ADD COLUMN language TEXT;
