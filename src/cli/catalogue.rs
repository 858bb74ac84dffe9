//! `munja desks`, `categories`, `replies`: what the service knows besides conversations. `munja evidence N`.

use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;
use crate::api::wire::EvidenceRequest;
use crate::client::format::one_word;
use crate::client::table::{lines, table};
use crate::client::within;
use crate::domain::text::{one_line, safe_for_terminal};

pub async fn desks(context: &mut CliContext) -> Result<(), Failure> {
    let list = context.client()?.desks().await?;
    if context.json {
        return context.print_json(&list);
    }
    let row = |found: &crate::api::wire::DeskView| {
        let id = match (found.is_open, found.until_at) {
            (true, Some(_)) => "desk-open-until",
            (true, None) => "desk-open",
            (false, Some(_)) => "desk-closed-until",
            (false, None) => "desk-closed",
        };
        let at = found.until_at.map(|at| context.times().clock(at)).unwrap_or_default();
        vec![one_word(&found.key), one_word(&found.name), context.say.with(id, [("at", at.into())])]
    };
    let rows: Vec<_> = list.desks.iter().map(row).collect();
    print_table(context, ["head-desk", "head-name", "head-state"], rows)
}

pub async fn categories(context: &mut CliContext, args: &DeskArgs) -> Result<(), Failure> {
    let list = context.client()?.categories(args.desk.as_deref()).await?;
    if context.json {
        return context.print_json(&list);
    }
    let line = |name: &String| match list.due_ms.get(name) {
        Some(ms) => format!("{}  {}", one_line(name, 80), within(&context.say, *ms)),
        None => one_line(name, 80),
    };
    let all: Vec<_> = list.categories.iter().map(line).collect();
    context.print(&all.join("\n"))
}

/// `--desk DESK`: for one desk.
#[derive(clap::Args)]
pub struct DeskArgs {
    #[arg(long, value_name = "DESK")]
    pub(super) desk: Option<String>,
}

/// `munja replies [KEY]`: all canned replies, or one in full.
#[derive(clap::Args)]
pub struct RepliesArgs {
    #[arg(value_name = "KEY")]
    pub(super) key: Option<String>,
    #[arg(long, value_name = "DESK")]
    pub(super) desk: Option<String>,
}

pub async fn replies(context: &mut CliContext, args: &RepliesArgs) -> Result<(), Failure> {
    let mut list = context.client()?.canned(args.desk.as_deref()).await?;
    if let Some(key) = &args.key {
        list.replies.retain(|canned| canned.key == *key);
        let unknown = || Failure::here(Exit::Usage, "no_canned", [("key", one_word(key).into())]);
        let one = list.replies.first().ok_or_else(unknown)?;
        if !context.json {
            let text = safe_for_terminal(&one.text);
            return context.print(&text);
        }
    }
    if context.json {
        return context.print_json(&list);
    }
    let row = |canned: &crate::api::wire::CannedView| {
        let category = canned.category.as_deref().map(one_word).unwrap_or_default();
        vec![one_word(&canned.key), one_line(&canned.text, 60), category]
    };
    let rows = list.replies.iter().map(row).collect();
    print_table(context, ["head-key", "head-text", "head-category"], rows)
}

#[derive(clap::Args)]
pub struct SurveysArgs {
    #[arg(long, value_name = "SPAN", default_value = "30d", value_parser = crate::client::span_ms)]
    since: i64,
    #[arg(long)]
    all: bool,
    #[arg(long, value_name = "NEXT")]
    after: Option<String>,
}

pub async fn surveys(context: &mut CliContext, args: &SurveysArgs) -> Result<(), Failure> {
    let since_at = context.io.clock.now_ms() - args.since;
    let list = context.client()?.surveys(since_at, args.all, args.after.as_deref()).await?;
    if context.json {
        return context.print_json(&list);
    }
    if list.surveys.is_empty() {
        let none = context.say.t("surveys-empty");
        return context.print(&none);
    }
    let times = context.times();
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
    print_table(context, heads, rows)?;
    if let Some(mean) = list.mean_hundredths {
        let mean = format!("{}.{:02}", mean / 100, mean % 100);
        let remark = context.say.with("survey-mean", [("mean", mean.into())]);
        context.remark(&remark);
    }
    if let Some(next) = &list.next {
        let all = if args.all { " --all" } else { "" };
        let since = format!("{}m", args.since / 60_000);
        let command = format!("munja surveys --since {since}{all} --after {}", one_word(next));
        let remark = context.say.with("next-page", [("command", command.into())]);
        context.remark(&remark);
    }
    Ok(())
}

fn print_table<const N: usize>(
    context: &mut CliContext,
    heads: [&str; N],
    rows: Vec<Vec<String>>,
) -> Result<(), Failure> {
    let text = if context.io.stdout_is_terminal {
        table(heads.map(|id| context.say.t(id)).to_vec(), rows, context.io.columns)
    } else {
        lines(&rows)
    };
    context.print(&text)
}

#[derive(clap::Args)]
pub struct EvidenceArgs {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
    #[arg(long, value_name = "TEXT", required = true)]
    reason: String,
}

/// Always prints JSON: it is for a file, and the hashes are over its contents.
pub async fn evidence(context: &mut CliContext, args: &EvidenceArgs) -> Result<(), Failure> {
    context.about = Some(args.n);
    let request = EvidenceRequest { reason: args.reason.clone() };
    let evidence = context.client()?.evidence(args.n, &request).await?;
    let remark = context.say.with("evidence-hash", [("hash", safe_for_terminal(&evidence.sha256).into())]);
    context.print_json(&evidence)?;
    context.remark(&remark);
    Ok(())
}
