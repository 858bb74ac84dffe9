//! `munjad citizen why`: why somebody was answered or was not. What happened to their texts in the order of time, as sentences
//! without a word of the texts.

use anyhow::Context as _;
use serde_json::{Value, json};

use super::exporting::{MASKED, subject_json};
use super::person::{Asked, open_for, rest};
use super::{Say, line};
use crate::carrier;
use crate::client::format::one_word;
use crate::client::message::{Fate, fate_sentence};
use crate::client::{Say as Sentences, Times, event_words};
use crate::domain::UnixMs;
use crate::domain::access::{Action, Subject};
use crate::domain::calendar::OpenState;
use crate::domain::event::EventKind;
use crate::domain::triage::Tier;
use crate::store::{AccessFilter, Act, ConversationDetail, Event, Message, Store};

/// One thing that happened.
struct Step {
    at: UnixMs,
    conversation_id: i64,
    /// `text_in`, `text_out`, `seen` or the word of an event.
    what: &'static str,
    sentence: String,
}

/// How steps are told.
struct Telling<'a> {
    asked: &'a Asked,
    say: Say,
    times: Times<'a>,
}

pub(super) async fn run(asked: &Asked, say: Say) -> anyhow::Result<()> {
    let store = open_for(asked, Action::View, "citizen why", say).await?;
    let (number, operator, now) = (&asked.number, &asked.operator, asked.now);
    let found = store.subject((Act::Show, number.clone()), asked.reason.clone(), operator, now).await?;
    let sentences = Sentences::new(say.lang);
    let zone = asked.config.desks.first().calendar.time_zone().clone();
    let telling = Telling { asked, say, times: Times { say: &sentences, now, zone: &zone } };
    let mut steps = telling.seen(&store).await?;
    for one in &found.conversations {
        let events = store.events_of(one.id).await?;
        let Ok(detail) = store.conversation(one.id, operator).await? else { continue };
        steps.extend(telling.texts(&detail, &events));
        steps.extend(events.iter().filter_map(|event| telling.event(one.id, event)));
    }
    steps.sort_by_key(|step| step.at);
    if say.json {
        let step = |step: &Step| -> Value {
            json!({
                "at": step.at, "conversation_id": step.conversation_id, "what": step.what, "sentence": step.sentence,
            })
        };
        let steps: Vec<Value> = steps.iter().map(step).collect();
        let all = json!({ "summary": subject_json(&found, number, MASKED), "steps": steps });
        line(&serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    line(&format!("{number}  {}", found.pseudonym.to_hex()));
    if steps.is_empty() {
        line(say.pick("No text of theirs is known.", "이 사람의 문자는 없습니다."));
    }
    for step in &steps {
        let (at, of) = (telling.times.dated(step.at), step.conversation_id);
        line(&say.pick(
            format!("{at}  conversation {of}: {}", step.sentence),
            format!("{at}  상담 {of}번: {}", step.sentence),
        ));
    }
    for one in &found.conversations {
        let state = sentences.t(&format!("state-{}", one.state));
        line(&say.pick(
            format!("Conversation {} now: {state}", one.id),
            format!("상담 {}번 지금 상태: {state}", one.id),
        ));
    }
    rest(&found, asked, say);
    Ok(())
}

impl Telling<'_> {
    /// Who opened a conversation of theirs, each once.
    async fn seen(&self, store: &Store) -> anyhow::Result<Vec<Step>> {
        let filter = AccessFilter { citizen: Some(self.asked.number.clone()), ..AccessFilter::default() };
        let theirs = store.pseudonyms().of_citizen(&self.asked.number);
        let mut steps: Vec<(String, Step)> = Vec::new();
        let rows = store.newest_access(filter, None, usize::MAX).await;
        for row in rows.context("the access log could not be read")?.into_iter().rev() {
            let who = one_word(&row.record.who.login);
            let record = row.record;
            let of = Subject::unpack(&record.subjects).into_iter().find(|subject| subject.citizen == theirs);
            let id = of.map_or(0, |subject| subject.conversation_id);
            let is_known = steps.iter().any(|(known, step)| *known == who && step.conversation_id == id);
            if record.action != Action::View.as_str() || id == 0 || is_known {
                continue;
            }
            let sentence = self.say.pick(
                format!("{who} opened it for the first time"),
                format!("{who} 님이 처음 열어 보았습니다"),
            );
            steps.push((who, Step { at: record.at, conversation_id: id, what: "seen", sentence }));
        }
        Ok(steps.into_iter().map(|(_, step)| step).collect())
    }

    fn event(&self, conversation_id: i64, event: &Event) -> Option<Step> {
        // The texts themselves are told.
        if matches!(event.kind, EventKind::TextIn | EventKind::Message | EventKind::Replied) {
            return None;
        }
        let who = event.counselor_name.as_deref().map(one_word).unwrap_or_default();
        let detail = one_word(event.detail.as_deref().unwrap_or_default());
        let m = event.message_id.map(|m| m.to_string()).unwrap_or_default();
        let mut sentence =
            event_words(self.times.say, (event.kind.as_str(), &detail), (&who, &m), Vec::new());
        if let (EventKind::Opened | EventKind::Reopened, Some(desk)) = (event.kind, &event.desk) {
            sentence = format!("{sentence} {}", self.hours(desk, event.at));
        }
        Some(Step { at: event.at, conversation_id, what: event.kind.as_str(), sentence })
    }

    /// `(desk 생활, open)`, `(desk 생활, closed until 2026-12-01 08:00)`
    fn hours(&self, key: &str, at: UnixMs) -> String {
        let desk = self.asked.config.desks.get_or_first(key);
        let name = one_word(&desk.name);
        match desk.calendar.at(at) {
            OpenState::Open { .. } => {
                self.say.pick(format!("(desk {name}, open)"), format!("({name} 부서, 운영 시간)"))
            }
            OpenState::Closed { opens_at, .. } => {
                let until = opens_at.map_or_else(|| "?".to_owned(), |at| self.times.dated(at));
                self.say.pick(
                    format!("(desk {name}, closed until {until})"),
                    format!("({name} 부서, 운영 시간 아님, {until}부터 운영)"),
                )
            }
        }
    }

    fn texts(&self, detail: &ConversationDetail, events: &[Event]) -> Vec<Step> {
        let conversation_id = detail.summary.id;
        let step = |message: &Message| match message {
            Message::In { .. } => Step {
                conversation_id,
                what: "text_in",
                at: at(message),
                sentence: self.text_in(message, events),
            },
            Message::Out { .. } => {
                Step { conversation_id, what: "text_out", at: at(message), sentence: self.text_out(message) }
            }
        };
        detail.messages.iter().map(step).collect()
    }

    /// `a text came in: URGENT`, `a text came in: answer to the survey`
    fn text_in(&self, message: &Message, events: &[Event]) -> String {
        let Message::In { id, purpose, tier, late_since, is_abusive, .. } = message else {
            return String::new();
        };
        let words = self.times.say;
        let sorted = tier.filter(|tier| *tier != Tier::Info).map(|tier| format!("tier-{}", tier.number()));
        let mut said: Vec<String> = sorted.and_then(|id| words.find(&id)).into_iter().collect();
        said.extend(words.find(&format!("purpose-{purpose}")));
        if *is_abusive {
            said.push(self.say.pick("abusive words", "욕설이 있음").to_owned());
        }
        if let Some(written) = late_since {
            let written = self.times.dated(*written);
            said.push(self.say.pick(format!("late, written {written}"), format!("늦게 옴, {written}에 씀")));
        }
        let desk =
            events.iter().find(|event| event.kind == EventKind::TextIn && event.message_id == Some(*id));
        let came = words.t("event-text_in");
        let hours =
            desk.and_then(|event| Some(self.hours(event.desk.as_deref()?, event.at))).unwrap_or_default();
        let said = if said.is_empty() { String::new() } else { format!(": {}", said.join(", ")) };
        format!("{came}{said} {hours}").trim_end().to_owned()
    }

    /// `answer of 김민수: arrived 14:05`, `automatic text (receipt): not sent: the wait was over`
    fn text_out(&self, message: &Message) -> String {
        let Message::Out { at, author, state, carrier, code, final_at, notice, .. } = message else {
            return String::new();
        };
        let meaning =
            carrier.as_deref().zip(code.as_deref()).and_then(|(name, code)| carrier::meaning(name, code));
        let fate =
            Fate { state: state.as_str(), at: final_at.unwrap_or(*at), code: code.as_deref(), meaning };
        let became = fate_sentence(&self.times, &fate);
        match author {
            Some(author) => {
                let name = one_word(&author.name);
                self.say.pick(format!("answer of {name}: {became}"), format!("{name} 님의 답변: {became}"))
            }
            None => match notice {
                Some(notice) => {
                    let notice = one_word(notice);
                    self.say.pick(
                        format!("automatic text ({notice}): {became}"),
                        format!("자동 문자({notice}): {became}"),
                    )
                }
                None => self.say.pick(
                    format!("answer found at the recovery (author unknown): {became}"),
                    format!("복구에서 찾은 답변(쓴 사람 모름): {became}"),
                ),
            },
        }
    }
}

fn at(message: &Message) -> UnixMs {
    match message {
        Message::In { at, .. } | Message::Out { at, .. } => *at,
    }
}
