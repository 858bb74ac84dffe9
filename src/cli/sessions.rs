//! `munja sessions`: where one is logged in; `munja sessions end` ends that.

use clap::ValueEnum;

use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;
use crate::api::wire::SessionView;
use crate::client::format::one_word;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "end")]
    what: Option<What>,
    #[arg(requires = "what")]
    session: Option<i64>,
    #[arg(long, requires = "what", conflicts_with = "session")]
    others: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    End,
}

pub async fn run(context: &mut CliContext, args: Args) -> Result<(), Failure> {
    let client = context.client()?;
    match (args.what, args.session, args.others) {
        (None, ..) => list(context).await,
        (Some(What::End), Some(id), _) => {
            context.about = Some(id);
            client.end_session(id).await?;
            let sentence = context.say.with("session-ended", [("n", id.into())]);
            context.print_done("session_ended", &sentence)
        }
        (Some(What::End), None, true) => {
            let ended = client.end_other_sessions().await?;
            if context.json {
                return context.print_json(&ended);
            }
            let n = i64::try_from(ended.n).unwrap_or(i64::MAX);
            let sentence = context.say.with("sessions-ended", [("n", n.into())]);
            context.print(&sentence)
        }
        (Some(What::End), None, false) => Err(Failure::here(Exit::Usage, "no_session_named", [])),
    }
}

async fn list(context: &mut CliContext) -> Result<(), Failure> {
    let list = context.client()?.sessions().await?;
    if context.json {
        return context.print_json(&list);
    }
    for session in &list.sessions {
        let sentence = line(context, session);
        context.print(&sentence)?;
    }
    Ok(())
}

fn line(context: &CliContext, session: &SessionView) -> String {
    let times = context.times();
    let values = [
        ("n", session.id.into()),
        ("from", one_word(&session.from).into()),
        ("since", times.clock(session.created_at).into()),
        ("used", times.clock(session.used_at).into()),
    ];
    context.say.with(if session.is_this { "session-this" } else { "session-line" }, values)
}
