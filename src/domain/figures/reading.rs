//! From a conversation's history to single facts, each with its moment, desk, category and counselor.

mod alarm;
mod outgoing;

use alarm::Danger;

use super::history::{Class, History, Outcome, Step, What};
use super::names::Names;
use crate::domain::UnixMs;
use crate::domain::conversation::REOPEN_MS;

/// A fact that counts somewhere. Durations are milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    Text {
        is_abusive: bool,
    },
    Began {
        citizen: u64,
        is_new: bool,
        is_return: bool,
    },
    FirstResponse(i64),
    NextResponse(i64),
    /// The same, as far as it was up to the counselor who answered.
    OwnResponse(i64),
    Wait(i64),
    Handling(i64),
    Receipt(i64),
    Replied,
    /// `is_resolved`: of an answered first consultation, whether the citizen stayed away for 72 hours.
    Finished {
        is_resolved: Option<bool>,
    },
    NeverAnswered,
    StillOpen,
    Transferred,
    DangerSeen,
    FalseAlarm,
    DangerAcked(i64),
    DangerAnswered(i64),
    Surveyed,
    SurveyAnswered {
        score: Option<u8>,
    },
    Sent {
        class: Class,
        is_automatic: bool,
        is_taken: bool,
        outcome: Outcome,
    },
}

/// A fact with where it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contribution {
    pub at: UnixMs,
    pub desk: u16,
    pub category: Option<u16>,
    /// The counselor to whom it is credited.
    pub by: Option<i64>,
    pub fact: Fact,
}

/// Everything that one conversation contributes, in no particular order.
pub fn contributions(history: &History, names: &Names) -> Vec<Contribution> {
    let has_categories = history.steps.iter().any(|step| step.category.is_some());
    let mut reader = Reader {
        history,
        names,
        desk: history.desk,
        category: history.category.filter(|_| !has_categories),
        holder: None,
        is_with_others: false,
        episode: None,
        danger: None,
        n_episodes: 0,
        received: Vec::new(),
        desks: Vec::new(),
        done: Vec::new(),
    };
    history.steps.iter().for_each(|step| reader.step(step));
    reader.flush_danger();
    reader.end_episode(None);
    reader.texts_out();
    reader.surveys();
    reader.done
}

/// From the first text to the close; what returns after a close is another one.
#[derive(Default)]
struct Episode {
    is_return: bool,
    /// When its first text that a person has to read came.
    began_at: Option<UnixMs>,
    /// The oldest text that is not answered, and the desk that it came to.
    wait: Option<Wait>,
    last_answer: Option<Answer>,
    n_answers: u32,
    is_found_answered: bool,
    /// Somebody has taken it.
    is_taken: bool,
    /// When somebody first took it alone.
    taken_at: Option<UnixMs>,
    /// When it was last passed on, or put back.
    passed_at: Option<UnixMs>,
    last_reply_at: Option<UnixMs>,
    last_reply_by: Option<i64>,
    closed: Option<(UnixMs, Option<i64>)>,
    /// Facts that still need the category.
    facts: Vec<Contribution>,
}

#[derive(Clone, Copy)]
struct Wait {
    since: UnixMs,
    desk: u16,
}

/// The last answer, as long as it may be lost.
#[derive(Clone, Copy)]
struct Answer {
    wait: Wait,
    at: UnixMs,
    by: Option<i64>,
    /// To this citizen alone.
    own: bool,
    passed_at: Option<UnixMs>,
    is_first: bool,
    reply_before: Option<UnixMs>,
}

struct Reader<'a> {
    history: &'a History,
    names: &'a Names,
    desk: u16,
    category: Option<u16>,
    holder: Option<i64>,
    /// It is being answered together with others.
    is_with_others: bool,
    episode: Option<Episode>,
    danger: Option<Danger>,
    n_episodes: u32,
    /// When texts came, in their order.
    received: Vec<UnixMs>,
    /// From when which desk.
    desks: Vec<(UnixMs, u16)>,
    done: Vec<Contribution>,
}

