//! The only types that cross the API. Both sides use them: the routes write them, `client.rs` and the CLI read them.
//! Times are milliseconds UTC and end in `_at`. A citizen's number crosses masked.

mod message;
mod problem;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use message::{
    InboundMessage, MessageInConversation, MessageList, MessageView, OutboundMessage, PhotoFile, PhotoView,
};
pub use problem::{OfferView, ProblemCode, ProblemDetails, ReplacedView};

/// `POST /v1/login`
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct LoginRequest {
    pub login: String,
    pub password: String,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct LoginResponse {
    /// Bearer token; opaque, revocable, shown once.
    pub token: String,
    pub expires_at: i64,
    pub counselor: CounselorView,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CounselorView {
    pub id: i64,
    pub login: String,
    pub name: String,
}

/// One line of a list of conversations.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ConversationSummary {
    pub id: i64,
    /// Masked: `010-****-5678`.
    pub citizen: String,
    /// `waiting`, `active`, `answered` or `closed`.
    pub state: String,
    pub claimed_by: Option<CounselorView>,
    pub opened_at: i64,
    /// Since when the citizen has been waiting for us; absent while we wait for them.
    pub waiting_since_at: Option<i64>,
    /// Texts of both sides.
    pub n_messages: i64,
    /// The beginning of the citizen's last text.
    pub preview: String,
    /// Photos that came with it.
    #[serde(default)]
    pub n_photos: i64,
    /// Answers whose fate a counselor has to decide.
    pub n_in_doubt: i64,
    /// The desk that serves it.
    #[serde(default)]
    pub desk: String,
    /// How pressing: 1 (danger now), 2 (look soon), 3 (worth knowing).
    #[serde(default)]
    pub tier: Option<u8>,
    /// Danger that nobody has said yet to look after.
    #[serde(default)]
    pub is_ringing: bool,
    /// Words of abuse stand in the last text: the preview is empty.
    #[serde(default)]
    pub is_abusive: bool,
    /// An answer is owed by then.
    #[serde(default)]
    pub promise_due_at: Option<i64>,
    /// Passed on to this counselor (a log-in name), who has it first.
    #[serde(default)]
    pub offered_to: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ConversationList {
    pub conversations: Vec<ConversationSummary>,
    /// How many there are, beyond those listed.
    pub n_total: i64,
}

/// A conversation with its texts, oldest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ConversationDetail {
    #[serde(flatten)]
    pub summary: ConversationSummary,
    /// The citizen's last text; a reply has to carry it as `last_seen`.
    pub last_inbound_id: i64,
    pub closed_at: Option<i64>,
    pub close_reason: Option<String>,
    /// An earlier conversation with the same citizen.
    pub previous_id: Option<i64>,
    /// What it was about.
    #[serde(default)]
    pub category: Option<String>,
    /// Who looks after the danger in it (a name).
    #[serde(default)]
    pub acked_by: Option<String>,
    /// The citizen wants no automatic texts.
    #[serde(default)]
    pub opted_out: bool,
    /// The citizen is not answered until then, unless in danger.
    #[serde(default)]
    pub restricted_until_at: Option<i64>,
    /// What they asked for: text only, easy words.
    #[serde(default)]
    pub preference: Option<String>,
    /// An answer that somebody began.
    #[serde(default)]
    pub draft: Option<String>,
    /// What counselors left beside it, oldest first.
    #[serde(default)]
    pub notes: Vec<NoteView>,
    /// What the citizen said when asked how it was.
    #[serde(default)]
    pub survey: Option<SurveyView>,
    pub messages: Vec<MessageView>,
}

/// How it was, in the citizen's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SurveyView {
    pub conversation_id: i64,
    pub answered_at: i64,
    /// The name of who answered them last.
    pub counselor: Option<String>,
    /// 1 to 5; absent if they only wrote words.
    pub score: Option<u8>,
    pub comment: Option<String>,
}

/// `GET /v1/surveys`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SurveyList {
    pub surveys: Vec<SurveyView>,
    /// Of those listed, the mean score in hundredths; absent if nobody gave one.
    pub mean_hundredths: Option<i64>,
}

/// Something counselors left beside a conversation. Never leaves the house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoteView {
    pub at: i64,
    /// `note`, `transfer`, `return`, `takeover`, `warning`, `restriction`, `promise`
    pub kind: String,
    pub author: Option<String>,
    pub text: String,
}

/// `POST /v1/conversations/{id}/actions`: what is done about a conversation beside answering it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum ActionRequest {
    /// I look after this urgent text.
    Ack,
    /// Danger: rings for everybody.
    Urgent,
    /// There is no danger: ends the alarm, by the caller's name.
    FalseAlarm {
        reason: String,
    },
    Note {
        text: String,
    },
    /// An answer that is not finished; empty throws it away.
    Draft {
        text: String,
    },
    /// We answer by then.
    Promise {
        due_at: i64,
    },
    /// Come back to it then.
    Remind {
        due_at: i64,
        text: String,
    },
    /// Pass it on, to a desk or to a person; the note is for them.
    Transfer {
        desk: Option<String>,
        person: Option<String>,
        note: String,
    },
    /// Give back what was passed on.
    Return {
        note: String,
    },
    /// A supervisor takes it over.
    Take {
        note: String,
    },
    /// Tell the citizen that abuse may end the talk.
    Warn,
    /// A supervisor: not answered until then, unless in danger; ends the talk.
    Restrict {
        until_at: i64,
        reason: String,
    },
    Unrestrict,
    /// What the citizen asked for; empty: nothing any more.
    Prefer {
        text: String,
    },
    Category {
        category: String,
    },
}

