//! Reports about counselors beside figures: means of quality reviews, the coaching list with what people had to bear, and points.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use axum::http::HeaderMap;

use super::{Asked, ReportLine};
use crate::api::ApiContext;
use crate::api::audit::Seen;
use crate::api::extract::{Json, Query};
use crate::api::problem::Problem;
use crate::api::review::{People, names_of, people};
use crate::api::session::Session;
use crate::api::wire::{
    CoachingItem, CoachingView, ColumnView, IncentivePoint, IncentiveRuleView, IncentiveSum, IncentiveView,
    LoadView, RowView, TableView,
};
use crate::domain::UnixMs;
use crate::domain::access::Action;
use crate::domain::figures::Period;
use crate::domain::figures::coaching::{Finding, Limits, Load, Reason, bear, finding};
use crate::domain::figures::period::date_at;
use crate::domain::identity_number::masked;
use crate::domain::incentive::{Award, awards};
use crate::domain::notice::Language;
use crate::store::{FiguresOf, MarkSum, NewAccess};

/// From when on consultations are in the coaching list, if nothing else is asked for.
const LOW_SCORE: i64 = 2;
const SLOW_MS: i64 = 15 * 60_000;
const MOST_SLOW_MS: i64 = 7 * 24 * 3_600_000;
/// The coaching list is not longer.
const MOST_FINDINGS: usize = 500;
/// How many days are looked back over for what people had to bear.
const CARE_DAYS: [i32; 2] = [7, 30];

/// Consultations that went badly for the citizen, by counselor, and what counselors had to bear in the last days (supervisors).
#[utoipa::path(get, path = "/v1/reports/coaching", operation_id = "report_coaching", tag = "report",
    params(
        ("from" = String, Query, description = "The first day: `2026-11-01`"),
        ("to" = String, Query, description = "The last day, included"),
        ("desk" = Option<String>, Query, description = "Key of a desk; all if absent"),
        ("low_score" = Option<i64>, Query, description = "Survey scores up to this, 1 to 5, default 2"),
        ("slow_ms" = Option<i64>, Query, description = "First answers that took longer (open hours), default 15 minutes"),
        ("words" = Option<bool>, Query, description = "`true`: with what citizens wrote beside their scores"),
    ),
    responses((status = 200, description = "At most 500 consultations", body = CoachingView)))]
pub(in crate::api) async fn coaching(
    State(context): State<ApiContext>,
    State(line): State<ReportLine>,
    session: Session,
    headers: HeaderMap,
    query: Query,
) -> Result<Seen<Json<CoachingView>>, Problem> {
    let asked = Asked::read(&context, &query, &headers)?;
    let low_score = query.number("low_score", 1, 5)?.unwrap_or(LOW_SCORE);
    let slow_ms = query.number("slow_ms", 0, MOST_SLOW_MS)?.unwrap_or(SLOW_MS);
    let with_words = match query.word("words") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(Problem::bad_request("words").one_of(["true", "false"])),
    };
    let limits = Limits { low_score: u8::try_from(low_score).unwrap_or(u8::MAX), slow_ms };
    let turn = line.turn().await?;
    let of = asked.figures_of(&context, Vec::new(), None);
    let found = context
        .store
        .collect_facts(of, Vec::new(), move |all, id, fact| all.extend(finding(limits, id, fact)))
        .await?;
    let loads = loads(&context, &asked).await?;
    drop(turn);
    let people = people(&context).await?;
    let mut found: Vec<Finding> =
        found.into_iter().filter(|one| people.contains_key(&one.counselor_id)).collect();
    found.sort_by_key(|one| (names_of(&people, one.counselor_id).1, one.at, one.conversation_id));
    let n_more = i64::try_from(found.len().saturating_sub(MOST_FINDINGS)).unwrap_or(i64::MAX);
    found.truncate(MOST_FINDINGS);
    let words = if with_words { low_words(&context, &found).await? } else { BTreeMap::new() };
    let shown: BTreeSet<i64> = found.iter().map(|one| one.conversation_id).collect();
    let detail = if with_words { "coaching list with words" } else { "coaching list" };
    let access = NewAccess {
        shown: shown.into_iter().map(|id| (id, None)).collect(),
        ..NewAccess::by(&session.actor, Action::List).detail(detail)
    };
    let view = CoachingView {
        from: asked.period.first.to_string(),
        to: asked.period.last.to_string(),
        desk: asked.desk.clone(),
        consultations: found.iter().map(|one| item(one, &people, &words)).collect(),
        n_more,
        loads: load_views(&loads, &people),
    };
    Ok(Seen(Json(view), access))
}

