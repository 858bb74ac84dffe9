//! Reports on the wire: figures and tables with their titles and definitions in the language of the request.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::SurveyView;

/// `GET /v1/reports`, `GET /v1/reports/counselors`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportView {
    /// The first and the last day, both included: `2026-11-01`.
    pub from: String,
    pub to: String,
    /// Key of the desk; null for all desks.
    pub desk: Option<String>,
    /// When it was counted.
    pub made_at: i64,
    /// Whether the figures are final: the last day and the seven days after it are over, and no consultation that began then is
    /// open.
    pub is_final: bool,
    /// When those seven days are over.
    #[serde(default)]
    pub settles_at: i64,
    pub figures: Vec<FigureView>,
    pub tables: Vec<TableView>,
    /// When the month was closed; null for any other period, and for a month that is not closed yet.
    #[serde(default)]
    pub published_at: Option<i64>,
    /// What differs now from what was published: of the month, and of the figures of each whole month in a longer period.
    #[serde(default)]
    pub corrections: Vec<CorrectionView>,
    /// The whole period lies before the first thing that was ever recorded here.
    #[serde(default)]
    pub is_before_records: bool,
}

/// A figure of the whole period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FigureView {
    /// Never changes.
    pub id: String,
    pub title: String,
    /// One sentence that defines it.
    pub definition: String,
    /// `count`, `ms` (milliseconds), `per_mille` or `hundredths`.
    pub unit: String,
    /// Null where there was nothing to measure.
    pub value: Option<i64>,
    /// The share that should be reached (per mille).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<i64>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TableView {
    /// `hour`, `day`, `weekday`, `month`, `desk`, `category`, `counselor`, `category_groups`, `categories`, `delivery`, `classes`,
    /// `scores`
    pub id: String,
    pub title: String,
    pub columns: Vec<ColumnView>,
    pub rows: Vec<RowView>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ColumnView {
    pub id: String,
    pub title: String,
    pub definition: String,
    /// As of a figure.
    pub unit: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RowView {
    /// A date, an hour, the key of a desk, a category; empty for "none".
    pub key: String,
    /// For people.
    pub label: String,
    /// In the order of the columns.
    pub cells: Vec<Option<i64>>,
}

/// A value that was published otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CorrectionView {
    /// Table, row and column with `/` between; of a figure of the whole month the last part alone.
    pub name: String,
    /// The same in words.
    #[serde(default)]
    pub title: String,
    /// As of figures.
    #[serde(default)]
    pub unit: String,
    /// Of which month: `2026-11`.
    #[serde(default)]
    pub month: String,
    #[serde(default)]
    pub published_at: i64,
    pub published: Option<i64>,
    pub now: Option<i64>,
}

/// `GET /v1/reports/words`: what citizens wrote about the service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuoteList {
    /// Newest first, identity numbers masked.
    pub quotes: Vec<SurveyView>,
    /// How many more there are.
    pub n_more: i64,
    /// How many were written by citizens who have been erased since; their words are gone.
    pub n_erased: i64,
}
