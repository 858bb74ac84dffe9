//! `munja desks`, `categories`, `replies`: what the service knows besides conversations. `munja evidence N`.

use super::desk::Desk;
use super::failure::Failure;
use super::render::{lines, one_word, table};
use crate::api::wire::EvidenceRequest;
use crate::domain::text::{one_line, safe_for_terminal};

pub async fn desks(desk: &mut Desk) -> Result<(), Failure> {
    let list = desk.client()?.desks().await?;
    if desk.json {
        return desk.print_json(&list);
    }
    let row = |found: &crate::api::wire::DeskView| {
        let id = match (found.is_open, found.until_at) {
            (true, Some(_)) => "desk-open-until",
            (true, None) => "desk-open",
            (false, Some(_)) => "desk-closed-until",
            (false, None) => "desk-closed",
        };
        let at = found.until_at.map(|at| desk.times().clock(at)).unwrap_or_default();
        vec![one_word(&found.key), one_word(&found.name), desk.say.with(id, [("at", at.into())])]
    };
    let rows: Vec<_> = list.desks.iter().map(row).collect();
    show(desk, ["head-desk", "head-name", "head-state"], rows)
}

pub async fn categories(desk: &mut Desk, args: &OfDesk) -> Result<(), Failure> {
    let list = desk.client()?.categories(args.desk.as_deref()).await?;
    if desk.json {
        return desk.print_json(&list);
    }
    let all: Vec<_> = list.categories.iter().map(|name| one_line(name, 80)).collect();
    desk.print(&all.join("\n"))
}

/// Of one desk.
#[derive(clap::Args)]
pub struct OfDesk {
    #[arg(long, value_name = "DESK")]
    desk: Option<String>,
}

pub async fn replies(desk: &mut Desk, args: &OfDesk) -> Result<(), Failure> {
    let list = desk.client()?.canned(args.desk.as_deref()).await?;
    if desk.json {
        return desk.print_json(&list);
    }
    let row = |canned: &crate::api::wire::CannedView| {
        let category = canned.category.as_deref().map(one_word).unwrap_or_default();
        vec![one_word(&canned.key), one_line(&canned.text, 60), category]
    };
    let rows = list.replies.iter().map(row).collect();
    show(desk, ["head-key", "head-text", "head-category"], rows)
}

#[derive(clap::Args)]
pub struct SurveysArgs {
    #[arg(long, value_name = "SPAN", default_value = "30d", value_parser = super::action::span_ms)]
    since: i64,
    #[arg(long)]
    all: bool,
}

pub async fn surveys(desk: &mut Desk, args: &SurveysArgs) -> Result<(), Failure> {
    let since_at = desk.io.clock.now_ms() - args.since;
    let list = desk.client()?.surveys(since_at, args.all).await?;
    if desk.json {
        return desk.print_json(&list);
    }
    if list.surveys.is_empty() {
        let none = desk.say.t("list-empty");
        return desk.print(&none);
    }
    let times = desk.times();
    let row = |found: &crate::api::wire::SurveyView| {
        let comment = found.comment.as_deref().map(|c| one_line(c, 60)).unwrap_or_default();
        vec![
            times.clock(found.answered_at),
            found.conversation_id.to_string(),
            found.counselor.as_deref().map(one_word).unwrap_or_default(),
            found.score.map_or_else(|| "-".to_owned(), |score| score.to_string()),
            comment,
        ]
    };
    let rows: Vec<_> = list.surveys.iter().map(row).collect();
    let heads = ["head-time", "head-number", "head-counselor", "head-score", "head-text"];
    show(desk, heads, rows)?;
    if let Some(mean) = list.mean_hundredths {
        let mean = format!("{}.{:02}", mean / 100, mean % 100);
        let remark = desk.say.with("survey-mean", [("mean", mean.into())]);
        desk.remark(&remark);
    }
    Ok(())
}

fn show<const N: usize>(desk: &mut Desk, heads: [&str; N], rows: Vec<Vec<String>>) -> Result<(), Failure> {
    let text = if desk.io.stdout_is_terminal {
        table(heads.map(|id| desk.say.t(id)).to_vec(), rows, desk.io.columns)
    } else {
        lines(&rows)
    };
    desk.print(&text)
}

#[derive(clap::Args)]
pub struct EvidenceArgs {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
    #[arg(long, value_name = "TEXT", required = true)]
    reason: String,
}

/// Always JSON: it is for a file, and its hashes are over what stands in it.
pub async fn evidence(desk: &mut Desk, args: &EvidenceArgs) -> Result<(), Failure> {
    desk.about = Some(args.n);
    let request = EvidenceRequest { reason: args.reason.clone() };
    let evidence = desk.client()?.evidence(args.n, &request).await?;
    let remark = desk.say.with("evidence-hash", [("hash", safe_for_terminal(&evidence.sha256).into())]);
    desk.print_json(&evidence)?;
    desk.remark(&remark);
    Ok(())
}
