-- The audit shows the rules of pools, and one was added: what of an agent console restarts the idle clock. A rebuild at the
-- next start fills it in for earlier commits.
UPDATE facts SET stale = 1 WHERE EXISTS (SELECT 1 FROM commits);
