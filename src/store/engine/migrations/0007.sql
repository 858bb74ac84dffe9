-- A text may be thanks, a reaction to a text of ours, advertising, or from a duty phone of our own.
PRAGMA legacy_alter_table = ON;
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
    sent_at              INTEGER NOT NULL,      -- by the carrier's clock
    received_at          INTEGER NOT NULL,      -- by ours
    state                TEXT    NOT NULL DEFAULT 'received',
    conversation_id      INTEGER REFERENCES conversation (id),
    seq                  INTEGER,               -- order in the conversation: the id, or more for a text that was routed late
    routed_at            INTEGER,
    n_route_failures     INTEGER NOT NULL DEFAULT 0,
    trouble              TEXT,
    purpose              TEXT    NOT NULL DEFAULT 'question',   -- domain::arrival::Purpose
    tier                 INTEGER CHECK (tier BETWEEN 1 AND 3),   -- result of triage
    rules                TEXT,                  -- ids of the triage rules that matched
    is_abusive           INTEGER NOT NULL DEFAULT 0 CHECK (is_abusive = 0 OR is_abusive = 1),
    late_ms              INTEGER CHECK (late_ms > 0),   -- its age when it was first seen, if that is late (domain::lateness)
    UNIQUE (carrier, carrier_message_key),
    CHECK (state = 'received' OR state = 'routed' OR state = 'quarantined'),
    CHECK ((state = 'routed') = (conversation_id IS NOT NULL AND routed_at IS NOT NULL AND seq IS NOT NULL)),
    CHECK (state <> 'quarantined' OR trouble IS NOT NULL),
    CHECK (purpose = 'question' OR purpose = 'survey' OR purpose = 'opt_out' OR purpose = 'opt_in' OR purpose = 'thanks'
           OR purpose = 'reaction' OR purpose = 'advertising' OR purpose = 'staff' OR purpose = 'restricted')
) STRICT;
INSERT INTO inbox (id, carrier, carrier_message_key, raw_page_id, citizen, our_number, text, sent_at, received_at, state, conversation_id, seq, routed_at, n_route_failures, trouble, purpose, tier, rules, is_abusive, late_ms)
SELECT id, carrier, carrier_message_key, raw_page_id, citizen, our_number, text, sent_at, received_at, state, conversation_id, seq, routed_at, n_route_failures, trouble, purpose, tier, rules, is_abusive, late_ms FROM old_inbox;
-- Numbers that were given are never given again.
DELETE FROM sqlite_sequence WHERE name = 'inbox';
INSERT INTO sqlite_sequence (name, seq) SELECT 'inbox', seq FROM sqlite_sequence WHERE name = 'old_inbox';
DROP TABLE old_inbox;
CREATE INDEX inbox_received ON inbox (id) WHERE state = 'received';
CREATE INDEX inbox_quarantined ON inbox (id) WHERE state = 'quarantined';
CREATE INDEX inbox_of_conversation ON inbox (conversation_id, seq) WHERE conversation_id IS NOT NULL;
PRAGMA legacy_alter_table = OFF;
-- A receipt may say that the citizen has stopped our texts at the carrier.
ALTER TABLE receipt RENAME TO old_receipt;
DROP INDEX receipt_unmatched;
CREATE TABLE receipt (
    id                  INTEGER PRIMARY KEY,
    carrier             TEXT    NOT NULL,
    carrier_message_id  TEXT    NOT NULL,
    client_key          TEXT,
    status              TEXT    NOT NULL CHECK (status = 'delivered' OR status = 'undelivered' OR status = 'blocked' OR status = 'unknown'),
    code                TEXT    NOT NULL,
    reported_at         INTEGER,
    received_at         INTEGER NOT NULL,
    outbox_id           INTEGER REFERENCES outbox (id),
    UNIQUE (carrier, carrier_message_id, status, code)
) STRICT;
INSERT INTO receipt (id, carrier, carrier_message_id, client_key, status, code, reported_at, received_at, outbox_id)
SELECT id, carrier, carrier_message_id, client_key, status, code, reported_at, received_at, outbox_id FROM old_receipt;
DROP TABLE old_receipt;
CREATE INDEX receipt_unmatched ON receipt (carrier, carrier_message_id) WHERE outbox_id IS NULL;

