//! What is forgotten of one conversation: the texts of both sides, notes, comments, photos, and who the citizen was. The rows stay
//! for the figures, with their times, states and categories; the citizen's number becomes a pseudonym.
//!
//! Whoever adds a place for personal data to a conversation (`domain::privacy::COLUMNS`, `Keeps::Conversation`) empties it here.

use std::collections::BTreeSet;

use rusqlite::{Connection, Row, named_params};

use super::{erased_key, token};
use crate::domain::UnixMs;
use crate::domain::inbound::is_erased;
use crate::domain::phone::PhoneNumber;
use crate::domain::privacy::DAY_MS;
use crate::domain::pseudonym::PseudonymKey;
use crate::domain::search::Source;
use crate::store::Result;
use crate::store::conversation::row;
use crate::store::photo::Hash;
use crate::store::search::index;

/// A text older than this is listed by no carrier any more: its key needs no guard.
const LISTED_MS: i64 = 400 * DAY_MS;
/// Longer texts are looked for in files when they were forgotten (bytes); shorter ones may stand anywhere.
const TELLING_BYTES: usize = 24;

/// What was forgotten.
#[derive(Debug, Clone, Default)]
pub struct Forgotten {
    pub n_conversations: usize,
    pub n_texts_in: usize,
    pub n_texts_out: usize,
    pub n_photos: usize,
    /// Files of the photos; some may be of other texts as well.
    pub(in crate::store) files: BTreeSet<Hash>,
    /// Words that no file should hold any more.
    pub(in crate::store) words: Vec<String>,
}

/// Forgets; one transaction of the caller's.
pub(super) struct Forgetting<'a> {
    pub conn: &'a Connection,
    pub keys: &'a PseudonymKey,
    pub now: UnixMs,
    pub done: Forgotten,
}

/// A text from a citizen, as far as it is needed to forget it.
struct TextIn {
    id: i64,
    carrier: String,
    key: String,
    text: String,
    received_at: UnixMs,
}

impl<'a> Forgetting<'a> {
    pub fn new(conn: &'a Connection, keys: &'a PseudonymKey, now: UnixMs) -> Forgetting<'a> {
        Forgetting { conn, keys, now, done: Forgotten::default() }
    }

    /// Forgets a closed conversation.
    pub fn conversation(&mut self, id: i64) -> Result<()> {
        let conn = self.conn;
        let token = token(self.keys, &row::load(conn, id)?.citizen);
        let of = named_params! { ":id": id };
        for source in Source::ALL {
            index::forget(conn, source, "t.conversation_id = :id", id)?;
        }
        self.photos("DELETE FROM photo WHERE inbox_id IN (SELECT id FROM inbox WHERE conversation_id = :id) RETURNING sha256", id)?;
        self.photos("DELETE FROM photo WHERE outbox_id IN (SELECT id FROM outbox WHERE conversation_id = :id) RETURNING sha256", id)?;
        let texts = "SELECT id, carrier, carrier_message_key, text, received_at FROM inbox WHERE conversation_id = :id";
        self.texts(texts, id, &token)?;
        for sql in [
            "UPDATE reply SET request_digest = x'' WHERE id IN (SELECT reply_id FROM outbox WHERE conversation_id = :id)",
            "UPDATE note SET text = '' WHERE conversation_id = :id",
            "UPDATE reminder SET text = '' WHERE conversation_id = :id",
            "UPDATE survey SET comment = '' WHERE conversation_id = :id AND comment IS NOT NULL",
            "UPDATE review SET comment = '', answer = CASE WHEN answer IS NULL THEN NULL ELSE '' END WHERE conversation_id = :id",
            "DELETE FROM draft WHERE conversation_id = :id",
            "DELETE FROM legal_hold WHERE conversation_id = :id",
        ] {
            conn.prepare_cached(sql)?.execute(of)?;
        }
        let sql = "UPDATE outbox SET text = '', citizen = :token WHERE conversation_id = :id";
        let n = conn.prepare_cached(sql)?.execute(named_params! { ":id": id, ":token": token })?;
        self.done.n_texts_out += n;
        row::forget(conn, id, &token, self.now)?;
        self.done.n_conversations += 1;
        Ok(())
    }

    /// Forgets texts that stand in no conversation: they could not be routed.
    pub fn unrouted(&mut self, id: i64, citizen: &PhoneNumber) -> Result<()> {
        let token = token(self.keys, citizen);
        index::forget(self.conn, Source::Text, "t.id = :id", id)?;
        self.photos("DELETE FROM photo WHERE inbox_id = :id RETURNING sha256", id)?;
        self.texts(
            "SELECT id, carrier, carrier_message_key, text, received_at FROM inbox WHERE id = :id",
            id,
            &token,
        )
    }

    /// Empties the texts that `sql` finds.
    fn texts(&mut self, sql: &str, of: i64, token: &str) -> Result<()> {
        let mut select = self.conn.prepare_cached(sql)?;
        let text = |r: &Row<'_>| {
            let key = r.get("carrier_message_key")?;
            let (id, carrier, text) = (r.get("id")?, r.get("carrier")?, r.get("text")?);
            Ok(TextIn { id, carrier, key, text, received_at: r.get("received_at")? })
        };
        let found = select.query_map(named_params! { ":id": of }, text)?;
        for text in found.collect::<rusqlite::Result<Vec<_>>>()? {
            self.text(text, token)?;
        }
        Ok(())
    }

    fn text(&mut self, of: TextIn, token: &str) -> Result<()> {
        let key = if is_erased(&of.key) { of.key } else { erased_key(self.keys, &of.carrier, &of.key) };
        self.conn
            .prepare_cached(
                "UPDATE inbox SET text = '', citizen = :token, carrier_message_key = :key, rules = NULL, raw_page_id = NULL,
                        trouble = CASE WHEN trouble IS NULL THEN NULL ELSE 'erased' END
                 WHERE id = :id",
            )?
            .execute(named_params! { ":token": token, ":key": key, ":id": of.id })?;
        self.done.n_texts_in += 1;
        if self.now - of.received_at < LISTED_MS {
            guard(self.conn, &of.carrier, &key, self.now)?;
        }
        if of.text.len() >= TELLING_BYTES {
            self.done.words.push(of.text);
        }
        Ok(())
    }

    fn photos(&mut self, sql: &str, of: i64) -> Result<()> {
        let mut delete = self.conn.prepare_cached(sql)?;
        let rows = delete.query_map(named_params! { ":id": of }, |r| r.get::<_, Option<Hash>>("sha256"))?;
        for hash in rows {
            self.done.n_photos += 1;
            self.done.files.extend(hash?);
        }
        Ok(())
    }
}

/// From now on a text with this key is known.
pub(super) fn guard(conn: &Connection, carrier: &str, key: &str, now: UnixMs) -> Result<()> {
    let sql = "INSERT INTO erased_text (carrier, key, erased_at) VALUES (:carrier, :key, :now)
               ON CONFLICT (carrier, key) DO NOTHING";
    conn.prepare_cached(sql)?.execute(named_params! { ":carrier": carrier, ":key": key, ":now": now })?;
    Ok(())
}
