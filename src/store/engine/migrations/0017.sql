-- Quality reviews: a supervisor's marks for how a counselor handled a consultation (domain::review). They name no citizen.
CREATE TABLE review (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id  INTEGER NOT NULL REFERENCES conversation (id),
    counselor_id     INTEGER NOT NULL REFERENCES counselor (id),   -- whose work it is
    reviewer_id      INTEGER NOT NULL REFERENCES counselor (id),
    reviewed_at      INTEGER NOT NULL,
    comment          TEXT    NOT NULL,
    read_at          INTEGER,                    -- when the counselor first saw it
    answer           TEXT,
    answered_at      INTEGER,
    CHECK (counselor_id <> reviewer_id),
    CHECK ((answer IS NULL) = (answered_at IS NULL)),
    UNIQUE (conversation_id, counselor_id, reviewer_id)
) STRICT;
CREATE INDEX review_of_counselor ON review (counselor_id, id);

-- The marks of a review, one row for each point of the sheet.
CREATE TABLE review_mark (
    review_id  INTEGER NOT NULL REFERENCES review (id) ON DELETE CASCADE,
    point      TEXT    NOT NULL,                 -- its key on the sheet
    mark       INTEGER NOT NULL,
    of         INTEGER NOT NULL,                 -- the best mark on the sheet at that time
    PRIMARY KEY (review_id, point),
    CHECK (mark >= 0 AND mark <= of)
) STRICT, WITHOUT ROWID;
