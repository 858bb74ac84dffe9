//! The only types that cross the API: the routes write them, the client reads them. Texts are in `wire/message.rs`, problems
//! in `wire/problem.rs`, accounts in `wire/account.rs`, reports in `wire/report.rs`, the live board in `wire/board.rs`,
//! the state of the service in `wire/status.rs`.
//!
//! Times are milliseconds UTC and end in `_at`. A citizen's number and the identity numbers in texts cross masked, but in [`Revealed`].

mod access;
mod account;
mod answer_all;
mod board;
mod bulletin;
mod catalogue;
mod draft;
mod duty;
mod edited_list;
mod event;
mod evidence;
mod follow;
mod message;
mod people;
mod problem;
mod report;
mod review;
mod search;
mod status;
mod supervise;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use access::{AccessPage, AccessRowView, AccessSubjectView, WhoSawRequest};
pub use account::{
    AccountAction, AccountChangeView, AccountHistory, AccountList, AccountView, CodeRequest,
    DeskExceptionView, MeView, NewAccountRequest, PasswordRequest, ProofRequest, RecoveryCodes, SessionList,
    SessionView, SessionsEnded, TotpSetup,
};
pub use answer_all::{
    AnswerAllPreview, AnswerAllRequest, AnswerAllResponse, Answered, LeftOut, MarkRequest, Marked,
    RecallAllRequest, RecallAllResponse, RecalledReply,
};
pub use board::{
    BoardCarrier, BoardCounselor, BoardDanger, BoardDay, BoardDesk, BoardHeld, BoardTarget, BoardTimes,
    BoardView,
};
pub use bulletin::{
    BulletinList, BulletinPreview, BulletinReceipt, BulletinRequest, BulletinResponse, BulletinView,
};
pub use catalogue::{CannedList, CannedView, CategoryList, DeskList, DeskView, LimitsView};
pub use draft::{DraftList, DraftRequest, DraftView, RecallResponse, WritingView};
pub use duty::{AlarmView, DutyList, DutyView, TroubleView};
pub use edited_list::{
    EditedListView, ListChangeView, ListFaultView, ListHistory, ListRequest, ListResponse, ListStateView,
    ListStates, ListVersionView,
};
pub use event::EventView;
pub use evidence::{Evidence, EvidenceRecord, EvidenceRequest};
pub use follow::{ReferralView, WriteFirstRequest, WriteFirstResponse, WriteToNumberRequest};
pub use message::{
    InboundMessage, MessageInConversation, MessageList, MessageView, OutboundMessage, PhotoFile, PhotoView,
};
pub use people::{ColleagueList, ColleagueView, PresenceRequest, PresenceResponse, PresenceWord};
pub use problem::{OfferView, ProblemCode, ProblemDetails, ReplacedView};
pub use report::{ColumnView, CorrectionView, FigureView, QuoteList, ReportView, RowView, TableView};
pub use review::{
    CoachingItem, CoachingView, IncentivePoint, IncentiveRuleView, IncentiveSum, IncentiveView, LoadView,
    PointView, ReviewAnswer, ReviewList, ReviewMarkRequest, ReviewMarkView, ReviewRequest, ReviewSample,
    ReviewView, ReviewWritten, SampledView, SheetView,
};
pub use search::{
    AdviceList, AdviceRequest, AdviceView, MarkView, SearchHitView, SearchResults, SimilarList, SimilarView,
};
pub use status::{
    CarrierStatus, CheckView, ComparedView, Counts, PossibleLoss, RecoveryView, StatusResponse, WorkerStatus,
};
pub use supervise::{AnnounceRequest, AnnouncementList, AnnouncementView, CitizenList, CitizenView};

/// The body of a request may be this long (bytes); a photo has a limit of its own.
pub const MAX_BODY_BYTES: usize = 256 * 1024;

