//! Reports: figures of any past period, the same every time. They hold nothing of a citizen; what citizens wrote about the
//! service has a route of its own, for supervisors and in the access log.

pub(super) mod people;
pub(super) mod staffing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use jiff::civil::Date;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::audit::Seen;
use super::extract::{Json, Query};
use super::needs::Needs;
use super::problem::{Problem, ProblemCode};
use super::session::{Caller, Session};
use super::wire::{ColumnView, CorrectionView, FigureView, QuoteList, ReportView, RowView, TableView};
use super::words::Language as Accepted;
use super::{ApiContext, view};
use crate::domain::UnixMs;
use crate::domain::access::Action;
use crate::domain::calendar::Calendar;
use crate::domain::figures::period::{SETTLED_AFTER_MS, date_at};
use crate::domain::figures::words::{Unit, goal};
use crate::domain::figures::{BadPeriod, By, FigureId, Names, Period, Report, Table, TableId, Tally};
use crate::domain::notice::Language;
use crate::domain::policy::ServicePolicy;
use crate::store::{ClosedMonth, FiguresOf, NewAccess};

/// A longer period has rows by month, if nothing else is asked for.
const MOST_DAYS: i32 = 62;
/// At most so many citizens' words are given at once.
const MOST_QUOTES: u32 = 500;

/// Reports are made one at a time: each reads much, and counselors must not wait for a read connection.
#[derive(Clone)]
pub(super) struct ReportLine(Arc<Semaphore>);

impl Default for ReportLine {
    fn default() -> Self {
        ReportLine(Arc::new(Semaphore::new(1)))
    }
}

impl ReportLine {
    /// Waits until no other report is being made; the turn ends when it is dropped.
    async fn turn(&self) -> Result<SemaphorePermit<'_>, Problem> {
        self.0.acquire().await.map_err(|_| Problem::new(ProblemCode::Internal))
    }
}

/// What was asked for.
struct Asked {
    period: Period,
    desk: Option<String>,
    by: Vec<By>,
    policy: Arc<ServicePolicy>,
    calendar: Calendar,
    language: Language,
}

impl Asked {
    fn read(context: &ApiContext, query: &Query, headers: &HeaderMap) -> Result<Asked, Problem> {
        let policy = Arc::clone(&context.settings().policy);
        let desk = query.word("desk").filter(|key| !key.is_empty()).map(str::to_owned);
        let calendar = match desk.as_deref() {
            None => policy.desks.first().calendar.clone(),
            Some(key) => {
                let found = policy.desks.find(key);
                found.ok_or_else(|| Problem::new(ProblemCode::NoSuchDesk))?.calendar.clone()
            }
        };
        let today = date_at(context.now(), calendar.time_zone()).unwrap_or(Date::ZERO);
        let date = |name: &str| -> Result<Date, Problem> {
            let word = query.word(name).ok_or_else(|| Problem::bad_request(name).needs(Needs::Day))?;
            word.parse().map_err(|_| Problem::bad_request(name).needs(Needs::Day))
        };
        let period = Period::new(date("from")?, date("to")?, today);
        let period = period.map_err(|bad| match bad {
            BadPeriod::Backwards => Problem::new(ProblemCode::DatesReversed),
            BadPeriod::Future => Problem::new(ProblemCode::DatesInFuture),
            BadPeriod::TooLong => Problem::new(ProblemCode::TooManyDays),
            BadPeriod::Unknown | BadPeriod::NoSuchDay | BadPeriod::NoSuchMonth | BadPeriod::NoSuchWeek => {
                Problem::bad_request("from, to").needs(Needs::Period)
            }
        })?;
        let by = match query.word("by") {
            None if period.n_days() > MOST_DAYS => By::Month,
            None => By::Day,
            Some(word) => By::from_word(word).filter(|by| *by != By::Counselor).ok_or_else(|| {
                Problem::bad_request("by")
                    .one_of(By::ALL.iter().filter(|by| **by != By::Counselor).map(|by| by.as_str()))
            })?,
        };
        let mut all = vec![by];
        all.extend([By::Hour, By::Weekday].into_iter().filter(|other| *other != by));
        let language = match Accepted::from_headers(headers) {
            Accepted::Korean => Language::Ko,
            Accepted::English => Language::En,
        };
        Ok(Asked { period, desk, by: all, policy, calendar, language })
    }

    fn bounds(&self) -> (UnixMs, UnixMs) {
        self.period.bounds(self.calendar.time_zone())
    }

    fn figures_of(&self, context: &ApiContext, by: Vec<By>, counselor: Option<i64>) -> FiguresOf {
        FiguresOf {
            period: self.period,
            desk: self.desk.clone(),
            by,
            counselor,
            desks: self.policy.desks.clone(),
            meaning: context.meaning,
        }
    }
}

