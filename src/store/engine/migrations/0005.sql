-- Danger has a state of its own, texts a place in their conversation that no id has to change for, and ids are never used
-- again. Lists in CHECKs and partial indexes become chains of OR. Runs without foreign keys being enforced: tables are
-- made anew under their names.
PRAGMA legacy_alter_table = ON;

DROP INDEX conversation_waiting;
DROP INDEX conversation_urgent;
DROP INDEX conversation_to_survey;
DROP INDEX conversation_held;
DROP INDEX conversation_not_closed;
DROP INDEX conversation_claimed;
DROP INDEX conversation_by_state;
DROP INDEX conversation_open;
DROP INDEX conversation_of_citizen;
ALTER TABLE conversation RENAME TO old_conversation;
CREATE TABLE conversation (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    citizen           TEXT    NOT NULL,
    our_number        TEXT    NOT NULL,
    language          TEXT    NOT NULL DEFAULT 'ko' CHECK (language = 'ko' OR language = 'en'),
    opened_at         INTEGER NOT NULL,
    n_reopened        INTEGER NOT NULL DEFAULT 0,
    previous_id       INTEGER REFERENCES conversation (id),
    state             TEXT    NOT NULL,
    closed_at         INTEGER,
    close_reason      TEXT,
    claimed_by        INTEGER REFERENCES counselor (id),
    claimed_at        INTEGER,
    touched_at        INTEGER,
    last_holder_id    INTEGER REFERENCES counselor (id),
    offered_to        INTEGER REFERENCES counselor (id),
    offered_until_at  INTEGER,
    desk              TEXT    NOT NULL DEFAULT 'main',
    previous_desk     TEXT,
    last_inbound_seq  INTEGER NOT NULL DEFAULT 0,
    last_inbound_at   INTEGER NOT NULL,
    last_reply_at     INTEGER,
    waiting_since_at  INTEGER,
    queue_at          INTEGER NOT NULL DEFAULT 0,
    told_ahead        INTEGER,
    n_wait_notices    INTEGER NOT NULL DEFAULT 0,
    nudged_at         INTEGER,
    tier              INTEGER CHECK (tier BETWEEN 1 AND 3),
    danger            TEXT,
    urgent_at         INTEGER,
    alarm_from_at     INTEGER,
    n_escalations     INTEGER NOT NULL DEFAULT 0,
    acked_at          INTEGER,
    acked_by          INTEGER REFERENCES counselor (id),
    is_abusive        INTEGER NOT NULL DEFAULT 0 CHECK (is_abusive = 0 OR is_abusive = 1),
    promise_due_at    INTEGER,
    promise_told_at   INTEGER,
    category          TEXT,
    category_version  TEXT,
    survey_due_at     INTEGER,
    CHECK (state = 'waiting' OR state = 'active' OR state = 'answered' OR state = 'closed'),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CHECK ((claimed_by IS NULL) = (claimed_at IS NULL)),
    CHECK ((state <> 'waiting' AND state <> 'closed') OR claimed_by IS NULL),
    CHECK (state <> 'active' OR claimed_by IS NOT NULL),
    CHECK ((state = 'waiting' OR state = 'active') = (waiting_since_at IS NOT NULL)),
    CHECK (danger = 'ringing' OR danger = 'looked_after' OR danger = 'answered' OR danger = 'ended' OR danger IS NULL),
    CHECK ((danger IS NULL) = (urgent_at IS NULL)),
    CHECK ((danger IS NOT NULL AND (danger = 'ringing' OR danger = 'looked_after')) = (alarm_from_at IS NOT NULL)),
    CHECK (alarm_from_at IS NULL OR waiting_since_at IS NOT NULL),
    CHECK ((acked_by IS NULL) = (acked_at IS NULL)),
    CHECK (danger <> 'looked_after' OR acked_at IS NOT NULL),
    CHECK (danger <> 'ringing' OR acked_at IS NULL),
    CHECK (promise_told_at IS NULL OR promise_due_at IS NOT NULL),
    CHECK (survey_due_at IS NULL OR state = 'closed')
) STRICT;
INSERT INTO conversation
SELECT id, citizen, our_number, language, opened_at, n_reopened, previous_id,
       -- Danger that nobody has answered waits for us.
       CASE WHEN state = 'answered' AND danger IN ('ringing', 'looked_after')
            THEN CASE WHEN claimed_by IS NULL THEN 'waiting' ELSE 'active' END ELSE state END,
       closed_at, close_reason, claimed_by, claimed_at, touched_at, last_holder_id, offered_to, offered_until_at, desk,
       previous_desk, last_inbound_id, last_inbound_at, last_reply_at,
       CASE WHEN state = 'answered' AND danger IN ('ringing', 'looked_after') THEN urgent_at ELSE waiting_since_at END,
       -- Nothing that waits is ahead of danger: a head start of a hundred years (domain::queue).
       CASE WHEN danger IN ('ringing', 'looked_after')
            THEN coalesce(waiting_since_at, urgent_at) - 3153600000000 ELSE queue_at END,
       NULL, n_wait_notices, nudged_at, CASE WHEN danger IN ('ringing', 'looked_after') THEN 1 ELSE tier END, danger,
       urgent_at,
       CASE WHEN danger IN ('ringing', 'looked_after') THEN urgent_at END,
       n_escalations, CASE WHEN danger <> 'ringing' THEN acked_at END, CASE WHEN danger <> 'ringing' THEN acked_by END,
       is_abusive, promise_due_at, CASE WHEN promise_due_at IS NOT NULL THEN promise_told_at END, category,
       category_version, CASE WHEN state = 'closed' THEN survey_due_at END
