-- An account's state says whether anybody has ever signed in. Snapshots of earlier versions do not say it: they are
-- dropped, and made again from the commits.
DELETE FROM snapshots;
