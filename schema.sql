-- The whole schema of the current version, for fresh files. Migrations (src/store/engine/migrate.rs) bring old files to the
-- same schema; a test compares the two.
--
-- Times are INTEGER milliseconds UTC and end in _at. States are words. CHECKs tie each state to its times and owners, so
-- that a half-written row cannot exist.

-- How far each carrier's list of inbound texts has been polled (domain::inbound::Cursor).
CREATE TABLE inbound_cursor (
    carrier     TEXT    NOT NULL PRIMARY KEY,
    since_at    INTEGER NOT NULL,
    page        TEXT,
    newest_at   INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Carriers that an operator has paused: nothing is sent through them.
CREATE TABLE carrier_hold (
    carrier   TEXT    NOT NULL PRIMARY KEY,
    since_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Result of the last comparison of our texts with each carrier's own list (domain::list_comparison), in each direction.
CREATE TABLE carrier_comparison (
    carrier        TEXT    NOT NULL,
    direction      TEXT    NOT NULL CHECK (direction = 'in' OR direction = 'out'),
    at             INTEGER NOT NULL,
    since_at       INTEGER NOT NULL,
    n_ours         INTEGER NOT NULL,
    n_theirs       INTEGER NOT NULL,
    n_differences  INTEGER NOT NULL,
    PRIMARY KEY (carrier, direction)
) STRICT, WITHOUT ROWID;

-- Answers that never came, or broke off, where a carrier forgets a text when it hands it over: texts may be lost. One row
-- per carrier, counted until an operator acknowledges it.
CREATE TABLE possible_loss (
    carrier   TEXT    NOT NULL PRIMARY KEY,
    since_at  INTEGER NOT NULL,
    last_at   INTEGER NOT NULL,
    n         INTEGER NOT NULL,
    reason    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Texts that `munjad carrier test` sent: ours, and in no conversation.
CREATE TABLE test_text (
    client_key          TEXT    NOT NULL PRIMARY KEY,
    carrier             TEXT    NOT NULL,
    carrier_message_id  TEXT,
    at                  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Bodies of carrier answers and calls that held anything new, as they came.
CREATE TABLE raw_page (
    id           INTEGER PRIMARY KEY,
    carrier      TEXT    NOT NULL,
    kind         TEXT    NOT NULL CHECK (kind IN ('inbound', 'receipt')),
    body         BLOB    NOT NULL,
    received_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX raw_page_by_age ON raw_page (received_at);

-- Items of a page that could not be read, for an operator. Polling never deletes them.
CREATE TABLE quarantine (
    id           INTEGER PRIMARY KEY,
    carrier      TEXT    NOT NULL,
    kind         TEXT    NOT NULL CHECK (kind IN ('inbound', 'receipt')),
    digest       BLOB    NOT NULL,              -- SHA-256 of raw: polling lists the same item again
    raw          TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    received_at  INTEGER NOT NULL,
    settled_at   INTEGER,                       -- an operator has dealt with it
    UNIQUE (carrier, kind, digest)
) STRICT;
CREATE INDEX quarantine_open ON quarantine (id) WHERE settled_at IS NULL;

-- Everybody who logs in, with role and desks (domain::actor).
CREATE TABLE counselor (
    id                    INTEGER PRIMARY KEY,
    login                 TEXT    NOT NULL UNIQUE,
    name                  TEXT    NOT NULL,
    password_hash         TEXT    NOT NULL,          -- argon2id, PHC string, of the normalised password (domain::password)
    must_change_password  INTEGER NOT NULL DEFAULT 0 CHECK (must_change_password = 0 OR must_change_password = 1),
    created_at            INTEGER NOT NULL,
    disabled_at           INTEGER,
    role                  TEXT    NOT NULL DEFAULT 'counselor',
    desks                 TEXT    NOT NULL DEFAULT '*',   -- keys of their desks, separated by spaces; * is all
    totp_secret           TEXT,                      -- shared with their phone (domain::totp), base32
    totp_at               INTEGER,                   -- since when codes of it are asked for; NULL: it is being set up
    totp_step             INTEGER NOT NULL DEFAULT 0,   -- the step of the last code: none is good twice
    CHECK (role = 'counselor' OR role = 'supervisor' OR role = 'administrator' OR role = 'auditor' OR role = 'board'),
    CHECK (totp_at IS NULL OR totp_secret IS NOT NULL)
) STRICT;

-- Sessions: bearer tokens, stored only as SHA-256.
CREATE TABLE token (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    hash          BLOB    NOT NULL UNIQUE,
    counselor_id  INTEGER NOT NULL REFERENCES counselor (id),
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    revoked_at    INTEGER,
    used_at       INTEGER NOT NULL,              -- last request, to some minutes
    peer          TEXT    NOT NULL               -- where the log-in came from
) STRICT;
CREATE INDEX token_of_counselor ON token (counselor_id);

-- One-time codes for who has lost the phone that shows the codes of the second factor, stored only as SHA-256.
CREATE TABLE recovery_code (
    counselor_id  INTEGER NOT NULL REFERENCES counselor (id),
    hash          BLOB    NOT NULL,
    used_at       INTEGER,
    PRIMARY KEY (counselor_id, hash)
) STRICT, WITHOUT ROWID;

-- Tokens of other programs, each for one purpose (domain::account::Purpose), stored only as SHA-256.
CREATE TABLE service_token (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    hash        BLOB    NOT NULL UNIQUE,
    purpose     TEXT    NOT NULL CHECK (purpose = 'metrics' OR purpose = 'board' OR purpose = 'figures'),
    name        TEXT    NOT NULL,                -- whose it is, for people
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    revoked_at  INTEGER,
    used_at     INTEGER                          -- last request, to some minutes
) STRICT;

-- What was changed about accounts, by whom and from where: rights given and taken, log-ins disabled, passwords set.
CREATE TABLE account_change (
    id            INTEGER PRIMARY KEY,
    at            INTEGER NOT NULL,
    counselor_id  INTEGER NOT NULL REFERENCES counselor (id),
    by_id         INTEGER REFERENCES counselor (id),   -- NULL: the operator at the machine
    by_from       TEXT    NOT NULL,                    -- the address, or the operator's command
    what          TEXT    NOT NULL,                    -- domain::account::AccountChange
    old_value     TEXT,
    new_value     TEXT
) STRICT;
CREATE INDEX account_change_of_counselor ON account_change (counselor_id, id);

-- Conversations of desks that somebody is no member of, and that they saw or worked on all the same: supervisors, and
-- everybody in a danger. One row per person and conversation.
CREATE TABLE desk_exception (
    counselor_id     INTEGER NOT NULL REFERENCES counselor (id),
    conversation_id  INTEGER NOT NULL REFERENCES conversation (id),
    desk             TEXT    NOT NULL,
    n_seen           INTEGER NOT NULL DEFAULT 0,
    n_done           INTEGER NOT NULL DEFAULT 0,
    first_at         INTEGER NOT NULL,
    last_at          INTEGER NOT NULL,
    PRIMARY KEY (counselor_id, conversation_id)
) STRICT, WITHOUT ROWID;

-- Whether a counselor is on, on the phone, on a break or off, as they say (domain::presence). Without a row they are off.
CREATE TABLE presence (
    counselor_id  INTEGER NOT NULL PRIMARY KEY REFERENCES counselor (id),
    state         TEXT    NOT NULL CHECK (state = 'on' OR state = 'phone' OR state = 'break' OR state = 'off'),
    since_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One consultation, from the first text to the close (domain::conversation). Lists in CHECKs and partial indexes are
-- chains of OR: for an IN list SQLite builds a temporary table at each write of a row.
CREATE TABLE conversation (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    citizen           TEXT    NOT NULL,
    our_number        TEXT    NOT NULL,         -- the number that was texted; replies leave from it or its registered sender
    language          TEXT    NOT NULL DEFAULT 'ko' CHECK (language = 'ko' OR language = 'en'),   -- of automatic texts
    opened_at         INTEGER NOT NULL,
    n_reopened        INTEGER NOT NULL DEFAULT 0,
    previous_id       INTEGER REFERENCES conversation (id),
    state             TEXT    NOT NULL,
    closed_at         INTEGER,
    close_reason      TEXT,
    claimed_by        INTEGER REFERENCES counselor (id),
    claimed_at        INTEGER,
    touched_at        INTEGER,                  -- last action of the holder
    last_holder_id    INTEGER REFERENCES counselor (id),   -- last counselor; a reopened conversation is offered to them
    offered_to        INTEGER REFERENCES counselor (id),   -- reserved for this counselor until offered_until_at or until they return it
    offered_until_at  INTEGER,
    desk              TEXT    NOT NULL DEFAULT 'main',   -- key of its desk (domain::desk)
    previous_desk     TEXT,                     -- desk that transferred it and may get it back
    last_inbound_seq  INTEGER NOT NULL DEFAULT 0,   -- inbox.seq of the last text that a person has to read
    last_inbound_at   INTEGER NOT NULL,
    last_reply_at     INTEGER,                  -- last reply of a counselor since it was opened or reopened
    waiting_since_at  INTEGER,                  -- time of the oldest unanswered text
    queue_at          INTEGER NOT NULL DEFAULT 0,   -- position in the queue (domain::queue)
    told_ahead        INTEGER,                  -- number of people ahead that the citizen was last told in this wait
    n_wait_notices    INTEGER NOT NULL DEFAULT 0,
    nudged_at         INTEGER,                  -- when the citizen was asked whether they still need us
    tier              INTEGER CHECK (tier BETWEEN 1 AND 3),   -- urgency (domain::triage)
    danger            TEXT,                     -- state of a danger (domain::conversation::danger)
    urgent_at         INTEGER,                  -- when the alarm last started
    alarm_from_at     INTEGER,                  -- while unanswered: start of the alarm's steps
    n_escalations     INTEGER NOT NULL DEFAULT 0,   -- alarms to supervisors since then
    acked_at          INTEGER,                  -- when a counselor acknowledged it
    acked_by          INTEGER REFERENCES counselor (id),
    is_abusive        INTEGER NOT NULL DEFAULT 0 CHECK (is_abusive = 0 OR is_abusive = 1),   -- holds abusive words: no survey is sent
    promise_due_at    INTEGER,                  -- a reply is promised by then
    promise_told_at   INTEGER,                  -- when the citizen was told that it was not kept
    category          TEXT,                     -- needed to close it
    category_version  TEXT,                     -- version of the list of categories
    survey_due_at     INTEGER,                  -- closed; the survey is to be sent then
    notices_from_at   INTEGER,                  -- wait notices count from then: the first text of this wait that was not late
    alarm_quiet_until_at INTEGER,               -- looked after by a duty phone: nobody is called until then
    erased_at         INTEGER,                  -- when what is personal in it was erased (domain::privacy)
    is_category_old   INTEGER NOT NULL DEFAULT 0 CHECK (is_category_old = 0 OR is_category_old = 1),   -- said before it was reopened
    referred_to       TEXT,                     -- the outside department that works on it
    referred_at       INTEGER,
    referral_due_at   INTEGER,                  -- when that department is to have answered
    CHECK (state = 'waiting' OR state = 'active' OR state = 'answered' OR state = 'closed'),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CHECK ((claimed_by IS NULL) = (claimed_at IS NULL)),
    CHECK ((state <> 'waiting' AND state <> 'closed') OR claimed_by IS NULL),
    CHECK (state <> 'active' OR claimed_by IS NOT NULL),
    CHECK ((state = 'waiting' OR state = 'active') = (waiting_since_at IS NOT NULL)),
    CHECK (danger = 'ringing' OR danger = 'looked_after' OR danger = 'answered' OR danger = 'ended' OR danger IS NULL),
    CHECK ((danger IS NULL) = (urgent_at IS NULL)),
    -- An unanswered danger has an alarm, and its conversation waits for us.
    CHECK ((danger IS NOT NULL AND (danger = 'ringing' OR danger = 'looked_after')) = (alarm_from_at IS NOT NULL)),
    CHECK (alarm_from_at IS NULL OR waiting_since_at IS NOT NULL),
    CHECK ((acked_by IS NULL) = (acked_at IS NULL)),
    CHECK (danger <> 'looked_after' OR acked_at IS NOT NULL),
    CHECK (danger <> 'ringing' OR acked_at IS NULL),
    CHECK (promise_told_at IS NULL OR promise_due_at IS NOT NULL),
    CHECK (survey_due_at IS NULL OR state = 'closed')
) STRICT;
CREATE INDEX conversation_waiting ON conversation (queue_at, id, desk, waiting_since_at) WHERE state = 'waiting';
CREATE INDEX conversation_to_survey ON conversation (survey_due_at) WHERE survey_due_at IS NOT NULL;
CREATE INDEX conversation_held ON conversation (claimed_by, alarm_from_at) WHERE state = 'active';
CREATE INDEX conversation_claimed ON conversation (claimed_by, id) WHERE claimed_by IS NOT NULL;
CREATE INDEX conversation_by_state ON conversation (state, id);
-- The list of closed conversations: the newest closed first.
CREATE INDEX conversation_closed ON conversation (state, closed_at, id) WHERE state = 'closed';
-- At most one open conversation per citizen and number.
CREATE UNIQUE INDEX conversation_open ON conversation (citizen, our_number) WHERE state <> 'closed';
CREATE INDEX conversation_of_citizen ON conversation (citizen, our_number, id);
CREATE INDEX conversation_referred ON conversation (referral_due_at, id) WHERE referral_due_at IS NOT NULL;
-- What may outlive its time.
CREATE INDEX conversation_kept ON conversation (closed_at, id) WHERE closed_at IS NOT NULL AND erased_at IS NULL;

-- Texts from citizens (domain::inbound).
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
CREATE INDEX inbox_received ON inbox (id) WHERE state = 'received';
CREATE INDEX inbox_quarantined ON inbox (id) WHERE state = 'quarantined';
CREATE INDEX inbox_of_conversation ON inbox (conversation_id, seq) WHERE conversation_id IS NOT NULL;
CREATE INDEX inbox_by_time ON inbox (received_at, conversation_id);

-- Replies of counselors; their texts are in the outbox. The idempotency key makes repeated requests harmless.
CREATE TABLE reply (
    id               INTEGER PRIMARY KEY,
    conversation_id  INTEGER NOT NULL REFERENCES conversation (id),
    counselor_id     INTEGER NOT NULL REFERENCES counselor (id),
    idempotency_key  TEXT    NOT NULL,
    request_digest   BLOB    NOT NULL,          -- SHA-256 of the request: the same key with another request is refused
    created_at       INTEGER NOT NULL,
    UNIQUE (counselor_id, idempotency_key)
) STRICT;
CREATE INDEX reply_by_age ON reply (created_at);

-- Texts to citizens, one row per carrier submission (domain::outbound).
CREATE TABLE outbox (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    client_key          TEXT    NOT NULL UNIQUE CHECK (length(client_key) = 26),
    conversation_id     INTEGER NOT NULL REFERENCES conversation (id),
    reply_id            INTEGER REFERENCES reply (id),   -- NULL for an automatic text
    author_id           INTEGER REFERENCES counselor (id),
    citizen             TEXT    NOT NULL,
    from_number         TEXT    NOT NULL,
    kind                TEXT    NOT NULL CHECK (kind = 'sms' OR kind = 'lms'),
    text                TEXT    NOT NULL,
    lane                INTEGER NOT NULL CHECK (lane BETWEEN 0 AND 2),
    state               TEXT    NOT NULL,
    created_at          INTEGER NOT NULL,
    next_attempt_at     INTEGER NOT NULL,       -- held: end of the recall window; queued: not before; in_doubt: next look-up
    expires_at          INTEGER NOT NULL,
    lease_until_at      INTEGER,
    n_attempts          INTEGER NOT NULL DEFAULT 0,
    n_failures          INTEGER NOT NULL DEFAULT 0,
    first_attempt_at    INTEGER,
    carrier             TEXT,                   -- the carrier it was submitted to
    carrier_message_id  TEXT,
    accepted_at         INTEGER,
    repeat_before_at    INTEGER,                -- queued again after a doubt: safe only while the carrier remembers our key
    n_absent            INTEGER NOT NULL DEFAULT 0,       -- look-ups in which the carrier did not list it
    n_questions         INTEGER NOT NULL DEFAULT 0,       -- look-ups at the carrier
    needs_person        INTEGER NOT NULL DEFAULT 0 CHECK (needs_person = 0 OR needs_person = 1),
    final_at            INTEGER,
    code                TEXT,                   -- the carrier's last code, as it came
    notice              TEXT,                   -- group of an automatic text (domain::notice)
    has_photos          INTEGER NOT NULL DEFAULT 0 CHECK (has_photos = 0 OR has_photos = 1),   -- an MMS, also after its photos are erased
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
CREATE INDEX outbox_due ON outbox (lane, next_attempt_at, id) WHERE state = 'queued';
CREATE INDEX outbox_held ON outbox (next_attempt_at) WHERE state = 'held';
CREATE INDEX outbox_sending ON outbox (lease_until_at) WHERE state = 'sending';
CREATE INDEX outbox_in_doubt ON outbox (next_attempt_at) WHERE state = 'in_doubt';
CREATE INDEX outbox_unreceipted ON outbox (next_attempt_at) WHERE state = 'accepted';
-- Texts that block the next text of the same citizen.
CREATE INDEX outbox_line ON outbox (citizen, id)
    WHERE (state = 'held' OR state = 'queued' OR state = 'sending' OR state = 'in_doubt') AND needs_person = 0;
CREATE INDEX outbox_of_conversation ON outbox (conversation_id, id);
CREATE INDEX outbox_notices ON outbox (conversation_id, id) WHERE notice IS NOT NULL;
CREATE INDEX outbox_of_reply ON outbox (reply_id) WHERE reply_id IS NOT NULL;
CREATE INDEX outbox_by_carrier_id ON outbox (carrier, carrier_message_id) WHERE carrier_message_id IS NOT NULL;
CREATE INDEX outbox_failed ON outbox (final_at)
    WHERE state = 'undelivered' OR state = 'failed' OR state = 'expired';
CREATE INDEX outbox_by_time ON outbox (created_at, conversation_id);

-- Receipts, matched or not (domain::receipt).
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
CREATE INDEX receipt_unmatched ON receipt (carrier, carrier_message_id) WHERE outbox_id IS NULL;

-- Photos, films and voice messages of texts in both directions (domain::photo). The bytes are files beside the database, named by their SHA-256.
CREATE TABLE photo (
    id               INTEGER PRIMARY KEY,
    inbox_id         INTEGER REFERENCES inbox (id) ON UPDATE CASCADE ON DELETE CASCADE,
    outbox_id        INTEGER REFERENCES outbox (id) ON DELETE CASCADE,
    uploaded_by      INTEGER REFERENCES counselor (id),   -- an upload that is not sent yet
    position         INTEGER NOT NULL,                    -- order among the photos of its text
    carrier          TEXT,                                -- the carrier that has it, and its handle there while wanted
    handle           TEXT,
    claimed_name     TEXT,                                -- file name from the citizen's phone; never used as a path
    claimed_type     TEXT,
    claimed_bytes    INTEGER,
    state            TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    what             TEXT    NOT NULL,                    -- domain::media::What: by its bytes, else as claimed
    next_attempt_at  INTEGER,
    n_attempts       INTEGER NOT NULL DEFAULT 0,
    sha256           BLOB,
    kind             TEXT,                                -- format, by its first bytes
    n_bytes          INTEGER,
    width            INTEGER,
    height           INTEGER,
    trouble          TEXT,                                -- reason for the loss
    told_at          INTEGER,                             -- when the loss was reported
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
CREATE INDEX photo_wanted ON photo (next_attempt_at) WHERE state = 'wanted';
CREATE INDEX photo_untold ON photo (inbox_id) WHERE state = 'lost' AND told_at IS NULL;
CREATE UNIQUE INDEX photo_of_inbox ON photo (inbox_id, position) WHERE inbox_id IS NOT NULL;
CREATE UNIQUE INDEX photo_of_outbox ON photo (outbox_id, position) WHERE outbox_id IS NOT NULL;
CREATE UNIQUE INDEX photo_uploaded ON photo (uploaded_by, sha256) WHERE uploaded_by IS NOT NULL;
CREATE INDEX photo_by_hash ON photo (sha256) WHERE sha256 IS NOT NULL;

-- The journal: all events in order, for the event stream and the reports. Never holds the content of a text.
CREATE TABLE event (
    seq              INTEGER PRIMARY KEY AUTOINCREMENT,
    at               INTEGER NOT NULL,
    kind             TEXT    NOT NULL,
    conversation_id  INTEGER,
    message_id       INTEGER,                   -- an inbox or outbox row, by kind
    counselor_id     INTEGER,
    detail           TEXT,
    desk             TEXT,                      -- of the conversation, as it stood afterwards
    category         TEXT
) STRICT;
-- What figures are counted from: all but the states of texts to citizens.
CREATE INDEX event_counted ON event (at, conversation_id) WHERE conversation_id IS NOT NULL AND kind <> 'message';
CREATE INDEX event_of_conversation ON event (conversation_id, seq) WHERE conversation_id IS NOT NULL AND kind <> 'message';

-- Citizens' wishes and restrictions. No personal traits.
CREATE TABLE citizen (
    number                TEXT    NOT NULL PRIMARY KEY,
    opted_out_at          INTEGER,              -- opt-out of automatic texts
    restricted_until_at   INTEGER,              -- not answered until then, except in a danger
    restricted_by         INTEGER REFERENCES counselor (id),
    restriction_reason    TEXT,
    surveyed_at           INTEGER,              -- when the survey was last sent
    preference            TEXT,                 -- such as text only, easy words
    CHECK ((restricted_until_at IS NULL) = (restriction_reason IS NULL))
) STRICT, WITHOUT ROWID;

-- Internal notes of counselors to a conversation. Never sent to anybody.
CREATE TABLE note (
    id               INTEGER PRIMARY KEY,
    conversation_id  INTEGER NOT NULL REFERENCES conversation (id),
    counselor_id     INTEGER REFERENCES counselor (id),   -- NULL for an automatic note
    kind             TEXT    NOT NULL,           -- domain::event::NoteKind
    text             TEXT    NOT NULL,
    created_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX note_of_conversation ON note (conversation_id, id);

-- Drafts of answers, each read by its writer alone (domain::draft).
CREATE TABLE draft (
    counselor_id     INTEGER NOT NULL REFERENCES counselor (id),
    conversation_id  INTEGER NOT NULL REFERENCES conversation (id),
    text             TEXT    NOT NULL,
    based_on         INTEGER NOT NULL,           -- inbox.seq of the last text that its writer saw
    begun_at         INTEGER NOT NULL,
    saved_at         INTEGER NOT NULL,
    origin           TEXT    CHECK (origin = 'recalled' OR origin = 'stopped'),   -- an answer that came back
    PRIMARY KEY (counselor_id, conversation_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX draft_of_conversation ON draft (conversation_id);

-- Reminders.
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
CREATE INDEX reminder_of_conversation ON reminder (conversation_id);

-- Surveys: one row per survey sent, attributed to the counselor who replied last.
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

-- The access log (domain::access): who saw or changed which citizen's data. One row per request, chained by hashes
-- (domain::access::chain); rows are only added, and removed from the beginning after their time.
CREATE TABLE access (
    seq              INTEGER PRIMARY KEY AUTOINCREMENT,
    at               INTEGER NOT NULL,
    role             TEXT    NOT NULL,
    login            TEXT    NOT NULL,          -- empty for the service itself
    origin           TEXT    NOT NULL,          -- address, or command
    action           TEXT    NOT NULL,          -- domain::access::Action
    conversation_id  INTEGER,
    item_id          INTEGER,                   -- text or photo
    reason           TEXT    NOT NULL,
    detail           TEXT    NOT NULL,          -- no personal data
    subjects         BLOB    NOT NULL CHECK (length(subjects) % 24 = 0),   -- who was shown: pseudonyms and conversations
    previous         BLOB    NOT NULL CHECK (length(previous) = 32),
    hash             BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX access_by_time ON access (at);

-- The last row of the access log that expired: the first one that is left follows it.
CREATE TABLE access_anchor (
    id          INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    seq         INTEGER NOT NULL,
    hash        BLOB    NOT NULL CHECK (length(hash) = 32),
    last_at     INTEGER NOT NULL,
    expired_at  INTEGER NOT NULL
) STRICT;

-- The newest row of the access log at the end of each day.
CREATE TABLE access_head (
    day   TEXT    NOT NULL PRIMARY KEY,
    at    INTEGER NOT NULL,
    seq   INTEGER NOT NULL,
    hash  BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT, WITHOUT ROWID;

-- What belongs to this installation and not to its data.
CREATE TABLE installation (
    id                     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    pseudonym_fingerprint  BLOB    NOT NULL CHECK (length(pseudonym_fingerprint) = 16)   -- of the key (domain::pseudonym)
) STRICT;
-- Copies of the database that were put back (domain::recovery). While one is not over, nothing is sent to citizens.
CREATE TABLE recovery (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    copy_made_at    INTEGER NOT NULL,           -- what happened later, the copy does not know
    copy_event_seq  INTEGER NOT NULL,           -- the last event in it
    restored_at     INTEGER NOT NULL,
    state           TEXT    NOT NULL,
    n_doubted       INTEGER NOT NULL,           -- texts that had not left when the copy was made
    read_at         INTEGER,                    -- when the carriers' lists had been read for the first time
    ended_at        INTEGER,
    reason          TEXT,                       -- the operator's words at the end
    CHECK (state = 'reading' OR state = 'waiting' OR state = 'over'),
    CHECK (state <> 'waiting' OR read_at IS NOT NULL),
    CHECK ((state = 'over') = (ended_at IS NOT NULL)),
    CHECK ((state = 'over') = (reason IS NOT NULL))
) STRICT;
CREATE INDEX recovery_open ON recovery (id) WHERE ended_at IS NULL;

-- The carriers' lists that a recovery reads back, in each direction.
CREATE TABLE recovery_list (
    recovery_id  INTEGER NOT NULL REFERENCES recovery (id),
    carrier      TEXT    NOT NULL,
    direction    TEXT    NOT NULL CHECK (direction = 'in' OR direction = 'out'),
    is_kept      INTEGER NOT NULL CHECK (is_kept = 0 OR is_kept = 1),   -- 0: the carrier keeps no such list
    read_at      INTEGER,                       -- when it was last read to its end
    n_listed     INTEGER NOT NULL DEFAULT 0,
    n_foreign    INTEGER NOT NULL DEFAULT 0,    -- texts of another program
    n_unplaced   INTEGER NOT NULL DEFAULT 0,    -- texts of ours whose citizen the list does not name
    trouble      TEXT,                          -- why it could not be read the last time
    n_erased     INTEGER NOT NULL DEFAULT 0,    -- texts to people who were erased after them, which are left out
    PRIMARY KEY (recovery_id, carrier, direction),
    CHECK (read_at IS NULL OR is_kept = 1)
) STRICT, WITHOUT ROWID;

-- Texts that left after the copy was made: out of a carrier's list into the outbox.
CREATE TABLE recovery_text (
    outbox_id    INTEGER NOT NULL PRIMARY KEY REFERENCES outbox (id) ON DELETE CASCADE,
    recovery_id  INTEGER NOT NULL REFERENCES recovery (id),
    what         TEXT    NOT NULL CHECK (what = 'answer' OR what = 'notice' OR what = 'unclear')
) STRICT;
CREATE INDEX recovery_text_of ON recovery_text (recovery_id);
-- What remains of citizens who were erased: a keyed hash of the number, and what still holds for it. A new text of theirs brings
-- the wishes back (store::inbound::page).
CREATE TABLE erased_citizen (
    pseudonym            BLOB    NOT NULL PRIMARY KEY CHECK (length(pseudonym) = 16),
    erased_at            INTEGER NOT NULL,
    opted_out_at         INTEGER,
    restricted_until_at  INTEGER
) STRICT, WITHOUT ROWID;

-- Keyed hashes of erased texts (domain::inbound::erased), also of those that an older copy of this database never had: no walk
-- through a carrier's list brings them back.
CREATE TABLE erased_text (
    carrier    TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    erased_at  INTEGER NOT NULL,
    PRIMARY KEY (carrier, key)
) STRICT, WITHOUT ROWID;

-- Legal holds: what they name is neither purged nor erased until somebody ends them.
CREATE TABLE legal_hold (
    id               INTEGER PRIMARY KEY,
    citizen          TEXT,
    conversation_id  INTEGER REFERENCES conversation (id),
    reason           TEXT    NOT NULL,
    held_at          INTEGER NOT NULL,
    CHECK ((citizen IS NULL) <> (conversation_id IS NULL))
) STRICT;

-- What was done with somebody's data at their request or by law; they are named by their pseudonym. The reason is blanked when they
-- are erased, and when it is as old as the access log may be.
CREATE TABLE privacy_act (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    what       TEXT    NOT NULL CHECK (what = 'show' OR what = 'export' OR what = 'erase' OR what = 'hold' OR what = 'release'),
    pseudonym  BLOB    NOT NULL CHECK (length(pseudonym) = 16),
    reason     TEXT    NOT NULL
) STRICT;
CREATE INDEX privacy_act_of_citizen ON privacy_act (pseudonym, id);

-- When what has outlived its time was last purged, and how much.
CREATE TABLE purge_run (
    what     TEXT    NOT NULL PRIMARY KEY,
    done_at  INTEGER NOT NULL,
    n        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The figures of months that are over, as they were first published (domain::figures). Hold nothing of a person.
CREATE TABLE closed_figure (
    month      TEXT    NOT NULL,                -- 2026-11
    desk       TEXT    NOT NULL,                -- empty: all desks
    name       TEXT    NOT NULL,                -- table, row and column
    value      INTEGER NOT NULL,
    frozen_at  INTEGER NOT NULL,
    PRIMARY KEY (month, desk, name)
) STRICT, WITHOUT ROWID;

-- A sentence that supervisors add to the receipts of all texts for a time, as in a storm or a strike (domain::bulletin).
CREATE TABLE bulletin (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    text          TEXT    NOT NULL,
    desk          TEXT,                          -- NULL: all desks
    counselor_id  INTEGER NOT NULL REFERENCES counselor (id),
    begun_at      INTEGER NOT NULL,
    until_at      INTEGER NOT NULL,
    ended_at      INTEGER,                       -- taken back before its time
    ended_by      INTEGER REFERENCES counselor (id),
    CHECK (until_at > begun_at),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
) STRICT;
CREATE INDEX bulletin_until ON bulletin (until_at) WHERE ended_at IS NULL;

-- Lists of the service that supervisors edit (domain::edited_list). Versions are only ever added: the newest of a list is in force.
CREATE TABLE edited_list (
    list          TEXT    NOT NULL CHECK (list = 'categories' OR list = 'replies' OR list = 'texts' OR list = 'words'),
    version       INTEGER NOT NULL CHECK (version >= 1),
    content       TEXT,                          -- as TOML; NULL: back to the operator's file
    counselor_id  INTEGER NOT NULL REFERENCES counselor (id),
    stored_at     INTEGER NOT NULL,
    reason        TEXT    NOT NULL,
    PRIMARY KEY (list, version)
) STRICT, WITHOUT ROWID;

-- Quality reviews: a supervisor's marks for how a counselor handled a consultation (domain::review). They name no citizen.
CREATE TABLE review (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id  INTEGER NOT NULL REFERENCES conversation (id),
    counselor_id     INTEGER NOT NULL REFERENCES counselor (id),   -- whose work it is
    reviewer_id      INTEGER NOT NULL REFERENCES counselor (id),
    reviewed_at      INTEGER NOT NULL,
    comment          TEXT    NOT NULL,
    read_at          INTEGER,                    -- when the counselor first saw it
    answer           TEXT,
    answered_at      INTEGER,
    CHECK (counselor_id <> reviewer_id),
    CHECK ((answer IS NULL) = (answered_at IS NULL)),
    UNIQUE (conversation_id, counselor_id, reviewer_id)
) STRICT;
CREATE INDEX review_of_counselor ON review (counselor_id, id);

-- The marks of a review, one row for each point of the sheet.
CREATE TABLE review_mark (
    review_id  INTEGER NOT NULL REFERENCES review (id) ON DELETE CASCADE,
    point      TEXT    NOT NULL,                 -- its key on the sheet
    mark       INTEGER NOT NULL,
    of         INTEGER NOT NULL,                 -- the best mark on the sheet at that time
    PRIMARY KEY (review_id, point),
    CHECK (mark >= 0 AND mark <= of)
) STRICT, WITHOUT ROWID;

-- Search (domain::search): an index of the letters of texts, answers and notes, which proposes rows by their ids. It holds no text
-- that could be read off a row, and what is removed from it is overwritten (secure-delete).
CREATE VIRTUAL TABLE search_text USING fts5 (keys, content='', columnsize=0, tokenize='trigram case_sensitive 1');
CREATE VIRTUAL TABLE search_answer USING fts5 (keys, content='', columnsize=0, tokenize='trigram case_sensitive 1');
CREATE VIRTUAL TABLE search_note USING fts5 (keys, content='', columnsize=0, tokenize='trigram case_sensitive 1');
INSERT INTO search_text (search_text, rank) VALUES ('secure-delete', 1);
INSERT INTO search_answer (search_answer, rank) VALUES ('secure-delete', 1);
INSERT INTO search_note (search_note, rank) VALUES ('secure-delete', 1);

-- How far each source is in the index; later rows are read instead. No row: nothing is in it.
CREATE TABLE search_progress (
    source   TEXT    NOT NULL PRIMARY KEY CHECK (source = 'text' OR source = 'answer' OR source = 'note'),
    done_id  INTEGER NOT NULL,
    form     INTEGER NOT NULL               -- domain::search::FORM, as it was when this was written
) STRICT, WITHOUT ROWID;
