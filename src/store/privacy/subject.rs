//! What is stored of one person, for their own right to know: counts for a look, ids for an export.

use rusqlite::{Connection, Row, named_params};

use super::traces::{Spelling, rows_with};
use super::{Act, operator_only, record};
use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::citizen::Citizen;
use crate::domain::event::EventKind;
use crate::domain::phone::PhoneNumber;
use crate::domain::pseudonym::{PSEUDONYM_BYTES, Pseudonym};
use crate::domain::reason::Reason;
use crate::store::engine::row;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::people::citizen;
use crate::store::{Result, Store};

/// One conversation of theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectConversation {
    pub id: i64,
    pub state: String,
    pub opened_at: UnixMs,
    pub closed_at: Option<UnixMs>,
    pub category: Option<String>,
    pub n_texts_in: i64,
    pub n_texts_out: i64,
    pub n_photos: i64,
}

/// Something that was done with their data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastAct {
    pub at: UnixMs,
    pub what: String,
    pub reason: String,
}

/// What is stored of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub pseudonym: Pseudonym,
    pub conversations: Vec<SubjectConversation>,
    /// Texts that could not be routed, or are not yet.
    pub n_unrouted: i64,
    /// Pages of carriers, and items that could not be read, in which their number stands.
    pub n_raw_pages: usize,
    pub n_unreadable: usize,
    pub citizen: Citizen,
    pub held_for: Option<String>,
    pub erased_at: Option<UnixMs>,
    pub acts: Vec<PastAct>,
}

impl Subject {
    /// Whether anything of theirs is stored.
    pub fn is_empty(&self) -> bool {
        self.conversations.is_empty()
            && self.n_unrouted == 0
            && self.n_raw_pages == 0
            && self.n_unreadable == 0
            && self.citizen == Citizen::default()
    }
}

impl Store {
    /// What is stored of a person, to be shown or exported. That it is, is recorded first.
    pub async fn subject(
        &self,
        (act, number): (Act, PhoneNumber),
        reason: Reason,
        actor: &Actor,
        now: UnixMs,
    ) -> Result<Subject> {
        operator_only(actor)?;
        let of = self.pseudonyms().of_citizen(&number);
        self.write(move |conn| {
            record(conn, act, of, &reason, now)?;
            append_event(conn, now, NewEvent::new(EventKind::CitizenExported))
        })
        .await?;
        self.stored_of(number).await
    }

    /// Whether what somebody typed means a citizen: a whole number, or a sender who is known here, whatever the carrier called them. A
    /// part of a number means nobody.
    pub async fn means_somebody(&self, number: &PhoneNumber) -> Result<bool> {
        if number.is_whole() || number.is_erased() {
            return Ok(number.is_whole());
        }
        let (number, of) = (number.clone(), self.pseudonyms().of_citizen(number));
        self.read(move |conn| {
            Ok(!conversations(conn, &number)?.is_empty()
                || n_unrouted(conn, &number)? > 0
                || citizen::load(conn, &number)? != Citizen::default()
                || super::hold::reason_for(conn, &number, None)?.is_some()
                || erased_at(conn, of)?.is_some()
                || !acts(conn, of)?.is_empty())
        })
        .await
    }

    /// When a person was erased, if they were.
    pub async fn erased_at(&self, number: PhoneNumber) -> Result<Option<UnixMs>> {
        let of = self.pseudonyms().of_citizen(&number);
        self.read(move |conn| erased_at(conn, of)).await
    }

    /// When what is stored of a person was exported, the oldest first. Where the files lie, nobody here knows.
    pub async fn exports_of(&self, number: PhoneNumber) -> Result<Vec<UnixMs>> {
        let of = self.pseudonyms().of_citizen(&number);
        let acts = self.read(move |conn| acts(conn, of)).await?;
        Ok(acts.into_iter().filter(|act| act.what == Act::Export.as_str()).map(|act| act.at).collect())
    }

