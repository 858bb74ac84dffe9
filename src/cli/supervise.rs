//! `munja announce`: what everybody at a desk is told. `munja restricted`: citizens who are restricted or have opted out.

use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;
use crate::api::wire::CitizenView;
use crate::client::citizen::column;
use crate::client::format::one_word;
use crate::client::table::{tabbed, table};
use crate::domain::text::one_line;

#[derive(clap::Args)]
pub struct Announce {
    #[arg(value_name = "TEXT", num_args = 0..)]
    text: Vec<String>,
}

/// Without a text: what was announced in the last day.
pub async fn announce(context: &mut CliContext, args: &Announce) -> Result<(), Failure> {
    let client = context.client()?;
    let text = args.text.join(" ");
    // A word that other commands know is no notice to everybody.
    let is_list = text.trim() == "list";
    if text.trim() == "end" {
        return Err(Failure::here(Exit::Usage, "announce_end", []));
    }
    if !text.trim().is_empty() && !is_list {
        client.announce(&text).await?;
        let sentence = context.say.t("announced");
        return context.print_done("announced", &sentence);
    }
    let list = client.announcements().await?;
    if context.json {
        return context.print_json(&list);
    }
    if list.announcements.is_empty() {
        let none = context.say.t("announced-none");
        return context.print(&none);
    }
    let line = |one: &crate::api::wire::AnnouncementView| {
        format!("{}  {}: {}", context.times().clock(one.at), one_word(&one.by), one_line(&one.text, 600))
    };
    let all = list.announcements.iter().map(line).collect::<Vec<_>>().join("\n");
    context.print(&all)
}

pub async fn restricted(context: &mut CliContext) -> Result<(), Failure> {
    let list = context.client()?.citizens().await?;
    if context.json {
        return context.print_json(&list);
    }
    if list.citizens.is_empty() {
        let none = context.say.t("restricted-none");
        return context.print(&none);
    }
    let rows: Vec<_> = list.citizens.iter().map(|one| row(context, one)).collect();
    let text = if context.io.stdout_is_terminal {
        let heads = [
            "head-citizen",
            "head-number",
            "head-restricted",
            "head-reason",
            "head-by",
            "head-opted-out",
            "head-name",
        ];
        table(heads.map(|id| context.say.t(id)).to_vec(), rows, context.io.columns)
    } else {
        tabbed(&rows)
    };
    context.print(&text)?;
    let more = list.n_total - i64::try_from(list.citizens.len()).unwrap_or(i64::MAX);
    if more > 0 {
        let remark = context.say.with("restricted-more", [("n", more.into())]);
        context.remark(&remark);
    }
    Ok(())
}

fn row(context: &CliContext, of: &CitizenView) -> Vec<String> {
    let at = |at: Option<i64>| at.map(|at| context.times().clock(at)).unwrap_or_default();
    vec![
        one_word(&of.citizen),
        of.conversation_id.map(|n| n.to_string()).unwrap_or_default(),
        at(of.restricted_until_at),
        of.restriction_reason.as_deref().map(|reason| one_line(reason, 60)).unwrap_or_default(),
        of.restricted_by.as_deref().map(one_word).unwrap_or_default(),
        at(of.opted_out_at),
        column(&of.citizen_name),
    ]
}
