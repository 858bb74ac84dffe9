//! The only types that cross the API. Both sides use them: the routes write them, `client.rs` and the CLI read them.
//! Times are milliseconds UTC and end in `_at`. A citizen's number crosses masked.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    pub messages: Vec<MessageView>,
}

/// One text of either side.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageView {
    /// Unique among the texts of its direction.
    pub id: i64,
    pub direction: Direction,
    pub at: i64,
    pub text: String,
    /// Outbound: who wrote it; absent if it was an automatic text.
    pub author: Option<CounselorView>,
    /// Outbound: where it stands (`queued`, `sending`, `in_doubt`, `accepted`, `delivered` ...).
    pub state: Option<String>,
    /// Outbound: `sms`, `lms`, or `mms` if it has photos.
    pub kind: Option<String>,
    /// Outbound: the carrier's raw code, where it gave one.
    pub code: Option<String>,
    /// Outbound: what the code means, in one word (`phone_off`, `no_such_number` ...); null where we do not know.
    #[serde(default)]
    pub meaning: Option<String>,
    /// Outbound: when it reached the state that will not change any more.
    pub final_at: Option<i64>,
    /// Outbound: it is in doubt and the carrier can't tell; somebody has to decide.
    #[serde(default)]
    pub needs_decision: bool,
    /// What came or leaves with it.
    #[serde(default)]
    pub photos: Vec<PhotoView>,
}

/// The bytes of a photo, as they are.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct PhotoFile(pub Vec<u8>);

/// A photo; `GET /v1/photos/{id}` has its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PhotoView {
    pub id: i64,
    /// `wanted` (the carrier is being asked for it), `kept` or `lost`.
    pub state: String,
    /// Kept: what its bytes say, whatever was claimed of it.
    pub content_type: Option<String>,
    pub n_bytes: Option<i64>,
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// Lost: why (`gone`, `too_large`, `not_a_photo`, `too_many`, `not_offered`, `not_in_time`).
    pub why: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    In,
    Out,
}

/// `POST /v1/conversations/{id}/replies`, with an `Idempotency-Key` header.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
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
    /// `last_inbound_id` of what was seen: refused if the citizen has written since. Absent: close anyway.
    #[serde(default)]
    pub last_seen: Option<i64>,
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

/// `GET /v1/messages?state=in_doubt`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageList {
    pub messages: Vec<MessageInConversation>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageInConversation {
    pub conversation_id: i64,
    pub citizen: String,
    #[serde(flatten)]
    pub message: MessageView,
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

/// RFC 9457 problem details: what every error answer holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `urn:munja:problem:<code>`
    pub r#type: String,
    pub title: String,
    pub status: u16,
    /// Stable; what a program should look at.
    pub code: String,
    /// One sentence for the person.
    pub detail: String,
    /// The log has the cause under this id.
    pub request_id: String,
    /// `newer_texts`: what came in meanwhile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub newer: Vec<MessageView>,
    /// `unencodable`: what the carrier can't carry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub characters: Vec<String>,
    /// `unencodable`: the same text with something in place of each of them, where all have something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<OfferView>,
    /// `claimed_by_other`: who talks with the citizen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_by: Option<CounselorView>,
    /// `rate_limited`, `locked_out`: seconds to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_secs: Option<i64>,
}

/// What could be sent instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfferView {
    pub text: String,
    pub replaced: Vec<ReplacedView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplacedView {
    pub character: String,
    /// Empty: it is left out.
    pub word: String,
}

/// The stable problem codes, with the HTTP status each comes with.
pub const PROBLEM_CODES: &[(&str, u16)] = &[
    ("bad_request", 400),
    ("unauthorized", 401),
    ("wrong_login", 401),
    ("locked_out", 423),
    ("not_found", 404),
    ("nobody_waits", 404),
    ("method_not_allowed", 405),
    ("too_slow", 408),
    ("claimed_by_other", 409),
    ("not_claimed", 409),
    ("newer_texts", 409),
    ("closed", 409),
    ("already_left", 409),
    ("not_in_doubt", 409),
    ("key_reused", 409),
    ("empty_text", 422),
    ("unencodable", 422),
    ("too_long", 413),
    ("body_too_large", 413),
    ("photo_not_here_yet", 409),
    ("photo_lost", 410),
    ("photo_too_large", 413),
    ("not_a_photo", 422),
    ("photos_not_taken", 422),
    ("too_many_photos", 422),
    ("no_such_photo", 422),
    ("database_busy", 503),
    ("database_full", 507),
    ("database_broken", 500),
    ("internal", 500),
];