/// `GET /v1/desks`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeskView {
    pub key: String,
    pub name: String,
    pub is_open: bool,
    /// When it closes or opens next, if it does.
    pub until_at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeskList {
    pub desks: Vec<DeskView>,
}

/// `GET /v1/categories`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CategoryList {
    pub version: String,
    /// `group/item`
    pub categories: Vec<String>,
    /// Whether closing needs one.
    pub required: bool,
}

/// `GET /v1/canned`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CannedList {
    pub replies: Vec<CannedView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CannedView {
    pub key: String,
    /// Filled in for who asks.
    pub text: String,
    pub category: Option<String>,
}

/// `POST /v1/conversations/{id}/evidence`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceRequest {
    /// Why it is needed; kept beside the conversation.
    pub reason: String,
}

/// Everything of a conversation, with hashes: each record's `sha256` is over the one before it (its hexadecimal digits) and
/// this record's `json`, so that nothing can be changed or left out unseen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    pub conversation_id: i64,
    pub exported_at: i64,
    pub exported_by: String,
    pub reason: String,
    pub records: Vec<EvidenceRecord>,
    /// Of the last record.
    pub sha256: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceRecord {
    /// A text, a note or the conversation itself, as JSON in one string.
    pub json: String,
    pub sha256: String,
}

/// `POST /v1/conversations/{id}/replies`, with an `Idempotency-Key` header.
///
/// The reply, its promise and its category are written together or not at all.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplyRequest {
    pub text: String,
    /// `last_inbound_id` of what the writer saw.
    pub last_seen: i64,
    /// Send although something newer came in.
    #[serde(default)]
    pub force: bool,
    /// Photos that the same counselor handed in (`POST /v1/photos`), in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<i64>,
    /// The rest of the answer is promised by then (milliseconds UTC), as by the action `promise`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise_due_at: Option<i64>,
    /// What the conversation is about (`group/item`, or as much as names one), as by the action `category`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReplyResponse {
    pub reply_id: i64,
    /// Bytes in the carrier's charset, all parts together.
    pub n_bytes: i64,
    /// One a carrier submission.
    pub messages: Vec<MessageView>,
    /// This request was answered before; nothing was sent again.
    pub repeated: bool,
}

/// `POST /v1/conversations/{id}/close`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CloseRequest {
    /// Why; free text for colleagues, at most 200 characters.
    #[serde(default)]
    pub reason: Option<String>,
    /// `last_inbound_id` of what was seen; refused if the citizen has written since.
    pub last_seen: i64,
    /// Close although something newer came in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub force: bool,
    /// What it was about (`group/item`, or as much as names one); not needed where it was set before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

/// `POST /v1/messages/{id}/decision`: what a person decides about an answer in doubt.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DecisionRequest {
    pub decision: Decision,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Leave it; it counts as failed.
    GiveUp,
    /// Give it up and send the same words again as a new text; the citizen may get both.
    SendAgain,
}

/// `GET /v1/status`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StatusResponse {
    pub version: String,
    pub now_at: i64,
    pub started_at: i64,
    pub carriers: Vec<CarrierStatus>,
    pub counts: Counts,
    pub workers: Vec<WorkerStatus>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CarrierStatus {
    pub name: String,
    /// Texts come from it.
    pub receives: bool,
    /// Texts leave by it: `preferred`, or `standby` (while the preferred one is out of order or held back).
    pub sends: Option<String>,
    /// `works`; `out_of_order`: it does not answer and is probed now and then; `refused`: it refuses our key or account
    /// until an operator mends that; `paused`: an operator holds it back.
    pub state: String,
    pub last_poll_ok_at: Option<i64>,
    /// The last failure since then, in words without personal data.
    pub last_error: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    pub n_waiting: i64,
    pub oldest_waiting_since_at: Option<i64>,
    pub n_active: i64,
    /// Texts on their way to the carrier.
    pub n_queued: i64,
    /// Accepted by the carrier, no receipt yet.
    pub n_unreceipted: i64,
    pub n_in_doubt: i64,
    pub n_quarantined: i64,
    /// Of the last 24 hours.
    pub n_failed_today: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkerStatus {
    pub name: String,
    pub n_restarts: i64,
    pub last_progress_at: i64,
    pub is_late: bool,
}

/// One thing that happened; also the data of a server-sent event, whose id is `seq`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventView {
    pub seq: i64,
    pub at: i64,
    /// `hello` (where a stream begins), `text_in`, `opened`, `reopened`, `claimed`, `released`, `replied`, `closed`, `message`, `worker` ...
    pub kind: String,
    pub conversation_id: Option<i64>,
    pub message_id: Option<i64>,
    pub counselor: Option<String>,
    /// A message's new state, a reason; never what somebody wrote.
    pub detail: Option<String>,
}
