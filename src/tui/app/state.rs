//! The state of the desk: everything that is shown is in here.

use std::collections::{BTreeMap, VecDeque};

use jiff::tz::TimeZone;

use super::event::{Book, Effect};
use crate::api::wire::{
    ActionRequest, AdviceView, BulletinView, CloseRequest, ColleagueView, ConversationDetail,
    ConversationSummary, Decision, MeView, MessageInConversation, MessageView, OutboundMessage, PresenceWord,
    Revealed, RevealedText, SearchHitView,
};
use crate::client::citizen::named;
use crate::client::desks::desk_name;
use crate::client::message::{Tone, is_in_danger};
use crate::client::{Listed, Say, Times};
use crate::domain::text::{Charset, Limits, Piece};
use crate::tui::editor::Editor;
use crate::tui::keys::Key;

pub struct App {
    pub say: Say,
    pub zone: TimeZone,
    pub now: i64,
    /// Columns and rows.
    pub size: (u16, u16),
    pub me: MeView,
    pub queue: Queue,
    /// What I hold, whatever is listed.
    pub mine: Vec<ConversationSummary>,
    /// Who waits, whatever is listed: those that the server listed, and how many there are.
    pub waiting: Vec<ConversationSummary>,
    pub n_waiting: i64,
    pub talk: Option<Talk>,
    pub mode: Mode,
    pub link: Link,
    pub notice: Option<Notice>,
    pub(super) n_notices: u64,
    /// What is written for each conversation and has not left.
    pub drafts: BTreeMap<i64, Editor>,
    /// What was kept of the open conversation has not come yet.
    pub is_loading_draft: bool,
    /// What can be chosen for the open conversation has not come yet.
    pub is_loading_book: bool,
    /// The category of the canned answer that was put into an answer: it is sent with it.
    pub canned: BTreeMap<i64, String>,
    pub book: Book,
    /// Everybody who answers citizens, and who of them is on.
    pub colleagues: Vec<ColleagueView>,
    /// Sentences in receipts, as they were listed last.
    pub bulletins: Vec<BulletinView>,
    /// What was found last.
    pub found: Vec<SearchHitView>,
    /// Answers in doubt, as they were listed last.
    pub doubts: Vec<MessageInConversation>,
    /// 119 or 112, for which the number of this conversation is being fetched.
    pub handing: Option<(i64, &'static str)>,
    /// Categories by last use, the latest first.
    pub recent: Vec<String>,
    pub is_quiet: bool,
    /// Invented citizens: leaving is asked for.
    pub is_practice: bool,
    /// Line by line: what keys do is said as lines.
    pub is_plain: bool,
    pub stale: Stale,
    /// The answer that is on its way: its conversation, text, and whether to close afterwards.
    pub sending: Option<Sending>,
    /// The close that was asked for last, for a question about it.
    pub closing: Option<(i64, CloseRequest)>,
    /// The last answer that was held back when it was sent. It can be taken back also after the conversation was closed.
    pub last_held: Option<LastHeld>,
    /// An answer that was held and does not leave: it is told with what tells why.
    pub gone: Option<Gone>,
    /// The answer that somebody agreed to throw away by a close, with its conversation.
    pub dropping: Option<(i64, String)>,
    /// The conversation whose answer is to be looked at anew once its newer texts are here.
    pub looks_again: Option<i64>,
    /// The answer that is being taken back: the number of one of its texts, and its words.
    pub recalling: Option<(i64, String)>,
    /// The answer that was taken back, whose conversation is being opened again.
    pub recalled: Option<Recalled>,
    /// Advice about the answer that is looked at, with the text that it is about.
    pub advice: Option<(String, Vec<AdviceView>)>,
    /// A request of a person that was not answered yet: further ones wait.
    pub is_busy: bool,
    /// Since when something that was asked for has not come.
    pub waits_since: Option<i64>,
    /// Keys pressed while a request was on its way: they are meant for what it brings.
    pub ahead: VecDeque<Key>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastHeld {
    pub n: i64,
    /// Its number.
    pub m: i64,
    pub text: String,
    /// Until then it can be taken back.
    pub leaves_at: i64,
}

/// An answer that was held back and will not leave: its conversation, its number, and since when that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone {
    pub n: i64,
    pub m: i64,
    pub at: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recalled {
    pub n: i64,
    pub text: String,
    /// Another text had been begun, and both stand in the composer.
    pub is_beside: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Sending {
    pub n: i64,
    pub text: String,
    pub then_close: bool,
    pub last_seen: i64,
    pub category: Option<String>,
}

/// What has to be fetched again.
#[derive(Debug, Default)]
pub struct Stale {
    pub list: bool,
    pub talk: bool,
    pub is_listing: bool,
    /// When the list was asked for last.
    pub listed_at: i64,
    /// When colleagues were asked for last: somebody who comes or goes does not always say so.
    pub colleagues_at: i64,
    pub is_refreshing: bool,
    /// The draft that was changed since it was kept.
    pub draft: Option<i64>,
    pub draft_kept_at: i64,
}

pub struct Queue {
    pub listed: Listed,
    pub rows: Vec<ConversationSummary>,
    pub n_total: i64,
    /// Dangers that nobody looks after, whatever is listed.
    pub n_ringing: i64,
    pub selected: Option<i64>,
    pub was_loaded: bool,
    /// The server did not give it, the last time it was asked for.
    pub is_refused: bool,
}

/// The conversation that is open.
pub struct Talk {
    pub detail: ConversationDetail,
    /// Up to which text of the citizen the person has read on.
    pub read_to: i64,
    /// Rows scrolled up from the end.
    pub scroll: usize,
    /// Earlier consultations of the same citizen, the latest first.
    pub earlier: Vec<ConversationDetail>,
    /// Texts with words of abuse are shown.
    pub is_unfolded: bool,
    pub revealed: Option<Revealed>,
    /// Texts with what is masked in them elsewhere.
    pub unmasked: Vec<RevealedText>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    Up,
    /// The stream is broken and is being connected again.
    Down(String),
    /// The server refuses: nothing comes any more.
    Ended(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub tone: Tone,
    pub text: String,
    /// The conversation whose danger this calls about.
    pub danger: Option<i64>,
    /// How many there were: the same words once more are another notice.
    pub n: u64,
    /// From then on it is not true any more.
    pub until_at: Option<i64>,
    /// When it was told.
    pub at: i64,
    /// The conversation of which it says that an answer did not leave.
    pub end_of: Option<i64>,
}

#[derive(Debug, Clone)]
pub enum Mode {
    /// Commands by single keys.
    Desk,
    Write,
    /// The answer as it will arrive, before it leaves.
    Review(Review),
    Pick(Picker),
    Ask(Asked),
    Confirm(Confirm),
    /// What is read out to 119 or 112.
    Sheet(Sheet),
    Help,
    /// A key was refused behind which words are typed: nothing is a command until Esc.
    Stopped,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// `119` or `112`.
    pub service: &'static str,
    /// Rows scrolled down.
    pub scroll: usize,
}

#[derive(Debug, Clone)]
pub struct Review {
    pub pieces: Vec<Piece>,
    /// Texts of the citizen that came while the answer was written.
    pub newer: Vec<MessageView>,
    pub last_seen: i64,
    /// Enter is not enough: several texts leave, or something newer came.
    pub needs_yes: bool,
    /// It is shown anew, for something newer came after the first look: nothing was sent.
    pub is_again: bool,
}

#[derive(Debug, Clone)]
pub struct Picker {
    pub what: PickFor,
    pub filter: Editor,
    pub items: Vec<Item>,
    pub at: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What is chosen.
    pub key: String,
    pub label: String,
    /// What is shown in full of the chosen one.
    pub detail: String,
}

#[derive(Debug, Clone, PartialEq)]
pub enum PickFor {
    /// For the answer that is being written, or only looked through: the conversation is claimed once one is chosen.
    Canned {
        is_writing: bool,
    },
    Category,
    /// Close with it; the answer under review is sent first.
    Close {
        send: Option<i64>,
    },
    Desk,
    Presence,
    /// The sentences that receipts carry now.
    Bulletin,
    /// What a search found.
    Found,
    /// 119 or 112.
    Service,
    /// The photos and other files of the conversation.
    Photo,
    Doubt,
    /// What to do about this text in doubt of this conversation.
    Decision {
        m: i64,
        n: i64,
    },
}

#[derive(Debug, Clone)]
pub struct Asked {
    pub what: AskFor,
    pub input: Editor,
    pub error: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskFor {
    Note,
    Promise,
    Remind,
    RemindText(i64),
    /// The note of a transfer to a desk or a person.
    TransferNote {
        desk: Option<String>,
        person: Option<String>,
    },
    FalseAlarm,
    Reveal,
    /// Why what is masked in the texts has to be seen.
    Unmask,
    /// Who of this service was told.
    Told(&'static str),
    Take,
    /// Words in texts, answers and notes.
    Search,
}

#[derive(Debug, Clone)]
pub struct Confirm {
    pub question: String,
    pub then: Then,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Then {
    Close(i64, CloseRequest),
    Act(i64, ActionRequest, &'static str),
    Release(i64),
    Decide(i64, Decision),
    EndBulletin(i64),
    /// Leave a practice.
    Leave,
    /// Choose the category of a close, by which the answer that was begun goes.
    CloseBegun,
    /// Choose who gets the open conversation.
    Transfer,
    /// Pass the conversation on to this desk or colleague.
    PassOn {
        desk: Option<String>,
        person: Option<String>,
    },
    /// Put the carrier's words in place of what it cannot carry.
    Replace(String),
    /// The same words leave once more.
    SendAgain(Sending),
}

impl App {
    pub fn new(say: Say, zone: TimeZone, me: MeView, now: i64) -> Self {
        App {
            say,
            zone,
            now,
            size: (80, 24),
            me,
            queue: Queue {
                listed: Listed::Waiting,
                rows: Vec::new(),
                n_total: 0,
                n_ringing: 0,
                selected: None,
                was_loaded: false,
                is_refused: false,
            },
            mine: Vec::new(),
            waiting: Vec::new(),
            n_waiting: 0,
            talk: None,
            mode: Mode::Desk,
            link: Link::Up,
            notice: None,
            n_notices: 0,
            drafts: BTreeMap::new(),
            is_loading_draft: false,
            is_loading_book: false,
            canned: BTreeMap::new(),
            book: Book::default(),
            colleagues: Vec::new(),
            bulletins: Vec::new(),
            found: Vec::new(),
            doubts: Vec::new(),
            handing: None,
            recent: Vec::new(),
            is_quiet: false,
            is_practice: false,
            is_plain: false,
            stale: Stale::default(),
            sending: None,
            closing: None,
            gone: None,
            dropping: None,
            looks_again: None,
            recalling: None,
            recalled: None,
            advice: None,
            last_held: None,
            is_busy: false,
            waits_since: None,
            ahead: VecDeque::new(),
        }
    }

    pub fn times(&self) -> Times<'_> {
        Times { say: &self.say, now: self.now, zone: &self.zone }
    }

    /// The sentences that receipts carry now.
    pub fn bulletins_now(&self) -> impl Iterator<Item = &BulletinView> {
        self.bulletins.iter().filter(|one| one.ended_at.is_none() && one.until_at > self.now)
    }

    /// The number of the open conversation.
    pub fn n(&self) -> Option<i64> {
        self.talk.as_ref().map(|talk| talk.detail.summary.id)
    }

    /// Whether I hold the open conversation.
    pub fn holds(&self) -> bool {
        let holder = self.talk.as_ref().and_then(|talk| talk.detail.summary.claimed_by.as_ref());
        holder.is_some_and(|holder| holder.login == self.me.counselor.login)
    }

    /// What the carrier takes; Korean limits for an older server.
    pub fn limits(&self) -> Limits {
        let known = self.book.desks.as_ref().and_then(|desks| desks.limits.as_ref());
        let number = |n: i64| usize::try_from(n).unwrap_or(0);
        known.map_or(Limits::KOREAN, |limits| Limits {
            charset: if limits.unit == "segments" { Charset::Gsm7Ucs2 } else { Charset::Cp949 },
            sms: number(limits.sms),
            lms: number(limits.lms),
        })
    }

    /// What I have said of myself, as colleagues see it.
    pub fn my_presence(&self) -> Option<PresenceWord> {
        self.colleagues.iter().find(|who| who.is_me).map(|who| who.presence)
    }

    /// The name of a desk.
    pub fn desk_name(&self, key: &str) -> String {
        desk_name(self.book.desks.as_ref(), key)
    }

    /// The open conversation, named: its number and the short name of its citizen.
    pub fn addressee(&self) -> String {
        let summary = self.talk.as_ref().map(|talk| &talk.detail.summary);
        summary.map_or_else(String::new, |one| {
            let citizen = named(&self.say, &one.citizen, &one.citizen_name);
            self.say.with("addressee", [("n", one.id.to_string().into()), ("citizen", citizen.into())])
        })
    }

    /// Whether the alarm of the open conversation is not over.
    pub fn is_in_danger(&self) -> bool {
        self.talk.as_ref().is_some_and(|talk| is_in_danger(&talk.detail))
    }

    /// Whether an answer in the open conversation leaves at once, so that it cannot be taken back.
    pub fn leaves_at_once(&self) -> bool {
        self.talk.as_ref().is_some_and(|talk| talk.detail.summary.tier == Some(1))
    }

    /// The conversations that I hold, as far as is known.
    pub fn held_numbers(&self) -> Vec<i64> {
        let open = self.n().filter(|_| self.holds());
        let mut all: Vec<i64> = self.mine.iter().map(|row| row.id).chain(open).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The answer that was sent last, and for how many seconds it can be taken back.
    pub fn can_take_back(&self) -> Option<(i64, i64)> {
        let held = self.last_held.as_ref().filter(|held| held.leaves_at > self.now)?;
        Some((held.n, (held.leaves_at - self.now + 999) / 1_000))
    }

    /// Advice about what is written for the open conversation.
    pub fn advice_now(&self) -> &[AdviceView] {
        let about = self.advice.as_ref().filter(|(text, _)| text == self.draft().trim());
        about.map_or(&[], |(_, advice)| advice)
    }

    /// What is written for the open conversation.
    pub fn draft(&self) -> &str {
        self.n().and_then(|n| self.drafts.get(&n)).map_or("", Editor::text)
    }

    /// Whether what was asked for is still on its way.
    pub fn is_waiting(&self) -> bool {
        self.is_busy || self.sending.is_some()
    }

    /// Whether the server lets a request wait for longer than it takes where all is well.
    pub fn is_slow(&self) -> bool {
        self.waits_since.is_some_and(|since| self.now - since >= SLOW_MS)
    }
}

impl Talk {
    pub fn new(detail: ConversationDetail) -> Self {
        let read_to = detail.last_inbound_id;
        Talk {
            detail,
            read_to,
            scroll: 0,
            earlier: Vec::new(),
            is_unfolded: false,
            revealed: None,
            unmasked: Vec::new(),
        }
    }

    /// Everything here has been read; what is to be noted of it, if that is new.
    pub fn read_all(&mut self) -> Option<Effect> {
        let is_new = self.read_to < self.detail.last_inbound_id;
        self.read_to = self.detail.last_inbound_id;
        is_new.then_some(Effect::NoteSeen(self.detail.summary.id, self.read_to))
    }

    /// The citizen's texts that came after what was read.
    pub fn newer(&self) -> impl Iterator<Item = &MessageView> {
        let read_to = self.read_to;
        self.detail.messages.iter().filter(move |text| text.inbound().is_some_and(|text| text.seq > read_to))
    }

    /// The words of a text: whole, if what is masked in it was revealed.
    pub fn words<'a>(&'a self, text: &'a MessageView) -> &'a str {
        let direction = if text.inbound().is_some() { "in" } else { "out" };
        let whole = self.unmasked.iter().find(|one| one.direction == direction && one.id == text.id());
        whole.map_or_else(|| text.text(), |one| &one.text)
    }

    /// The last answer of a person to what the citizen wrote last, if it stays on its way or has left.
    pub fn answered(&self) -> Option<&OutboundMessage> {
        let texts = self.detail.messages.iter().rev().take_while(|text| text.inbound().is_none());
        let mut answers = texts.filter_map(MessageView::outbound).filter(|text| text.author.is_some());
        answers.find(|text| !["cancelled", "failed", "expired", "undelivered"].contains(&text.state.as_str()))
    }

    /// The last answer that is held back.
    pub fn held(&self) -> Option<&OutboundMessage> {
        let texts = self.detail.messages.iter().rev().filter_map(MessageView::outbound);
        texts.filter(|text| text.author.is_some()).find(|text| text.state == "held")
    }
}

/// An answer of the server that takes longer is told of.
const SLOW_MS: i64 = 4_000;
/// Items of a list that are gone over at once.
pub const PICKED_AT_ONCE: usize = 12;

impl Picker {
    /// The items that fit what was typed, in their order.
    pub fn fitting(&self) -> Vec<&Item> {
        let words: Vec<String> =
            self.filter.text().to_lowercase().split_whitespace().map(str::to_owned).collect();
        let fits = |item: &&Item| {
            let all = format!("{} {} {}", item.key, item.label, item.detail).to_lowercase();
            words.iter().all(|word| all.contains(word))
        };
        self.items.iter().filter(fits).collect()
    }

    pub fn chosen(&self) -> Option<&Item> {
        let fitting = self.fitting();
        fitting.get(self.at.min(fitting.len().saturating_sub(1))).copied()
    }
}
