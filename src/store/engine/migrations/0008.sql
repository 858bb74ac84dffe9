-- How many conversations a counselor holds, and how many dangers among them, is counted in the index alone.
DROP INDEX conversation_held;
CREATE INDEX conversation_held ON conversation (claimed_by, alarm_from_at) WHERE state = 'active';