FROM (SELECT *, CASE WHEN urgent_at IS NULL THEN NULL
                     -- The old version did not renew urgent_at.
                     WHEN last_reply_at >= max(urgent_at, coalesce((SELECT max(i.received_at) FROM inbox i
                                                                    WHERE i.conversation_id = old_conversation.id
                                                                      AND i.tier = 1), 0)) THEN 'answered'
                     WHEN state = 'closed' THEN 'ended'
                     WHEN acked_at IS NULL THEN 'ringing'
                     ELSE 'looked_after' END AS danger
      FROM old_conversation);
DROP TABLE old_conversation;
CREATE INDEX conversation_waiting ON conversation (queue_at, id, desk, waiting_since_at) WHERE state = 'waiting';
CREATE INDEX conversation_to_survey ON conversation (survey_due_at) WHERE survey_due_at IS NOT NULL;
CREATE INDEX conversation_held ON conversation (claimed_by) WHERE state = 'active';
CREATE INDEX conversation_not_closed ON conversation (id) WHERE state <> 'closed';
CREATE INDEX conversation_claimed ON conversation (claimed_by, id) WHERE claimed_by IS NOT NULL;
CREATE INDEX conversation_by_state ON conversation (state, id);
CREATE UNIQUE INDEX conversation_open ON conversation (citizen, our_number) WHERE state <> 'closed';
CREATE INDEX conversation_of_citizen ON conversation (citizen, our_number, id);

