//! Which hours are short of people: a report of its own, with the same shape as the others.

use axum::extract::State;
use axum::http::HeaderMap;

use super::{Asked, ReportLine};
use crate::api::ApiContext;
use crate::api::extract::{Json, Query};
use crate::api::problem::Problem;
use crate::api::session::Caller;
use crate::api::wire::{ColumnView, FigureView, ReportView, RowView, TableView};
use crate::domain::figures::period::date_at;
use crate::domain::figures::staffing::{Days, HourNeed, Staffing};
use crate::domain::notice::Language;

/// The words about a column or figure: its name on the wire; title and definition in English and in Korean.
type Words = (&'static str, [&'static str; 2], [&'static str; 2]);

const PACE: Words = (
    "answers_per_counselor_hour",
    ["Answers per counselor-hour", "상담사 한 명의 시간당 답변"],
    [
        "What a counselor answers in an hour with enough to do: the upper quartile of answers over all hours in which somebody answered.",
        "할 일이 충분한 시간에 상담사 한 명이 쓰는 답변 수. 답변이 있었던 모든 시간의 위쪽 4분의 1 경계입니다.",
    ],
);
const EACH: Words = (
    "answers_per_consultation",
    ["Answers to a consultation", "상담당 답변"],
    [
        "Answers of counselors, divided by the consultations that began. Answers to many at once do not count.",
        "상담사의 답변 수를 시작된 상담 수로 나눈 값. 여러 시민에게 한 번에 보낸 답변은 세지 않습니다.",
    ],
);
const COLUMNS: [Words; 4] = [
    (
        "began",
        ["Consultations", "시작된 상담"],
        [
            "Consultations that begin in this hour, on average of such days.",
            "이 시간에 시작되는 상담 수. 같은 종류의 날 평균입니다.",
        ],
    ),
    (
        "there",
        ["Counselors", "상담사"],
        [
            "Counselors who answer at least once in this hour, on average of such days. Answers to many at once do not count.",
            "이 시간에 한 번이라도 답하는 상담사 수. 같은 종류의 날 평균이며, 여러 시민에게 한 번에 보낸 답변은 세지 않습니다.",
        ],
    ),
    (
        "needed",
        ["Needed", "필요"],
        [
            "Counselors that it takes for the consultations that begin, at that many answers each and at that pace.",
            "시작되는 상담에 답하는 데 필요한 상담사 수. 상담당 답변과 시간당 답변으로 셉니다.",
        ],
    ),
    (
        "short",
        ["Short by", "부족"],
        [
            "How many more are needed than answer; 0: enough, or the desk is closed then.",
            "필요한 수에서 답하는 수를 뺀 값. 0이면 충분하거나 운영 시간이 아닙니다.",
        ],
    ),
];

fn said([en, ko]: [&'static str; 2], language: Language) -> String {
    if language == Language::Ko { ko } else { en }.to_owned()
}

/// Which hours are short of people: consultations that begin, against what a counselor answers in an hour. Numbers are hundredths.
#[utoipa::path(get, path = "/v1/reports/staffing", operation_id = "report_staffing", tag = "report",
    params(
        ("from" = String, Query, description = "The first day: `2026-11-01`"),
        ("to" = String, Query, description = "The last day, included"),
        ("desk" = Option<String>, Query, description = "Key of a desk; all if absent"),
    ),
    responses((status = 200, description = "A table of working days and one of weekends and public holidays", body = ReportView)))]
pub(in crate::api) async fn staffing(
    State(context): State<ApiContext>,
    State(line): State<ReportLine>,
    _: Caller,
    headers: HeaderMap,
    query: Query,
) -> Result<Json<ReportView>, Problem> {
    let asked = Asked::read(&context, &query, &headers)?;
    let _turn = line.turn().await?;
    let now = context.now();
    let today = date_at(now, asked.calendar.time_zone()).unwrap_or(asked.period.last);
    let nothing = Staffing::new(asked.period, asked.calendar.clone(), today);
    let of = asked.figures_of(&context, Vec::new(), None);
    let counted = context.store.collect_facts(of, nothing, |all, _, fact| all.add(fact)).await?;
    let hours = counted.hours();
    Ok(Json(ReportView {
        from: asked.period.first.to_string(),
        to: asked.period.last.to_string(),
        desk: asked.desk.clone(),
        made_at: now,
        is_final: now >= asked.bounds().1,
        settles_at: asked.bounds().1,
        figures: vec![
            figure(PACE, counted.pace(), asked.language),
            figure(EACH, counted.answers_each(), asked.language),
        ],
        tables: Days::ALL.into_iter().map(|days| table(days, &hours, asked.language)).collect(),
        published_at: None,
        corrections: Vec::new(),
        is_before_records: false,
    }))
}

fn figure((id, title, definition): Words, value: Option<i64>, language: Language) -> FigureView {
    FigureView {
        id: id.to_owned(),
        title: said(title, language),
        definition: said(definition, language),
        unit: "hundredths".to_owned(),
        value,
        goal: None,
    }
}

fn table(days: Days, hours: &[HourNeed], language: Language) -> TableView {
    let (id, title) = match days {
        Days::Working => ("staffing_working_days", ["Working days", "평일"]),
        Days::Free => ("staffing_free_days", ["Weekends and public holidays", "주말과 공휴일"]),
    };
    let column = |(id, title, definition): Words| ColumnView {
        id: id.to_owned(),
        title: said(title, language),
        definition: said(definition, language),
        unit: "hundredths".to_owned(),
    };
    let rows = hours.iter().filter(|need| need.days == days).map(|need| RowView {
        key: format!("{:02}", need.hour),
        label: format!("{:02}:00", need.hour),
        cells: [need.began, need.there, need.needed, need.short()].map(Some).to_vec(),
    });
    TableView {
        id: id.to_owned(),
        title: said(title, language),
        columns: COLUMNS.map(column).to_vec(),
        rows: rows.collect(),
    }
}
