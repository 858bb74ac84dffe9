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