/// `POST /v1/login`
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    pub login: String,
    pub password: String,
    /// Of the second factor, where the account has one; or a recovery code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct LoginResponse {
    /// Bearer token: opaque, revocable, never shown again.
    pub token: String,
    pub expires_at: i64,
    pub counselor: CounselorView,
    /// The time zone of the counselor's first desk, such as `Asia/Seoul`: the one to show times in.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// What has to be done before anything else: `password` (choose another one) or `totp` (set up a second factor).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_step: Option<String>,
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
    /// The citizen's number, masked: `010-****-5678`.
    pub citizen: String,
    /// A short name of the citizen, such as `7F2K`: the same in all their conversations; two citizens may share one. Empty for one who was
    /// erased.
    #[serde(default)]
    pub citizen_name: String,
    /// `waiting`, `active`, `answered` or `closed`.
    pub state: String,
    pub claimed_by: Option<CounselorView>,
    pub opened_at: i64,
    /// Since when the citizen has been waiting for us; null while we wait for them.
    pub waiting_since_at: Option<i64>,
    /// Number of texts, of both directions.
    pub n_messages: i64,
    /// The beginning of the citizen's last text.
    pub preview: String,
    /// When the citizen's last text was sent, if it came late (ten minutes after that or more); null for one that came in time.
    #[serde(default)]
    pub late_sent_at: Option<i64>,
    /// Number of photos, films and other files of the citizen's last text.
    #[serde(default)]
    pub n_photos: i64,
    /// Number of replies in doubt.
    pub n_in_doubt: i64,
    /// Key of the desk that serves the conversation.
    #[serde(default)]
    pub desk: String,
    /// How pressing the conversation is: 1 (danger now), 2 (look soon), 3 (worth knowing).
    #[serde(default)]
    pub tier: Option<u8>,
    /// There is danger and nobody looks after it yet.
    #[serde(default)]
    pub is_ringing: bool,
    /// The last text has abusive words, so the preview is empty.
    #[serde(default)]
    pub is_abusive: bool,
    /// Until when an answer is promised.
    #[serde(default)]
    pub promise_due_at: Option<i64>,
    /// Log-in name of the counselor to whom the conversation was passed on and who may claim it first.
    #[serde(default)]
    pub offered_to: Option<String>,
    /// Their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered_to_name: Option<String>,
    /// Until when they alone may claim it, but for supervisors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered_until_at: Option<i64>,
    /// The citizen wants no texts and has not written since: an answer is refused, and only a close ends the wait. Not for danger, which is
    /// answered all the same.
    #[serde(default)]
    pub refuses_texts: bool,
    /// An outside department works on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<ReferralView>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct ConversationList {
    pub conversations: Vec<ConversationSummary>,
    /// Number of conversations that match, listed or not.
    pub n_total: i64,
    /// Dangers that nobody looks after yet, whatever is listed.
    #[serde(default)]
    pub n_ringing: i64,
    /// Dangers that nobody has answered, looked after or not, whatever is listed.
    #[serde(default)]
    pub n_dangers: i64,
    /// Conversations that the caller holds, whatever is listed, and unanswered dangers among them.
    #[serde(default)]
    pub n_mine: i64,
    #[serde(default)]
    pub n_my_dangers: i64,
    /// `after` of the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A conversation with its texts, oldest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ConversationDetail {
    #[serde(flatten)]
    pub summary: ConversationSummary,
    /// What the citizen is sent by the action `where`, and by `warn`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_where: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// The name of the desk that serves it; absent for a desk that is no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk_name: Option<String>,
    /// The `seq` of the citizen's last text; a reply has to carry it as `last_seen`.
    pub last_inbound_id: i64,
    pub closed_at: Option<i64>,
    pub close_reason: Option<String>,
    /// Id of an earlier conversation with the same citizen.
    pub previous_id: Option<i64>,
    /// What the conversation is about (`group/item`).
    #[serde(default)]
    pub category: Option<String>,
    /// Name of the counselor who looks after the danger.
    #[serde(default)]
    pub acked_by: Option<String>,
    /// How the danger ended: `answered` (a person answered), `told` (119 or 112 was told) or `false_alarm`; absent while it is open, and
    /// where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub danger_end: Option<String>,
    /// The citizen wants no automatic texts.
    #[serde(default)]
    pub opted_out: bool,
    /// Until when the citizen is not answered, unless in danger.
    #[serde(default)]
    pub restricted_until_at: Option<i64>,
    /// What the citizen asked for, such as text only or easy words.
    #[serde(default)]
    pub preference: Option<String>,
    /// An unfinished reply that a counselor left for whoever holds it next (action `draft`). One's own draft is `GET .../draft`.
    #[serde(default)]
    pub draft: Option<String>,
    /// Other counselors who write an answer now; what they write nobody sees.
    #[serde(default)]
    pub writing: Vec<WritingView>,
    /// Notes of counselors, oldest first.
    #[serde(default)]
    pub notes: Vec<NoteView>,
    /// The citizen's answer to the survey.
    #[serde(default)]
    pub survey: Option<SurveyView>,
    pub messages: Vec<MessageView>,
}

