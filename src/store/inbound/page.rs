//! A carrier's page while it is stored: new texts and items, what could not be read, and the body they came in.

use rusqlite::{Connection, named_params};
use sha2::{Digest, Sha256};

use crate::domain::UnixMs;
use crate::domain::event::EventKind;
use crate::domain::inbound::{InboundText, is_twin, undated};
use crate::domain::lateness::Seen;
use crate::domain::pseudonym::PseudonymKey;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::privacy::erase::item_key;
use crate::store::privacy::gone::names_erased;
use crate::store::privacy::{erased_key, recognise};
use crate::store::{Result, photo};

/// Where keys of texts stand: one exactly, and all of a range.
struct Keys {
    exact: &'static str,
    range: &'static str,
}

const STORED: Keys = Keys {
    exact: "SELECT EXISTS (SELECT 1 FROM inbox WHERE carrier = :carrier AND carrier_message_key = :key)",
    range: "SELECT carrier_message_key AS key FROM inbox
            WHERE carrier = :carrier AND carrier_message_key >= :from AND carrier_message_key < :to",
};
const ERASED: Keys = Keys {
    exact: "SELECT EXISTS (SELECT 1 FROM erased_text WHERE carrier = :carrier AND key = :key)",
    range: "SELECT key FROM erased_text WHERE carrier = :carrier AND key >= :from AND key < :to",
};

/// A page being stored. Its body is written only if something on it is new.
pub(in crate::store) struct Page<'a> {
    pub conn: &'a Connection,
    pub carrier: &'a str,
    pub raw: &'a [u8],
    pub kind: &'static str,
    pub id: Option<i64>,
    pub now: UnixMs,
    pub keys: &'a PseudonymKey,
    /// A text of somebody who was erased is listed on it: its body is not kept.
    pub has_erased: bool,
}

impl<'a> Page<'a> {
    /// A page that is about to be stored; of which carrier, and whether of texts or receipts.
    pub(in crate::store) fn new(
        conn: &'a Connection,
        (carrier, kind): (&'a str, &'static str),
        raw: &'a [u8],
        keys: &'a PseudonymKey,
        now: UnixMs,
    ) -> Page<'a> {
        Page { conn, carrier, raw, kind, id: None, now, keys, has_erased: false }
    }

    /// Stores a text that was seen so; returns whether it was new.
    pub(in crate::store) fn insert_text(&mut self, text: &InboundText, seen: Seen) -> Result<bool> {
        // A window lists most texts again, and an INSERT that is ignored still uses up an AUTOINCREMENT id: a write.
        if self.is_among(&STORED, &text.key, seen)? {
            return Ok(false);
        }
        if self.is_among(&ERASED, &erased_key(self.keys, self.carrier, &text.key), seen)? {
            self.has_erased = true;
            return Ok(false);
        }
        recognise(self.conn, self.keys, &text.citizen, self.now)?;
        let page_id = self.keep_body()?;
        let mut insert = self.conn.prepare_cached(
            "INSERT INTO inbox (carrier, carrier_message_key, raw_page_id, citizen, our_number, text, sent_at, received_at,
                                late_ms)
             VALUES (:carrier, :key, :page, :citizen, :our_number, :text, :sent_at, :now, :late)",
        )?;
        let row_id = insert.insert(named_params! {
            ":carrier": self.carrier,
            ":key": text.key,
            ":page": page_id,
            ":citizen": text.citizen.reveal(),
            ":our_number": text.to.reveal(),
            ":text": text.text.reveal(),
            ":sent_at": text.sent_at,
            ":now": self.now,
            ":late": seen.late_ms(text.sent_at),
        })?;
        photo::want(self.conn, self.carrier, row_id, &text.media, self.now)?;
        Ok(true)
    }

    /// Whether a text with this key is among these, or its twin where the carrier dates by two clocks ([`is_twin`]).
    fn is_among(&self, keys: &Keys, key: &str, seen: Seen) -> Result<bool> {
        let of = named_params! { ":carrier": self.carrier, ":key": key };
        if self.conn.prepare_cached(keys.exact)?.query_row(of, |r| r.get(0))? {
            return Ok(true);
        }
        let Some(from) = undated(key).filter(|_| seen.by_two_clocks) else {
            return Ok(false);
        };
        // The keys that begin so: '}' comes after '|', which they all have there.
        let to = format!("{}}}", from.trim_end_matches('|'));
        let mut select = self.conn.prepare_cached(keys.range)?;
        let mut rows = select.query(named_params! { ":carrier": self.carrier, ":from": from, ":to": to })?;
        while let Some(row) = rows.next()? {
            if is_twin(key, row.get_ref("key")?.as_str().unwrap_or_default()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Keeps an item that could not be read; returns whether it was new.
    pub(in crate::store) fn quarantine(&mut self, raw: &str, reason: &str) -> Result<bool> {
        let erased = erased_key(self.keys, self.carrier, &item_key(raw));
        let of = named_params! { ":carrier": self.carrier, ":key": erased };
        if self.conn.prepare_cached(ERASED.exact)?.query_row(of, |r| r.get(0))? {
            self.has_erased = true;
            return Ok(false);
        }
        // A text may be a call for help; a receipt only names whom we wrote to.
        if self.kind == "receipt" && names_erased(self.conn, self.keys, raw.as_bytes())? {
            self.has_erased = true;
            return Ok(false);
        }
        let mut insert = self.conn.prepare_cached(
            "INSERT INTO quarantine (carrier, kind, digest, raw, reason, received_at)
             VALUES (:carrier, :kind, :digest, :raw, :reason, :now)
             ON CONFLICT (carrier, kind, digest) DO NOTHING",
        )?;
        let n = insert.execute(named_params! {
            ":carrier": self.carrier,
            ":kind": self.kind,
            ":digest": Sha256::digest(raw.as_bytes()).as_slice(),
            ":raw": raw,
            ":reason": reason,
            ":now": self.now,
        })?;
        if n == 0 {
            return Ok(false);
        }
        self.keep_body()?;
        let event = NewEvent { detail: Some(reason), ..NewEvent::new(EventKind::Quarantined) };
        append_event(self.conn, self.now, event)?;
        Ok(true)
    }

    /// Stores the body of the page, once; returns its id.
    pub(in crate::store) fn keep_body(&mut self) -> Result<i64> {
        if let Some(id) = self.id {
            return Ok(id);
        }
        let mut insert = self.conn.prepare_cached(
            "INSERT INTO raw_page (carrier, kind, body, received_at) VALUES (:carrier, :kind, :body, :now)",
        )?;
        let page = named_params! {
            ":carrier": self.carrier, ":kind": self.kind, ":body": self.raw, ":now": self.now,
        };
        let id = insert.insert(page)?;
        self.id = Some(id);
        Ok(id)
    }

    /// Empties the body, if it was kept and somebody who was erased stands on the page. A copy that was put back may not know to whom a
    /// receipt's text went, so receipts are looked through for numbers.
    pub(in crate::store) fn forget_erased(&self) -> Result<()> {
        let Some(id) = self.id else {
            return Ok(());
        };
        let names_some = || names_erased(self.conn, self.keys, self.raw);
        if self.has_erased || (self.kind == "receipt" && names_some()?) {
            self.conn
                .prepare_cached("UPDATE raw_page SET body = x'' WHERE id = :id")?
                .execute(named_params! { ":id": id })?;
        }
        Ok(())
    }
}
