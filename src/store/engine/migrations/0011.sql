-- What is personal has an end: retention, legal holds, and what remains of what was erased.
ALTER TABLE conversation ADD COLUMN erased_at INTEGER;
CREATE INDEX conversation_kept ON conversation (closed_at, id) WHERE closed_at IS NOT NULL AND erased_at IS NULL;
CREATE INDEX reminder_of_conversation ON reminder (conversation_id);

CREATE TABLE erased_citizen (
    pseudonym            BLOB    NOT NULL PRIMARY KEY CHECK (length(pseudonym) = 16),
    erased_at            INTEGER NOT NULL,
    opted_out_at         INTEGER,
    restricted_until_at  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE erased_text (
    carrier    TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    erased_at  INTEGER NOT NULL,
    PRIMARY KEY (carrier, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE legal_hold (
    id               INTEGER PRIMARY KEY,
    citizen          TEXT,
    conversation_id  INTEGER REFERENCES conversation (id),
    reason           TEXT    NOT NULL,
    held_at          INTEGER NOT NULL,
    CHECK ((citizen IS NULL) <> (conversation_id IS NULL))
) STRICT;

CREATE TABLE privacy_act (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    what       TEXT    NOT NULL CHECK (what = 'show' OR what = 'export' OR what = 'erase' OR what = 'hold' OR what = 'release'),
    pseudonym  BLOB    NOT NULL CHECK (length(pseudonym) = 16),
    reason     TEXT    NOT NULL
) STRICT;
CREATE INDEX privacy_act_of_citizen ON privacy_act (pseudonym, id);

CREATE TABLE purge_run (
    what     TEXT    NOT NULL PRIMARY KEY,
    done_at  INTEGER NOT NULL,
    n        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
