//! Bulletins: sentences that receipts carry for a time.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ReplySize;

/// `POST /v1/bulletins` and `POST /v1/bulletins/preview`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulletinRequest {
    /// One sentence, at most 200 characters, without braces.
    pub text: String,
    /// It ends by itself then; at most 14 days ahead.
    pub until_at: i64,
    /// Key of the desk whose receipts carry it; all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulletinView {
    pub id: i64,
    pub text: String,
    /// Key of the desk; null: all.
    pub desk: Option<String>,
    /// The name of who began it.
    pub begun_by: String,
    /// The receipts say so.
    pub begun_at: i64,
    pub until_at: i64,
    /// When it was taken back before its time, and by whom.
    pub ended_at: Option<i64>,
    pub ended_by: Option<String>,
    pub is_holding: bool,
}

/// `GET /v1/bulletins`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulletinList {
    /// The newest first, those that have ended among them.
    pub bulletins: Vec<BulletinView>,
}

/// A receipt as it will arrive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulletinReceipt {
    /// `ko` or `en`: that of the citizen's text.
    pub language: String,
    pub text: String,
    /// By the carrier in use.
    pub size: ReplySize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulletinPreview {
    /// The sentence as it will be said.
    pub text: String,
    /// The receipt of a desk that is open, where nobody waits before the citizen.
    pub receipts: Vec<BulletinReceipt>,
    /// Number of bulletins that hold already and stand in the same receipts.
    pub n_others: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulletinResponse {
    #[serde(flatten)]
    pub bulletin: BulletinView,
    /// The same sentence held already; only its end may have moved.
    pub repeated: bool,
}
