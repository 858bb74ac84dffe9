//! What is found: by searching, and by its likeness; and advice about a text.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /v1/search`
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct SearchResults {
    /// Newest first.
    pub hits: Vec<SearchHitView>,
    /// `after` of the next page; null: there is none.
    pub next: Option<String>,
    /// The search took too long and looked back to here only; `next` goes on.
    pub looked_back_to_at: Option<i64>,
}

/// A text, answer or note that was found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SearchHitView {
    pub conversation_id: i64,
    /// `text` (from the citizen), `answer` or `note`.
    pub kind: String,
    /// Id of the text, answer or note.
    pub id: i64,
    pub at: i64,
    /// The citizen's number, masked.
    pub citizen: String,
    pub desk: String,
    pub category: Option<String>,
    /// State of the conversation.
    pub state: String,
    /// Name of who wrote the answer or note.
    pub author: Option<String>,
    /// The part around what was found, on one line; identity numbers are masked.
    pub text: String,
    /// Where the words stand in it.
    pub marks: Vec<MarkView>,
    /// It has abusive words, so `text` is empty.
    pub is_abusive: bool,
}

/// A range of characters (Unicode scalar values); `end` is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MarkView {
    pub start: usize,
    pub end: usize,
}
