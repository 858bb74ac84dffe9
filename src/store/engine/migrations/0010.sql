-- Accounts: five roles, passwords that have to be changed, a second factor, sessions that can be listed and ended, tokens of
-- other programs, and the history of all that. Failed log-ins are counted in memory, for each login and peer.
PRAGMA legacy_alter_table = ON;
ALTER TABLE counselor RENAME TO old_counselor;
CREATE TABLE counselor (
    id                    INTEGER PRIMARY KEY,
    login                 TEXT    NOT NULL UNIQUE,
    name                  TEXT    NOT NULL,
    password_hash         TEXT    NOT NULL,          -- argon2id, PHC string, of the normalised password (domain::password)
    must_change_password  INTEGER NOT NULL DEFAULT 0 CHECK (must_change_password = 0 OR must_change_password = 1),
    created_at            INTEGER NOT NULL,
    disabled_at           INTEGER,
    role                  TEXT    NOT NULL DEFAULT 'counselor',
    desks                 TEXT    NOT NULL DEFAULT '*',   -- keys of their desks, separated by spaces; * is all
    totp_secret           TEXT,                      -- shared with their phone (domain::totp), base32
    totp_at               INTEGER,                   -- since when codes of it are asked for; NULL: it is being set up
    totp_step             INTEGER NOT NULL DEFAULT 0,   -- the step of the last code: none is good twice
    CHECK (role = 'counselor' OR role = 'supervisor' OR role = 'administrator' OR role = 'auditor' OR role = 'board'),
    CHECK (totp_at IS NULL OR totp_secret IS NOT NULL)
) STRICT;
INSERT INTO counselor (id, login, name, password_hash, created_at, disabled_at, role, desks)
SELECT id, login, name, password_hash, created_at, disabled_at, role, desks FROM old_counselor;
DROP TABLE old_counselor;

DROP INDEX token_of_counselor;
ALTER TABLE token RENAME TO old_token;
CREATE TABLE token (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    hash          BLOB    NOT NULL UNIQUE,
    counselor_id  INTEGER NOT NULL REFERENCES counselor (id),
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    revoked_at    INTEGER,
    used_at       INTEGER NOT NULL,              -- last request, to some minutes
    peer          TEXT    NOT NULL               -- where the log-in came from
) STRICT;
INSERT INTO token (hash, counselor_id, created_at, expires_at, revoked_at, used_at, peer)
SELECT hash, counselor_id, created_at, expires_at, revoked_at, created_at, '' FROM old_token ORDER BY created_at;
DROP TABLE old_token;
CREATE INDEX token_of_counselor ON token (counselor_id);
PRAGMA legacy_alter_table = OFF;

-- One-time codes for who has lost the phone that shows the codes of the second factor, stored only as SHA-256.
CREATE TABLE recovery_code (
    counselor_id  INTEGER NOT NULL REFERENCES counselor (id),
    hash          BLOB    NOT NULL,
    used_at       INTEGER,
    PRIMARY KEY (counselor_id, hash)
) STRICT, WITHOUT ROWID;

-- Tokens of other programs, each for one purpose (domain::account::Purpose), stored only as SHA-256.
CREATE TABLE service_token (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    hash        BLOB    NOT NULL UNIQUE,
    purpose     TEXT    NOT NULL CHECK (purpose = 'metrics' OR purpose = 'board' OR purpose = 'figures'),
    name        TEXT    NOT NULL,                -- whose it is, for people
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    revoked_at  INTEGER,
    used_at     INTEGER                          -- last request, to some minutes
) STRICT;

-- What was changed about accounts, by whom and from where: rights given and taken, log-ins disabled, passwords set.
CREATE TABLE account_change (
    id            INTEGER PRIMARY KEY,
    at            INTEGER NOT NULL,
    counselor_id  INTEGER NOT NULL REFERENCES counselor (id),
    by_id         INTEGER REFERENCES counselor (id),   -- NULL: the operator at the machine
    by_from       TEXT    NOT NULL,                    -- the address, or the operator's command
    what          TEXT    NOT NULL,                    -- domain::account::AccountChange
    old_value     TEXT,
    new_value     TEXT
) STRICT;
CREATE INDEX account_change_of_counselor ON account_change (counselor_id, id);

-- Conversations of desks that somebody is no member of, and that they saw or worked on all the same: supervisors, and
-- everybody in a danger. One row per person and conversation.
CREATE TABLE desk_exception (
    counselor_id     INTEGER NOT NULL REFERENCES counselor (id),
    conversation_id  INTEGER NOT NULL REFERENCES conversation (id),
    desk             TEXT    NOT NULL,
    n_seen           INTEGER NOT NULL DEFAULT 0,
    n_done           INTEGER NOT NULL DEFAULT 0,
    first_at         INTEGER NOT NULL,
    last_at          INTEGER NOT NULL,
    PRIMARY KEY (counselor_id, conversation_id)
) STRICT, WITHOUT ROWID;