/// What citizens wrote beside low scores, by conversation.
async fn low_words(context: &ApiContext, found: &[Finding]) -> Result<BTreeMap<i64, String>, Problem> {
    let ids = found.iter().filter(|one| matches!(one.reason, Reason::LowScore(_)));
    let words = context.store.survey_words(ids.map(|one| one.conversation_id).collect()).await?;
    Ok(words.into_iter().map(|(id, text)| (id, masked(text.reveal()).into_owned())).collect())
}

fn item(of: &Finding, people: &People, words: &BTreeMap<i64, String>) -> CoachingItem {
    let (counselor, counselor_name) = names_of(people, of.counselor_id);
    let (reason, score, took_ms) = match of.reason {
        Reason::LowScore(score) => ("low_score", Some(i64::from(score)), None),
        Reason::SlowAnswer(ms) => ("slow_answer", None, Some(ms)),
        Reason::CameBack => ("came_back", None, None),
    };
    CoachingItem {
        counselor,
        counselor_name,
        conversation_id: of.conversation_id,
        at: of.at,
        reason: reason.to_owned(),
        score,
        took_ms,
        words: words.get(&of.conversation_id).filter(|_| score.is_some()).cloned(),
    }
}

/// What people had to bear in the last days, for each of [`CARE_DAYS`].
async fn loads(context: &ApiContext, asked: &Asked) -> Result<Vec<BTreeMap<i64, Load>>, Problem> {
    let mut loads = Vec::new();
    let today = date_at(context.now(), asked.calendar.time_zone());
    for days in CARE_DAYS {
        let first = today.and_then(|day| day.checked_sub(jiff::Span::new().days(days - 1)).ok());
        let Some((first, last)) = first.zip(today) else { continue };
        let of = FiguresOf { period: Period { first, last }, ..asked.figures_of(context, Vec::new(), None) };
        loads.push(context.store.collect_facts(of, BTreeMap::new(), |all, _, fact| bear(all, fact)).await?);
    }
    Ok(loads)
}

fn load_views(loads: &[BTreeMap<i64, Load>], people: &People) -> Vec<LoadView> {
    let [short, long] = loads else { return Vec::new() };
    let of = |id: &i64| {
        let (counselor, counselor_name) = names_of(people, *id);
        let (short, long) =
            (short.get(id).copied().unwrap_or_default(), long.get(id).copied().unwrap_or_default());
        LoadView {
            counselor,
            counselor_name,
            n_dangers_7_days: short.n_dangers,
            n_dangers_30_days: long.n_dangers,
            n_abusive_7_days: short.n_abusive,
            n_abusive_30_days: long.n_abusive,
        }
    };
    let known = long.keys().filter(|id| people.contains_key(id));
    let mut all: Vec<LoadView> = known.map(of).collect();
    let weight = |load: &LoadView| (load.n_dangers_30_days + load.n_abusive_30_days, load.n_dangers_7_days);
    all.sort_by(|a, b| weight(b).cmp(&weight(a)).then_with(|| a.counselor.cmp(&b.counselor)));
    all
}

/// Points of counselors by the rules of the centre; each names the event that it is for (supervisors). Numbers of conversations, and
/// nothing of a citizen.
#[utoipa::path(get, path = "/v1/reports/incentive", operation_id = "report_incentive", tag = "report",
    params(
        ("from" = String, Query, description = "The first day: `2026-11-01`"),
        ("to" = String, Query, description = "The last day, included"),
        ("desk" = Option<String>, Query, description = "Key of a desk; all if absent"),
    ),
    responses((status = 200, description = "Sums, and every point", body = IncentiveView)))]
pub(in crate::api) async fn incentive(
    State(context): State<ApiContext>,
    State(line): State<ReportLine>,
    _: Session,
    headers: HeaderMap,
    query: Query,
) -> Result<Json<IncentiveView>, Problem> {
    let asked = Asked::read(&context, &query, &headers)?;
    let turn = line.turn().await?;
    let deeds = context.store.deeds(asked.bounds(), asked.desk.clone()).await?;
    drop(turn);
    let (settings, people) = (context.settings(), people(&context).await?);
    let rules = &settings.incentive;
    let of = |(id, journal): &(i64, Vec<_>)| awards(rules, *id, journal, asked.bounds());
    let mut all: Vec<Award> = deeds.iter().flat_map(of).collect();
    all.sort_by_key(|award| (award.event_seq, award.rule));
    let rule_view = |rule: &crate::domain::incentive::Rule| IncentiveRuleView {
        key: rule.key.clone(),
        title: rule.title(asked.language).to_owned(),
        points: rule.points,
        once: rule.once,
    };
    let point = |award: &Award| IncentivePoint {
        counselor: names_of(&people, award.counselor_id).0,
        rule: rules.rules.get(award.rule).map(|rule| rule.key.clone()).unwrap_or_default(),
        points: award.points,
        event_seq: award.event_seq,
        kind: award.kind.as_str().to_owned(),
        conversation_id: award.conversation_id,
        at: award.at,
    };
    Ok(Json(IncentiveView {
        from: asked.period.first.to_string(),
        to: asked.period.last.to_string(),
        desk: asked.desk.clone(),
        made_at: context.now(),
        version: rules.version.clone(),
        rules: rules.rules.iter().map(rule_view).collect(),
        counselors: sums(&all, rules.rules.len(), &people),
        points: all.iter().map(point).collect(),
    }))
}

