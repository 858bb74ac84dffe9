-- A receipt may say that the citizen has stopped our texts at the carrier.
ALTER TABLE receipt RENAME TO old_receipt;
DROP INDEX receipt_unmatched;
CREATE TABLE receipt (
    id                  INTEGER PRIMARY KEY,
    carrier             TEXT    NOT NULL,
    carrier_message_id  TEXT    NOT NULL,
    client_key          TEXT,
    status              TEXT    NOT NULL CHECK (status IN ('delivered', 'undelivered', 'blocked', 'unknown')),
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
