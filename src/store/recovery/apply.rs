//! A carrier's list of what it took since the copy was made, put beside what the copy knows. In this order a listed text is:
//! known by the carrier's id; ours by its key; ours by number and words, where the list has no keys; or one that left after
//! the copy was made, which is written down as sent, unless its citizen was erased after it.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::state::{Recovery, note_read};
use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::conversation::{Command, Conversation, FoundSent};
use crate::domain::key_mark::{KeyMark, marked};
use crate::domain::list_comparison::TestText;
use crate::domain::notice::Notice;
use crate::domain::outbound::{Lane, OutboundEvent, OutboundKind, OutboundState, next};
use crate::domain::phone::PhoneNumber;
use crate::domain::policy::ServicePolicy;
use crate::domain::recovery::{Found, Listed, UNKNOWN_WORDS, is_of_before, was_said, what_was};
use crate::domain::text::normalise;
use crate::store::conversation::decide::{Change, run};
use crate::store::conversation::row as conversation_row;
use crate::store::engine::row;
use crate::store::outbound::outcome::accept;
use crate::store::outbound::receipt::apply_waiting;
use crate::store::outbound::sent::Direction;
use crate::store::outbound::transition::{Step, append_state_event, finish};
use crate::store::privacy::gone::Gone;
use crate::store::{Result, Store};

/// What a carrier's list held, as far as it was new.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FoundTexts {
    pub n_listed: usize,
    /// Texts in doubt that turned out to be sent.
    pub n_settled: usize,
    /// Texts that left after the copy was made.
    pub n_answers: usize,
    pub n_notices: usize,
    pub n_unclear: usize,
    /// Texts of another program, and those that name no citizen.
    pub n_foreign: usize,
    pub n_unplaced: usize,
    /// Texts to people who were erased after them: left out.
    pub n_erased: usize,
}

/// What every listed text is put beside.
struct Reading<'a> {
    change: Change<'a>,
    of: &'a Recovery,
    carrier: &'a str,
    lists_keys: bool,
    tests: Vec<TestText>,
    gone: &'a Gone,
}

impl Store {
    /// Takes over what a carrier's whole list says, in one transaction; repeating it changes nothing.
    pub async fn recover_sent(
        &self,
        of: &Recovery,
        carrier: String,
        listed: Vec<Listed>,
        policy: &Arc<ServicePolicy>,
        now: UnixMs,
    ) -> Result<FoundTexts> {
        let since = of.copy_made_at.min(listed.iter().map(|text| text.at).min().unwrap_or(of.copy_made_at));
        let tests = self.test_texts(carrier.clone(), since, now).await?;
        let gone = self.gone().await?;
        let (of, policy) = (of.clone(), Arc::clone(policy));
        let found = self.write(move |conn| {
            let actor = Actor::system("recovery");
            let change = Change { conn, actor: &actor, policy: &policy, now };
            let lists_keys = listed.iter().any(|text| text.key.is_some());
            let tests = tests.clone();
            let reading = Reading { change, of: &of, carrier: &carrier, lists_keys, tests, gone: &gone };
            let mut found = FoundTexts { n_listed: listed.len(), ..FoundTexts::default() };
            let mut oldest_first: Vec<&Listed> = listed.iter().collect();
            oldest_first.sort_by_key(|text| text.at);
            for text in oldest_first {
                reading.take(text, &mut found)?;
            }
            withdraw_said(&change, of.id)?;
            reading.note(&found)?;
            Ok(found)
        });
        let found = found.await?;
        self.hints().text_out.notify_one();
        Ok(found)
    }
}

