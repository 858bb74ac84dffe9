//! What counselors do about a conversation beside answering it: acknowledge danger, pass it on, note, promise, remind, warn,
//! restrict. Each is one transaction that guards what it needs, leaves an event, and never touches the texts.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::arrival::may_say;
use crate::domain::conversation::{ConversationState, may_be_texted};
use crate::domain::notice::{Language, Notice, Slot};
use crate::store::conversation::list::{Head, tell};
use crate::store::conversation::queue;
use crate::store::engine::row;
use crate::store::inbound::inbox::RoutePolicy;
use crate::store::outbound::notice::{self, Addressee};
use crate::store::people::citizen;
use crate::store::{Claim, Result, Store};

/// A person who is passed a conversation has it to themselves for so long (milliseconds).
const OFFERED_MS: i64 = 10 * 60 * 1_000;

/// What a counselor wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// I look after this urgent text.
    Ack,
    /// Danger: rings for everybody.
    Urgent,
    Note {
        text: String,
    },
    /// An answer that is not finished; the next holder finds it. Empty: thrown away.
    Draft {
        text: String,
    },
    /// We answer by then.
    Promise {
        due_at: UnixMs,
    },
    /// Come back to it then.
    Remind {
        due_at: UnixMs,
        text: String,
    },
    ToDesk {
        desk: String,
        note: String,
    },
    ToPerson {
        login: String,
        note: String,
    },
    /// Back to who passed it on.
    Return {
        note: String,
    },
    /// A supervisor takes it over.
    Take {
        note: String,
    },
    /// Tells the citizen that abuse may end the talk.
    Warn,
    /// A supervisor: not answered until then, unless in danger. Ends the talk.
    Restrict {
        until: UnixMs,
        reason: String,
    },
    Unrestrict,
    /// What the citizen asked for, such as easy words. Empty: nothing any more.
    Prefer {
        text: String,
    },
    Category {
        category: String,
        version: String,
    },
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acted {
    Done,
    Guard(Claim),
    SupervisorsOnly,
    /// There is no danger that nobody looks after.
    NothingToAck,
    NoSuchDesk,
    NoSuchPerson,
    /// It was not passed on to who returns it.
    NotPassedOn,
    /// They were warned within the last day, or can't be texted.
    NotWarned,
}

/// Something counselors left beside a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub at: UnixMs,
    /// `note`, `draft`, `transfer`, `return`, `takeover`, `warning`, `restriction`, `promise`
    pub kind: String,
    /// Who wrote it; none if it was written by itself.
    pub author: Option<String>,
    pub text: String,
}

impl Store {
    /// Does what a counselor wants, unless something refuses.
    pub async fn act(
        &self,
        id: i64,
        counselor_id: i64,
        action: Action,
        policy: RoutePolicy,
        now: UnixMs,
    ) -> Result<Acted> {
        let acted = self.write(move |conn| {
            let case = Case { conn, id, by: counselor_id, head: Head::of(conn, id)?, policy: &policy, now };
            case.act(&action)
        });
        let acted = acted.await?;
        self.hints().text_out.notify_one();
        Ok(acted)
    }

    /// Gives a counselor a role (`counselor` or `supervisor`) and desks (their keys with spaces between; `*`: all).
    pub async fn set_duties(&self, login: String, role: Option<String>, desks: Option<String>) -> Result<()> {
        self.write(move |conn| {
            let n = conn
                .prepare_cached(
                    "UPDATE counselor SET role = coalesce(:role, role), desks = coalesce(:desks, desks)
                     WHERE login = :login",
                )?
                .execute(named_params! { ":role": role, ":desks": desks, ":login": login })?;
            if n == 1 { Ok(()) } else { Err(crate::store::StoreError::NotFound) }
        })
        .await
    }

