//! Load, decide, save: every change to a conversation goes through [`run`]. The facts a command needs are loaded, the
//! domain decides, and the decision is saved with all that follows from it, in the caller's transaction.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, ToSql, named_params};

use super::row::{insert, load, save};
use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::citizen::Citizen;
use crate::domain::conversation::{
    CitizenChange, Command, Conversation, ConversationState, Decision, Effect, Facts,
};
use crate::domain::counselor::Counselor;
use crate::domain::event::NoteKind;
use crate::domain::identity_number;
use crate::domain::notice::{Notice, Slot};
use crate::domain::phone::PhoneNumber;
use crate::domain::policy::ServicePolicy;
use crate::domain::queue;
use crate::domain::reason::Reason;
use crate::domain::recipient::{Recipient, is_person};
use crate::store::alarm::call;
use crate::store::conversation::{drafts, line, notes};
use crate::store::engine::row;
use crate::store::journal::event::append_events;
use crate::store::outbound::{held, notice};
use crate::store::people::citizen;
use crate::store::people::exception::{self, Crossing};
use crate::store::{Decided, Result, Store, StoreError};

/// What every step of one change goes by.
#[derive(Clone, Copy)]
pub(in crate::store) struct Change<'a> {
    pub conn: &'a Connection,
    pub actor: &'a Actor,
    pub policy: &'a ServicePolicy,
    pub now: UnixMs,
}

impl Store {
    /// Does what a person wants of a conversation, unless a rule refuses.
    pub async fn command(
        &self,
        id: i64,
        command: Command,
        actor: &Actor,
        policy: &Arc<ServicePolicy>,
        now: UnixMs,
    ) -> Result<Decided<()>> {
        let (log, actor, policy) = (self.access_log(actor), actor.clone(), Arc::clone(policy));
        let done = self.write(move |conn| {
            let change = Change { conn, actor: &actor, policy: &policy, now };
            let done = run(&change, &load(conn, id)?, &command)?;
            if let Ok(after) = &done {
                log.change(conn, (id, &after.citizen), (command.as_str(), None), now)?;
            }
            Ok(done.map(drop))
        });
        let done = done.await?;
        if done.is_ok() {
            self.hints().text_out.notify_one();
        }
        Ok(done)
    }
}

impl Store {
    /// The citizen's whole number, for who may see it. That it was shown, or refused, is logged in the same transaction.
    pub async fn reveal(
        &self,
        id: i64,
        reason: Reason,
        actor: &Actor,
        policy: &Arc<ServicePolicy>,
        now: UnixMs,
    ) -> Result<Decided<PhoneNumber>> {
        let command = Command::Reveal { reason: reason.clone() };
        let revealed = self.show_masked(id, (command, "number", reason), actor, policy, now).await?;
        Ok(revealed.map(|(before, _)| before.citizen))
    }

    /// Whether the texts hold anything that is masked and may now be shown. That it is shown, or refused, is logged in the same
    /// transaction; so is that there was nothing to show.
    pub async fn reveal_texts(
        &self,
        id: i64,
        reason: Reason,
        actor: &Actor,
        policy: &Arc<ServicePolicy>,
        now: UnixMs,
    ) -> Result<Decided<bool>> {
        let command = Command::RevealTexts { reason: reason.clone() };
        let revealed = self.show_masked(id, (command, "texts", reason), actor, policy, now).await?;
        Ok(revealed.map(|(_, is_shown)| is_shown))
    }

