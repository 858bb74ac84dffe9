//! A whole conversation as evidence.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /v1/conversations/{id}/evidence`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRequest {
    /// Why the evidence is needed; kept as a note.
    pub reason: String,
}

/// A whole conversation with hashes. The `sha256` of a record is over the `sha256` of the record before it (its hexadecimal
/// digits) and its own `json`, so that no change and no gap goes unnoticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    pub conversation_id: i64,
    pub exported_at: i64,
    pub exported_by: String,
    pub reason: String,
    pub records: Vec<EvidenceRecord>,
    /// The `sha256` of the last record.
    pub sha256: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceRecord {
    /// A text, a note or the conversation itself, as JSON in one string.
    pub json: String,
    pub sha256: String,
}
