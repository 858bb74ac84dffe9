//! Drafts: `munja drafts` lists one's own, `munja draft N` shows, keeps, removes or leaves one. They are on the server, as those of
//! every other face; what only this machine has says so.

use super::action;
use super::compose::words;
use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;
use super::message::where_kept;
use crate::api::wire::{ActionRequest, DraftRequest, DraftView};
use crate::client::citizen::column;
use crate::client::table::lines;
use crate::client::{
    ClientError, DraftPlace, bring_drafts, drafts_here, forget_draft, keep_draft, last_seen,
};
use crate::domain::text::{one_line, safe_for_terminal};

const TEXT_COLUMNS: usize = 50;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
    #[arg(value_name = "TEXT")]
    text: Vec<String>,
    /// For whoever holds the conversation next; everybody of the desk reads it.
    #[arg(long)]
    leave: bool,
    #[arg(long, conflicts_with_all = ["text", "leave"])]
    drop: bool,
}

fn no_draft() -> Failure {
    Failure::here(Exit::Nothing, "no_draft", [])
}

/// One's own draft in a conversation, or with `--leave` a beginning for a colleague.
pub async fn one(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    context.about = Some(args.n);
    let text = words(&args.text);
    if args.leave {
        return action::act(context, args.n, ActionRequest::Draft { text }, "drafted").await;
    }
    let client = context.client()?;
    let other = bring_drafts(&client, &context.profile, args.n).await;
    if args.drop {
        if other.is_none() && client.own_draft(args.n).await?.is_none() {
            return Err(no_draft());
        }
        client.drop_draft(args.n).await?;
        other.iter().for_each(|text| forget_draft(&context.profile, args.n, text));
        let sentence = context.say.with("draft-dropped", [("n", args.n.to_string().into())]);
        return context.print_done("dropped", &sentence);
    }
    if text.trim().is_empty() {
        let draft = client.own_draft(args.n).await?.ok_or_else(no_draft)?;
        if context.json {
            return context.print_json(&draft);
        }
        let text = safe_for_terminal(&draft.text);
        return context.print_whole(&text);
    }
    let based_on = match last_seen(&context.profile, args.n) {
        Some(seen) => seen,
        None => client.conversation(args.n).await?.last_inbound_id,
    };
    // What is said last counts, and what it replaces is said.
    let before = client.own_draft(args.n).await.ok().flatten().map(|draft| draft.text);
    let replaced = before.clone().filter(|before| before.trim() != text.trim());
    let draft = DraftRequest { text, based_on, replaces: before };
    let place = match client.save_draft(args.n, &draft).await {
        Ok(()) => {
            if let Some(replaced) = replaced {
                let words =
                    context.say.with("draft-replaced", [("text", safe_for_terminal(&replaced).into())]);
                context.remark(&words);
            }
            DraftPlace::Server
        }
        Err(error @ ClientError::Problem(_)) => return Err(error.into()),
        Err(_) => DraftPlace::Here(keep_draft(&context.profile, args.n, &draft.text)?),
    };
    let sentence = where_kept(context, args.n, &place);
    context.print_done("kept", &sentence)
}

pub async fn run(context: &mut CliContext) -> Result<(), Failure> {
    let client = context.client()?;
    for n in drafts_here(&context.profile).into_iter().map(|(n, _)| n) {
        bring_drafts(&client, &context.profile, n).await;
    }
    let (list, here) = (client.drafts().await?, drafts_here(&context.profile));
    if context.json {
        let mut json = serde_json::json!(list);
        if !here.is_empty() {
            let one = |(n, text): &(i64, String)| serde_json::json!({ "conversation_id": n, "text": text });
            json["here"] = here.iter().map(one).collect();
        }
        return context.print_json(&json);
    }
    if list.drafts.is_empty() && here.is_empty() {
        let none = context.say.t("drafts-empty");
        return context.print(&none);
    }
    let mut rows: Vec<_> = list.drafts.iter().map(|draft| row(context, draft)).collect();
    let remark = format!("({})", context.say.t("draft-here"));
    rows.extend(
        here.iter().map(|(n, text)| vec![n.to_string(), one_line(text, TEXT_COLUMNS), remark.clone()]),
    );
    context.print(&lines(&rows))
}

/// `12  14:05  네, 62번이  (그 뒤에 시민이 문자를 보냄)  7F2K`
fn row(context: &CliContext, draft: &DraftView) -> Vec<String> {
    let remark = match draft.origin.as_deref() {
        Some("recalled") => Some("draft-recalled"),
        Some("stopped") => Some("draft-stopped"),
        _ if draft.has_newer => Some("draft-newer"),
        _ => None,
    };
    // An older server gives no names.
    let name = if draft.citizen_name.is_empty() { String::new() } else { column(&draft.citizen_name) };
    vec![
        draft.conversation_id.to_string(),
        context.times().clock(draft.saved_at),
        one_line(&draft.text, TEXT_COLUMNS),
        remark.map(|id| format!("({})", context.say.t(id))).unwrap_or_default(),
        name,
    ]
}
