-- Photos of texts of either side (domain::photo). The bytes are files beside the database, under their SHA-256.
CREATE TABLE photo (
    id               INTEGER PRIMARY KEY,
    inbox_id         INTEGER REFERENCES inbox (id) ON UPDATE CASCADE ON DELETE CASCADE,
    outbox_id        INTEGER REFERENCES outbox (id) ON DELETE CASCADE,
    uploaded_by      INTEGER REFERENCES counselor (id),   -- handed in for an answer, not sent with any yet
    position         INTEGER NOT NULL,                    -- among the photos of its text
    carrier          TEXT,                                -- who has it, under what handle while it is wanted
    handle           TEXT,
    claimed_name     TEXT,                                -- as the citizen's phone gave it; never a name of ours
    claimed_type     TEXT,
    claimed_bytes    INTEGER,
    state            TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    next_attempt_at  INTEGER,
    n_attempts       INTEGER NOT NULL DEFAULT 0,
    sha256           BLOB,
    kind             TEXT,                                -- what its first bytes say
    n_bytes          INTEGER,
    width            INTEGER,
    height           INTEGER,
    trouble          TEXT,                                -- why it was lost
    told_at          INTEGER,                             -- lost, and counselor and citizen know
    CHECK ((inbox_id IS NOT NULL) + (outbox_id IS NOT NULL) + (uploaded_by IS NOT NULL) = 1),
    CHECK (inbox_id IS NULL OR (carrier IS NOT NULL AND handle IS NOT NULL)),
    CHECK (inbox_id IS NOT NULL OR state = 'kept'),
    CHECK (state IN ('wanted', 'kept', 'lost')),
    CHECK ((state = 'wanted') = (next_attempt_at IS NOT NULL)),
    CHECK ((state = 'kept') = (sha256 IS NOT NULL)),
    CHECK (sha256 IS NULL OR (length(sha256) = 32 AND kind IS NOT NULL AND n_bytes IS NOT NULL
                              AND width IS NOT NULL AND height IS NOT NULL)),
    CHECK (kind IN ('jpg', 'png', 'gif', 'webp')),
    CHECK ((state = 'lost') = (trouble IS NOT NULL)),
    CHECK (told_at IS NULL OR state = 'lost')
) STRICT;
CREATE INDEX photo_wanted ON photo (next_attempt_at) WHERE state = 'wanted';
CREATE INDEX photo_untold ON photo (inbox_id) WHERE state = 'lost' AND told_at IS NULL;
CREATE UNIQUE INDEX photo_of_inbox ON photo (inbox_id, position) WHERE inbox_id IS NOT NULL;
CREATE UNIQUE INDEX photo_of_outbox ON photo (outbox_id, position) WHERE outbox_id IS NOT NULL;
CREATE UNIQUE INDEX photo_uploaded ON photo (uploaded_by, sha256) WHERE uploaded_by IS NOT NULL;
CREATE INDEX photo_by_hash ON photo (sha256) WHERE sha256 IS NOT NULL;
