//! Quality reviews and what supervisors look at beside figures: the coaching list, and points for counselors.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /v1/reviews/sheet`, in the language of the request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SheetView {
    pub version: String,
    pub points: Vec<PointView>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PointView {
    /// Never changes.
    pub key: String,
    pub name: String,
    /// What it may be called where marks are written: its names in every language.
    #[serde(default)]
    pub names: Vec<String>,
    pub question: String,
    /// Marks go from 0 to this.
    pub best: i64,
}

/// `GET /v1/reviews/sample`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewSample {
    /// The same seed draws the same consultations.
    pub seed: i64,
    /// How many there are to draw from.
    pub n_candidates: i64,
    pub consultations: Vec<SampledView>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SampledView {
    pub conversation_id: i64,
    /// Log-in name and name of whose work is reviewed.
    pub counselor: String,
    pub counselor_name: String,
    pub desk: String,
    pub category: Option<String>,
    pub closed_at: i64,
}

/// `POST /v1/conversations/{id}/reviews`
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewRequest {
    /// Log-in name of whose work it is; not needed where one counselor alone answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counselor: Option<String>,
    /// One for each point of the sheet.
    pub marks: Vec<ReviewMarkRequest>,
    /// For the counselor; at most 2,000 characters.
    #[serde(default)]
    pub comment: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewMarkRequest {
    /// The point's key, or its name.
    pub point: String,
    pub mark: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewWritten {
    pub id: i64,
}

/// `POST /v1/reviews/{id}/answer`
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewAnswer {
    /// At most 2,000 characters.
    pub text: String,
}

/// `GET /v1/reviews`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewList {
    /// Newest first.
    pub reviews: Vec<ReviewView>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewView {
    pub id: i64,
    pub conversation_id: i64,
    pub desk: String,
    /// Log-in name and name of whose work it is.
    pub counselor: String,
    pub counselor_name: String,
    /// Name of who wrote it.
    pub reviewer: String,
    pub reviewed_at: i64,
    pub marks: Vec<ReviewMarkView>,
    /// Identity numbers masked. Empty where nothing was written, and once the conversation's words are gone.
    pub comment: String,
    /// When the counselor first saw it.
    pub read_at: Option<i64>,
    pub answer: Option<String>,
    pub answered_at: Option<i64>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewMarkView {
    pub point: String,
    /// As the sheet calls it now; the key of a point that it has no more.
    pub name: String,
    pub mark: i64,
    /// The best mark at that time.
    pub of: i64,
}

/// `GET /v1/reports/coaching`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CoachingView {
    pub from: String,
    pub to: String,
    pub desk: Option<String>,
    /// By counselor, then by time.
    pub consultations: Vec<CoachingItem>,
    /// How many more there are.
    pub n_more: i64,
    /// What counselors had to bear in the last days, whatever the period. Who had most comes first.
    pub loads: Vec<LoadView>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CoachingItem {
    pub counselor: String,
    pub counselor_name: String,
    pub conversation_id: i64,
    pub at: i64,
    /// `low_score`, `slow_answer` (the first answer took long) or `came_back` (within 72 hours after the close).
    pub reason: String,
    /// `low_score`: from 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<i64>,
    /// `slow_answer`: open hours until the first answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<i64>,
    /// What the citizen wrote beside the score, identity numbers masked; where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LoadView {
    pub counselor: String,
    pub counselor_name: String,
    /// Dangers that they answered.
    pub n_dangers_7_days: i64,
    pub n_dangers_30_days: i64,
    /// Texts with words of abuse while they held the conversation.
    pub n_abusive_7_days: i64,
    pub n_abusive_30_days: i64,
}

/// `GET /v1/reports/incentive`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IncentiveView {
    pub from: String,
    pub to: String,
    pub desk: Option<String>,
    pub made_at: i64,
    /// Version of the rules, as their file says.
    pub version: String,
    pub rules: Vec<IncentiveRuleView>,
    /// Who has most comes first.
    pub counselors: Vec<IncentiveSum>,
    /// Every point with the event that it is for, in the order of events.
    pub points: Vec<IncentivePoint>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IncentiveRuleView {
    pub key: String,
    pub title: String,
    pub points: i64,
    /// Counts once for a consultation and counselor.
    pub once: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IncentiveSum {
    pub counselor: String,
    pub counselor_name: String,
    pub points: i64,
    /// How often each rule counted, in the order of the rules.
    pub counts: Vec<i64>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IncentivePoint {
    pub counselor: String,
    pub rule: String,
    pub points: i64,
    /// Number of the event in the journal (`GET /v1/events?after=`), its kind, and the conversation.
    pub event_seq: i64,
    pub kind: String,
    pub conversation_id: i64,
    pub at: i64,
}
