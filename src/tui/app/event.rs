//! What happens to the desk, and what it wants done: [`App::update`](super::App::update) turns the one into the other.

use crate::api::wire::{
    ActionRequest, AdviceView, BulletinView, CannedView, CategoryList, CloseRequest, ColleagueView,
    ConversationDetail, ConversationList, Decision, DeskList, MessageList, PresenceResponse, PresenceWord,
    ReplyRequest, RevealRequest, RevealWhat, Revealed, SearchResults,
};
use crate::client::reply::Sent;
use crate::client::{ClientError, Feed, Listed, Moved};
use crate::tui::keys::Key;

pub enum Event {
    Key(Key),
    /// A key that came at once with others, as a paste does that the terminal does not mark, or so soon behind another one that no hand
    /// pressed it.
    Rushed(Key),
    /// A syllable that an input method committed with the Enter that ended it: both came at once.
    Committed(char),
    /// A text that was pasted, or that an input method committed at once.
    Paste(String),
    /// The number of a conversation, which may be in no list.
    Open(i64),
    /// A line that is no key and no number.
    Unknown(String),
    /// The next items of a list were asked for, and there are no more.
    NoMore,
    /// A line that is not taken, because the key before it was refused.
    NotTaken(String),
    /// So many lines came at once, as a paste does, where nothing is written: none of them was run.
    Lines(usize),
    Resize(u16, u16),
    /// The window was closed, or the program is asked to stop: nobody can be asked anything.
    Leave,
    /// Time has passed: the time now.
    Tick(i64),
    Live(Feed),
    /// The stream ended for good.
    LiveEnded(ClientError),
    Came(Came),
}

/// What a request brought.
pub enum Came {
    List(Listed, Result<ConversationList, ClientError>),
    /// A conversation, and what was asked for.
    Talk(Wanted, Result<Box<ConversationDetail>, ClientError>),
    /// An earlier consultation of the same citizen.
    Earlier(i64, Result<Box<ConversationDetail>, ClientError>),
    Sent(i64, Result<Box<Sent>, NotSent>),
    Done(i64, Deed, Result<(), ClientError>),
    Revealed(i64, RevealWhat, Result<Revealed, ClientError>),
    Doubts(Result<MessageList, ClientError>),
    /// A text in doubt, and what was decided about it.
    Decided(i64, Decision, Result<(), ClientError>),
    Photo(i64, Result<Saved, ClientError>),
    /// `None`: the server did not give it.
    Book(Option<Box<Book>>),
    Colleagues(Vec<ColleagueView>),
    Bulletins(Vec<BulletinView>),
    /// A sentence in receipts was taken back, or not.
    BulletinEnded(Result<BulletinView, ClientError>),
    Found(Result<SearchResults, ClientError>),
    /// Advice about this text.
    Advice(String, Vec<AdviceView>),
    /// The draft that was kept of this conversation, and the word of an answer that came back.
    Draft {
        n: i64,
        text: Option<String>,
        origin: Option<String>,
    },
    /// The draft that the server keeps is another one than stood here.
    DraftMoved(i64, Moved),
    /// The answer of this conversation, by the number of one of its texts, was taken back: what the server has as a draft then, if it says so.
    Recalled(i64, i64, Result<Option<Moved>, ClientError>),
    /// No answer of mine is held back.
    NothingHeld,
    Present(Result<PresenceResponse, ClientError>),
}

/// What became of a photo: where it was saved, or why it was not; and whether a viewer shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    pub place: Result<String, String>,
    pub is_open: bool,
}

/// Why an answer was not sent, as far as is known.
pub enum NotSent {
    /// This machine could not note it down; nothing left.
    Here(String),
    Server(ClientError),
}

/// Why a conversation was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    Next,
    /// Claim it, and begin an answer if so.
    Claim(i64, bool),
    Open(i64),
    Refresh(i64),
    /// An action, and the word of its sentence (`did-<word>`).
    Act(i64, &'static str),
}

/// What was done to a conversation without showing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Closed,
    Released,
}

/// What the desk knows beside conversations; loaded at the start and for each desk.
#[derive(Debug, Clone, Default)]
pub struct Book {
    pub canned: Vec<CannedView>,
    pub categories: Option<CategoryList>,
    pub desks: Option<DeskList>,
}

/// What is to be done outside.
#[derive(Clone, PartialEq)]
pub enum Effect {
    List(Listed),
    Next,
    Claim(i64, bool),
    Open(i64),
    Refresh(i64),
    Earlier(i64),
    Act(i64, ActionRequest, &'static str),
    Send(i64, ReplyRequest),
    /// Ask for advice about a text that is looked at.
    Advise(String),
    Close(i64, CloseRequest),
    Release(i64),
    Recall(i64, i64),
    /// Take back the newest of my answers that are held back, whatever its conversation.
    RecallNewest,
    Reveal(i64, RevealRequest),
    LoadDoubts,
    Decide(i64, Decision),
    /// Save a photo, film or voice message, and open it with the desktop's viewer.
    ShowPhoto(i64),
    /// Canned replies and categories of a desk, and all desks.
    LoadBook(Option<String>),
    LoadDraft(i64),
    /// The server may have written or removed this draft: look.
    LookAtDraft(i64),
    /// These words of the server stand in the composer now.
    TookDraft(i64, String),
    /// Keep what stands in the composer, and up to which text of the citizen its writer has read; an empty text removes it.
    KeepDraft(i64, String, i64),
    SetPresence(PresenceWord),
    LoadColleagues,
    LoadBulletins,
    EndBulletin(i64),
    /// Search texts, answers and notes for these words.
    Search(String),
    /// Note for other programs of this profile what was shown.
    NoteSeen(i64, i64),
    /// Call the person: a bell, and a notification that names no citizen.
    Call {
        bell: bool,
        title: String,
        body: String,
    },
    Quit,
}
