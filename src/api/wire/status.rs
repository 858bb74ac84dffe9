//! The state of the service, for counselors and operators.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{BulletinView, ListStateView};

/// `GET /v1/status`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StatusResponse {
    pub version: String,
    pub now_at: i64,
    pub started_at: i64,
    pub carriers: Vec<CarrierStatus>,
    pub counts: Counts,
    pub workers: Vec<WorkerStatus>,
    /// Whether the gateway can do its job: the checks of `/readyz`.
    #[serde(default)]
    pub checks: Vec<CheckView>,
    /// A copy of the database was put back, and nobody has confirmed what is left: answers do not leave.
    #[serde(default)]
    pub recovery: Option<RecoveryView>,
    /// Sentences that receipts carry now.
    #[serde(default)]
    pub bulletins: Vec<BulletinView>,
    /// Lists of which a supervisor's version is in force, or should be.
    #[serde(default)]
    pub lists: Vec<ListStateView>,
}

/// A copy of the database that was put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecoveryView {
    /// `reading`: the carriers' lists are being read, nothing is sent to citizens; `waiting`: the operator has to confirm, only
    /// texts of danger and answers in a danger leave.
    pub state: String,
    pub copy_made_at: i64,
    pub restored_at: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CarrierStatus {
    pub name: String,
    /// Texts from citizens come from this carrier.
    pub receives: bool,
    /// Whether texts are sent through it: `preferred`, `standby` (used while the preferred one is out of order or paused),
    /// or null.
    pub sends: Option<String>,
    /// `works`; `out_of_order`: it does not answer and is tried again now and then; `refused`: it refuses our key or account
    /// until an operator mends that; `paused`: an operator stopped it.
    pub state: String,
    /// Of a carrier that texts come from: `hears`; `deaf`: no text can reach us through it (`deaf_since_at`, `deaf_why`);
    /// `called`: texts come by webhook only. Null for one that only sends.
    #[serde(default)]
    pub hearing: Option<String>,
    #[serde(default)]
    pub deaf_since_at: Option<i64>,
    /// Why, in the carrier's or the gateway's words; holds no personal data.
    #[serde(default)]
    pub deaf_why: Option<String>,
    /// When the last text came by its calls; until one has come in this run, when the last text came from it at all.
    #[serde(default)]
    pub last_call_at: Option<i64>,
    /// When what it answered to a question for texts was last stored.
    pub last_poll_ok_at: Option<i64>,
    /// The last failure since the last successful poll; holds no personal data.
    pub last_error: Option<String>,
    /// Its texts are dated so many minutes too early: which of them came late cannot be told. 0 for dates that can be believed.
    #[serde(default)]
    pub dates_behind_minutes: i64,
    /// Answers that may have held texts and did not come whole, from a carrier that forgets what it hands over; null if there
    /// were none in the last 24 hours, or an operator has acknowledged them.
    #[serde(default)]
    pub possible_loss: Option<PossibleLoss>,
    /// The last comparison of our texts with its own lists, in each direction.
    #[serde(default)]
    pub compared: Vec<ComparedView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PossibleLoss {
    pub since_at: i64,
    pub last_at: i64,
    /// How many answers.
    pub n: i64,
}

/// How many texts the carrier lists, and how many we have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ComparedView {
    /// `in` (texts from citizens) or `out`.
    pub direction: String,
    pub at: i64,
    pub since_at: i64,
    pub n_ours: i64,
    pub n_theirs: i64,
    pub n_differences: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    pub n_waiting: i64,
    pub oldest_waiting_since_at: Option<i64>,
    /// Dangers that nobody has answered yet.
    #[serde(default)]
    pub n_dangers: i64,
    /// Those of them that nobody looks after.
    #[serde(default)]
    pub n_dangers_ringing: i64,
    pub n_active: i64,
    /// Texts that wait to be sent.
    pub n_queued: i64,
    /// Texts that the carrier accepted and sent no receipt for yet.
    pub n_unreceipted: i64,
    pub n_in_doubt: i64,
    pub n_quarantined: i64,
    /// Texts that failed in the last 24 hours.
    pub n_failed_today: i64,
}

/// One check of whether the gateway can do its job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckView {
    /// `started`, `loops`, `database`, `disk`, `clock`, `carriers`.
    pub name: String,
    /// `ok` or `failing`.
    pub state: String,
    /// What is wrong; holds no personal data.
    #[serde(default)]
    pub detail: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkerStatus {
    pub name: String,
    pub n_restarts: i64,
    pub last_progress_at: i64,
    pub is_late: bool,
}
