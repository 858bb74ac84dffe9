//! What the operator has decided about the service: everything rules go by beside the facts. Made once from the
//! configuration, shared behind an `Arc`, replaced as a whole on reload.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::alarm::AlarmPolicy;
use super::desk::Desks;
use super::notice::Texts;
use super::opt_out::CarrierWords;
use super::phone::Senders;
use super::triage::Triage;

/// The service's settings. Times are milliseconds.
#[derive(Debug, Clone)]
pub struct ServicePolicy {
    pub desks: Desks,
    pub triage: Arc<Triage>,
    /// All automatic texts.
    pub texts: Texts,
    /// Whether citizens are told at once that their text came.
    pub receipt_texts: bool,
    /// More texts of one sender within [`FLOOD_MS`](super::arrival::FLOOD_MS) are a flood.
    pub flood: u32,

    /// The numbers texts leave from at the preferred carrier.
    pub senders: Senders,
    /// By the carrier's name, the words that stop its deliveries.
    pub carrier_words: BTreeMap<&'static str, CarrierWords>,
    /// A text that has not left after this long expires.
    pub time_to_live_ms: i64,
    /// How long a counselor may take an answer back.
    pub recall_ms: i64,

    /// At most so many conversations that wait for us a counselor.
    pub max_held: u32,
    /// At most so many unanswered dangers a counselor.
    pub max_dangers: u32,
    /// Who comes back is offered to the last counselor for so long.
    pub sticky_ms: i64,
    /// What a consultation was about must be said to close it.
    pub category_required: bool,
    /// By category, within which time an answer is owed once it is set (such as a request for an interpreter).
    pub category_due_ms: BTreeMap<String, i64>,
    /// How long after a close the citizen is asked how it was; `None`: never.
    pub survey_after_ms: Option<i64>,

    /// How long somebody waits, while we are open, until they hear that they are not forgotten.
    pub wait_notices_ms: Vec<i64>,
    /// How long danger may stand unanswered until supervisors are called; the last step repeats.
    pub escalations_ms: Vec<i64>,
    /// Whose phones are texted then.
    pub alarm: AlarmPolicy,
    /// A claim that nobody works on goes back to the queue after this.
    pub claim_idle_ms: i64,
    /// After this long without a reply the citizen is asked whether they still need us.
    pub nudge_after_ms: i64,
    /// After this long without a reply the conversation is closed.
    pub close_after_ms: i64,
}