/// A citizen's answer to the survey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SurveyView {
    pub conversation_id: i64,
    pub answered_at: i64,
    /// Name of the counselor who answered the citizen last.
    pub counselor: Option<String>,
    /// 1 to 5; null if the citizen only wrote a comment.
    pub score: Option<u8>,
    pub comment: Option<String>,
}

/// `GET /v1/surveys`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SurveyList {
    pub surveys: Vec<SurveyView>,
    /// Mean score of those listed, in hundredths; null if there is no score.
    pub mean_hundredths: Option<i64>,
    /// `after` of the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A note beside a conversation. It is never sent to the citizen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoteView {
    pub at: i64,
    /// `note`, `transfer`, `return`, `takeover`, `warning`, `restriction`, `promise` ...
    pub kind: String,
    pub author: Option<String>,
    pub text: String,
}

/// `POST /v1/conversations/{id}/actions`: an action on a conversation other than a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
// What takes nothing has braces: only so unknown fields beside it are refused.
#[serde(deny_unknown_fields, tag = "action", rename_all = "snake_case")]
pub enum ActionRequest {
    /// The caller looks after this danger; the bell stops.
    Ack {},
    /// There is danger: the bell rings for everybody.
    Urgent {},
    /// There is no danger: ends the alarm in the caller's name. `last_seen` is the `last_inbound_id` of what the caller saw;
    /// refused with `newer_texts` if the citizen has written since.
    FalseAlarm { reason: String, last_seen: i64 },
    /// 119 or 112 has been told, and who there: ends an open alarm with that reason. `service` is `119` or `112`;
    /// `last_seen` as for `false_alarm`.
    Handover { service: String, told: String, last_seen: i64 },
    /// Asks the citizen where they are, in easy words; whoever holds the conversation.
    Where {},
    /// Leaves a note for colleagues.
    Note { text: String },
    /// Keeps an unfinished reply; an empty text removes it.
    Draft { text: String },
    /// Promises an answer by then.
    Promise { due_at: i64 },
    /// Reminds the caller then.
    Remind { due_at: i64, text: String },
    /// Passes the conversation on, to a desk or to a person, with a note for them.
    Transfer { desk: Option<String>, person: Option<String>, note: String },
    /// Gives back a conversation that was passed on to the caller.
    Return { note: String },
    /// Takes the conversation over (supervisors).
    Take { note: String },
    /// Tells the citizen that abuse may end the conversation.
    Warn {},
    /// Does not answer the citizen until then, unless in danger, and closes the conversation (supervisors).
    Restrict { until_at: i64, reason: String },
    /// Ends a restriction (supervisors).
    Unrestrict {},
    /// Record that the citizen wants no automatic texts; they still get answers.
    OptOut {},
    /// Record that the citizen wants automatic texts again.
    OptIn {},
    /// Keeps what the citizen asked for; an empty text removes it.
    Prefer { text: String },
    /// An outside department works on it until then; also of a closed conversation. The caller is reminded then.
    Refer { department: String, due_at: i64 },
    /// The department has answered, or nothing is expected of it any more.
    EndReferral {
        #[serde(default)]
        note: String,
    },
    /// Sets what the conversation is about (`group/item`, or as much as names one).
    Category { category: String },
}

