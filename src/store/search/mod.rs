//! Search (`domain::search`). [`index`] fills the index and empties it of what is erased, [`page`] finds, [`rows`] reads what may have
//! been found. [`similar`] compares questions that were answered.
//!
//! Everything is read on read connections, in short steps. The index only proposes rows: each is read, and may be seen by who asks,
//! before it counts; rows that are not in the index yet are read one by one. So an index that lags, or that was never filled, makes a
//! search slower and loses nothing.

pub(in crate::store) mod index;
mod page;
mod rows;
mod similar;

pub use similar::SimilarAnswer;

use crate::domain::UnixMs;
use crate::domain::conversation::ConversationState;
use crate::domain::phone::PhoneNumber;
use crate::domain::search::{Place, Snippet, Source, Words};

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct SearchFilter {
    pub words: Option<Words>,
    pub citizen: Option<SoughtCitizen>,
    /// A category as `group/item`, or a whole `group`.
    pub category: Option<String>,
    /// Log-in name of who wrote an answer or a note; of a citizen's text, who holds its conversation or held it last.
    pub counselor: Option<String>,
    pub desk: Option<String>,
    pub since_at: Option<UnixMs>,
    /// Exclusive.
    pub until_at: Option<UnixMs>,
    pub source: Option<Source>,
}

/// Whose texts are looked for.
#[derive(Debug, Clone)]
pub enum SoughtCitizen {
    Number(PhoneNumber),
    /// As lists show a number, such as `010-****-5678`, or its last four digits.
    Shown(String),
    /// Whoever is called so for short ([`Store::citizens_named`](crate::store::Store::citizens_named)).
    Any(Vec<PhoneNumber>),
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchHit {
    pub source: Source,
    /// Id of the text, answer or note.
    pub id: i64,
    pub conversation_id: i64,
    pub citizen: PhoneNumber,
    pub desk: String,
    pub category: Option<String>,
    pub state: ConversationState,
    pub at: UnixMs,
    /// The name of who wrote an answer or a note.
    pub author: Option<String>,
    /// The text has abusive words; the snippet is empty.
    pub is_abusive: bool,
    /// An answer that did not leave: it was taken back, or something came between.
    pub is_unsent: bool,
    pub snippet: Snippet,
}

/// Some results, newest first.
#[derive(Debug, Clone, Default)]
pub struct SearchPage {
    pub hits: Vec<SearchHit>,
    /// Where the next page begins; `None`: this was all.
    pub next: Option<Place>,
    /// The search took too long and was broken off: what is older was not looked at.
    pub looked_back_to_at: Option<UnixMs>,
}