fn sums(all: &[Award], n_rules: usize, people: &People) -> Vec<IncentiveSum> {
    let mut sums: BTreeMap<i64, IncentiveSum> = BTreeMap::new();
    for award in all {
        let sum = sums.entry(award.counselor_id).or_insert_with(|| {
            let (counselor, counselor_name) = names_of(people, award.counselor_id);
            IncentiveSum { counselor, counselor_name, points: 0, counts: vec![0; n_rules] }
        });
        sum.points += award.points;
        if let Some(count) = sum.counts.get_mut(award.rule) {
            *count += 1;
        }
    }
    let mut sums: Vec<IncentiveSum> = sums.into_values().collect();
    sums.sort_by(|a, b| b.points.cmp(&a.points).then_with(|| a.counselor.cmp(&b.counselor)));
    sums
}

/// Means of the quality reviews that were written in the period: a row for each counselor, a column for each point; `None` without any.
pub(super) async fn reviews(
    context: &ApiContext,
    asked: &Asked,
    (own, bounds): (Option<i64>, (UnixMs, UnixMs)),
) -> Result<Option<TableView>, Problem> {
    let (sums, counts) = context.store.review_sums(bounds, asked.desk.clone(), own).await?;
    if counts.is_empty() {
        return Ok(None);
    }
    let settings = context.settings();
    let known: Vec<String> = settings.review_sheet.points.iter().map(|point| point.key.clone()).collect();
    // Points that the sheet has no more come last.
    let gone: BTreeSet<String> =
        sums.iter().map(|sum| sum.point.clone()).filter(|p| !known.contains(p)).collect();
    let points: Vec<String> = known.into_iter().chain(gone).collect();
    let people = people(context).await?;
    let is_korean = asked.language == Language::Ko;
    let column = |id: &str, title: &str, definition: &str, unit: &str| ColumnView {
        id: id.to_owned(),
        title: title.to_owned(),
        definition: definition.to_owned(),
        unit: unit.to_owned(),
    };
    let words = |en: &'static str, ko: &'static str| if is_korean { ko } else { en };
    let mut columns = vec![
        column("reviews", words("Reviews", "평가"), words(REVIEWS.0, REVIEWS.1), "count"),
        column("mean", words("All points", "전체"), words(MEAN.0, MEAN.1), "per_mille"),
    ];
    for key in &points {
        let point = settings.review_sheet.points.iter().find(|point| point.key == *key);
        let words = point.map(|point| point.words(asked.language));
        let (name, question) =
            words.map_or((key.as_str(), ""), |words| (words.name.as_str(), words.question.as_str()));
        columns.push(column(key, name, question, "per_mille"));
    }
    let row = |(id, n): (&i64, &i64)| {
        let of = |point: Option<&String>| {
            share(sums.iter().filter(|sum| sum.counselor_id == *id && point.is_none_or(|p| sum.point == *p)))
        };
        let mut cells = vec![Some(*n), of(None)];
        cells.extend(points.iter().map(|point| of(Some(point))));
        RowView { key: id.to_string(), label: names_of(&people, *id).1, cells }
    };
    let title = words("Quality reviews", "품질 평가").to_owned();
    let rows = counts.iter().map(row).collect();
    Ok(Some(TableView { id: "reviews".to_owned(), title, columns, rows }))
}

const REVIEWS: (&str, &str) = (
    "Quality reviews of this counselor's work that were written then.",
    "이때 쓴, 이 상담사의 상담에 대한 품질 평가 수.",
);
const MEAN: (&str, &str) = (
    "Share of the best marks that there could have been, over all points of these reviews.",
    "이 평가들에서 받을 수 있는 가장 높은 점수에 대한 비율. 모든 항목을 합쳐 셉니다.",
);

/// How many of a thousand of the best marks.
fn share<'a>(sums: impl Iterator<Item = &'a MarkSum>) -> Option<i64> {
    let (marks, of) = sums.fold((0, 0), |(marks, of), sum| (marks + sum.marks, of + sum.of));
    (of > 0).then(|| (marks * 2_000 + of) / (2 * of))
}