/// `POST /v1/conversations/{id}/reveal`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevealRequest {
    /// Why it is needed; kept as a note in the caller's name.
    pub reason: String,
    /// What is shown: the citizen's number (default), or the texts in which something is masked.
    #[serde(default, skip_serializing_if = "RevealWhat::is_number")]
    pub what: RevealWhat,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RevealWhat {
    #[default]
    Number,
    Texts,
}

impl RevealWhat {
    fn is_number(&self) -> bool {
        *self == RevealWhat::Number
    }
}

/// What was asked for, whole.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Revealed {
    pub conversation_id: i64,
    /// The citizen's number; masked where texts were asked for.
    pub number: String,
    /// Where texts were asked for: those in which something is masked elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<RevealedText>,
}

/// A text as it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevealedText {
    /// `in` or `out`.
    pub direction: String,
    pub id: i64,
    pub at: i64,
    pub text: String,
    /// What stands in it: `resident`, `alien`, `passport`, `licence`, `card`, `account`.
    pub holds: Vec<String>,
}

/// `POST /v1/conversations/{id}/replies`, with an `Idempotency-Key` header.
///
/// The reply, its promise and its category are written together or not at all.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplyRequest {
    pub text: String,
    /// `last_inbound_id` of what the writer saw.
    pub last_seen: i64,
    /// Send although something newer came in.
    #[serde(default)]
    pub force: bool,
    /// Send the same words once more. Without it, an answer of one's own with the same text and photos that was written since the
    /// citizen's last text, and reached them or still may, is given again, and nothing is sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// Refuse with `several_texts` if it would leave as more texts than that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_texts: Option<i64>,
    /// Keep the caller's draft in this conversation if it has other words; without it, the draft goes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep_draft: bool,
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
    /// Its length by the limits of the carrier it leaves by; absent for a reply written before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<ReplySize>,
    /// The texts of the reply, one for each submission to the carrier.
    pub messages: Vec<MessageView>,
    /// The reply had been written before: `messages` are those of then, with what became of them. Nothing was sent again.
    pub repeated: bool,
    /// It was written before in the same words under another key, by another program of the caller's or deliberately (`again`). Neither
    /// promise nor category were taken from this request.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub same_words: bool,
    /// With `same_words`, where that answer stands: `waiting` (it has not left yet), `in_doubt` (the carrier has not said whether it left)
    /// or `left`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<String>,
}

/// The length of a reply, as its carrier counts and sells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplySize {
    /// `sms`, `lms` or `mms`.
    pub kind: String,
    /// All parts together.
    pub n: i64,
    /// The most that one part may have.
    pub most: i64,
    /// What is counted: `bytes` or `segments`.
    pub unit: String,
    pub n_parts: i64,
}

/// `POST /v1/length`
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LengthRequest {
    pub text: String,
    /// Whether photos go with it.
    #[serde(default)]
    pub has_photos: bool,
}

/// How a text would leave if it were sent now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LengthView {
    /// Null if it cannot be sent as it is.
    pub size: Option<ReplySize>,
    /// Why not: `empty_text`, `unencodable` or `too_long`.
    pub problem: Option<String>,
    /// `unencodable`: what the carrier can't carry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub characters: Vec<String>,
    /// `unencodable`: the same text with something in place of each of them, where all have something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<OfferView>,
}

/// `POST /v1/conversations/{id}/close`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseRequest {
    /// Why; free text for colleagues, at most 200 characters.
    #[serde(default)]
    pub reason: Option<String>,
    /// `last_inbound_id` of what was seen; refused if the citizen has written since.
    pub last_seen: i64,
    /// Close although something newer came in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub force: bool,
    /// What the conversation was about (`group/item`, or as much as names one); not needed if it was set before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Close although nobody has answered the citizen's last text. Refused with `unanswered` without it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unanswered: bool,
    /// Close although an answer is promised: the promise is dropped. Refused with `promise_open` without it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drop_promise: bool,
}

/// `POST /v1/messages/{id}/decision`: a person's decision about a text in doubt.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionRequest {
    pub decision: Decision,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Gives the text up; it counts as failed.
    GiveUp,
    /// Gives the text up and sends the same words as a new text; the citizen may get both.
    SendAgain,
}
