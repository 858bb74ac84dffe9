//! `munja bulletin TEXT --until WHEN`: a sentence that receipts carry for a time. `munja bulletin` and `munja bulletin list` show those
//! that hold and held, `munja bulletin end N` takes one back.

use super::action;
use super::compose::words;
use super::context::CliContext;
use super::conversation;
use super::exit::Exit;
use super::failure::Failure;
use crate::api::wire::{BulletinPreview, BulletinRequest, BulletinView, DeskList};
use crate::client::desks::desk_or_all;
use crate::client::format::one_word;
use crate::client::message::length_class;
use crate::client::table::{lines, table};
use crate::client::{When, bulletin_line};
use crate::domain::bulletin::LONGEST_MS;
use crate::domain::text::one_line;

const TEXT_COLUMNS: usize = 40;

#[derive(clap::Args)]
pub struct Args {
    /// The sentence; `list`; or `end` and a number.
    #[arg(value_name = "TEXT|list|end N")]
    text: Vec<String>,
    #[arg(long, value_name = "WHEN")]
    until: Option<When>,
    #[arg(long, value_name = "DESK")]
    pub desk: Option<String>,
    #[arg(long)]
    yes: bool,
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    let usage = |code| Err(Failure::here(Exit::Usage, code, []));
    // Quoted or not: a sentence to citizens is neither of these words.
    let text = words(&args.text);
    let asked: Vec<&str> = text.split_whitespace().collect();
    match (asked.as_slice(), args.until) {
        ([] | ["list"], None) => list(context).await,
        (["end", n], None) => match n.parse() {
            Ok(n) => end(context, n).await,
            Err(_) => usage("bulletin_end_usage"),
        },
        (["end"], _) => usage("bulletin_end_usage"),
        (["end", n], Some(_)) if n.chars().all(|c| c.is_ascii_digit()) => usage("bulletin_end_usage"),
        ([] | ["list"], Some(_)) => usage("bulletin_usage"),
        ([_, ..], Some(until)) => begin(context, args, until).await,
        ([_, ..], None) => usage("bulletin_usage"),
    }
}

async fn begin(context: &mut CliContext, args: &Args, until: When) -> Result<(), Failure> {
    let client = context.client()?;
    let until_at = action::moment(context, until, LONGEST_MS / (24 * 60 * 60 * 1_000))?;
    let request = BulletinRequest { text: words(&args.text), until_at, desk: args.desk.clone() };
    let preview = client.preview_bulletin(&request).await?;
    let at = context.times().clock(until_at);
    show(context, &preview, &at);
    if !args.yes {
        if context.json {
            context.print_json(&preview)?;
        }
        let desk = desk_or_all(&context.say, context.desks().await.as_ref(), args.desk.as_deref());
        let question = context.say.with("ask-bulletin", [("at", at.clone().into()), ("desk", desk.into())]);
        context.agree(&question)?;
    }
    let begun = client.begin_bulletin(&request).await?;
    if context.json {
        return context.print_json(&begun);
    }
    let id = if begun.repeated { "bulletin-repeated" } else { "bulletin-begun" };
    let values = [("n", begun.bulletin.id.to_string().into()), ("at", at.into())];
    let sentence = context.say.with(id, values);
    context.print(&sentence)
}

/// The receipts as they will arrive, and until when.
fn show(context: &mut CliContext, preview: &BulletinPreview, until: &str) {
    let mut shown = vec![context.say.with("bulletin-preview", [("at", until.to_owned().into())])];
    for receipt in &preview.receipts {
        let language = context.say.t(&format!("language-{}", one_word(&receipt.language)));
        shown.push(format!("{language} · {}", length_class(&context.say, &receipt.size)));
        shown.push(conversation::body(context, &receipt.text));
    }
    if preview.n_others > 0 {
        shown.push(context.say.with("bulletin-others", [("n", preview.n_others.into())]));
    }
    context.remark(&shown.join("\n"));
}

async fn end(context: &mut CliContext, n: i64) -> Result<(), Failure> {
    context.about = Some(n);
    let ended = context.client()?.end_bulletin(n).await?;
    if context.json {
        return context.print_json(&ended);
    }
    let sentence = context.say.with("bulletin-ended", [("n", n.to_string().into())]);
    context.print(&sentence)
}

async fn list(context: &mut CliContext) -> Result<(), Failure> {
    let list = context.client()?.bulletins().await?;
    if context.json {
        return context.print_json(&list);
    }
    if list.bulletins.is_empty() {
        let none = context.say.t("bulletin-none");
        return context.print(&none);
    }
    let desks = context.desks().await;
    let rows: Vec<_> = list.bulletins.iter().map(|one| row(context, desks.as_ref(), one)).collect();
    let text = if context.io.stdout_is_terminal {
        let heads = ["head-number", "head-state", "head-desk", "head-name", "head-text"];
        table(heads.map(|id| context.say.t(id)).to_vec(), rows, context.io.columns)
    } else {
        lines(&rows)
    };
    context.print(&text)
}

/// `3  18:00까지  전체  김민수  눈 때문에 버스가 늦습니다.`
fn row(context: &CliContext, desks: Option<&DeskList>, of: &BulletinView) -> Vec<String> {
    let state = match (of.is_holding, of.ended_at) {
        (true, _) => state(context, "bulletin-holds", of.until_at),
        (false, Some(at)) => state(context, "bulletin-taken-back", at),
        (false, None) => state(context, "bulletin-over", of.until_at),
    };
    let desk = desk_or_all(&context.say, desks, of.desk.as_deref());
    let columns = if context.io.stdout_is_terminal { TEXT_COLUMNS } else { 200 };
    vec![of.id.to_string(), state, desk, one_word(&of.begun_by), one_line(&of.text, columns)]
}

fn state(context: &CliContext, id: &str, at: i64) -> String {
    context.say.with(id, [("at", context.times().clock(at).into())])
}

/// `알림: 18:00까지 (전체): 눈 때문에 버스가 늦습니다.`
pub(super) fn status_line(context: &CliContext, desks: Option<&DeskList>, of: &BulletinView) -> String {
    bulletin_line(&context.times(), desks, of)
}
