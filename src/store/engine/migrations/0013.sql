-- Search: an index of texts, answers and notes, filled by a worker after the upgrade.

-- Search (domain::search): an index of the letters of texts, answers and notes, which proposes rows by their ids. It holds no text
-- that could be read off a row, and what is removed from it is overwritten (secure-delete).
CREATE VIRTUAL TABLE search_text USING fts5 (keys, content='', columnsize=0, tokenize='trigram case_sensitive 1');
CREATE VIRTUAL TABLE search_answer USING fts5 (keys, content='', columnsize=0, tokenize='trigram case_sensitive 1');
CREATE VIRTUAL TABLE search_note USING fts5 (keys, content='', columnsize=0, tokenize='trigram case_sensitive 1');
INSERT INTO search_text (search_text, rank) VALUES ('secure-delete', 1);
INSERT INTO search_answer (search_answer, rank) VALUES ('secure-delete', 1);
INSERT INTO search_note (search_note, rank) VALUES ('secure-delete', 1);

-- How far each source is in the index; later rows are read instead. No row: nothing is in it.
CREATE TABLE search_progress (
    source   TEXT    NOT NULL PRIMARY KEY CHECK (source = 'text' OR source = 'answer' OR source = 'note'),
    done_id  INTEGER NOT NULL,
    form     INTEGER NOT NULL               -- domain::search::FORM, as it was when this was written
) STRICT, WITHOUT ROWID;
