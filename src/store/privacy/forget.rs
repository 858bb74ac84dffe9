//! What is forgotten of one conversation: the texts of both sides, notes, comments, photos, and who the citizen was. The rows stay
//! for the figures, with their times, states and categories; the citizen's number becomes a pseudonym. Everything has a time: where
//! only what is from a moment or before goes, such as an erasure that an older copy did not know, what came later stays.
//!
//! Whoever adds a place for personal data to a conversation (`domain::privacy::COLUMNS`, `Keeps::Conversation`) empties it here.

use std::collections::BTreeSet;

use rusqlite::{Connection, Row, ToSql, named_params};

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

impl TextIn {
    /// What stands for its key once it is erased.
    fn erased_key(&self, keys: &PseudonymKey) -> String {
        if is_erased(&self.key) { self.key.clone() } else { erased_key(keys, &self.carrier, &self.key) }
    }

    /// Whether it came by then, or was erased before: it may have been read a second time since, from a carrier's list, while nothing
    /// said that it was erased. Its key tells.
    fn is_until(&self, conn: &Connection, keys: &PseudonymKey, until: UnixMs) -> Result<bool> {
        Ok(self.received_at <= until || was_erased(conn, &self.carrier, &self.erased_key(keys))?)
    }
}

impl<'a> Forgetting<'a> {
    pub fn new(conn: &'a Connection, keys: &'a PseudonymKey, now: UnixMs) -> Forgetting<'a> {
        Forgetting { conn, keys, now, done: Forgotten::default() }
    }

    /// Forgets a closed conversation.
    pub fn conversation(&mut self, id: i64) -> Result<()> {
        let token = self.content(id, UnixMs::MAX)?;
        let sql = "UPDATE outbox SET citizen = :token WHERE conversation_id = :id";
        self.conn.prepare_cached(sql)?.execute(named_params! { ":token": token, ":id": id })?;
        row::forget(self.conn, id, &token, self.now)?;
        self.done.n_conversations += 1;
        Ok(())
    }

    /// Forgets what is from then or before in a closed conversation. What came later stays in it, and so does the number: the
    /// conversation and our texts in it are of the same citizen.
    pub fn conversation_until(&mut self, id: i64, until: UnixMs) -> Result<()> {
        self.content(id, until)?;
        row::forget_until(self.conn, id, until)
    }

    /// Empties everything that stands in a conversation and is from then or before; returns what stands for the citizen's number there.
    fn content(&mut self, id: i64, until: UnixMs) -> Result<String> {
        let conn = self.conn;
        let token = token(self.keys, &row::load(conn, id)?.citizen);
        for text in self.texts_until("conversation_id = :id", id, until)?.0 {
            self.text(text, &token)?;
        }
        for source in [Source::Answer, Source::Note] {
            let which = format!("t.conversation_id = :id AND t.created_at <= {until}");
            index::forget(conn, source, &which, id)?;
        }
        let of = named_params! { ":id": id, ":until": until };
        self.photos(
            "DELETE FROM photo WHERE outbox_id IN
                 (SELECT id FROM outbox WHERE conversation_id = :id AND created_at <= :until) RETURNING sha256",
            of,
        )?;
        for sql in [
            "UPDATE reply SET request_digest = x'' WHERE created_at <= :until
             AND id IN (SELECT reply_id FROM outbox WHERE conversation_id = :id)",
            "UPDATE note SET text = '' WHERE conversation_id = :id AND created_at <= :until",
            "UPDATE reminder SET text = '' WHERE conversation_id = :id AND created_at <= :until",
            "UPDATE survey SET comment = '' WHERE conversation_id = :id AND answered_at <= :until AND comment IS NOT NULL",
            "UPDATE review SET comment = '' WHERE conversation_id = :id AND reviewed_at <= :until",
            "UPDATE review SET answer = '' WHERE conversation_id = :id AND answered_at <= :until",
            "DELETE FROM draft WHERE conversation_id = :id AND begun_at <= :until",
            "DELETE FROM legal_hold WHERE conversation_id = :id AND held_at <= :until",
        ] {
            conn.prepare_cached(sql)?.execute(of)?;
        }
        let sql = "UPDATE outbox SET text = '' WHERE conversation_id = :id AND created_at <= :until";
        self.done.n_texts_out += conn.prepare_cached(sql)?.execute(of)?;
        Ok(token)
    }

    /// Forgets a text that stands in no conversation, as it could not be routed; of one that came later, nothing.
    pub fn unrouted(&mut self, id: i64, citizen: &PhoneNumber, until: UnixMs) -> Result<()> {
        let token = token(self.keys, citizen);
        let (texts, _) = self.texts_until("id = :id", id, until)?;
        texts.into_iter().try_for_each(|text| self.text(text, &token))
    }

    /// Whether a conversation holds texts of the citizen from then or before, and later ones.
    pub fn texts_around(&self, id: i64, until: UnixMs) -> Result<(bool, bool)> {
        let (older, has_younger) = self.texts_until("conversation_id = :id", id, until)?;
        Ok((!older.is_empty(), has_younger))
    }

    /// The texts from citizens that are from then or before, and whether there are later ones.
    fn texts_until(&self, which: &str, of: i64, until: UnixMs) -> Result<(Vec<TextIn>, bool)> {
        let sql =
            format!("SELECT id, carrier, carrier_message_key, text, received_at FROM inbox WHERE {which}");
        let mut select = self.conn.prepare_cached(&sql)?;
        let text = |r: &Row<'_>| {
            let key = r.get("carrier_message_key")?;
            let (id, carrier, text) = (r.get("id")?, r.get("carrier")?, r.get("text")?);
            Ok(TextIn { id, carrier, key, text, received_at: r.get("received_at")? })
        };
        let (mut older, mut has_younger) = (Vec::new(), false);
        for text in select.query_map(named_params! { ":id": of }, text)? {
            let text = text?;
            match text.is_until(self.conn, self.keys, until)? {
                true => older.push(text),
                false => has_younger = true,
            }
        }
        Ok((older, has_younger))
    }

    fn text(&mut self, of: TextIn, token: &str) -> Result<()> {
        index::forget(self.conn, Source::Text, "t.id = :id", of.id)?;
        let its = named_params! { ":id": of.id };
        self.photos("DELETE FROM photo WHERE inbox_id = :id RETURNING sha256", its)?;
        let key = of.erased_key(self.keys);
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

    fn photos(&mut self, sql: &str, of: &[(&str, &dyn ToSql)]) -> Result<()> {
        let mut delete = self.conn.prepare_cached(sql)?;
        let rows = delete.query_map(of, |r| r.get::<_, Option<Hash>>("sha256"))?;
        for hash in rows {
            self.done.n_photos += 1;
            self.done.files.extend(hash?);
        }
        Ok(())
    }
}

/// Whether the text or item with this key was erased.
pub(super) fn was_erased(conn: &Connection, carrier: &str, key: &str) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM erased_text WHERE carrier = :carrier AND key = :key)";
    let of = named_params! { ":carrier": carrier, ":key": key };
    Ok(conn.prepare_cached(sql)?.query_row(of, |r| r.get(0))?)
}

/// From now on a text with this key is known.
pub(super) fn guard(conn: &Connection, carrier: &str, key: &str, now: UnixMs) -> Result<()> {
    let sql = "INSERT INTO erased_text (carrier, key, erased_at) VALUES (:carrier, :key, :now)
               ON CONFLICT (carrier, key) DO NOTHING";
    conn.prepare_cached(sql)?.execute(named_params! { ":carrier": carrier, ":key": key, ":now": now })?;
    Ok(())
}
