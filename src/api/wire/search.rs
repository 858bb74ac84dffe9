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
    /// Their short name, such as `7F2K`; empty for one who was erased.
    #[serde(default)]
    pub citizen_name: String,
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
    /// An answer that did not leave: it was taken back, or something came between.
    #[serde(default)]
    pub is_unsent: bool,
}

/// A range of characters (Unicode scalar values); `end` is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MarkView {
    pub start: usize,
    pub end: usize,
}

/// `POST /v1/advice`
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdviceRequest {
    /// At most 20,000 characters.
    pub text: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct AdviceList {
    /// The text as it would be sent (NFC); places are of it.
    pub text: String,
    pub advice: Vec<AdviceView>,
}

/// One piece of advice.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AdviceView {
    /// `phone` (asks somebody to phone who may not be able to), `hard_word`, `long_sentence` (more than 50 characters),
    /// `several_questions`, `relative_date` (a day without its date) or `identity_number` (echoed).
    pub kind: String,
    /// Place in characters (Unicode scalar values); `end` is exclusive.
    pub start: usize,
    pub end: usize,
    /// What stands there.
    pub words: String,
    /// What could stand there instead.
    pub instead: Option<String>,
}

/// `GET /v1/conversations/{id}/similar`
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct SimilarList {
    pub similar: Vec<SimilarView>,
}

/// A question that was answered before. Identity numbers are masked.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SimilarView {
    pub conversation_id: i64,
    pub closed_at: i64,
    pub category: Option<String>,
    /// What the citizen asked, on one line.
    pub question: String,
    /// All that counselors wrote to them.
    pub answer: String,
}