DROP INDEX inbox_received;
DROP INDEX inbox_quarantined;
DROP INDEX inbox_of_conversation;
ALTER TABLE inbox RENAME TO old_inbox;
CREATE TABLE inbox (
    id                   INTEGER PRIMARY KEY AUTOINCREMENT,
    carrier              TEXT    NOT NULL,
    carrier_message_key  TEXT    NOT NULL,
    raw_page_id          INTEGER,
    citizen              TEXT    NOT NULL,
    our_number           TEXT    NOT NULL,
    text                 TEXT    NOT NULL,
    sent_at              INTEGER NOT NULL,
    received_at          INTEGER NOT NULL,
    state                TEXT    NOT NULL DEFAULT 'received',
    conversation_id      INTEGER REFERENCES conversation (id),
    seq                  INTEGER,
    routed_at            INTEGER,
    n_route_failures     INTEGER NOT NULL DEFAULT 0,
    trouble              TEXT,
    purpose              TEXT    NOT NULL DEFAULT 'question',
    tier                 INTEGER CHECK (tier BETWEEN 1 AND 3),
    rules                TEXT,
    is_abusive           INTEGER NOT NULL DEFAULT 0 CHECK (is_abusive = 0 OR is_abusive = 1),
    UNIQUE (carrier, carrier_message_key),
    CHECK (state = 'received' OR state = 'routed' OR state = 'quarantined'),
    CHECK ((state = 'routed') = (conversation_id IS NOT NULL AND routed_at IS NOT NULL AND seq IS NOT NULL)),
    CHECK (state <> 'quarantined' OR trouble IS NOT NULL),
    CHECK (purpose = 'question' OR purpose = 'survey' OR purpose = 'opt_out' OR purpose = 'opt_in' OR purpose = 'restricted')
) STRICT;
INSERT INTO inbox (id, carrier, carrier_message_key, raw_page_id, citizen, our_number, text, sent_at, received_at, state, conversation_id, seq, routed_at, n_route_failures, trouble, purpose, tier, rules, is_abusive)
SELECT id, carrier, carrier_message_key, raw_page_id, citizen, our_number, text, sent_at, received_at, state, conversation_id, CASE WHEN state = 'routed' THEN id END, routed_at, n_route_failures, trouble, purpose, tier, rules, is_abusive FROM old_inbox;
DROP TABLE old_inbox;
CREATE INDEX inbox_received ON inbox (id) WHERE state = 'received';
CREATE INDEX inbox_quarantined ON inbox (id) WHERE state = 'quarantined';
CREATE INDEX inbox_of_conversation ON inbox (conversation_id, seq) WHERE conversation_id IS NOT NULL;

