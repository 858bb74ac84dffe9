//! Reads conversations one at a time, so that a year of a million texts needs little memory, and adds them up
//! (`domain::figures`). Everything is one read transaction: a report is of one moment.

use std::collections::HashSet;

use rusqlite::{Connection, Row, named_params};

use super::answers::Answers;
use crate::domain::UnixMs;
use crate::domain::conversation::AT_ONCE;
use crate::domain::delivery_reason::DeliveryReason;
use crate::domain::desk::Desks;
use crate::domain::event::EventKind;
use crate::domain::figures::{
    By, Class, History, Names, Outcome, Period, Scope, Step, SurveyFact, Tally, TextOut, What,
};
use crate::domain::phone::PhoneNumber;
use crate::domain::pseudonym::PseudonymKey;
use crate::store::engine::row;
use crate::store::privacy::token;
use crate::store::{Result, Store};

/// What a carrier's code means, by the carrier's name and the code.
pub type MeaningOf = fn(&str, &str) -> Option<DeliveryReason>;

/// What is to be counted.
#[derive(Debug, Clone)]
pub struct FiguresOf {
    pub period: Period,
    /// Key of a desk; all without one.
    pub desk: Option<String>,
    /// The kinds of rows.
    pub by: Vec<By>,
    /// Only what is credited to this counselor.
    pub counselor: Option<i64>,
    /// The desks of the configuration, with their calendars.
    pub desks: Desks,
    pub meaning: MeaningOf,
}

impl Store {
    /// Adds up everything that happened in the period. May take seconds for a year; runs on a read connection.
    pub async fn figures(&self, of: FiguresOf) -> Result<(Tally, Names)> {
        let keys = self.pseudonyms().clone();
        self.read(move |conn| walk(conn, &keys, of, |tally, _, history, names| tally.add(history, names)))
            .await
    }
}

/// Hands every conversation in which anything happened to `each`, with a tally of the period that nothing is in yet.
pub(super) fn walk(
    conn: &Connection,
    keys: &PseudonymKey,
    of: FiguresOf,
    mut each: impl FnMut(&mut Tally, i64, &History, &Names),
) -> Result<(Tally, Names)> {
    let mut names = Names::new(&of.desks);
    let calendar = of
        .desk
        .as_deref()
        .map_or_else(|| of.desks.first().calendar.clone(), |key| of.desks.get_or_first(key).calendar.clone());
    let desk = of.desk.as_deref().map(|key| names.desk(key));
    let scope = Scope { period: of.period, desk, by: of.by, calendar, counselor: of.counselor };
    let mut tally = Tally::new(scope);
    let reader = Reader { conn, keys, meaning: of.meaning };
    for id in touched(conn, tally.bounds())? {
        let history = reader.history(id, &mut names)?;
        each(&mut tally, id, &history, &names);
    }
    Ok((tally, names))
}

/// The conversations in which anything happened between these times; none of our own phones' lines.
fn touched(conn: &Connection, (from, to): (UnixMs, UnixMs)) -> Result<Vec<i64>> {
    let lines: HashSet<i64> = {
        let mut select = conn.prepare("SELECT conversation_id FROM duty_line")?;
        select.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?
    };
    let mut select = conn.prepare(
        "SELECT conversation_id FROM inbox
         WHERE received_at >= :from AND received_at < :to AND conversation_id IS NOT NULL
         UNION SELECT conversation_id FROM outbox WHERE created_at >= :from AND created_at < :to
         UNION SELECT conversation_id FROM event
               WHERE at >= :from AND at < :to AND conversation_id IS NOT NULL AND kind <> 'message'
         ORDER BY 1",
    )?;
    let mut rows = select.query(named_params! { ":from": from, ":to": to })?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        if !lines.contains(&id) {
            found.push(id);
        }
    }
    Ok(found)
}

struct Reader<'a> {
    conn: &'a Connection,
    keys: &'a PseudonymKey,
    meaning: MeaningOf,
}

