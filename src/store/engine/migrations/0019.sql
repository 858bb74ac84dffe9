-- The list of closed conversations: the newest closed first.
CREATE INDEX conversation_closed ON conversation (state, closed_at, id) WHERE state = 'closed';