    /// What is stored of a person, without a record of the look: for the rules of an act that is recorded itself.
    pub(super) async fn stored_of(&self, number: PhoneNumber) -> Result<Subject> {
        let pseudonym = self.pseudonyms().of_citizen(&number);
        self.read(move |conn| {
            let spelling = Spelling::of(&number);
            Ok(Subject {
                pseudonym,
                conversations: conversations(conn, &number)?,
                n_unrouted: n_unrouted(conn, &number)?,
                n_raw_pages: rows_with(conn, "SELECT id, body AS bytes FROM raw_page", &spelling)?.len(),
                n_unreadable: rows_with(conn, "SELECT id, raw AS bytes FROM quarantine", &spelling)?.len(),
                citizen: citizen::load(conn, &number)?,
                held_for: super::hold::reason_for(conn, &number, None)?,
                erased_at: erased_at(conn, pseudonym)?,
                acts: acts(conn, pseudonym)?,
            })
        })
        .await
    }
}

/// Conversations of a person, but not the line to a duty phone of ours.
fn conversations(conn: &Connection, number: &PhoneNumber) -> Result<Vec<SubjectConversation>> {
    let mut select = conn.prepare(
        "SELECT v.id, v.state, v.opened_at, v.closed_at, v.category,
                (SELECT count(*) FROM inbox i WHERE i.conversation_id = v.id) AS n_in,
                (SELECT count(*) FROM outbox o WHERE o.conversation_id = v.id) AS n_out,
                (SELECT count(*) FROM photo p JOIN inbox i ON i.id = p.inbox_id WHERE i.conversation_id = v.id)
                + (SELECT count(*) FROM photo p JOIN outbox o ON o.id = p.outbox_id WHERE o.conversation_id = v.id)
                    AS n_photos
         FROM conversation v
         WHERE v.citizen = :citizen AND NOT EXISTS (SELECT 1 FROM duty_line d WHERE d.conversation_id = v.id)
         ORDER BY v.id",
    )?;
    let found = |r: &Row<'_>| {
        Ok(SubjectConversation {
            id: r.get("id")?,
            state: r.get("state")?,
            opened_at: r.get("opened_at")?,
            closed_at: r.get("closed_at")?,
            category: r.get("category")?,
            n_texts_in: r.get("n_in")?,
            n_texts_out: r.get("n_out")?,
            n_photos: r.get("n_photos")?,
        })
    };
    let rows = select.query_map(named_params! { ":citizen": number.reveal() }, found)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Ids of their conversations, but not of the line to a duty phone of ours.
pub(super) fn ids(conn: &Connection, number: &PhoneNumber) -> Result<Vec<i64>> {
    Ok(conversations(conn, number)?.into_iter().map(|found| found.id).collect())
}

/// Texts of theirs in no conversation. No index knows a citizen's texts: those without a conversation are few.
fn n_unrouted(conn: &Connection, number: &PhoneNumber) -> Result<i64> {
    Ok(i64::try_from(unrouted(conn, number)?.len()).unwrap_or(i64::MAX))
}

pub(super) fn unrouted(conn: &Connection, number: &PhoneNumber) -> Result<Vec<(i64, String)>> {
    let mut select = conn.prepare(
        "SELECT id, state, citizen FROM inbox WHERE state = 'received'
         UNION ALL SELECT id, state, citizen FROM inbox WHERE state = 'quarantined'",
    )?;
    let rows = select.query_map([], |r| Ok((r.get("id")?, r.get("state")?, row::phone(r, "citizen")?)))?;
    let all = rows.collect::<rusqlite::Result<Vec<(i64, String, PhoneNumber)>>>()?;
    Ok(all.into_iter().filter(|(.., citizen)| citizen == number).map(|(id, state, _)| (id, state)).collect())
}

fn erased_at(conn: &Connection, of: Pseudonym) -> Result<Option<UnixMs>> {
    let sql = "SELECT max(erased_at) FROM erased_citizen WHERE pseudonym = :of";
    Ok(conn.query_row(sql, named_params! { ":of": of.0.as_slice() }, |r| r.get(0))?)
}

fn acts(conn: &Connection, of: Pseudonym) -> Result<Vec<PastAct>> {
    const _: () = assert!(PSEUDONYM_BYTES == 16, "the CHECKs of schema.sql say so");
    let mut select =
        conn.prepare("SELECT at, what, reason FROM privacy_act WHERE pseudonym = :of ORDER BY id")?;
    let act = |r: &Row<'_>| Ok(PastAct { at: r.get("at")?, what: r.get("what")?, reason: r.get("reason")? });
    let rows = select.query_map(named_params! { ":of": of.0.as_slice() }, act)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
