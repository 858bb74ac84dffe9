//! The client's methods for supervisors' work: quality reviews, the coaching list, points, staffing, notices to all, and citizens with
//! wishes or restrictions.

use super::api::{ApiResult, Client, REPORT_PATIENCE, ReportQuery};
use crate::api::wire::{
    AnnounceRequest, AnnouncementList, CitizenList, CoachingView, ConversationDetail, ConversationList,
    IncentiveView, ReportView, ReviewAnswer, ReviewList, ReviewRequest, ReviewSample, ReviewWritten,
    SheetView,
};

/// Where to draw consultations to review from.
#[derive(Debug, Clone, Default)]
pub struct Sampled<'a> {
    pub counselor: Option<&'a str>,
    pub desk: Option<&'a str>,
    pub days: i64,
    pub n: i64,
    pub seed: Option<i64>,
}

/// What the coaching list is about, beside the days and the desk.
#[derive(Debug, Clone, Copy, Default)]
pub struct Coaching {
    pub low_score: Option<i64>,
    pub slow_ms: Option<i64>,
    pub words: bool,
}

impl Client {
    pub async fn review_sheet(&self) -> ApiResult<SheetView> {
        self.json(self.get("v1/reviews/sheet")).await
    }

    pub async fn review_sample(&self, of: &Sampled<'_>) -> ApiResult<ReviewSample> {
        let mut pairs = vec![("days", of.days.to_string()), ("n", of.n.to_string())];
        pairs.extend(of.counselor.map(|login| ("counselor", login.to_owned())));
        pairs.extend(of.desk.map(|key| ("desk", key.to_owned())));
        pairs.extend(of.seed.map(|seed| ("seed", seed.to_string())));
        self.json(self.get("v1/reviews/sample").query(&pairs)).await
    }

    /// A conversation, to review it; that is what the access log says.
    pub async fn conversation_for_review(&self, id: i64) -> ApiResult<ConversationDetail> {
        self.json(self.get(&format!("v1/conversations/{id}")).query(&[("for", "review")])).await
    }

    pub async fn write_review(&self, id: i64, review: &ReviewRequest) -> ApiResult<ReviewWritten> {
        self.json(self.post(&format!("v1/conversations/{id}/reviews")).json(review)).await
    }

    /// Reviews of the caller's own work; `all`: of everybody's, or of one counselor's.
    pub async fn reviews(&self, all: bool, counselor: Option<&str>) -> ApiResult<ReviewList> {
        let mut pairs = vec![("of", if all { "all" } else { "mine" })];
        pairs.extend(counselor.map(|login| ("counselor", login)));
        self.json(self.get("v1/reviews").query(&pairs)).await
    }

    pub async fn answer_review(&self, id: i64, text: &str) -> ApiResult<()> {
        let answer = ReviewAnswer { text: text.to_owned() };
        self.done(self.post(&format!("v1/reviews/{id}/answer")).json(&answer)).await
    }

    pub async fn report_coaching(&self, of: &ReportQuery<'_>, what: Coaching) -> ApiResult<CoachingView> {
        let mut pairs = Vec::new();
        pairs.extend(what.low_score.map(|score| ("low_score", score.to_string())));
        pairs.extend(what.slow_ms.map(|ms| ("slow_ms", ms.to_string())));
        pairs.extend(what.words.then(|| ("words", "true".to_owned())));
        let request = self.get("v1/reports/coaching").timeout(REPORT_PATIENCE);
        self.json(request.query(&of.pairs()).query(&pairs)).await
    }

    pub async fn report_incentive(&self, of: &ReportQuery<'_>) -> ApiResult<IncentiveView> {
        self.json(self.get("v1/reports/incentive").timeout(REPORT_PATIENCE).query(&of.pairs())).await
    }

    /// Tells everybody at a desk.
    pub async fn announce(&self, text: &str) -> ApiResult<()> {
        self.done(self.post("v1/announcements").json(&AnnounceRequest { text: text.to_owned() })).await
    }

    /// Notices of the last 24 hours.
    pub async fn announcements(&self) -> ApiResult<AnnouncementList> {
        self.json(self.get("v1/announcements")).await
    }

    /// Citizens who are restricted or have opted out.
    pub async fn citizens(&self) -> ApiResult<CitizenList> {
        self.json(self.get("v1/citizens")).await
    }

    /// What a counselor holds; the page that begins after `next` of the page before.
    pub async fn held_by(
        &self,
        login: &str,
        (limit, after): (u32, Option<&str>),
    ) -> ApiResult<ConversationList> {
        let limit = limit.to_string();
        let mut query = vec![("state", "held"), ("counselor", login), ("limit", limit.as_str())];
        query.extend(after.map(|place| ("after", place)));
        self.json(self.get("v1/conversations").query(&query)).await
    }

    /// Which hours are short of people.
    pub async fn report_staffing(&self, of: &ReportQuery<'_>) -> ApiResult<ReportView> {
        self.json(self.get("v1/reports/staffing").timeout(REPORT_PATIENCE).query(&of.pairs())).await
    }
}
