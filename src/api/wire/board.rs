//! The live board on the wire. Figures, and numbers of conversations; nothing of a citizen.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /v1/board`; also the data of each event of `GET /v1/board/live`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardView {
    /// The last event of the journal that is counted.
    pub seq: i64,
    pub now_at: i64,
    /// Time zone of the first desk; days and hours are its.
    pub time_zone: String,
    /// All desks together; its `key` is empty.
    pub all: BoardDesk,
    pub desks: Vec<BoardDesk>,
    /// Dangers that nobody has answered, the oldest first.
    pub dangers: Vec<BoardDanger>,
    /// Counselors who are on, on the phone or on a break, by name.
    pub counselors: Vec<BoardCounselor>,
    /// Counselors who hold conversations, by name, one row for each of their desks.
    pub held: Vec<BoardHeld>,
    pub carriers: Vec<BoardCarrier>,
    /// Targets for receipts and for first replies, in the order of `percent` in [`BoardTimes`].
    pub receipt_targets: Vec<BoardTarget>,
    pub reply_targets: Vec<BoardTarget>,
    /// Targets for dangers: until somebody takes it by name, and until the citizen is answered.
    pub danger_acked_targets: Vec<BoardTarget>,
    pub danger_answered_targets: Vec<BoardTarget>,
    /// A copy of the database was put back, and nobody has confirmed what is left: `reading` or `waiting`.
    pub recovery: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardDesk {
    pub key: String,
    pub name: String,
    pub is_open: bool,
    /// When it closes or opens next.
    pub until_at: Option<i64>,
    pub n_waiting: i64,
    pub oldest_waiting_since_at: Option<i64>,
    /// Claimed, and the citizen waits for us.
    pub n_active: i64,
    /// Claimed, and we wait for the citizen.
    pub n_answered: i64,
    pub today: BoardDay,
    /// The same weekday a week ago, up to the same time of day; and the whole of it.
    pub before: BoardDay,
    pub before_whole: BoardDay,
    /// Texts from citizens by hour of the day, today and a week ago.
    pub hours: Vec<i64>,
    pub hours_before: Vec<i64>,
    /// From a text until the carrier had its receipt, today.
    pub receipt: BoardTimes,
    /// From the first text of a conversation until a person's first reply, in opening hours, today.
    pub first_reply: BoardTimes,
    /// From today's alarms of danger until somebody took them by name, and until the citizen was answered, by day and night.
    pub danger_acked: BoardTimes,
    pub danger_answered: BoardTimes,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardDay {
    /// Texts from citizens.
    pub n_texts: i64,
    /// Conversations that were opened.
    pub n_opened: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardTimes {
    pub n: i64,
    pub median_ms: Option<i64>,
    /// For each target, how many of a hundred kept it; who still waits counts once they wait longer than it.
    pub percent: Vec<Option<i64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardTarget {
    pub within_ms: i64,
    /// How many of a hundred should keep it.
    pub percent: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardDanger {
    pub conversation_id: i64,
    pub desk: String,
    pub since_at: i64,
    /// Nobody looks after it.
    pub is_ringing: bool,
    /// Name of the counselor who holds the conversation, also one that rings; null: nobody does.
    #[serde(default)]
    pub held_by: Option<String>,
    /// Name of the counselor who looks after it.
    pub acked_by: Option<String>,
    /// How often supervisors were called.
    pub n_calls: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardCounselor {
    pub counselor_id: i64,
    pub name: String,
    /// Keys of their desks, with spaces between; `*` is all.
    pub desks: String,
    /// `on`, `phone` or `break`.
    pub presence: String,
    pub since_at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardHeld {
    pub counselor_id: i64,
    pub name: String,
    pub desk: String,
    pub n_active: i64,
    pub n_answered: i64,
}

/// As in `GET /v1/status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardCarrier {
    pub name: String,
    pub receives: bool,
    pub sends: Option<String>,
    pub state: String,
    pub hearing: Option<String>,
    pub deaf_since_at: Option<i64>,
}
