-- The desk: who is on, drafts of answers, and cases that an outside department works on.
CREATE TABLE presence (
    counselor_id  INTEGER NOT NULL PRIMARY KEY REFERENCES counselor (id),
    state         TEXT    NOT NULL CHECK (state = 'on' OR state = 'phone' OR state = 'break' OR state = 'off'),
    since_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE draft (
    counselor_id     INTEGER NOT NULL REFERENCES counselor (id),
    conversation_id  INTEGER NOT NULL REFERENCES conversation (id),
    text             TEXT    NOT NULL,
    based_on         INTEGER NOT NULL,           -- inbox.seq of the last text that its writer saw
    begun_at         INTEGER NOT NULL,
    saved_at         INTEGER NOT NULL,
    origin           TEXT    CHECK (origin = 'recalled' OR origin = 'stopped'),   -- an answer that came back
    PRIMARY KEY (counselor_id, conversation_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX draft_of_conversation ON draft (conversation_id);

ALTER TABLE conversation ADD COLUMN is_category_old INTEGER NOT NULL DEFAULT 0 CHECK (is_category_old = 0 OR is_category_old = 1);
ALTER TABLE conversation ADD COLUMN referred_to TEXT;
ALTER TABLE conversation ADD COLUMN referred_at INTEGER;
ALTER TABLE conversation ADD COLUMN referral_due_at INTEGER;
CREATE INDEX conversation_referred ON conversation (referral_due_at, id) WHERE referral_due_at IS NOT NULL;
