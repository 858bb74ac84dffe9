-- Texts that `munjad carrier test` sent are ours, too.
CREATE TABLE test_text (
    client_key          TEXT    NOT NULL PRIMARY KEY,
    carrier             TEXT    NOT NULL,
    carrier_message_id  TEXT,
    at                  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