DROP INDEX outbox_due;
DROP INDEX outbox_held;
DROP INDEX outbox_sending;
DROP INDEX outbox_in_doubt;
DROP INDEX outbox_unreceipted;
DROP INDEX outbox_line;
DROP INDEX outbox_of_conversation;
DROP INDEX outbox_notices;
DROP INDEX outbox_of_reply;
DROP INDEX outbox_by_carrier_id;
DROP INDEX outbox_failed;
ALTER TABLE outbox RENAME TO old_outbox;
CREATE TABLE outbox (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    client_key          TEXT    NOT NULL UNIQUE CHECK (length(client_key) = 26),
    conversation_id     INTEGER NOT NULL REFERENCES conversation (id),
    reply_id            INTEGER REFERENCES reply (id),
    author_id           INTEGER REFERENCES counselor (id),
    citizen             TEXT    NOT NULL,
    from_number         TEXT    NOT NULL,
    kind                TEXT    NOT NULL CHECK (kind = 'sms' OR kind = 'lms'),
    text                TEXT    NOT NULL,
    lane                INTEGER NOT NULL CHECK (lane BETWEEN 0 AND 2),
    state               TEXT    NOT NULL,
    created_at          INTEGER NOT NULL,
    next_attempt_at     INTEGER NOT NULL,
    expires_at          INTEGER NOT NULL,
    lease_until_at      INTEGER,
    n_attempts          INTEGER NOT NULL DEFAULT 0,
    n_failures          INTEGER NOT NULL DEFAULT 0,
    first_attempt_at    INTEGER,
    carrier             TEXT,
    carrier_message_id  TEXT,
    accepted_at         INTEGER,
    repeat_before_at    INTEGER,
    n_absent            INTEGER NOT NULL DEFAULT 0,
    n_questions         INTEGER NOT NULL DEFAULT 0,
    needs_person        INTEGER NOT NULL DEFAULT 0 CHECK (needs_person = 0 OR needs_person = 1),
    final_at            INTEGER,
    code                TEXT,
    notice              TEXT,
    CHECK (state = 'held' OR state = 'queued' OR state = 'sending' OR state = 'in_doubt' OR state = 'accepted'
           OR state = 'delivered' OR state = 'undelivered' OR state = 'failed' OR state = 'expired'
           OR state = 'cancelled' OR state = 'unconfirmed'),
    CHECK ((state = 'sending') = (lease_until_at IS NOT NULL)),
    CHECK (state = 'held' OR state = 'queued' OR state = 'failed' OR state = 'expired' OR state = 'cancelled'
           OR (n_attempts > 0 AND first_attempt_at IS NOT NULL AND carrier IS NOT NULL)),
    CHECK ((state <> 'accepted' AND state <> 'delivered' AND state <> 'undelivered' AND state <> 'unconfirmed')
           OR accepted_at IS NOT NULL),
    CHECK ((state = 'delivered' OR state = 'undelivered' OR state = 'failed' OR state = 'expired'
            OR state = 'cancelled') = (final_at IS NOT NULL)),
    CHECK (needs_person = 0 OR state = 'in_doubt')
) STRICT;
INSERT INTO outbox (id, client_key, conversation_id, reply_id, author_id, citizen, from_number, kind, text, lane, state, created_at, next_attempt_at, expires_at, lease_until_at, n_attempts, n_failures, first_attempt_at, carrier, carrier_message_id, accepted_at, repeat_before_at, n_absent, n_questions, needs_person, final_at, code, notice)
SELECT id, client_key, conversation_id, reply_id, author_id, citizen, from_number, kind, text, lane, state, created_at, next_attempt_at, expires_at, lease_until_at, n_attempts, n_failures, first_attempt_at, carrier, carrier_message_id, accepted_at, repeat_before_at, n_absent, n_questions, needs_person, final_at, code, notice FROM old_outbox;
DROP TABLE old_outbox;
CREATE INDEX outbox_due ON outbox (lane, next_attempt_at, id) WHERE state = 'queued';
CREATE INDEX outbox_held ON outbox (next_attempt_at) WHERE state = 'held';
CREATE INDEX outbox_sending ON outbox (lease_until_at) WHERE state = 'sending';
CREATE INDEX outbox_in_doubt ON outbox (next_attempt_at) WHERE state = 'in_doubt';
CREATE INDEX outbox_unreceipted ON outbox (next_attempt_at) WHERE state = 'accepted';
CREATE INDEX outbox_line ON outbox (citizen, id)
    WHERE (state = 'held' OR state = 'queued' OR state = 'sending' OR state = 'in_doubt') AND needs_person = 0;
CREATE INDEX outbox_of_conversation ON outbox (conversation_id, id);
CREATE INDEX outbox_notices ON outbox (conversation_id, id) WHERE notice IS NOT NULL;
CREATE INDEX outbox_of_reply ON outbox (reply_id) WHERE reply_id IS NOT NULL;
CREATE INDEX outbox_by_carrier_id ON outbox (carrier, carrier_message_id) WHERE carrier_message_id IS NOT NULL;
CREATE INDEX outbox_failed ON outbox (final_at)
    WHERE state = 'undelivered' OR state = 'failed' OR state = 'expired';

DROP INDEX note_of_conversation;
ALTER TABLE note RENAME TO old_note;
CREATE TABLE note (
    id               INTEGER PRIMARY KEY,
    conversation_id  INTEGER NOT NULL REFERENCES conversation (id),
    counselor_id     INTEGER REFERENCES counselor (id),
    kind             TEXT    NOT NULL,
    text             TEXT    NOT NULL,
    created_at       INTEGER NOT NULL
) STRICT;
INSERT INTO note (id, conversation_id, counselor_id, kind, text, created_at)
SELECT id, conversation_id, counselor_id, kind, text, created_at FROM old_note;
DROP TABLE old_note;
CREATE INDEX note_of_conversation ON note (conversation_id, id);

PRAGMA legacy_alter_table = OFF;