-- Wait notices count from the first text of a wait that was not late.
ALTER TABLE conversation ADD COLUMN notices_from_at INTEGER;
UPDATE conversation SET notices_from_at = waiting_since_at WHERE waiting_since_at IS NOT NULL;
-- Films and voice messages are kept like photos; what was lost is named as what it was. A photo that was lost as "not a
-- photo" may have been any file: what was claimed of it says more.
ALTER TABLE photo RENAME TO old_photo;
CREATE TABLE photo (
    id               INTEGER PRIMARY KEY,
    inbox_id         INTEGER REFERENCES inbox (id) ON UPDATE CASCADE ON DELETE CASCADE,
    outbox_id        INTEGER REFERENCES outbox (id) ON DELETE CASCADE,
    uploaded_by      INTEGER REFERENCES counselor (id),
    position         INTEGER NOT NULL,
    carrier          TEXT,
    handle           TEXT,
    claimed_name     TEXT,
    claimed_type     TEXT,
    claimed_bytes    INTEGER,
    state            TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    what             TEXT    NOT NULL,
    next_attempt_at  INTEGER,
    n_attempts       INTEGER NOT NULL DEFAULT 0,
    sha256           BLOB,
    kind             TEXT,
    n_bytes          INTEGER,
    width            INTEGER,
    height           INTEGER,
    trouble          TEXT,
    told_at          INTEGER,
    CHECK ((inbox_id IS NOT NULL) + (outbox_id IS NOT NULL) + (uploaded_by IS NOT NULL) = 1),
    CHECK (inbox_id IS NULL OR (carrier IS NOT NULL AND handle IS NOT NULL)),
    CHECK (inbox_id IS NOT NULL OR state = 'kept'),
    CHECK (state IN ('wanted', 'kept', 'lost')),
    CHECK ((state = 'wanted') = (next_attempt_at IS NOT NULL)),
    CHECK ((state = 'kept') = (sha256 IS NOT NULL)),
    CHECK (sha256 IS NULL OR (length(sha256) = 32 AND kind IS NOT NULL AND n_bytes IS NOT NULL
                              AND (width IS NOT NULL) = (what = 'photo')
                              AND (height IS NOT NULL) = (what = 'photo'))),
    CHECK (what IN ('photo', 'film', 'voice', 'contact', 'calendar', 'pdf', 'file')),
    CHECK (kind IS NULL OR (kind IN ('jpg', 'png', 'gif', 'webp') AND what = 'photo' AND n_bytes <= 8388608)
           OR (kind IN ('mp4', '3gp', 'mov', 'webm') AND what = 'film' AND n_bytes <= 52428800)
           OR (kind IN ('amr', 'm4a', 'mp3', 'ogg', 'wav') AND what = 'voice' AND n_bytes <= 10485760)),
    CHECK (inbox_id IS NOT NULL OR what = 'photo'),
    CHECK ((state = 'lost') = (trouble IS NOT NULL)),
    CHECK (told_at IS NULL OR state = 'lost')
) STRICT;
INSERT INTO photo (id, inbox_id, outbox_id, uploaded_by, position, carrier, handle, claimed_name, claimed_type, claimed_bytes,
                   state, created_at, what, next_attempt_at, n_attempts, sha256, kind, n_bytes, width, height, trouble, told_at)
SELECT id, inbox_id, outbox_id, uploaded_by, position, carrier, handle, claimed_name, claimed_type, claimed_bytes,
       state, created_at,
       CASE WHEN state = 'kept' OR claimed_type LIKE 'image/%' THEN 'photo'
            WHEN claimed_type LIKE 'video/%' THEN 'film'
            WHEN claimed_type LIKE 'audio/%' THEN 'voice'
            WHEN claimed_type LIKE 'text/%vcard%' THEN 'contact'
            WHEN claimed_type LIKE 'text/%calendar%' THEN 'calendar'
            WHEN claimed_type LIKE 'application/pdf%' THEN 'pdf'
            ELSE 'file' END,
       next_attempt_at, n_attempts, sha256, kind, n_bytes, width, height,
       CASE trouble WHEN 'not_a_photo' THEN 'broken' ELSE trouble END, told_at