impl Reading<'_> {
    fn take(&self, text: &Listed, found: &mut FoundTexts) -> Result<()> {
        if self.is_known(text)? {
            return Ok(());
        }
        if let Some((id, state)) = self.ours(text)? {
            if next(state, OutboundEvent::Accepted).is_ok() {
                self.settle(id, state, text)?;
                found.n_settled += 1;
            }
            return Ok(());
        }
        if !is_of_before(text.at, self.of.restored_at) {
            return Ok(());
        }
        let Change { conn, policy, .. } = self.change;
        let is_staff = text.to.as_ref().is_some_and(|to| policy.alarm.staff(to).is_some());
        match (what_was(text, self.lists_keys, is_staff, &policy.texts), &text.to) {
            (Found::OfStaff, _) => {}
            (Found::Foreign, _) => found.n_foreign += 1,
            (_, None) => found.n_unplaced += 1,
            (_, Some(to)) if self.gone.was_erased_since(conn, to, text.at)? => found.n_erased += 1,
            (what, Some(to)) => {
                self.keep(text, to, what)?;
                match what {
                    Found::Answer => found.n_answers += 1,
                    Found::Notice(_) => found.n_notices += 1,
                    _ => found.n_unclear += 1,
                }
            }
        }
        Ok(())
    }

    /// Whether it is stored under the carrier's id, or was sent to try the carrier.
    fn is_known(&self, text: &Listed) -> Result<bool> {
        let is_test = self.tests.iter().any(|test| {
            text.key.as_ref().is_some_and(|key| key.as_str() == test.key)
                || test.carrier_message_id.as_ref() == Some(&text.carrier_message_id)
        });
        if is_test {
            return Ok(true);
        }
        let sql =
            "SELECT EXISTS (SELECT 1 FROM outbox WHERE carrier = :carrier AND carrier_message_id = :id)";
        let of = named_params! { ":carrier": self.carrier, ":id": text.carrier_message_id };
        Ok(self.change.conn.prepare_cached(sql)?.query_row(of, |r| r.get(0))?)
    }

    /// The text of ours that it is: by its key; else, where the list has no keys, the oldest one in doubt to the same number
    /// in the same words.
    fn ours(&self, text: &Listed) -> Result<Option<(i64, OutboundState)>> {
        let conn = self.change.conn;
        let read = |r: &Row<'_>| Ok((r.get("id")?, row::outbound_state(r)?));
        if let Some(key) = &text.key {
            let sql = "SELECT id, state FROM outbox WHERE client_key = :key";
            let of = named_params! { ":key": key.as_str() };
            return Ok(conn.prepare_cached(sql)?.query_row(of, read).optional()?);
        }
        let (false, Some(to), Some(words)) = (self.lists_keys, &text.to, &text.words) else {
            return Ok(None);
        };
        let mut select = conn.prepare_cached(
            // Each state has its partial index, and holds few texts.
            "SELECT id, state, text FROM outbox
             WHERE state = 'in_doubt' AND citizen = :to AND carrier_message_id IS NULL
             UNION ALL SELECT id, state, text FROM outbox
             WHERE state = 'sending' AND citizen = :to AND carrier_message_id IS NULL
             UNION ALL SELECT id, state, text FROM outbox
             WHERE state = 'queued' AND citizen = :to AND carrier_message_id IS NULL",
        )?;
        let words = normalise(words.reveal());
        let rows = select.query_map(named_params! { ":to": to.reveal() }, |r| {
            let said: String = r.get("text")?;
            Ok((normalise(&said).trim() == words.trim(), read(r)?))
        })?;
        let alike = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        let alike = alike.into_iter().filter(|(is_alike, _)| *is_alike).map(|(_, text)| text);
        Ok(alike.min_by_key(|(id, _)| *id))
    }

    fn settle(&self, id: i64, state: OutboundState, text: &Listed) -> Result<()> {
        let Change { conn, now, .. } = self.change;
        // Perhaps it left by the other carrier.
        conn.prepare_cached(
            "UPDATE outbox SET carrier = :carrier, n_attempts = max(n_attempts, 1),
                    first_attempt_at = coalesce(first_attempt_at, :at) WHERE id = :id",
        )?
        .execute(named_params! { ":carrier": self.carrier, ":at": text.at, ":id": id })?;
        accept(conn, id, state, Some(&text.carrier_message_id), now)
    }

    /// Writes down a text that left after the copy was made, in the citizen's conversation.
    fn keep(&self, text: &Listed, to: &PhoneNumber, what: Found) -> Result<()> {
        let Change { conn, now, policy, .. } = self.change;
        let of = self.conversation(to, text.at)?;
        let id = self.insert(text, &of, what)?;
        let sql = "INSERT INTO recovery_text (outbox_id, recovery_id, what) VALUES (:id, :recovery, :what)";
        let row = named_params! { ":id": id, ":recovery": self.of.id, ":what": what.as_str() };
        conn.prepare_cached(sql)?.execute(row)?;
        append_state_event(conn, id, OutboundState::Accepted, now)?;
        apply_waiting(conn, id, now)?;
        if matches!(what, Found::Notice(_)) {
            return Ok(());
        }
        let at = policy.desks.first().calendar.minute_at(text.at);
        let found = FoundSent {
            at: text.at,
            last_text_at: last_text_at(conn, of.id)?.unwrap_or(of.last_inbound.at),
            is_answer: what == Found::Answer,
            note: format!("{at} · {}", self.carrier),
        };
        // Nothing refuses it.
        let _done = run(&self.change, &of, &Command::FoundSent(found))?;
        Ok(())
    }

    /// The citizen's latest conversation; one that is closed where they have none, so that the text can be seen.
    fn conversation(&self, to: &PhoneNumber, at: UnixMs) -> Result<Conversation> {
        let Change { conn, now, policy, .. } = self.change;
        let sql = "SELECT v.id FROM conversation v LEFT JOIN duty_line d ON d.conversation_id = v.id
                   WHERE v.citizen = :citizen AND d.number IS NULL ORDER BY v.id DESC LIMIT 1";
        let of = named_params! { ":citizen": to.reveal() };
        let found: Option<i64> = conn.prepare_cached(sql)?.query_row(of, |r| r.get(0)).optional()?;
        if let Some(id) = found {
            return conversation_row::load(conn, id);
        }
        let desk = &policy.desks.first().key;
        let mut new = Conversation::new(to, &policy.senders.otherwise, desk, now);
        new.close_aside(0, at, ("recovery", now));
        new.id = conversation_row::insert(conn, &new)?;
        Ok(new)
    }

    fn insert(&self, text: &Listed, of: &Conversation, what: Found) -> Result<i64> {
        let Change { conn, now, policy, .. } = self.change;
        let (notice, lane) = match what {
            Found::Notice(group) => (Some(group), Notice::of_group(group).map_or(Lane::Notice, Notice::lane)),
            _ => (None, Lane::Reply),
        };
        let mark = notice.and_then(KeyMark::notice).unwrap_or(KeyMark::Answer);
        let key = text.key.clone().unwrap_or_else(|| marked(rand::random(), mark));
        let words = text.words.as_ref().map_or(UNKNOWN_WORDS, |words| words.reveal());
        let mut insert = conn.prepare_cached(
            "INSERT INTO outbox (client_key, conversation_id, citizen, from_number, kind, text, lane, notice, state,
                                 created_at, next_attempt_at, expires_at, n_attempts, first_attempt_at, carrier,
                                 carrier_message_id, accepted_at)
             VALUES (:key, :conversation, :citizen, :from, :kind, :text, :lane, :notice, 'accepted',
                     :at, :now, :at, 1, :at, :carrier, :name, :at) RETURNING id",
        )?;
        let row = named_params! {
            ":key": key.as_str(), ":conversation": of.id, ":citizen": of.citizen.reveal(),
            ":from": policy.senders.answering(&of.our_number).reveal(), ":kind": OutboundKind::Sms.as_str(),
            ":text": words, ":lane": lane.as_i64(), ":notice": notice, ":at": text.at, ":now": now,
            ":carrier": self.carrier, ":name": text.carrier_message_id,
        };
        Ok(insert.query_row(row, |r| r.get(0))?)
    }

    fn note(&self, found: &FoundTexts) -> Result<()> {
        let Change { conn, now, .. } = self.change;
        let n = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let list = (self.carrier, Direction::Out);
        note_read(conn, self.of.id, list, (Some(n(found.n_listed)), None), now)?;
        conn.prepare_cached(
            "UPDATE recovery_list SET n_foreign = :foreign, n_unplaced = :unplaced, n_erased = :erased
             WHERE recovery_id = :id AND carrier = :carrier AND direction = 'out'",
        )?
        .execute(named_params! {
            ":foreign": n(found.n_foreign), ":unplaced": n(found.n_unplaced), ":erased": n(found.n_erased),
            ":id": self.of.id, ":carrier": self.carrier,
        })?;
        Ok(())
    }
}

