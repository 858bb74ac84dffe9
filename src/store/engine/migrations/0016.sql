-- A sentence that supervisors add to the receipts of all texts for a time, as in a storm or a strike (domain::bulletin).
CREATE TABLE bulletin (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    text          TEXT    NOT NULL,
    desk          TEXT,                          -- NULL: all desks
    counselor_id  INTEGER NOT NULL REFERENCES counselor (id),
    begun_at      INTEGER NOT NULL,
    until_at      INTEGER NOT NULL,
    ended_at      INTEGER,                       -- taken back before its time
    ended_by      INTEGER REFERENCES counselor (id),
    CHECK (until_at > begun_at),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
) STRICT;
CREATE INDEX bulletin_until ON bulletin (until_at) WHERE ended_at IS NULL;
