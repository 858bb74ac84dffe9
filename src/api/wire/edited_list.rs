//! Lists of the service that supervisors edit: canned replies, categories, automatic texts, words of danger.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::ReplySize;

/// Which version of a list is in force.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListStateView {
    /// `categories`, `replies`, `texts` or `words`.
    pub list: String,
    /// `built_in`, `file` (the operator's) or `supervisor`.
    pub source: String,
    /// Number of the newest version that supervisors stored, also where that one went back to the operator's file; 0: none.
    pub version: i64,
    /// The name of who stored it, and when.
    #[serde(default)]
    pub by: Option<String>,
    #[serde(default)]
    pub at: Option<i64>,
    /// Why it is not in force although it should be: this program refuses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<ListFaultView>,
}

/// Why a list cannot be used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListFaultView {
    /// The list it stands in, if it is one of ours; another one than was edited, where the two do not fit together. Null: the
    /// operator's file.
    #[serde(default)]
    pub list: Option<String>,
    /// Counted from 1.
    #[serde(default)]
    pub line: Option<i64>,
    #[serde(default)]
    pub key: Option<String>,
    /// In the caller's language.
    pub message: String,
}

/// `GET /v1/lists`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListStates {
    pub lists: Vec<ListStateView>,
}

/// `GET /v1/lists/{list}`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EditedListView {
    #[serde(flatten)]
    pub state: ListStateView,
    /// What an edit begins with, as TOML: the supervisors' version, else the operator's file, else what is built in.
    pub content: String,
}

/// `PUT /v1/lists/{list}`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListRequest {
    /// The whole list as TOML, in the form of the operator's file; null: back to the operator's file.
    #[serde(deserialize_with = "nullable")]
    #[schema(required = true)]
    pub content: Option<String>,
    /// The version that the writer saw; 0: none.
    pub based_on: i64,
    /// Why, at most 300 characters; kept with the version.
    #[serde(default)]
    pub reason: String,
    /// Only examine it and say what would change.
    #[serde(default)]
    pub dry_run: bool,
}

/// A member that may be null and has to be there: a request without it must not go back to the operator's file.
fn nullable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

/// An entry that differs. Without `before` it is new, without `after` it is gone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListChangeView {
    /// A category, the key of a reply or of an automatic text (`ko.receipt`), the id of a rule.
    pub key: String,
    pub before: Option<String>,
    pub after: Option<String>,
    /// Of a canned reply or an automatic text: how it leaves by the carrier in use, at its longest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<ReplySize>,
    /// A category that goes: how many conversations have it, open ones and all. They keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_open: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_all: Option<i64>,
    /// Of words of danger: in how many of the newest texts (`n_texts`) they stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_found: Option<i64>,
}

/// What was stored, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListResponse {
    #[serde(flatten)]
    pub state: ListStateView,
    pub is_stored: bool,
    /// The newest version says the same; nothing was stored.
    #[serde(default)]
    pub is_same: bool,
    pub changes: Vec<ListChangeView>,
    /// Words of danger were tried on so many of the newest texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_texts: Option<i64>,
}

/// A version of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListVersionView {
    pub list: String,
    pub version: i64,
    pub by: String,
    pub at: i64,
    pub reason: String,
    /// It went back to the operator's file.
    pub is_file: bool,
    /// Only where one version is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// `GET /v1/lists/{list}/history`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListHistory {
    /// The newest first, at most 200.
    pub versions: Vec<ListVersionView>,
}
