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