FROM old_photo;
DROP TABLE old_photo;
CREATE INDEX photo_wanted ON photo (next_attempt_at) WHERE state = 'wanted';
CREATE INDEX photo_untold ON photo (inbox_id) WHERE state = 'lost' AND told_at IS NULL;
CREATE UNIQUE INDEX photo_of_inbox ON photo (inbox_id, position) WHERE inbox_id IS NOT NULL;
CREATE UNIQUE INDEX photo_of_outbox ON photo (outbox_id, position) WHERE outbox_id IS NOT NULL;
CREATE UNIQUE INDEX photo_uploaded ON photo (uploaded_by, sha256) WHERE uploaded_by IS NOT NULL;
CREATE INDEX photo_by_hash ON photo (sha256) WHERE sha256 IS NOT NULL;


-- Duty phones are called.
ALTER TABLE conversation ADD COLUMN alarm_quiet_until_at INTEGER;
-- The line to a duty phone: a conversation, closed from the start, that holds the texts to and from one of our own phones.
-- No citizen's text comes into it, also where the phone's owner texts us as a citizen.
CREATE TABLE duty_line (
    number           TEXT    NOT NULL PRIMARY KEY,
    conversation_id  INTEGER NOT NULL UNIQUE REFERENCES conversation (id),
    ignored_told_at  INTEGER,                   -- when it was last said that codes are ignored
    refused_at       INTEGER                    -- when it was last said that an answer did nothing
) STRICT, WITHOUT ROWID;

-- The short code of an alarm at one duty phone (domain::alarm::code). It counts while that alarm stands: the conversation's
-- alarm_from_at is the same.
CREATE TABLE duty_code (
    id               INTEGER PRIMARY KEY,
    number           TEXT    NOT NULL,
    code             TEXT    NOT NULL CHECK (length(code) = 2),
    conversation_id  INTEGER NOT NULL REFERENCES conversation (id),
    alarm_from_at    INTEGER NOT NULL,
    called_at        INTEGER NOT NULL,          -- when the phone was last texted
    outbox_id        INTEGER REFERENCES outbox (id),   -- the last text
    UNIQUE (number, conversation_id, alarm_from_at)
) STRICT;
CREATE INDEX duty_code_of_phone ON duty_code (number, called_at);
CREATE INDEX duty_code_of_alarm ON duty_code (conversation_id, alarm_from_at, called_at);

-- Wrong codes from duty phones, for as long as they count.
CREATE TABLE duty_wrong_code (
    id      INTEGER PRIMARY KEY,
    number  TEXT    NOT NULL,
    at      INTEGER NOT NULL
) STRICT;
CREATE INDEX duty_wrong_code_of_phone ON duty_wrong_code (number, at);

-- Alarms on their way to the operator's command or webhook. Hold no citizen's data.
CREATE TABLE alarm_push (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    way              TEXT    NOT NULL CHECK (way = 'command' OR way = 'webhook'),
    what             TEXT    NOT NULL,          -- danger, test, or a trouble
    state            TEXT,                      -- of a trouble: began, lasts, over
    conversation_id  INTEGER,
    step             INTEGER,
    minutes          INTEGER NOT NULL,
    called           TEXT    NOT NULL,          -- names of those who were texted, one a line
    created_at       INTEGER NOT NULL,
    next_attempt_at  INTEGER,                   -- NULL: done, or given up
    n_attempts       INTEGER NOT NULL DEFAULT 0,
    trouble          TEXT,                      -- of the last attempt
    done_at          INTEGER,
    CHECK (done_at IS NULL OR next_attempt_at IS NULL)
) STRICT;
CREATE INDEX alarm_push_due ON alarm_push (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

-- Alarms about the gateway itself that are not over (domain::alarm::operator).
CREATE TABLE operator_alarm (
    trouble   TEXT    NOT NULL PRIMARY KEY,
    since_at  INTEGER NOT NULL,
    told_at   INTEGER NOT NULL,
    n_told    INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;

-- Starts of the daemon, for as long as they count.
CREATE TABLE daemon_start (
    id  INTEGER PRIMARY KEY,
    at  INTEGER NOT NULL
) STRICT;

-- The unique index over open conversations finds them as well.
DROP INDEX conversation_not_closed;
