//! `munja on`, `phone`, `break`, `off`: whether one takes texts. `munja colleagues`: who is on, and what each holds.

use super::context::CliContext;
use super::failure::Failure;
use crate::api::wire::{ColleagueView, DeskList, PresenceWord};
use crate::client::desks::{desk_name, desks_served};
use crate::client::format::one_word;
use crate::client::table::{lines, table};

#[derive(clap::Args)]
pub struct OffArgs {
    /// Gives back what one holds.
    #[arg(long)]
    release: bool,
}

/// Says it, and names what one still holds where one stops taking texts.
pub async fn set(context: &mut CliContext, presence: PresenceWord) -> Result<(), Failure> {
    let client = context.client()?;
    let said = client.set_presence(presence).await?;
    if context.json {
        return context.print_json(&said);
    }
    let sentence = context.say.t(&format!("presence-said-{}", word(presence)));
    context.print(&sentence)?;
    if presence == PresenceWord::Off && !said.held.is_empty() {
        let held = said.held.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let remark = context.say.with("presence-holds", [("held", held.into())]);
        let remark = context.paint.alert(&remark);
        context.remark(&remark);
    }
    Ok(())
}

pub async fn off(context: &mut CliContext, args: &OffArgs) -> Result<(), Failure> {
    if args.release {
        let client = context.client()?;
        for id in client.set_presence(PresenceWord::Off).await?.held {
            context.about = Some(id);
            client.release(id).await?;
            let sentence = context.say.with("released", [("n", id.to_string().into())]);
            context.remark(&sentence);
        }
    }
    set(context, PresenceWord::Off).await
}

pub async fn colleagues(context: &mut CliContext) -> Result<(), Failure> {
    let list = context.client()?.colleagues().await?;
    if context.json {
        return context.print_json(&list);
    }
    let desks = context.desks().await;
    let rows: Vec<_> = list.colleagues.iter().map(|one| row(context, desks.as_ref(), one)).collect();
    let text = if context.io.stdout_is_terminal {
        let heads = ["head-name", "head-login", "head-presence", "head-holds", "head-desk"];
        table(heads.map(|id| context.say.t(id)).to_vec(), rows, context.io.columns)
    } else {
        lines(&rows)
    };
    context.print(&text)
}

/// `김민수  minsu  근무 (09:02부터)  2  시청`
fn row(context: &CliContext, desks: Option<&DeskList>, of: &ColleagueView) -> Vec<String> {
    let mut presence = context.say.t(&format!("presence-{}", word(of.presence)));
    if let Some(at) = of.since.filter(|_| of.presence != PresenceWord::Off) {
        let at = context.times().clock(at);
        presence = format!("{presence} ({})", context.say.with("presence-since", [("at", at.into())]));
    }
    let mut name = one_word(&of.name);
    if of.role == "supervisor" {
        name = format!("{name} · {}", context.say.t("role-supervisor"));
    }
    let desks = desks_served(&context.say, |key| desk_name(desks, key), &of.desks);
    vec![name, one_word(&of.login), presence, of.n_held.to_string(), desks]
}

/// The word on the wire.
fn word(presence: PresenceWord) -> &'static str {
    match presence {
        PresenceWord::On => "on",
        PresenceWord::Phone => "phone",
        PresenceWord::Break => "break",
        PresenceWord::Off => "off",
    }
}