    /// Decides about `what` being shown and logs it; the conversation as it was, and whether anything is shown.
    async fn show_masked(
        &self,
        id: i64,
        (command, what, reason): (Command, &'static str, Reason),
        actor: &Actor,
        policy: &Arc<ServicePolicy>,
        now: UnixMs,
    ) -> Result<Decided<(Conversation, bool)>> {
        let (log, actor, policy) = (self.access_log(actor), actor.clone(), Arc::clone(policy));
        let shown = self.write(move |conn| {
            let change = Change { conn, actor: &actor, policy: &policy, now };
            let before = match load(conn, id) {
                Err(StoreError::NotFound) => {
                    log.revealed(conn, (id, None), (&format!("{what}: not found"), &reason), now)?;
                    return Ok(None);
                }
                before => before?,
            };
            let facts = facts(&change, &before, &command)?;
            let is_there = facts.has_masked || matches!(command, Command::Reveal { .. });
            let done = run_with(&change, &before, (&command, &facts))?;
            let (detail, citizen) = match &done {
                Ok(_) if is_there => (what.to_owned(), Some(&before.citizen)),
                Ok(_) => (format!("{what}: nothing masked"), None),
                Err(_) => (format!("{what}: refused"), None),
            };
            log.revealed(conn, (id, citizen), (&detail, &reason), now)?;
            Ok(Some(done.map(|_| (before, is_there))))
        });
        // An error would undo its row.
        shown.await?.ok_or(StoreError::NotFound)
    }
}

/// Loads what the command needs to know, decides, and saves; returns how the conversation stands afterwards.
pub(in crate::store) fn run(
    change: &Change<'_>,
    before: &Conversation,
    command: &Command,
) -> Result<Decided<Conversation>> {
    let facts = facts(change, before, command)?;
    run_with(change, before, (command, &facts))
}

/// Like [`run`], with facts that the caller has loaded.
pub(super) fn run_with(
    change: &Change<'_>,
    before: &Conversation,
    (command, facts): (&Command, &Facts<'_>),
) -> Result<Decided<Conversation>> {
    match before.handle(command, facts, change.policy, change.now) {
        Ok(decision) => Ok(Ok(apply(change, Some(before), decision, None)?)),
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// Decides without saving: for a caller that has to write something else in between.
pub(in crate::store) fn decide(
    change: &Change<'_>,
    before: &Conversation,
    command: &Command,
) -> Result<Decided<Decision>> {
    let facts = facts(change, before, command)?;
    Ok(before.handle(command, &facts, change.policy, change.now))
}

fn facts<'a>(change: &Change<'a>, of: &Conversation, command: &Command) -> Result<Facts<'a>> {
    let Change { conn, actor, .. } = *change;
    let mut facts = Facts::new(actor);
    match command {
        Command::Claim | Command::TakeOver { .. } => {
            facts = claimant(conn, actor.id().unwrap_or_default())?.facts(actor)?;
            if let Some(other) = of.offered_to_other(actor, change.now) {
                facts.offered_to = colleague(conn, "id = :is", &other)?;
            }
        }
        Command::Reply(_) | Command::AnswerWaiting { .. } => {
            facts.citizen = citizen::load(conn, &of.citizen)?
        }
        Command::ToPerson { login, .. } => facts.person = person(conn, login)?,
        Command::TextIn(_) if change.policy.sticky_ms > 0 => {
            if let Some(last) = of.last_holder {
                facts.last_holder_works = works(conn, last)?;
            }
        }
        Command::Restrict { .. } => {
            facts.is_in_danger_elsewhere = is_in_danger_elsewhere(conn, of)?;
            facts.warned_at = warned_at(conn, of)?;
            facts.recipient = Some(recipient(conn, of)?);
        }
        Command::Warn | Command::AskWhere => facts.recipient = Some(recipient(conn, of)?),
        Command::RevealTexts { .. } => facts.has_masked = has_masked(conn, of.id)?,
        Command::AskSurvey => {
            facts.citizen = citizen::load(conn, &of.citizen)?;
            facts.recipient = Some(recipient_of(conn, of, &facts.citizen)?);
        }
        _ => {}
    }
    Ok(facts)
}

fn is_in_danger_elsewhere(conn: &Connection, of: &Conversation) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM conversation
                              WHERE citizen = :citizen AND id <> :id AND alarm_from_at IS NOT NULL)";
    let other = named_params! { ":citizen": of.citizen.reveal(), ":id": of.id };
    Ok(conn.prepare_cached(sql)?.query_row(other, |r| r.get(0))?)
}