    /// The role and desks of each counselor, by login.
    pub async fn duties(&self) -> Result<Vec<(String, String, String)>> {
        self.read(|conn| {
            let mut select =
                conn.prepare_cached("SELECT login, role, desks FROM counselor ORDER BY login")?;
            let rows = select.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    pub async fn is_supervisor(&self, counselor_id: i64) -> Result<bool> {
        self.look_up(move |conn| is_supervisor(conn, counselor_id)).await
    }
}

fn is_supervisor(conn: &Connection, counselor_id: i64) -> Result<bool> {
    let sql = "SELECT role = 'supervisor' FROM counselor WHERE id = :id AND disabled_at IS NULL";
    let found = conn.prepare_cached(sql)?.query_row(named_params! { ":id": counselor_id }, |r| r.get(0));
    Ok(found.optional()?.unwrap_or(false))
}

/// The notes beside a conversation, oldest first.
pub(in crate::store) fn notes(conn: &Connection, conversation_id: i64) -> Result<Vec<Note>> {
    let mut select = conn.prepare_cached(
        "SELECT n.created_at, n.kind, c.name AS author, n.text
         FROM note n LEFT JOIN counselor c ON c.id = n.counselor_id
         WHERE n.conversation_id = :id ORDER BY n.id",
    )?;
    let note = |r: &Row<'_>| {
        Ok(Note {
            at: r.get("created_at")?,
            kind: r.get("kind")?,
            author: r.get("author")?,
            text: r.get("text")?,
        })
    };
    let rows = select.query_map(named_params! { ":id": conversation_id }, note)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes a note; `by`: none if it is written by itself.
pub(in crate::store) fn note(
    conn: &Connection,
    conversation_id: i64,
    by: Option<i64>,
    kind: &str,
    text: &str,
    now: UnixMs,
) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO note (conversation_id, counselor_id, kind, text, created_at)
         VALUES (:conversation, :by, :kind, :text, :now)",
    )?
    .execute(named_params! {
        ":conversation": conversation_id, ":by": by, ":kind": kind, ":text": text, ":now": now,
    })?;
    Ok(())
}

/// One action on one conversation.
struct Case<'a> {
    conn: &'a Connection,
    id: i64,
    by: i64,
    head: Head,
    policy: &'a RoutePolicy,
    now: UnixMs,
}

