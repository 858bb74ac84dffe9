-- An operator may hold a carrier back.
CREATE TABLE carrier_hold (
    carrier   TEXT    NOT NULL PRIMARY KEY,
    since_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How the last comparison of our texts with a carrier's own list ended (domain::compare).
CREATE TABLE carrier_comparison (
    carrier        TEXT    NOT NULL PRIMARY KEY,
    at             INTEGER NOT NULL,
    since_at       INTEGER NOT NULL,
    n_ours         INTEGER NOT NULL,
    n_theirs       INTEGER NOT NULL,
    n_differences  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