/// When the last text of a conversation's citizen was sent, by the carrier's clock.
fn last_text_at(conn: &Connection, conversation_id: i64) -> Result<Option<UnixMs>> {
    let sql = "SELECT max(sent_at) FROM inbox WHERE conversation_id = :id";
    Ok(conn.prepare_cached(sql)?.query_row(named_params! { ":id": conversation_id }, |r| r.get(0))?)
}

/// Takes back automatic texts that wait and that the citizen got after the copy was made. Timers may write them at any time of
/// the recovery, so this is looked at with every reading.
fn withdraw_said(change: &Change<'_>, recovery_id: i64) -> Result<()> {
    let Change { conn, now, .. } = *change;
    let mut select = conn.prepare_cached(
        "SELECT q.id, q.notice, said.accepted_at AS said_at,
                (SELECT max(i.sent_at) FROM inbox i WHERE i.conversation_id = v.id) AS last_text_at
         FROM recovery_text t JOIN outbox said ON said.id = t.outbox_id
              JOIN conversation v ON v.id = said.conversation_id
              JOIN outbox q ON q.conversation_id = v.id AND q.notice = said.notice
         WHERE t.recovery_id = :id AND t.what = 'notice' AND q.state = 'queued' AND q.n_attempts = 0",
    )?;
    let rows = select.query_map(named_params! { ":id": recovery_id }, |r| {
        let said_at: UnixMs = r.get("said_at")?;
        let times = (said_at, r.get::<_, Option<UnixMs>>("last_text_at")?.unwrap_or(said_at));
        Ok((r.get::<_, i64>("id")?, r.get::<_, String>("notice")?, times))
    })?;
    let mut withdrawn = Vec::new();
    for (id, group, (said_at, last_text_at)) in rows.collect::<rusqlite::Result<Vec<_>>>()? {
        let window_ms = Notice::of_group(&group).map_or(0, Notice::window_ms);
        if was_said(said_at, last_text_at, window_ms) && !withdrawn.contains(&id) {
            withdrawn.push(id);
            let (from, event) = (OutboundState::Queued, OutboundEvent::Recalled);
            finish(conn, &Step { id, from, event, code: Some("said before") }, now)?;
        }
    }
    Ok(())
}
