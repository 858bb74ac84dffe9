//! Events of the journal on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An event of the journal; also the data of a server-sent event, whose id is `seq`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventView {
    pub seq: i64,
    pub at: i64,
    /// `hello` (where a stream begins), `text_in`, `opened`, `reopened`, `claimed`, `released`, `replied`, `closed`, `message`, `worker` ...
    pub kind: String,
    pub conversation_id: Option<i64>,
    pub message_id: Option<i64>,
    /// Log-in name of who did it; null if nobody did.
    pub counselor: Option<String>,
    /// Their name, as colleagues know them.
    #[serde(default)]
    pub counselor_name: Option<String>,
    /// The new state of a message, a reason, or what a supervisor tells everybody (`announced`); never what a citizen wrote.
    pub detail: Option<String>,
    /// Key of the conversation's desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<String>,
}
