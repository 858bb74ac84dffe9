//! The access log on the wire, for auditors: who saw or changed what, without numbers and texts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::access::Subject;
use crate::domain::access::chain::{Row, to_hex};
use crate::domain::reason::Reason;

/// `POST /v1/audit/who_saw`
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhoSawRequest {
    /// The citizen's whole number, or what the carrier called the sender; only its keyed hash is searched for and logged.
    pub number: String,
    /// Why; it goes into the access log.
    pub reason: String,
    /// From then on (milliseconds UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_at: Option<i64>,
    /// `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<i64>,
}

/// Rows of the access log, the newest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AccessPage {
    pub rows: Vec<AccessRowView>,
    /// The `after` of the next page; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
}

/// A row of the access log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccessRowView {
    /// Its number; one that is missing was removed.
    pub seq: i64,
    pub at: i64,
    /// The role as it was then; also `operator` (a command of `munjad`) and `system` (the gateway itself).
    pub role: String,
    /// The login; the operator's name on the machine; empty for the gateway itself.
    pub login: String,
    /// The address, or the command.
    pub origin: String,
    /// `list`, `search`, `view`, `photo`, `reveal`, `change`, `delete`, `print`, `export`, `admin`, `audit`, `outcome` or `expire`.
    pub action: String,
    /// Where it was about one conversation.
    pub conversation_id: Option<i64>,
    /// The text, photo or other thing that it was about.
    pub item_id: Option<i64>,
    pub reason: String,
    /// What exactly, without personal data.
    pub detail: String,
    /// The citizens whose data was shown or changed.
    pub citizens: Vec<AccessSubjectView>,
    /// The row's hash, in hexadecimal digits.
    pub hash: String,
}

/// A citizen whom a row of the access log names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccessSubjectView {
    /// A keyed hash of their number, in hexadecimal digits.
    pub citizen: String,
    /// The conversation; 0 where there was none.
    pub conversation: i64,
}

impl From<Row> for AccessRowView {
    fn from(row: Row) -> Self {
        let record = row.record;
        let subject = |of: Subject| AccessSubjectView {
            citizen: of.citizen.to_hex(),
            conversation: of.conversation_id,
        };
        AccessRowView {
            seq: row.seq,
            at: record.at,
            role: record.who.role,
            login: record.who.login,
            origin: record.who.origin,
            action: record.action,
            conversation_id: record.conversation_id,
            item_id: record.item_id,
            // Older rows may hold what was typed.
            reason: Reason::from(record.reason).into(),
            detail: record.detail,
            citizens: Subject::unpack(&record.subjects).into_iter().map(subject).collect(),
            hash: to_hex(&row.hash),
        }
    }
}
