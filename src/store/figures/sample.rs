//! Writes an invented year (`domain::sample_year`) into an empty database. Nothing in it waits for anybody, and nothing of it
//! is ever sent.

use rusqlite::{Connection, named_params};

use crate::domain::UnixMs;
use crate::domain::conversation::{Category, Closed, Conversation, ConversationState, LastInbound};
use crate::domain::event::EventKind;
use crate::domain::phone::PhoneNumber;
use crate::domain::sample_year::{N_COUNSELORS, Round, SampleConversation};
use crate::store::conversation::row;
use crate::store::people::passwords;
use crate::store::{Result, Store, StoreError};

const OUR_NUMBER: &str = "062120";
const DESK: &str = "main";
/// The carrier of the invented texts; no driver is called so.
const CARRIER: &str = "sample";
/// One transaction writes so many conversations.
const CHUNK: usize = 5_000;
/// From an automatic receipt to the moment when the carrier has it, and from there to the phone (milliseconds).
const RECEIPT_MS: i64 = 1_800;
const DELIVERY_MS: i64 = 3_000;

impl Store {
    /// Writes the conversations, with the counselors `sample1` and so on, whose password nobody knows. `Conflict` if the
    /// database holds any text.
    pub async fn write_sample(&self, all: Vec<SampleConversation>, version: String) -> Result<()> {
        let hash =
            tokio::task::spawn_blocking(|| passwords::hash(&format!("{:032x}", rand::random::<u128>())));
        let hash = hash.await.unwrap_or(Err(StoreError::Crashed))?;
        self.write(move |conn| {
            let is_used: bool = conn.query_row("SELECT EXISTS (SELECT 1 FROM inbox)", [], |r| r.get(0))?;
            if is_used {
                return Err(StoreError::Conflict("the database holds texts already".into()));
            }
            (1..=N_COUNSELORS).try_for_each(|n| counselor(conn, n, &hash))
        })
        .await?;
        let mut rest = all;
        while !rest.is_empty() {
            let later = rest.split_off(rest.len().min(CHUNK));
            let (chunk, version) = (std::mem::replace(&mut rest, later), version.clone());
            self.write(move |conn| {
                let ids = counselor_ids(conn)?;
                let mut writer = Writer { conn, ids: &ids, version: &version };
                chunk.iter().try_for_each(|one| writer.conversation(one))
            })
            .await?;
        }
        Ok(())
    }
}

/// Not disabled: their work can be reviewed.
fn counselor(conn: &Connection, n: u64, hash: &str) -> Result<()> {
    conn.execute(
        "INSERT INTO counselor (login, name, password_hash, created_at) VALUES (:login, :name, :hash, 0)",
        named_params! { ":login": format!("sample{n}"), ":name": format!("상담사 {n}"), ":hash": hash },
    )?;
    Ok(())
}

fn counselor_ids(conn: &Connection) -> Result<Vec<i64>> {
    let mut select = conn.prepare("SELECT id FROM counselor WHERE login LIKE 'sample%' ORDER BY id")?;
    Ok(select.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

struct Writer<'a> {
    conn: &'a Connection,
    ids: &'a [i64],
    version: &'a str,
}

/// A text to the citizen.
struct Out<'a> {
    at: UnixMs,
    by: Option<i64>,
    automatic: Option<&'a str>,
    is_lost: bool,
}

