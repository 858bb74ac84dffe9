-- The service by itself: hours, urgent texts, notices, surveys, desks, promises, protection.
ALTER TABLE conversation ADD COLUMN desk TEXT NOT NULL DEFAULT 'main';
ALTER TABLE conversation ADD COLUMN previous_desk TEXT;
ALTER TABLE conversation ADD COLUMN language TEXT NOT NULL DEFAULT 'ko' CHECK (language IN ('ko', 'en'));
ALTER TABLE conversation ADD COLUMN tier INTEGER CHECK (tier BETWEEN 1 AND 3);
ALTER TABLE conversation ADD COLUMN queue_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN urgent_at INTEGER;
ALTER TABLE conversation ADD COLUMN acked_at INTEGER;
ALTER TABLE conversation ADD COLUMN acked_by INTEGER REFERENCES counselor (id);
ALTER TABLE conversation ADD COLUMN n_escalations INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN is_abusive INTEGER NOT NULL DEFAULT 0 CHECK (is_abusive IN (0, 1));
ALTER TABLE conversation ADD COLUMN touched_at INTEGER;
ALTER TABLE conversation ADD COLUMN last_holder_id INTEGER REFERENCES counselor (id);
ALTER TABLE conversation ADD COLUMN offered_to INTEGER REFERENCES counselor (id);
ALTER TABLE conversation ADD COLUMN offered_until_at INTEGER;
ALTER TABLE conversation ADD COLUMN promise_due_at INTEGER;
ALTER TABLE conversation ADD COLUMN promise_told_at INTEGER;
ALTER TABLE conversation ADD COLUMN category TEXT;
ALTER TABLE conversation ADD COLUMN category_version TEXT;
ALTER TABLE conversation ADD COLUMN n_wait_notices INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN nudged_at INTEGER;
ALTER TABLE conversation ADD COLUMN survey_due_at INTEGER;
ALTER TABLE inbox ADD COLUMN purpose TEXT NOT NULL DEFAULT 'question' CHECK (purpose IN ('question', 'survey', 'opt_out', 'opt_in', 'restricted'));
ALTER TABLE inbox ADD COLUMN tier INTEGER CHECK (tier BETWEEN 1 AND 3);
ALTER TABLE inbox ADD COLUMN rules TEXT;
ALTER TABLE inbox ADD COLUMN is_abusive INTEGER NOT NULL DEFAULT 0 CHECK (is_abusive IN (0, 1));
ALTER TABLE outbox ADD COLUMN notice TEXT;
ALTER TABLE counselor ADD COLUMN role TEXT NOT NULL DEFAULT 'counselor' CHECK (role IN ('counselor', 'supervisor'));
ALTER TABLE counselor ADD COLUMN desks TEXT NOT NULL DEFAULT '*';
-- When a receipt was last sent, the outbox says itself.
ALTER TABLE conversation DROP COLUMN last_notice_at;
UPDATE conversation SET queue_at = waiting_since_at WHERE waiting_since_at IS NOT NULL;
UPDATE conversation SET touched_at = claimed_at WHERE claimed_at IS NOT NULL;
DROP INDEX conversation_waiting;
CREATE INDEX conversation_waiting ON conversation (queue_at, id, desk, waiting_since_at) WHERE state = 'waiting';
CREATE INDEX conversation_urgent ON conversation (urgent_at) WHERE urgent_at IS NOT NULL AND acked_at IS NULL;
CREATE INDEX conversation_to_survey ON conversation (survey_due_at) WHERE survey_due_at IS NOT NULL;
CREATE INDEX conversation_held ON conversation (claimed_by) WHERE state = 'active';
CREATE INDEX conversation_not_closed ON conversation (id) WHERE state <> 'closed';
CREATE INDEX outbox_notices ON outbox (conversation_id, id) WHERE notice IS NOT NULL;
CREATE INDEX reply_by_age ON reply (created_at);

-- What we know of a person beyond their texts: what they asked for, and what was decided about them. No trait of theirs.
CREATE TABLE citizen (
    number                TEXT    NOT NULL PRIMARY KEY,
    opted_out_at          INTEGER,              -- wants no automatic texts
    restricted_until_at   INTEGER,              -- not answered until then, unless in danger
    restricted_by         INTEGER REFERENCES counselor (id),
    restriction_reason    TEXT,
    surveyed_at           INTEGER,              -- last asked how it was
    preference            TEXT,                 -- what they asked for: text only, easy words
    CHECK ((restricted_until_at IS NULL) = (restriction_reason IS NULL))
) STRICT, WITHOUT ROWID;

-- What counselors leave each other beside a conversation. Never leaves the house.
CREATE TABLE note (
    id               INTEGER PRIMARY KEY,
    conversation_id  INTEGER NOT NULL REFERENCES conversation (id),
    counselor_id     INTEGER REFERENCES counselor (id),   -- NULL: by itself
    kind             TEXT    NOT NULL CHECK (kind IN ('note', 'draft', 'transfer', 'return', 'takeover', 'warning', 'restriction', 'promise', 'reminder')),
    text             TEXT    NOT NULL,
    created_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX note_of_conversation ON note (conversation_id, id);

-- Things to come back to.
CREATE TABLE reminder (
    id               INTEGER PRIMARY KEY,
    conversation_id  INTEGER NOT NULL REFERENCES conversation (id),
    counselor_id     INTEGER NOT NULL REFERENCES counselor (id),
    due_at           INTEGER NOT NULL,
    text             TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    told_at          INTEGER
) STRICT;
CREATE INDEX reminder_due ON reminder (due_at) WHERE told_at IS NULL;

-- How was it? One row each time somebody was asked; credited to who answered last.
CREATE TABLE survey (
    id               INTEGER PRIMARY KEY,
    conversation_id  INTEGER NOT NULL REFERENCES conversation (id),
    counselor_id     INTEGER REFERENCES counselor (id),
    asked_at         INTEGER NOT NULL,
    answered_at      INTEGER,
    score            INTEGER CHECK (score BETWEEN 1 AND 5),
    comment          TEXT,
    CHECK ((answered_at IS NOT NULL) = (score IS NOT NULL OR comment IS NOT NULL))
) STRICT;
CREATE INDEX survey_of_conversation ON survey (conversation_id, id);
CREATE INDEX survey_answered ON survey (answered_at) WHERE answered_at IS NOT NULL;