impl Case<'_> {
    fn act(&self, action: &Action) -> Result<Acted> {
        match action {
            Action::Ack => self.ack(),
            Action::Urgent if self.head.state == ConversationState::Closed => Ok(Acted::Guard(Claim::Closed)),
            Action::Urgent => queue::ring(self.conn, self.id, Some(self.by), self.now).map(|()| Acted::Done),
            Action::Note { text } => self.note("note", text),
            Action::Draft { text } => self.draft(text),
            Action::Promise { due_at } => self.promise(*due_at),
            Action::Remind { due_at, text } => self.remind(*due_at, text),
            Action::ToDesk { desk, note } => self.to_desk(desk, note),
            Action::ToPerson { login, note } => self.to_person(login, note),
            Action::Return { note } => self.give_back(note),
            Action::Take { note } => self.take(note),
            Action::Warn => self.warn(),
            Action::Restrict { until, reason } => self.restrict(*until, reason),
            Action::Unrestrict if !is_supervisor(self.conn, self.by)? => Ok(Acted::SupervisorsOnly),
            Action::Unrestrict => {
                citizen::restrict(self.conn, &self.head.citizen, None, self.by)?;
                self.done("unrestricted", None)
            }
            Action::Prefer { text } => {
                let preference = (!text.is_empty()).then_some(text.as_str());
                citizen::prefer(self.conn, &self.head.citizen, preference)?;
                self.done("preference", None)
            }
            Action::Category { category, version } => {
                self.set("category = :value", category)?;
                self.set("category_version = :value", version)?;
                self.done("categorised", None)
            }
        }
    }

    fn done(&self, kind: &str, detail: Option<&str>) -> Result<Acted> {
        tell(self.conn, self.id, kind, self.by, detail, self.now)?;
        Ok(Acted::Done)
    }

    fn note(&self, kind: &str, text: &str) -> Result<Acted> {
        note(self.conn, self.id, Some(self.by), kind, text, self.now)?;
        self.done("noted", Some(kind))
    }

    /// `assignment` is a fixed piece of SQL with `:value` in it.
    fn set(&self, assignment: &'static str, value: impl rusqlite::ToSql) -> Result<()> {
        let sql = format!("UPDATE conversation SET {assignment} WHERE id = :id");
        self.conn.prepare_cached(&sql)?.execute(named_params! { ":value": value, ":id": self.id })?;
        Ok(())
    }

    fn touch(&self) -> Result<()> {
        self.set("touched_at = :value", self.now)
    }

    fn ack(&self) -> Result<Acted> {
        let n = self
            .conn
            .prepare_cached(
                "UPDATE conversation SET acked_at = :now, acked_by = :by
                 WHERE id = :id AND urgent_at IS NOT NULL AND acked_at IS NULL",
            )?
            .execute(named_params! { ":now": self.now, ":by": self.by, ":id": self.id })?;
        if n == 1 { self.done("acked", None) } else { Ok(Acted::NothingToAck) }
    }

    fn draft(&self, text: &str) -> Result<Acted> {
        if let Some(refused) = self.head.refusal(self.by) {
            return Ok(Acted::Guard(refused));
        }
        self.conn
            .prepare_cached("DELETE FROM note WHERE conversation_id = :id AND kind = 'draft'")?
            .execute(named_params! { ":id": self.id })?;
        self.touch()?;
        if text.is_empty() { Ok(Acted::Done) } else { self.note("draft", text) }
    }

    fn promise(&self, due_at: UnixMs) -> Result<Acted> {
        if let Some(refused) = self.head.refusal(self.by) {
            return Ok(Acted::Guard(refused));
        }
        self.set("promise_due_at = :value, promise_told_at = NULL", due_at)?;
        self.touch()?;
        self.done("promised", None)
    }

    fn remind(&self, due_at: UnixMs, text: &str) -> Result<Acted> {
        self.conn
            .prepare_cached(
                "INSERT INTO reminder (conversation_id, counselor_id, due_at, text, created_at)
                 VALUES (:id, :by, :due, :text, :now)",
            )?
            .execute(named_params! {
                ":id": self.id, ":by": self.by, ":due": due_at, ":text": text, ":now": self.now,
            })?;
        let words = if text.is_empty() { "-" } else { text };
        note(self.conn, self.id, Some(self.by), "reminder", words, self.now)?;
        Ok(Acted::Done)
    }

    /// Passing on is for who holds it, and for supervisors.
    fn may_pass_on(&self) -> Result<Option<Acted>> {
        match self.head.refusal(self.by) {
            None => Ok(None),
            Some(Claim::Closed) => Ok(Some(Acted::Guard(Claim::Closed))),
            Some(refused) if !is_supervisor(self.conn, self.by)? => Ok(Some(Acted::Guard(refused))),
            Some(_) => Ok(None),
        }
    }

    fn to_desk(&self, desk: &str, note: &str) -> Result<Acted> {
        if let Some(refused) = self.may_pass_on()? {
            return Ok(refused);
        }
        if self.policy.policy.desks.find(desk).is_none() || desk == self.head.desk {
            return Ok(Acted::NoSuchDesk);
        }
        self.put_back(None)?;
        self.move_to(desk, Some(&self.head.desk))?;
        self.note("transfer", note)?;
        self.done("transferred", Some(desk))
    }

    fn to_person(&self, login: &str, note: &str) -> Result<Acted> {
        if let Some(refused) = self.may_pass_on()? {
            return Ok(refused);
        }
        let sql = "SELECT id FROM counselor WHERE login = :login AND disabled_at IS NULL AND id <> :by";
        let of = named_params! { ":login": login, ":by": self.by };
        let Some(person) = self.conn.prepare_cached(sql)?.query_row(of, |r| r.get(0)).optional()? else {
            return Ok(Acted::NoSuchPerson);
        };
        self.put_back(Some(person))?;
        self.note("transfer", note)?;
        self.done("transferred", Some(login))
    }

    /// Nobody holds it and the citizen waits for us, at the place they had; `offered_to` has it first for a while.
    fn put_back(&self, offered_to: Option<i64>) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE conversation
                 SET state = 'waiting', last_holder_id = coalesce(claimed_by, last_holder_id), claimed_by = NULL,
                     claimed_at = NULL, waiting_since_at = coalesce(waiting_since_at, :now), nudged_at = NULL,
                     offered_to = :to, offered_until_at = CASE WHEN :to IS NULL THEN NULL ELSE :until END
                 WHERE id = :id AND state <> 'closed'",
            )?
            .execute(named_params! {
                ":now": self.now, ":to": offered_to, ":until": self.now + OFFERED_MS, ":id": self.id,
            })?;
        queue::place(self.conn, self.id, None)
    }

    /// Another desk answers; the citizen is told.
    fn move_to(&self, desk: &str, from: Option<&str>) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE conversation SET desk = :desk, previous_desk = :from WHERE id = :id")?
            .execute(named_params! { ":desk": desk, ":from": from, ":id": self.id })?;
        let name = self.policy.policy.desks.of(desk).name.clone();
        self.say(Notice::Moved, &[(Slot::Desk, name)]).map(drop)
    }

    /// Says something to the citizen, if it may be said; returns whether it was.
    fn say(&self, notice: Notice, values: &[(Slot, String)]) -> Result<bool> {
        let head = &self.head;
        let is_opted_out = citizen::of(self.conn, &head.citizen)?.opted_out_at.is_some();
        let said = notice::said(self.conn, self.id)?;
        if !may_be_texted(&head.citizen) || !may_say(notice, is_opted_out, &said, self.now) {
            return Ok(false);
        }
        let Some(words) = self.policy.policy.texts.say(notice, self.language()?, values) else {
            return Ok(false);
        };
        let to = Addressee { conversation_id: self.id, citizen: &head.citizen, our_number: &head.our_number };
        notice::write(self.conn, &to, &words, self.now, &self.policy.send)?;
        Ok(true)
    }

    fn language(&self) -> Result<Language> {
        let sql = "SELECT language FROM conversation WHERE id = :id";
        let of = named_params! { ":id": self.id };
        let word = |r: &Row<'_>| row::word(r, "language", Language::from_word);
        Ok(self.conn.prepare_cached(sql)?.query_row(of, word)?)
    }

    /// Whoever was passed it gives it back: to the desk it came from, or to the person.
    fn give_back(&self, note: &str) -> Result<Acted> {
        let sql = "SELECT previous_desk, offered_to = :by AS is_offered, claimed_by = :by AS is_mine, last_holder_id
                   FROM conversation WHERE id = :id AND state <> 'closed'";
        let of = named_params! { ":by": self.by, ":id": self.id };
        let found = self.conn.prepare_cached(sql)?.query_row(of, |r| {
            let (offered, mine): (Option<bool>, Option<bool>) = (r.get("is_offered")?, r.get("is_mine")?);
            Ok((r.get(0)?, offered == Some(true), mine == Some(true), r.get("last_holder_id")?))
        });
        let Some((previous, is_offered, is_mine, last)) = found.optional()? else {
            return Ok(Acted::Guard(Claim::Closed));
        };
        let previous: Option<String> = previous;
        let last: Option<i64> = last;
        if let Some(holder) = &self.head.holder
            && !is_mine
        {
            return Ok(Acted::Guard(Claim::HeldBy(holder.clone())));
        }
        match previous {
            Some(desk) => {
                self.put_back(last.filter(|last| *last != self.by))?;
                self.move_to(&desk, None)?;
            }
            None if is_offered => self.put_back(last.filter(|last| *last != self.by))?,
            None => return Ok(Acted::NotPassedOn),
        }
        self.note("return", note)?;
        self.done("returned", None)
    }

    fn take(&self, why: &str) -> Result<Acted> {
        if !is_supervisor(self.conn, self.by)? {
            return Ok(Acted::SupervisorsOnly);
        }
        if self.head.state == ConversationState::Closed {
            return Ok(Acted::Guard(Claim::Closed));
        }
        self.conn
            .prepare_cached(
                "UPDATE conversation
                 SET state = CASE state WHEN 'waiting' THEN 'active' ELSE state END, claimed_by = :by,
                     claimed_at = :now, touched_at = :now, offered_to = NULL, offered_until_at = NULL,
                     acked_by = CASE WHEN urgent_at IS NOT NULL AND acked_at IS NULL THEN :by ELSE acked_by END,
                     acked_at = CASE WHEN urgent_at IS NOT NULL AND acked_at IS NULL THEN :now ELSE acked_at END
                 WHERE id = :id",
            )?
            .execute(named_params! { ":by": self.by, ":now": self.now, ":id": self.id })?;
        self.note("takeover", why)?;
        self.done("claimed", Some("takeover"))
    }

    fn warn(&self) -> Result<Acted> {
        if let Some(refused) = self.head.refusal(self.by) {
            return Ok(Acted::Guard(refused));
        }
        if !self.say(Notice::Warning, &[])? {
            return Ok(Acted::NotWarned);
        }
        self.touch()?;
        self.set("is_abusive = :value", 1)?;
        self.note("warning", "-")?;
        self.done("warned", None)
    }

    fn restrict(&self, until: UnixMs, reason: &str) -> Result<Acted> {
        if !is_supervisor(self.conn, self.by)? {
            return Ok(Acted::SupervisorsOnly);
        }
        citizen::restrict(self.conn, &self.head.citizen, Some((until, reason)), self.by)?;
        let calendar = &self.policy.policy.desks.of(&self.head.desk).calendar;
        self.say(Notice::Restricted, &[(Slot::Until, calendar.said(until, self.now, self.language()?))])?;
        self.conn
            .prepare_cached(
                "UPDATE conversation
                 SET state = 'closed', claimed_by = NULL, claimed_at = NULL, waiting_since_at = NULL,
                     closed_at = :now, close_reason = 'restricted', is_abusive = 1, offered_to = NULL,
                     offered_until_at = NULL, promise_due_at = NULL
                 WHERE id = :id AND state <> 'closed'",
            )?
            .execute(named_params! { ":now": self.now, ":id": self.id })?;
        self.note("restriction", reason)?;
        self.done("restricted", None)
    }
}