impl Writer<'_> {
    fn counselor(&self, n: u64) -> Option<i64> {
        self.ids.get(usize::try_from(n).unwrap_or(0)).copied()
    }

    fn conversation(&mut self, one: &SampleConversation) -> Result<()> {
        let (Some(first), Some(last)) = (one.rounds.first(), one.rounds.last()) else { return Ok(()) };
        let citizen = PhoneNumber::parse(&format!("010{:08}", 10_000_000 + one.citizen));
        let our_number = PhoneNumber::parse(OUR_NUMBER);
        let opened_at = first.texts.first().copied().unwrap_or_default();
        let mut new = Conversation::new(&citizen, &our_number, DESK, opened_at);
        let by = self.counselor(last.answered_by());
        new.n_reopened = u32::try_from(one.rounds.len() - 1).unwrap_or(0);
        new.state = ConversationState::Closed;
        new.closed = Some(Closed { at: last.closed_at, reason: None });
        new.last_holder = by;
        new.last_inbound = LastInbound { seq: 0, at: last.texts.last().copied().unwrap_or(opened_at) };
        new.last_reply_at = last.answers.last().copied();
        new.category = Some(Category { key: last.category.clone(), version: self.version.to_owned() });
        let id = row::insert(self.conn, &new)?;
        for (n, round) in one.rounds.iter().enumerate() {
            self.round((id, &citizen), round, if n == 0 { EventKind::Opened } else { EventKind::Reopened })?;
        }
        if let Some(survey) = &one.survey {
            self.out(
                (id, &citizen),
                &Out { at: survey.asked_at, by: None, automatic: Some("survey"), is_lost: false },
            )?;
            let (at, score, words) =
                survey.answer.map_or((None, None, None), |(at, s, w)| (Some(at), Some(s), w));
            self.conn
                .prepare_cached(
                    "INSERT INTO survey (conversation_id, counselor_id, asked_at, answered_at, score, comment)
                     VALUES (:id, :by, :asked, :at, :score, :words)",
                )?
                .execute(named_params! {
                    ":id": id, ":by": by, ":asked": survey.asked_at, ":at": at, ":score": score, ":words": words,
                })?;
            if let Some(at) = at {
                let text = self.text((id, &citizen), at, "survey")?;
                self.insert_event(id, (at, EventKind::SurveyAnswered), (None, Some(text)), "")?;
            }
        }
        Ok(())
    }

    /// The steps of a round in the order of their times, for the journal is in that order.
    fn round(&mut self, of: (i64, &PhoneNumber), round: &Round, begins: EventKind) -> Result<()> {
        let (taker, answerer) = (self.counselor(round.taken_by), self.counselor(round.answered_by()));
        let first = round.texts.first().copied().unwrap_or_default();
        self.event(of.0, (first, begins), None, "")?;
        if round.is_danger {
            self.event(of.0, (first, EventKind::Urgent), None, "")?;
        }
        self.text(of, first, "question")?;
        let notice = if round.is_danger { "urgent" } else { "receipt" };
        self.out(of, &Out { at: first, by: None, automatic: Some(notice), is_lost: false })?;
        self.event(of.0, (round.taken_at, EventKind::Claimed), taker, "")?;
        if let Some((at, _)) = round.passed_on {
            self.event(of.0, (at, EventKind::Transferred), taker, "")?;
            self.event(of.0, (at + 30_000, EventKind::Claimed), answerer, "")?;
        }
        for (n, at) in round.answers.iter().enumerate() {
            if let Some(text) = round.texts.get(n).filter(|_| n > 0) {
                self.text(of, *text, "question")?;
            }
            self.event(of.0, (*at, EventKind::Replied), answerer, "")?;
            self.out(of, &Out { at: *at, by: answerer, automatic: None, is_lost: round.is_undelivered })?;
        }
        self.event(of.0, (round.closed_at, EventKind::Closed), answerer, &round.category)
    }

    fn event(&self, id: i64, (at, kind): (UnixMs, EventKind), by: Option<i64>, category: &str) -> Result<()> {
        self.insert_event(id, (at, kind), (by, None), category)
    }

    fn insert_event(
        &self,
        id: i64,
        (at, kind): (UnixMs, EventKind),
        (by, message): (Option<i64>, Option<i64>),
        category: &str,
    ) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO event (at, kind, conversation_id, message_id, counselor_id, desk, category)
                 VALUES (:at, :kind, :id, :message, :by, :desk, nullif(:category, ''))",
            )?
            .execute(named_params! {
                ":at": at, ":kind": kind.as_str(), ":id": id, ":message": message, ":by": by, ":desk": DESK,
                ":category": category,
            })?;
        Ok(())
    }

    fn text(&self, (id, citizen): (i64, &PhoneNumber), at: UnixMs, purpose: &str) -> Result<i64> {
        let text: i64 = self
            .conn
            .prepare_cached(
                "INSERT INTO inbox (carrier, carrier_message_key, citizen, our_number, text, sent_at, received_at, state,
                                    conversation_id, seq, routed_at, purpose)
                 VALUES (:carrier, 'sample-' || (SELECT coalesce(max(id), 0) + 1 FROM inbox), :citizen, :ours, '예시 문자',
                         :at, :at, 'routed', :id, (SELECT coalesce(max(id), 0) + 1 FROM inbox), :at, :purpose)
                 RETURNING id",
            )?
            .query_row(
                named_params! {
                    ":carrier": CARRIER, ":citizen": citizen.reveal(), ":ours": OUR_NUMBER, ":at": at, ":id": id,
                    ":purpose": purpose,
                },
                |r| r.get(0),
            )?;
        self.insert_event(id, (at, EventKind::TextIn), (None, Some(text)), "")?;
        Ok(text)
    }

    /// An answer, as reviews find it.
    fn reply(&self, conversation_id: i64, counselor_id: i64, at: UnixMs) -> Result<i64> {
        let mut insert = self.conn.prepare_cached(
            "INSERT INTO reply (conversation_id, counselor_id, idempotency_key, request_digest, created_at)
             VALUES (:id, :by, printf('sample-%d', (SELECT coalesce(max(id), 0) + 1 FROM reply)), x'00', :at) RETURNING id",
        )?;
        let new = named_params! { ":id": conversation_id, ":by": counselor_id, ":at": at };
        Ok(insert.query_row(new, |r| r.get(0))?)
    }

    fn out(&self, (id, citizen): (i64, &PhoneNumber), out: &Out<'_>) -> Result<()> {
        let taken_at = out.at + RECEIPT_MS;
        let reply_id = out.by.map(|by| self.reply(id, by, out.at)).transpose()?;
        self.conn
            .prepare_cached(
                "INSERT INTO outbox (client_key, conversation_id, reply_id, author_id, citizen, from_number, kind, text, lane, state,
                                     created_at, next_attempt_at, expires_at, n_attempts, first_attempt_at, carrier,
                                     accepted_at, final_at, code, notice)
                 VALUES (printf('%026d', (SELECT coalesce(max(id), 0) + 1 FROM outbox)), :id, :reply, :by, :citizen, :ours, :kind,
                         '예시 문자', :lane, :state, :at, :at, :at + 86400000, 1, :at + 200, :carrier, :taken, :final, :code,
                         :notice)",
            )?
            .execute(named_params! {
                ":id": id, ":reply": reply_id, ":by": out.by, ":citizen": citizen.reveal(), ":ours": OUR_NUMBER,
                ":kind": if out.by.is_some() { "lms" } else { "sms" },
                ":lane": if out.by.is_some() { 1 } else { 2 },
                ":state": if out.is_lost { "undelivered" } else { "delivered" },
                ":at": out.at, ":carrier": CARRIER, ":taken": taken_at, ":final": taken_at + DELIVERY_MS,
                ":code": out.is_lost.then_some("off"), ":notice": out.automatic,
            })?;
        Ok(())
    }
}