/// The figures of some days. Everybody may see them, and programs with a token for figures: they hold nothing of a citizen.
/// Whole months are closed seven days after their end; what was counted differently later is listed as a correction.
#[utoipa::path(get, path = "/v1/reports", operation_id = "report", tag = "report",
    params(
        ("from" = String, Query, description = "The first day: `2026-11-01`"),
        ("to" = String, Query, description = "The last day, included"),
        ("desk" = Option<String>, Query, description = "Key of a desk; all if absent"),
        ("by" = Option<String>, Query, description = "`hour`, `day` (default up to 62 days), `weekday`, `month` (default of longer periods), `desk` or `category`: the rows of the first table"),
    ),
    responses((status = 200, description = "The figures", body = ReportView)))]
pub(super) async fn report(
    State(context): State<ApiContext>,
    State(line): State<ReportLine>,
    _: Caller,
    headers: HeaderMap,
    query: Query,
) -> Result<Json<ReportView>, Problem> {
    let asked = Asked::read(&context, &query, &headers)?;
    let mut by = asked.by.clone();
    if !asked.period.months().is_empty() && !by.contains(&By::Month) {
        // For the corrections of the months in it.
        by.push(By::Month);
    }
    let (tally, names) = count(&context, &line, asked.figures_of(&context, by, None)).await?;
    let mut report = Report::of(&tally, &names);
    report.tables.retain(|table| table.id != TableId::By(By::Month) || asked.by.contains(&By::Month));
    let mut shown = shown(&report, &asked, context.now());
    let begin_at = context.store.records_begin_at().await?;
    shown.is_before_records = begin_at.is_none_or(|at| at >= asked.bounds().1);
    correct(&context, &asked, (&tally, &names), &mut shown).await?;
    Ok(Json(shown))
}

/// Figures by counselor: all for supervisors, one's own for everybody else.
#[utoipa::path(get, path = "/v1/reports/counselors", operation_id = "report_counselors", tag = "report",
    params(
        ("from" = String, Query, description = "The first day: `2026-11-01`"),
        ("to" = String, Query, description = "The last day, included"),
        ("desk" = Option<String>, Query, description = "Key of a desk; all if absent"),
    ),
    responses((status = 200, description = "One row for each counselor", body = ReportView)))]
pub(super) async fn counselors(
    State(context): State<ApiContext>,
    State(line): State<ReportLine>,
    session: Session,
    headers: HeaderMap,
    query: Query,
) -> Result<Json<ReportView>, Problem> {
    let asked = Asked::read(&context, &query, &headers)?;
    let own = if session.actor.supervises() { None } else { session.actor.id() };
    let (tally, names) = count(&context, &line, asked.figures_of(&context, vec![By::Counselor], own)).await?;
    let mut report = Report::of(&tally, &names);
    report.figures.clear();
    report.tables.retain(|table| table.id == TableId::By(By::Counselor));
    let mut shown = shown(&report, &asked, context.now());
    let names: BTreeMap<String, String> =
        context.store.counselors().await?.into_iter().map(|c| (c.id.to_string(), c.name)).collect();
    for row in shown.tables.iter_mut().flat_map(|table| &mut table.rows) {
        if let Some(name) = names.get(&row.key) {
            row.label.clone_from(name);
        }
    }
    shown.tables.extend(people::reviews(&context, &asked, (own, asked.bounds())).await?);
    Ok(Json(shown))
}

/// What citizens wrote beside their survey answers, identity numbers masked.
#[utoipa::path(get, path = "/v1/reports/words", operation_id = "report_words", tag = "report",
    params(
        ("from" = String, Query, description = "The first day: `2026-11-01`"),
        ("to" = String, Query, description = "The last day, included"),
        ("desk" = Option<String>, Query, description = "Key of a desk; all if absent"),
    ),
    responses((status = 200, description = "Newest first, at most 500", body = QuoteList)))]
pub(super) async fn words(
    State(context): State<ApiContext>,
    session: Session,
    headers: HeaderMap,
    query: Query,
) -> Result<Seen<Json<QuoteList>>, Problem> {
    let asked = Asked::read(&context, &query, &headers)?;
    let found = context.store.quotes(asked.bounds(), asked.desk.clone(), None, MOST_QUOTES).await?;
    let shown = found.quotes.iter().map(|quote| (quote.conversation_id, None)).collect();
    let access = NewAccess { shown, ..NewAccess::by(&session.actor, Action::List).detail("survey words") };
    let quotes = found.quotes.iter().map(view::survey).collect();
    Ok(Seen(Json(QuoteList { quotes, n_more: found.n_more, n_erased: found.n_erased }), access))
}