/// Whether a text of either side holds a number that is masked.
fn has_masked(conn: &Connection, conversation_id: i64) -> Result<bool> {
    let mut select = conn.prepare_cached(
        "SELECT text FROM inbox WHERE conversation_id = :id
         UNION ALL SELECT text FROM outbox WHERE conversation_id = :id",
    )?;
    let mut rows = select.query(named_params! { ":id": conversation_id })?;
    while let Some(r) = rows.next()? {
        if !identity_number::kinds(&r.get::<_, String>("text")?).is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// When the citizen was last warned, in any conversation.
fn warned_at(conn: &Connection, of: &Conversation) -> Result<Option<UnixMs>> {
    let sql = "SELECT max(n.created_at) FROM conversation v JOIN note n ON n.conversation_id = v.id
               WHERE v.citizen = :citizen AND n.kind = 'warning'";
    let of = named_params! { ":citizen": of.citizen.reveal() };
    Ok(conn.prepare_cached(sql)?.query_row(of, |r| r.get(0))?)
}

/// What may be said to the citizen of a conversation.
pub(in crate::store) fn recipient(conn: &Connection, of: &Conversation) -> Result<Recipient> {
    let citizen = citizen::load(conn, &of.citizen)?;
    recipient_of(conn, of, &citizen)
}

fn recipient_of(conn: &Connection, of: &Conversation, citizen: &Citizen) -> Result<Recipient> {
    Ok(Recipient {
        is_person: is_person(&of.citizen),
        is_opted_out: citizen.opted_out_at.is_some(),
        restricted_until: citizen.restricted_until_at,
        is_flooding: false,
        last_told: notice::last_told(conn, of.id)?,
    })
}

/// Who claims a conversation.
pub(super) struct Claimant {
    /// They still have access.
    works: bool,
    /// Conversations that they hold and that wait for us.
    pub n_held: u32,
    /// Unanswered dangers among them.
    pub n_dangers: u32,
}

impl Claimant {
    /// What a claim is decided by; `Conflict` for somebody without access.
    pub fn facts<'a>(&self, actor: &'a Actor) -> Result<Facts<'a>> {
        if !self.works {
            return Err(StoreError::Conflict("who asks has no access any more".into()));
        }
        Ok(Facts { n_held: self.n_held, n_dangers_held: self.n_dangers, ..Facts::new(actor) })
    }
}

pub(super) fn claimant(conn: &Connection, counselor_id: i64) -> Result<Claimant> {
    let sql = "SELECT count(*), count(alarm_from_at),
                      EXISTS (SELECT 1 FROM counselor WHERE id = :counselor AND disabled_at IS NULL)
               FROM conversation INDEXED BY conversation_held
               WHERE claimed_by = :counselor AND state = 'active'";
    let of = named_params! { ":counselor": counselor_id };
    let found = |r: &Row<'_>| Ok(Claimant { n_held: r.get(0)?, n_dangers: r.get(1)?, works: r.get(2)? });
    Ok(conn.prepare_cached(sql)?.query_row(of, found)?)
}

fn person(conn: &Connection, login: &str) -> Result<Option<Counselor>> {
    // Whoever takes duty (domain::actor::Role::takes_duty).
    let takes_duty = "login = :is AND disabled_at IS NULL
               AND (role = 'counselor' OR role = 'supervisor' OR (role = 'administrator' AND desks <> ''))";
    colleague(conn, takes_duty, &login)
}

/// `which` is one of the fixed conditions above.
fn colleague(conn: &Connection, which: &str, is: &dyn ToSql) -> Result<Option<Counselor>> {
    let sql = format!(
        "SELECT id AS counselor_id, login AS counselor_login, name AS counselor_name, disabled_at AS counselor_disabled_at
         FROM counselor WHERE {which}"
    );
    let found =
        conn.prepare_cached(&sql)?.query_row(named_params! { ":is": is }, row::counselor).optional()?;
    Ok(found.flatten())
}

fn works(conn: &Connection, id: i64) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM counselor WHERE id = :id AND disabled_at IS NULL)";
    Ok(conn.prepare_cached(sql)?.query_row(named_params! { ":id": id }, |r| r.get(0))?)
}

