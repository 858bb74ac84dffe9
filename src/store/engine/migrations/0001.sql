-- Munja's whole database as it is today: what a fresh file gets. Old files reach the same shape by the migrations in
-- src/store/migrate.rs; a test compares the two.
--
-- Times are INTEGER milliseconds UTC and end in _at. States are words; each CHECK also ties the state to the times and
-- owners that belong to it, so that a half-written row cannot exist.

-- How far each carrier's list of inbound texts has been read (domain::inbound::Cursor).
CREATE TABLE inbound_cursor (
    carrier     TEXT    NOT NULL PRIMARY KEY,
    since_at    INTEGER NOT NULL,
    page        TEXT,
    newest_at   INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the carrier answered, as it came, where it brought anything new.
CREATE TABLE raw_page (
    id           INTEGER PRIMARY KEY,
    carrier      TEXT    NOT NULL,
    kind         TEXT    NOT NULL CHECK (kind IN ('inbound', 'receipt')),
    body         BLOB    NOT NULL,
    received_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX raw_page_by_age ON raw_page (received_at);

-- Items of a page that could not be read. Never deleted by polling; an operator looks at them.
CREATE TABLE quarantine (
    id           INTEGER PRIMARY KEY,
    carrier      TEXT    NOT NULL,
    kind         TEXT    NOT NULL CHECK (kind IN ('inbound', 'receipt')),
    digest       BLOB    NOT NULL,              -- SHA-256 of raw: a window polled again brings the same item again
    raw          TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    received_at  INTEGER NOT NULL,
    settled_at   INTEGER,                       -- an operator has dealt with it
    UNIQUE (carrier, kind, digest)
) STRICT;
CREATE INDEX quarantine_open ON quarantine (id) WHERE settled_at IS NULL;

-- People who answer.
CREATE TABLE counselor (
    id               INTEGER PRIMARY KEY,
    login            TEXT    NOT NULL UNIQUE,
    name             TEXT    NOT NULL,
    password_hash    TEXT    NOT NULL,          -- argon2id, PHC string
    created_at       INTEGER NOT NULL,
    disabled_at      INTEGER,
    n_failed_logins  INTEGER NOT NULL DEFAULT 0,
    locked_until_at  INTEGER
) STRICT;

-- Bearer tokens, kept only as SHA-256.
CREATE TABLE token (
    hash          BLOB    NOT NULL PRIMARY KEY,
    counselor_id  INTEGER NOT NULL REFERENCES counselor (id),
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    revoked_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX token_of_counselor ON token (counselor_id);

-- One consultation, from the first text to the close (domain::conversation).
CREATE TABLE conversation (
    id                INTEGER PRIMARY KEY,
    citizen           TEXT    NOT NULL,
    our_number        TEXT    NOT NULL,         -- the number they texted; answers leave from it or its sender
    state             TEXT    NOT NULL,
    claimed_by        INTEGER REFERENCES counselor (id),
    claimed_at        INTEGER,
    opened_at         INTEGER NOT NULL,
    waiting_since_at  INTEGER,                  -- the oldest text of theirs that nobody answered
    last_inbound_id   INTEGER NOT NULL DEFAULT 0,
    last_inbound_at   INTEGER NOT NULL,
    last_reply_at     INTEGER,
    last_notice_at    INTEGER,                  -- the last automatic receipt text
    n_reopened        INTEGER NOT NULL DEFAULT 0,
    closed_at         INTEGER,
    close_reason      TEXT,
    previous_id       INTEGER REFERENCES conversation (id),
    CHECK (state IN ('waiting', 'active', 'answered', 'closed')),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CHECK ((claimed_by IS NULL) = (claimed_at IS NULL)),
    CHECK (state NOT IN ('waiting', 'closed') OR claimed_by IS NULL),
    CHECK (state <> 'active' OR claimed_by IS NOT NULL),
    CHECK ((state IN ('waiting', 'active')) = (waiting_since_at IS NOT NULL))
) STRICT;
CREATE INDEX conversation_waiting ON conversation (waiting_since_at, id) WHERE state = 'waiting';
CREATE INDEX conversation_claimed ON conversation (claimed_by, id) WHERE claimed_by IS NOT NULL;
CREATE INDEX conversation_by_state ON conversation (state, id);
-- At most one open consultation a citizen and number.
CREATE UNIQUE INDEX conversation_open ON conversation (citizen, our_number) WHERE state <> 'closed';
CREATE INDEX conversation_of_citizen ON conversation (citizen, our_number, id);

-- Texts from citizens (domain::inbound).
CREATE TABLE inbox (
    id                   INTEGER PRIMARY KEY,
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
    routed_at            INTEGER,
    n_route_failures     INTEGER NOT NULL DEFAULT 0,
    trouble              TEXT,
    UNIQUE (carrier, carrier_message_key),
    CHECK (state IN ('received', 'routed', 'quarantined')),
    CHECK ((state = 'routed') = (conversation_id IS NOT NULL AND routed_at IS NOT NULL)),
    CHECK (state <> 'quarantined' OR trouble IS NOT NULL)
) STRICT;
CREATE INDEX inbox_received ON inbox (id) WHERE state = 'received';
CREATE INDEX inbox_quarantined ON inbox (id) WHERE state = 'quarantined';
CREATE INDEX inbox_of_conversation ON inbox (conversation_id, id) WHERE conversation_id IS NOT NULL;

-- One answer of a counselor; its texts stand in the outbox. The key makes asking twice harmless.
CREATE TABLE reply (
    id               INTEGER PRIMARY KEY,
    conversation_id  INTEGER NOT NULL REFERENCES conversation (id),
    counselor_id     INTEGER NOT NULL REFERENCES counselor (id),
    idempotency_key  TEXT    NOT NULL,
    request_digest   BLOB    NOT NULL,          -- SHA-256 of what was asked: the same key with other words is refused
    created_at       INTEGER NOT NULL,
    UNIQUE (counselor_id, idempotency_key)
) STRICT;

-- Texts to citizens, one row a carrier submission (domain::outbound).
CREATE TABLE outbox (
    id                  INTEGER PRIMARY KEY,
    client_key          TEXT    NOT NULL UNIQUE CHECK (length(client_key) = 26),
    conversation_id     INTEGER NOT NULL REFERENCES conversation (id),
    reply_id            INTEGER REFERENCES reply (id),   -- NULL: an automatic text
    author_id           INTEGER REFERENCES counselor (id),
    citizen             TEXT    NOT NULL,
    from_number         TEXT    NOT NULL,
    kind                TEXT    NOT NULL CHECK (kind IN ('sms', 'lms')),
    text                TEXT    NOT NULL,
    lane                INTEGER NOT NULL CHECK (lane BETWEEN 0 AND 2),
    state               TEXT    NOT NULL,
    created_at          INTEGER NOT NULL,
    next_attempt_at     INTEGER NOT NULL,       -- held: end of the recall window; queued: not before; in_doubt: next question
    expires_at          INTEGER NOT NULL,
    lease_until_at      INTEGER,
    n_attempts          INTEGER NOT NULL DEFAULT 0,
    n_failures          INTEGER NOT NULL DEFAULT 0,
    first_attempt_at    INTEGER,
    carrier             TEXT,                   -- who was asked to send it
    carrier_message_id  TEXT,
    accepted_at         INTEGER,
    repeat_before_at    INTEGER,                -- queued again after a doubt: safe only while the carrier knows our key
    n_absent            INTEGER NOT NULL DEFAULT 0,       -- how often the carrier's list did not hold it
    n_questions         INTEGER NOT NULL DEFAULT 0,       -- how often the carrier was asked what became of it
    needs_person        INTEGER NOT NULL DEFAULT 0 CHECK (needs_person IN (0, 1)),
    final_at            INTEGER,
    code                TEXT,                   -- the carrier's last word, as it came
    CHECK (state IN ('held', 'queued', 'sending', 'in_doubt', 'accepted', 'delivered', 'undelivered', 'failed',
                     'expired', 'cancelled', 'unconfirmed')),
    CHECK ((state = 'sending') = (lease_until_at IS NOT NULL)),
    CHECK (state NOT IN ('sending', 'in_doubt', 'accepted', 'delivered', 'undelivered', 'unconfirmed')
           OR (n_attempts > 0 AND first_attempt_at IS NOT NULL AND carrier IS NOT NULL)),
    CHECK (state NOT IN ('accepted', 'delivered', 'undelivered', 'unconfirmed') OR accepted_at IS NOT NULL),
    CHECK ((state IN ('delivered', 'undelivered', 'failed', 'expired', 'cancelled')) = (final_at IS NOT NULL)),
    CHECK (needs_person = 0 OR state = 'in_doubt')
) STRICT;
CREATE INDEX outbox_due ON outbox (lane, next_attempt_at, id) WHERE state = 'queued';
CREATE INDEX outbox_held ON outbox (next_attempt_at) WHERE state = 'held';
CREATE INDEX outbox_sending ON outbox (lease_until_at) WHERE state = 'sending';
CREATE INDEX outbox_in_doubt ON outbox (next_attempt_at) WHERE state = 'in_doubt';
CREATE INDEX outbox_unreceipted ON outbox (next_attempt_at) WHERE state = 'accepted';
-- What still stands before the next text of the same citizen.
CREATE INDEX outbox_line ON outbox (citizen, id)
    WHERE state IN ('held', 'queued', 'sending', 'in_doubt') AND needs_person = 0;
CREATE INDEX outbox_of_conversation ON outbox (conversation_id, id);
CREATE INDEX outbox_of_reply ON outbox (reply_id) WHERE reply_id IS NOT NULL;
CREATE INDEX outbox_by_carrier_id ON outbox (carrier, carrier_message_id) WHERE carrier_message_id IS NOT NULL;
CREATE INDEX outbox_failed ON outbox (final_at) WHERE state IN ('undelivered', 'failed', 'expired');

-- Receipts, matched or not (domain::receipt).
CREATE TABLE receipt (
    id                  INTEGER PRIMARY KEY,
    carrier             TEXT    NOT NULL,
    carrier_message_id  TEXT    NOT NULL,
    client_key          TEXT,
    status              TEXT    NOT NULL CHECK (status IN ('delivered', 'undelivered', 'unknown')),
    code                TEXT    NOT NULL,
    reported_at         INTEGER,
    received_at         INTEGER NOT NULL,
    outbox_id           INTEGER REFERENCES outbox (id),
    UNIQUE (carrier, carrier_message_id, status, code)
) STRICT;
CREATE INDEX receipt_unmatched ON receipt (carrier, carrier_message_id) WHERE outbox_id IS NULL;

-- Everything that happened, in order; what the live stream and the reports are made of. Never what somebody wrote.
CREATE TABLE event (
    seq              INTEGER PRIMARY KEY AUTOINCREMENT,
    at               INTEGER NOT NULL,
    kind             TEXT    NOT NULL,
    conversation_id  INTEGER,
    message_id       INTEGER,                   -- an inbox or outbox row, by kind
    counselor_id     INTEGER,
    detail           TEXT
) STRICT;
