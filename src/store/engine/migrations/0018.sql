-- Lists of the service that supervisors edit (domain::edited_list). Versions are only ever added: the newest of a list is in force.
CREATE TABLE edited_list (
    list          TEXT    NOT NULL CHECK (list = 'categories' OR list = 'replies' OR list = 'texts' OR list = 'words'),
    version       INTEGER NOT NULL CHECK (version >= 1),
    content       TEXT,                          -- as TOML; NULL: back to the operator's file
    counselor_id  INTEGER NOT NULL REFERENCES counselor (id),
    stored_at     INTEGER NOT NULL,
    reason        TEXT    NOT NULL,
    PRIMARY KEY (list, version)
) STRICT, WITHOUT ROWID;