async fn count(context: &ApiContext, line: &ReportLine, of: FiguresOf) -> Result<(Tally, Names), Problem> {
    let _turn = line.turn().await?;
    Ok(context.store.figures(of).await?)
}

/// Closes a month that is over, and says what differs from what was published of any month in the period.
async fn correct(
    context: &ApiContext,
    asked: &Asked,
    (tally, names): (&Tally, &Names),
    shown: &mut ReportView,
) -> Result<(), Problem> {
    let (now, is_month) = (context.now(), asked.period.as_month().is_some());
    for period in asked.period.months() {
        let (Some(month), Some(report)) = (period.as_month(), Report::of_month(tally, names, period)) else {
            continue;
        };
        let (desk, values) = (asked.desk.clone().unwrap_or_default(), report.values());
        if let Some(closed) = context.store.closed_month(month.clone(), desk.clone()).await? {
            let found = corrections(&month, &closed, &values, asked.language);
            // Of a longer period, what its tables say is not said by month.
            shown.corrections.extend(found.into_iter().filter(|one| is_month || !one.name.contains('/')));
            shown.published_at = shown.published_at.or(is_month.then_some(closed.frozen_at));
        } else if is_month && now >= shown.settles_at && !shown.is_before_records {
            context.store.close_month(month, desk, values, now).await?;
            shown.published_at = Some(now);
        }
    }
    Ok(())
}

fn corrections(
    month: &str,
    closed: &ClosedMonth,
    now: &BTreeMap<String, i64>,
    language: Language,
) -> Vec<CorrectionView> {
    let names: BTreeSet<&String> = closed.values.keys().chain(now.keys()).collect();
    let differs = names.into_iter().filter(|name| closed.values.get(*name) != now.get(*name));
    let view = |name: &String| {
        let (title, unit) = Report::words(name, language).unwrap_or((name.clone(), Unit::Count));
        CorrectionView {
            name: name.trim_start_matches('/').to_owned(),
            title,
            unit: unit.as_str().to_owned(),
            month: month.to_owned(),
            published_at: closed.frozen_at,
            published: closed.values.get(name).copied(),
            now: now.get(name).copied(),
        }
    };
    let mut all: Vec<CorrectionView> = differs.map(view).collect();
    // Figures of the month first, in the order in which they are printed.
    let place = |one: &CorrectionView| FigureId::ALL.iter().position(|id| id.as_str() == one.name);
    all.sort_by_key(|one| (place(one).is_none(), place(one)));
    all
}

fn shown(report: &Report, asked: &Asked, now: UnixMs) -> ReportView {
    let (_, end) = asked.bounds();
    let n_open = report.figures.iter().find(|figure| figure.id == FigureId::StillOpen);
    ReportView {
        from: asked.period.first.to_string(),
        to: asked.period.last.to_string(),
        desk: asked.desk.clone(),
        made_at: now,
        is_final: now >= end + SETTLED_AFTER_MS && n_open.is_none_or(|figure| figure.value == Some(0)),
        settles_at: end + SETTLED_AFTER_MS,
        figures: report
            .figures
            .iter()
            .map(|figure| figure_view(figure.id, figure.value, asked.language))
            .collect(),
        tables: report.tables.iter().map(|table| table_view(table, asked)).collect(),
        published_at: None,
        corrections: Vec::new(),
        is_before_records: false,
    }
}

fn figure_view(id: FigureId, value: Option<i64>, language: Language) -> FigureView {
    let about = id.about(language);
    FigureView {
        id: id.as_str().to_owned(),
        title: about.title.to_owned(),
        definition: about.definition.to_owned(),
        unit: about.unit.as_str().to_owned(),
        value,
        goal: goal(id),
    }
}

fn table_view(table: &Table, asked: &Asked) -> TableView {
    let column = |id: &FigureId| {
        let about = id.about(asked.language);
        ColumnView {
            id: id.as_str().to_owned(),
            title: about.title.to_owned(),
            definition: about.definition.to_owned(),
            unit: about.unit.as_str().to_owned(),
        }
    };
    let label = |key: &str| match table.id {
        TableId::By(By::Desk) => {
            asked.policy.desks.find(key).map_or(key.to_owned(), |desk| desk.name.clone())
        }
        id => id.label(key, asked.language),
    };
    let rows = table.rows.iter().map(|row| RowView {
        key: row.key.clone(),
        label: label(&row.key),
        cells: row.cells.clone(),
    });
    TableView {
        id: table.id.as_str().to_owned(),
        title: table.id.title(asked.language).to_owned(),
        columns: table.columns.iter().map(column).collect(),
        rows: rows.collect(),
    }
}
