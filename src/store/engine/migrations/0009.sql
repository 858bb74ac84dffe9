-- The access log, and the fingerprint of the key for pseudonyms.
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