impl Reader<'_> {
    fn history(&self, id: i64, names: &mut Names) -> Result<History> {
        let mut history = self.head(id, names)?;
        history.steps = self.steps(id, names)?;
        history.texts_out = self.texts_out(id)?;
        history.surveys = self.surveys(id)?;
        Ok(history)
    }

    /// Who the citizen is, by pseudonym, and whether they had a consultation before.
    fn head(&self, id: i64, names: &mut Names) -> Result<History> {
        let sql = "SELECT citizen, desk, category, previous_id FROM conversation WHERE id = :id";
        let mut select = self.conn.prepare_cached(sql)?;
        let (number, desk, category, previous): (PhoneNumber, String, Option<String>, Option<i64>) =
            select.query_row(named_params! { ":id": id }, |r| {
                Ok((row::phone(r, "citizen")?, r.get("desk")?, r.get("category")?, r.get("previous_id")?))
            })?;
        let token = if number.is_erased() { number.reveal().to_owned() } else { token(self.keys, &number) };
        let mut earlier = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM (
                 SELECT id FROM conversation WHERE citizen = :number AND id < :id
                 UNION ALL SELECT id FROM conversation WHERE citizen = :token AND id < :id
                 UNION ALL SELECT :previous) earlier
             CROSS JOIN inbox i ON i.conversation_id = earlier.id AND i.purpose = 'question')",
        )?;
        let of = named_params! {
            ":number": number.reveal(), ":token": token, ":id": id, ":previous": previous,
        };
        Ok(History {
            citizen: short(&token),
            is_known: earlier.query_row(of, |r| r.get(0))?,
            desk: names.desk(&desk),
            category: category.map(|name| names.category(&name)),
            ..History::default()
        })
    }

    fn steps(&self, id: i64, names: &mut Names) -> Result<Vec<Step>> {
        let mut select = self.conn.prepare_cached(
            "SELECT e.at, e.kind, e.counselor_id, e.detail, e.desk, e.category, i.received_at, i.purpose, i.late_ms,
                    i.is_abusive, e.message_id
             FROM event e LEFT JOIN inbox i ON e.kind = 'text_in' AND i.id = e.message_id
             WHERE e.conversation_id = :id AND e.kind <> 'message' ORDER BY e.seq",
        )?;
        let answers = Answers::of(self.conn, id)?;
        let mut rows = select.query(named_params! { ":id": id })?;
        let mut steps = Vec::new();
        while let Some(r) = rows.next()? {
            let Some(what) = what(r, &answers)? else { continue };
            let desk = r.get_ref(4)?.as_str_or_null().unwrap_or_default().map(|key| names.desk(key));
            let category =
                r.get_ref(5)?.as_str_or_null().unwrap_or_default().map(|name| names.category(name));
            steps.push(Step { at: r.get(0)?, what, by: r.get(2)?, desk, category });
        }
        Ok(steps)
    }

    fn texts_out(&self, id: i64) -> Result<Vec<TextOut>> {
        let mut select = self.conn.prepare_cached(
            "SELECT created_at, author_id, notice, kind, has_photos, accepted_at, state, carrier, code FROM outbox
             WHERE conversation_id = :id ORDER BY id",
        )?;
        let mut rows = select.query(named_params! { ":id": id })?;
        let mut texts = Vec::new();
        while let Some(r) = rows.next()? {
            let notice = r.get_ref(2)?.as_str_or_null().unwrap_or_default();
            let class = match (r.get(4)?, r.get_ref(3)?.as_str().unwrap_or_default()) {
                (true, _) => Class::Mms,
                (false, "sms") => Class::Sms,
                (false, _) => Class::Lms,
            };
            texts.push(TextOut {
                at: r.get(0)?,
                by: r.get(1)?,
                is_receipt: matches!(notice, Some("receipt" | "urgent")),
                class,
                accepted_at: r.get(5)?,
                outcome: self.outcome(r)?,
            });
        }
        Ok(texts)
    }

    fn outcome(&self, r: &Row<'_>) -> Result<Outcome> {
        use crate::domain::outbound::OutboundState as S;
        Ok(match row::outbound_state(r)? {
            S::Delivered => Outcome::Delivered,
            S::Unconfirmed => Outcome::Unconfirmed,
            S::Cancelled => Outcome::Cancelled,
            S::Expired => Outcome::Lost(DeliveryReason::Expired),
            S::Undelivered | S::Failed => {
                let (carrier, code): (Option<String>, Option<String>) = (r.get(7)?, r.get(8)?);
                let meant = carrier.zip(code).and_then(|(carrier, code)| (self.meaning)(&carrier, &code));
                Outcome::Lost(meant.unwrap_or(DeliveryReason::Unknown))
            }
            S::Held | S::Queued | S::Sending | S::InDoubt | S::Accepted => Outcome::UnderWay,
        })
    }

    fn surveys(&self, id: i64) -> Result<Vec<SurveyFact>> {
        let mut select = self.conn.prepare_cached(
            "SELECT asked_at, counselor_id, answered_at, score FROM survey
             WHERE conversation_id = :id ORDER BY id",
        )?;
        let fact = |r: &Row<'_>| {
            Ok(SurveyFact { asked_at: r.get(0)?, by: r.get(1)?, answered_at: r.get(2)?, score: r.get(3)? })
        };
        Ok(select.query_map(named_params! { ":id": id }, fact)?.collect::<rusqlite::Result<_>>()?)
    }
}

/// The pseudonym's first bytes: no two citizens of a country share them.
fn short(token: &str) -> u64 {
    let hex: String = token.chars().rev().take(16).collect();
    u64::from_str_radix(&hex, 16).unwrap_or_default()
}

/// What an event means for figures; `None`: nothing, or a text of our own staff.
fn what(r: &Row<'_>, answers: &Answers) -> Result<Option<What>> {
    use EventKind as K;
    let kind = row::word(r, "kind", K::from_word)?;
    Ok(Some(match kind {
        K::TextIn => return text(r),
        K::Opened => What::Opened,
        K::Reopened => What::Reopened,
        K::Claimed if r.get_ref(3)?.as_str_or_null().unwrap_or_default() == Some(AT_ONCE) => {
            What::TakenWithOthers
        }
        K::Claimed => What::Claimed,
        K::Released => What::Released,
        K::Replied => What::Replied { has_left: answers.has_left(r.get(0)?, r.get(2)?) },
        K::FoundAnswered => What::FoundAnswered,
        K::AnswerLost => What::AnswerLost { had_left: answers.has_left_with(r.get(10)?) },
        K::Closed => What::Closed,
        K::Urgent => What::Urgent,
        K::Acked => What::Acked,
        K::AlarmEnded => {
            let detail: Option<String> = r.get(3)?;
            What::AlarmEnded { is_handed_over: detail.as_deref() == Some("handed_over") }
        }
        K::Transferred => What::Transferred,
        K::Returned | K::Adopted => What::Returned,
        K::Categorised => What::Categorised,
        _ => return Ok(None),
    }))
}

fn text(r: &Row<'_>) -> Result<Option<What>> {
    let Some(received_at) = r.get(6)? else { return Ok(None) };
    let (purpose, late_ms): (String, Option<i64>) = (r.get(7)?, r.get(8)?);
    // A late wish is read by a person (domain::arrival).
    let asks = purpose == "question" || (late_ms.is_some() && purpose.starts_with("opt_"));
    Ok((purpose != "staff").then_some(What::Text { received_at, asks, is_abusive: r.get(9)? }))
}