impl Reader<'_> {
    fn step(&mut self, step: &Step) {
        let desk_before = self.desk;
        self.desk = step.desk.unwrap_or(self.desk);
        self.category = step.category.or(self.category);
        if self.desks.is_empty() || self.desk != desk_before {
            self.desks.push((step.at, self.desk));
        }
        match step.what {
            What::Opened | What::Reopened => self.begin(step),
            What::Text { received_at, asks, is_abusive } => self.text(received_at, asks, is_abusive),
            What::Claimed => self.claimed(step),
            What::TakenWithOthers => self.is_with_others = true,
            What::Released | What::Returned => self.passed(step.at),
            What::Transferred => {
                let fact = self.fact(step.at, desk_before, step.by, Fact::Transferred);
                self.tell(fact);
                self.passed(step.at);
            }
            What::Replied { has_left: true } => self.replied(step),
            // Whoever wrote it had seen the danger; the citizen has heard nothing.
            What::Replied { has_left: false } => self.acked(step),
            What::FoundAnswered => self.found_answered(),
            What::AnswerLost { had_left } => self.answer_lost(had_left),
            What::Closed => self.closed(step),
            What::Urgent => self.urgent(step),
            What::Acked => self.acked(step),
            What::AlarmEnded { is_handed_over } => self.alarm_ended(step, is_handed_over),
            What::Categorised => {}
        }
    }

    fn fact(&self, at: UnixMs, desk: u16, by: Option<i64>, fact: Fact) -> Contribution {
        Contribution { at, desk, category: self.category, by, fact }
    }

    /// Keeps a fact of the open consultation until its category is known.
    fn tell(&mut self, fact: Contribution) {
        match self.episode.as_mut().filter(|episode| episode.closed.is_none()) {
            Some(episode) => episode.facts.push(fact),
            None => self.done.push(fact),
        }
    }

    fn open_ms(&self, desk: u16, from: UnixMs, to: UnixMs) -> i64 {
        self.names.calendar(desk).open_ms_between(from, to)
    }

    fn begin(&mut self, step: &Step) {
        let is_return = step.what == What::Reopened;
        self.end_episode(is_return.then_some(step.at));
        self.holder = None;
        self.episode = Some(Episode { is_return, ..Episode::default() });
    }

    fn text(&mut self, received_at: UnixMs, asks: bool, is_abusive: bool) {
        self.received.push(received_at);
        let mut text = self.fact(received_at, self.desk, self.holder, Fact::Text { is_abusive });
        if !asks {
            // Beside the consultation, or after its end: it is about nothing.
            text.category = None;
            self.done.push(text);
            return;
        }
        let (desk, citizen) = (self.desk, self.history.citizen);
        let is_new = self.n_episodes == 0 && !self.history.is_known;
        let episode = self.episode.get_or_insert_default();
        if episode.began_at.is_none() {
            episode.began_at = Some(received_at);
            let began = Fact::Began { citizen, is_new, is_return: episode.is_return };
            self.n_episodes += 1;
            let began = self.fact(received_at, desk, None, began);
            self.tell(began);
        }
        self.tell(text);
        self.settle_answer();
        if let Some(episode) = &mut self.episode {
            episode.wait.get_or_insert(Wait { since: received_at, desk });
        }
    }

    fn claimed(&mut self, step: &Step) {
        if self.holder.is_some_and(|holder| step.by != Some(holder)) {
            // Taken over.
            self.passed(step.at);
        }
        self.holder = step.by;
        self.acked(step);
        self.waited(step);
        if let Some(episode) = &mut self.episode {
            episode.taken_at.get_or_insert(step.at);
        }
    }

    /// Counts the wait for the first who takes it.
    fn waited(&mut self, step: &Step) {
        let Some(episode) = self.episode.as_mut().filter(|episode| !episode.is_taken) else { return };
        episode.is_taken = true;
        if let Some(wait) = episode.wait {
            let waited = self.open_ms(wait.desk, wait.since, step.at);
            let fact = self.fact(wait.since, wait.desk, step.by, Fact::Wait(waited));
            self.tell(fact);
        }
    }

    fn passed(&mut self, at: UnixMs) {
        (self.holder, self.is_with_others) = (None, false);
        if let Some(episode) = &mut self.episode {
            episode.passed_at = Some(at);
        }
    }

    fn replied(&mut self, step: &Step) {
        // An answer to many is credited to nobody, and is no part of handling this one.
        let own = !self.is_with_others;
        if !own {
            // It ends the wait only where it left. Handling begins when somebody takes this one alone.
            self.waited(&Step { by: None, ..*step });
        }
        let author = step.by.filter(|_| own);
        let reply = self.fact(step.at, self.desk, author, Fact::Replied);
        self.tell(reply);
        self.danger_answered(step);
        self.settle_answer();
        let Some(episode) = &mut self.episode else { return };
        let is_first = episode.n_answers == 0;
        episode.n_answers += 1;
        let reply_before = episode.last_reply_at;
        if own {
            episode.last_reply_at = Some(step.at);
            episode.last_reply_by = step.by;
        }
        if let Some(wait) = episode.wait.take() {
            let passed_at = episode.passed_at;
            episode.last_answer =
                Some(Answer { wait, at: step.at, by: author, own, passed_at, is_first, reply_before });
        }
    }

    /// The last answer stands: nothing can be lost of it any more that would matter to the response.
    fn settle_answer(&mut self) {
        let Some(answer) = self.episode.as_mut().and_then(|episode| episode.last_answer.take()) else {
            return;
        };
        let Wait { since, desk } = answer.wait;
        let took = self.open_ms(desk, since, answer.at);
        let response = if answer.is_first { Fact::FirstResponse(took) } else { Fact::NextResponse(took) };
        let from = answer.passed_at.map_or(since, |passed| passed.max(since));
        let own = Fact::OwnResponse(self.open_ms(desk, from, answer.at));
        let facts = [response, own].map(|fact| self.fact(since, desk, answer.by, fact));
        if let Some(episode) = &mut self.episode {
            episode.facts.extend(facts.into_iter().take(if answer.own { 2 } else { 1 }));
        }
    }

    fn found_answered(&mut self) {
        if let Some(episode) = &mut self.episode {
            episode.wait = None;
            episode.is_found_answered = true;
        }
    }

    /// The answer counts as none, and a close after it as none either: the citizen waits again. Where nothing of it had left, no
    /// answer was counted, and the one before it stands.
    fn answer_lost(&mut self, had_left: bool) {
        if let Some(episode) = &mut self.episode {
            episode.closed = None;
        }
        if !had_left {
            return;
        }
        if let Some(danger) = &mut self.danger {
            danger.answered = None;
        }
        let Some(episode) = &mut self.episode else { return };
        if let Some(answer) = episode.last_answer.take() {
            episode.wait = Some(answer.wait);
            episode.n_answers = episode.n_answers.saturating_sub(1);
            episode.last_reply_at = answer.reply_before;
        }
    }

    fn closed(&mut self, step: &Step) {
        self.holder = None;
        let is_with_others = std::mem::take(&mut self.is_with_others);
        let by = step.by.filter(|_| !is_with_others);
        if let Some(episode) = &mut self.episode {
            episode.closed = Some((step.at, by));
        }
    }

    /// `returned_at`: when the citizen began again.
    fn end_episode(&mut self, returned_at: Option<UnixMs>) {
        self.settle_answer();
        let Some(mut episode) = self.episode.take() else { return };
        let (category, desk) = (self.category, self.desk);
        let is_answered = episode.n_answers > 0 || episode.is_found_answered;
        let mut tell = |at, by, fact| {
            episode.facts.push(Contribution { at, desk, category, by, fact });
        };
        match (episode.began_at, episode.closed) {
            (Some(_), Some((closed_at, closed_by))) => {
                let came_back = returned_at.is_some_and(|at| at - closed_at <= REOPEN_MS);
                let is_resolved = (is_answered && !episode.is_return).then_some(!came_back);
                let by = closed_by.or(episode.last_reply_by);
                tell(closed_at, by, Fact::Finished { is_resolved });
                if let Some((from, to)) = episode.taken_at.zip(episode.last_reply_at) {
                    let took = self.names.calendar(desk).open_ms_between(from, to);
                    tell(closed_at, episode.last_reply_by, Fact::Handling(took));
                }
                if !is_answered {
                    tell(episode.began_at.unwrap_or(closed_at), None, Fact::NeverAnswered);
                }
            }
            (Some(began_at), None) => tell(began_at, None, Fact::StillOpen),
            (None, _) => {}
        }
        self.done.extend(episode.facts.into_iter().map(|fact| Contribution { category, ..fact }));
    }
}
