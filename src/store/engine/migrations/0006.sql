-- A text that is first seen long after it was sent says so.
ALTER TABLE inbox ADD COLUMN late_ms INTEGER CHECK (late_ms > 0);

-- Both directions are compared with a carrier's list. What was kept is about texts to citizens.
ALTER TABLE carrier_comparison RENAME TO old_carrier_comparison;
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
INSERT INTO carrier_comparison (carrier, direction, at, since_at, n_ours, n_theirs, n_differences)
SELECT carrier, 'out', at, since_at, n_ours, n_theirs, n_differences FROM old_carrier_comparison;
DROP TABLE old_carrier_comparison;

-- Answers that may have held texts and are gone.
CREATE TABLE possible_loss (
    carrier   TEXT    NOT NULL PRIMARY KEY,
    since_at  INTEGER NOT NULL,
    last_at   INTEGER NOT NULL,
    n         INTEGER NOT NULL,
    reason    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Texts that `munjad carrier test` sent are ours, too.
CREATE TABLE test_text (
    client_key          TEXT    NOT NULL PRIMARY KEY,
    carrier             TEXT    NOT NULL,
    carrier_message_id  TEXT,
    at                  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