/// Saves a decision with all that follows from it; `before`: none for a new conversation. A place that is told is worked
/// out first, so that the row is written once.
pub(in crate::store) fn apply(
    change: &Change<'_>,
    before: Option<&Conversation>,
    decision: Decision,
    recipient: Option<Recipient>,
) -> Result<Conversation> {
    let Decision { mut after, events, mut effects } = decision;
    let mut recipient = recipient;
    for effect in &mut effects {
        if let Effect::Notice { notice, values } = effect {
            let known = match recipient.take() {
                Some(known) => known,
                None => self::recipient(change.conn, &after)?,
            };
            if known.may_be_told(*notice, change.now) {
                place_in_line(change, &mut after, notice, values)?;
            }
            recipient = Some(known);
        }
    }
    if let Some(before) = before {
        exception::record(change.conn, before, (change.actor, Crossing::Done), change.now)?;
    }
    match before {
        Some(before) => save(change.conn, before, &after)?,
        None => after.id = insert(change.conn, &after)?,
    }
    append_events(change.conn, after.id, events, change.now)?;
    if before.is_some_and(Conversation::has_open_danger) && !after.has_open_danger() {
        call::over(change.conn, after.id, (change.policy, change.now))?;
    }
    for effect in effects {
        follow(change, &after, effect, recipient.as_ref())?;
    }
    Ok(after)
}

/// Fills in how many wait ahead, where a notice speaks of it and it may be told; else takes the words without.
fn place_in_line(
    change: &Change<'_>,
    of: &mut Conversation,
    notice: &mut Notice,
    values: &mut Vec<(Slot, String)>,
) -> Result<()> {
    if !matches!(notice, Notice::Receipt | Notice::Wait) || of.state != ConversationState::Waiting {
        return Ok(());
    }
    let n_ahead = line::n_ahead(change.conn, of)?;
    let told = queue::place_to_tell(of.told_ahead, n_ahead);
    *notice = match (*notice, told) {
        (Notice::Wait, None) => Notice::WaitUnplaced,
        (Notice::Wait, Some(0)) => Notice::WaitNext,
        (Notice::Receipt, Some(ahead)) if ahead > 0 => Notice::ReceiptAhead,
        (other, _) => other,
    };
    if let Some(ahead) = told {
        of.told_ahead = Some(ahead);
        values.push((Slot::Ahead, ahead.to_string()));
    }
    if *notice == Notice::ReceiptAhead
        && let Some(minutes) = line::minutes(change.conn, n_ahead, change.now)?
    {
        *notice = Notice::ReceiptWait;
        values.push((Slot::Minutes, minutes.to_string()));
    }
    Ok(())
}

fn follow(
    change: &Change<'_>,
    of: &Conversation,
    effect: Effect,
    recipient: Option<&Recipient>,
) -> Result<()> {
    let Change { conn, actor, policy, now } = *change;
    match effect {
        Effect::Note { kind, text } => notes::insert(conn, of.id, actor.id(), (kind, &text), now),
        Effect::Call { step, minutes } => call::call(conn, of, (step, minutes), (policy, now)),
        Effect::DropDraft => notes::delete_kind(conn, of.id, NoteKind::Draft),
        Effect::StopHeldAnswers => held::stop(conn, of, now),
        Effect::LetHeldAnswersGo => held::let_go(conn, of.id, now),
        Effect::ForgetDrafts => drafts::forget_all(conn, of.id),
        Effect::Reminder { due_at, text } => notes::remind(conn, of.id, actor.id(), (due_at, &text), now),
        Effect::WithdrawWaitTexts => notice::withdraw(conn, of, Notice::is_of_waiting, ("overtaken", now)),
        Effect::Citizen(CitizenChange::Restrict { until, reason }) => {
            citizen::restrict(conn, &of.citizen, Some((until, &reason)), actor.id())
        }
        Effect::Citizen(CitizenChange::Unrestrict) => citizen::restrict(conn, &of.citizen, None, actor.id()),
        Effect::Citizen(CitizenChange::Prefer(text)) => citizen::prefer(conn, &of.citizen, text.as_deref()),
        // The text in which a counselor read the wish may ask something as well: that may still be answered.
        Effect::Citizen(CitizenChange::Wish(wish)) => {
            citizen::set_wish(conn, of, wish, (now.min(of.last_inbound.at - 1), now))
        }
        Effect::Citizen(CitizenChange::Surveyed) => citizen::surveyed(conn, &of.citizen, now),
        Effect::Survey { counselor_id } => super::survey::ask(conn, of.id, counselor_id, now),
        Effect::Notice { notice, values } => match recipient {
            Some(to) => notice::send(conn, of, to, (notice, &values), (policy, now)).map(drop),
            None => Ok(()),
        },
    }
}
