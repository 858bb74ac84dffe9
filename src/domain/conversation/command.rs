//! What can be asked of a conversation, what has to be known to decide it, and what follows from it.

use super::aggregate::{Category, Conversation};
use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::citizen::Citizen;
use crate::domain::counselor::Counselor;
use crate::domain::event::{EventKind, NoteKind};
use crate::domain::notice::{Language, Notice, Slot};
use crate::domain::opt_out::Wish;
use crate::domain::reason::Reason;
use crate::domain::recipient::Recipient;
use crate::domain::triage::Tier;

/// Nobody is restricted for longer, and nothing is promised or reminded of later (days).
pub const MOST_DAYS_AHEAD: i64 = 30;

/// A text of the citizen's that a person has to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextIn {
    /// Its number in the conversation.
    pub seq: i64,
    /// When it was written: they wait from then on, however late it came.
    pub at: UnixMs,
    /// It came so late that nobody is told by itself that it came ([`crate::domain::lateness`]).
    pub is_late: bool,
    pub tier: Option<Tier>,
    pub is_abusive: bool,
    /// What it is written in, as far as that can be told.
    pub language: Language,
    /// When the desk opens, if it is closed.
    pub opens_at: Option<UnixMs>,
}

/// An answer about to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// The citizen's last text that its writer saw.
    pub last_seen: i64,
    /// Send although something newer came in.
    pub force: bool,
    /// More will follow by then.
    pub promise_due_at: Option<UnixMs>,
    pub category: Option<Category>,
    /// A draft of its writer's stays if it has other words.
    pub keeps_draft: bool,
}

/// How a conversation is closed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Closing {
    /// The citizen's last text that its holder has seen; `None` only where nothing can have been missed.
    pub last_seen: Option<i64>,
    pub reason: Option<Reason>,
    /// What it was about, if that was not said before.
    pub category: Option<Category>,
    /// The citizen's last text gets no answer, knowingly.
    pub unanswered: bool,
    /// A promise that stands is dropped, knowingly.
    pub drop_promise: bool,
}

/// A text that left after the copy was made, as the carrier lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSent {
    pub at: UnixMs,
    /// When the citizen's last text was sent, by the same clock: the carrier's. Ours only knows when it was fetched again.
    pub last_text_at: UnixMs,
    /// A person's answer, as far as that can be told.
    pub is_answer: bool,
    /// For people: when it left, and through which carrier.
    pub note: String,
}

/// Everything that moves a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    TextIn(TextIn),
    Claim,
    Release,
    Reply(Reply),
    /// A supervisor answers somebody in the queue with the words that others get, too, and closes it if that is said.
    AnswerWaiting {
        reply: Reply,
        closing: Option<Closing>,
    },
    Close(Closing),
    /// I look after this danger.
    Ack,
    /// The same, from a duty phone: for a while.
    AckByPhone,
    /// Danger: rings for everybody.
    Urgent,
    /// There is no danger, and why. `last_seen`: the citizen's last text that the actor has seen; `None` only where nothing
    /// can have been missed.
    EndAlarm {
        reason: Reason,
        last_seen: Option<i64>,
    },
    /// 119 or 112 has been told: which of them, and who there. `last_seen` as above.
    HandOver {
        service: String,
        told: String,
        last_seen: Option<i64>,
    },
    /// The citizen's number is shown to the actor, and why.
    Reveal {
        reason: Reason,
    },
    /// What is masked in the texts is shown to the actor, and why.
    RevealTexts {
        reason: Reason,
    },
    /// The operator erases the citizen, and closes what is open.
    CloseToErase,
    /// Asks the citizen where they are.
    AskWhere,
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
    TakeOver {
        note: String,
    },
    /// Tells the citizen that abuse may end the talk.
    Warn,
    /// A supervisor: not answered until then, unless in danger. Ends the talk.
    Restrict {
        until: UnixMs,
        reason: Reason,
    },
    Unrestrict,
    /// What the citizen wants of automatic texts, as a counselor read it.
    Wish(Wish),
    /// What the citizen asked for, such as easy words. Empty: nothing any more.
    Prefer {
        text: String,
    },
    Categorise(Category),
    /// A text to the citizen that a restored copy of the database did not know of.
    FoundSent(FoundSent),
    /// We write before the citizen does, and why: into a new conversation.
    WriteFirst {
        reason: Reason,
    },
    /// An outside department works on it until then.
    Refer {
        department: String,
        due_at: UnixMs,
    },
    /// Nothing is expected of the department any more. Without a note, its name stands there.
    EndReferral {
        note: String,
    },
    /// What time alone does.
    Tick,
    /// It is time to ask how it was.
    AskSurvey,
}

