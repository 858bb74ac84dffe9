-- Figures: what happened is recorded with the desk and category of its moment, and closed months keep what was published.

ALTER TABLE event ADD COLUMN desk TEXT;
ALTER TABLE event ADD COLUMN category TEXT;
ALTER TABLE outbox ADD COLUMN has_photos INTEGER NOT NULL DEFAULT 0 CHECK (has_photos = 0 OR has_photos = 1);
UPDATE outbox SET has_photos = 1 WHERE id IN (SELECT outbox_id FROM photo WHERE outbox_id IS NOT NULL);

CREATE INDEX outbox_by_time ON outbox (created_at, conversation_id);
CREATE INDEX inbox_by_time ON inbox (received_at, conversation_id);
CREATE INDEX event_counted ON event (at, conversation_id) WHERE conversation_id IS NOT NULL AND kind <> 'message';
CREATE INDEX event_of_conversation ON event (conversation_id, seq) WHERE conversation_id IS NOT NULL AND kind <> 'message';

-- The figures of months that are over, as they were first published (domain::figures). Hold nothing of a person.
CREATE TABLE closed_figure (
    month      TEXT    NOT NULL,                -- 2026-11
    desk       TEXT    NOT NULL,                -- empty: all desks
    name       TEXT    NOT NULL,                -- table, row and column
    value      INTEGER NOT NULL,
    frozen_at  INTEGER NOT NULL,
    PRIMARY KEY (month, desk, name)
) STRICT, WITHOUT ROWID;
