-- What was put back from a copy is told to the gateway, so that nothing is sent twice.

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