impl Command {
    /// The word in the access log.
    pub fn as_str(&self) -> &'static str {
        match self {
            Command::TextIn(_) => "text_in",
            Command::Claim => "claim",
            Command::Release => "release",
            Command::Reply(_) => "reply",
            Command::AnswerWaiting { .. } => "answer_all",
            Command::Close(_) => "close",
            Command::Ack => "ack",
            Command::AckByPhone => "ack_by_phone",
            Command::Urgent => "urgent",
            Command::EndAlarm { .. } => "false_alarm",
            Command::HandOver { .. } => "handover",
            Command::Reveal { .. } => "reveal",
            Command::RevealTexts { .. } => "reveal_texts",
            Command::CloseToErase => "close_to_erase",
            Command::FoundSent(_) => "found_sent",
            Command::AskWhere => "where",
            Command::Note { .. } => "note",
            Command::Draft { .. } => "draft",
            Command::Promise { .. } => "promise",
            Command::Remind { .. } => "remind",
            Command::ToDesk { .. } | Command::ToPerson { .. } => "transfer",
            Command::Return { .. } => "return",
            Command::TakeOver { .. } => "take",
            Command::Warn => "warn",
            Command::Restrict { .. } => "restrict",
            Command::Unrestrict => "unrestrict",
            Command::Wish(Wish::OptOut) => "opt_out",
            Command::Wish(_) => "opt_in",
            Command::Prefer { .. } => "prefer",
            Command::Categorise(_) => "category",
            Command::WriteFirst { .. } => "write_first",
            Command::Refer { .. } => "refer",
            Command::EndReferral { .. } => "end_referral",
            Command::Tick => "tick",
            Command::AskSurvey => "ask_survey",
        }
    }
}

/// What has to be known beside the conversation itself. The store loads what the command needs.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    pub actor: &'a Actor,
    pub citizen: Citizen,
    /// Conversations that wait for us and that the actor holds.
    pub n_held: u32,
    /// Unanswered dangers among them.
    pub n_dangers_held: u32,
    /// Whom [`Command::ToPerson`] names, if they work here.
    pub person: Option<Counselor>,
    /// To whom it is offered, where that keeps the actor from claiming it.
    pub offered_to: Option<Counselor>,
    /// Whoever held it last still works here.
    pub last_holder_works: bool,
    /// An unanswered danger stands in another conversation of the citizen's.
    pub is_in_danger_elsewhere: bool,
    /// When the citizen was last warned, in any conversation.
    pub warned_at: Option<UnixMs>,
    /// A conversation with the citizen that is not closed, where we begin one.
    pub open_id: Option<i64>,
    /// What may be said to the citizen; `None` where nothing depends on it.
    pub recipient: Option<Recipient>,
    /// A text of either side holds a number that is masked (`domain::identity_number`).
    pub has_masked: bool,
}

impl<'a> Facts<'a> {
    /// Nothing known but who asks.
    pub fn new(actor: &'a Actor) -> Facts<'a> {
        Facts {
            actor,
            citizen: Citizen::default(),
            n_held: 0,
            n_dangers_held: 0,
            person: None,
            offered_to: None,
            last_holder_works: false,
            is_in_danger_elsewhere: false,
            warned_at: None,
            open_id: None,
            recipient: None,
            has_masked: false,
        }
    }
}

/// A change to what is known of the citizen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CitizenChange {
    Restrict { until: UnixMs, reason: String },
    Unrestrict,
    Prefer(Option<String>),
    Wish(Wish),
    Surveyed,
}

/// Something that happened, for the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    pub kind: EventKind,
    /// The text it is about.
    pub message_id: Option<i64>,
    /// Who did it; none if it happened by itself.
    pub counselor_id: Option<i64>,
    pub detail: Option<String>,
}

/// What follows from a command beside the changed conversation and its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    Note {
        kind: NoteKind,
        text: String,
    },
    /// The draft beside it goes.
    DropDraft,
    /// Everybody's drafts in it go.
    ForgetDrafts,
    /// An automatic text, if it may be said to this person now.
    Notice {
        notice: Notice,
        values: Vec<(Slot, String)>,
    },
    /// A duty phone is called, the one of this step (counted from 0): nobody has answered for so many minutes.
    Call {
        step: u32,
        minutes: i64,
    },
    /// Answers that are held back do not leave: the citizen has written again. Each becomes its writer's draft.
    StopHeldAnswers,
    /// Answers that are held back leave at once.
    LetHeldAnswersGo,
    /// Receipts and wait notices that have not left are not said any more.
    WithdrawWaitTexts,
    Reminder {
        due_at: UnixMs,
        text: String,
    },
    Citizen(CitizenChange),
    /// The citizen is asked how it was; the answer is credited to this counselor.
    Survey {
        counselor_id: Option<i64>,
    },
}

/// What was decided: how the conversation stands now, what happened, and what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub after: Conversation,
    pub events: Vec<Happening>,
    pub effects: Vec<Effect>,
}
