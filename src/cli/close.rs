//! `munja close N`: ends a conversation, unless the citizen has written since it was shown. Whether a last text may stay
//! unanswered is asked for. A conversation that was never
//! shown by this profile is not closed at all, also not with `--force`.

use super::context::CliContext;
use super::conversation;
use super::exit::Exit;
use super::failure::Failure;
use crate::api::wire::{CloseRequest, ProblemCode};
use crate::client::last_seen;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[arg(long, value_name = "CATEGORY")]
    pub(super) category: Option<String>,
    #[arg(long)]
    force: bool,
    #[arg(long)]
    unanswered: bool,
    #[arg(long)]
    drop_promise: bool,
}

pub async fn run(context: &mut CliContext, args: Args) -> Result<(), Failure> {
    let n = args.n;
    context.about = Some(n);
    let client = context.client()?;
    let last_seen =
        last_seen(&context.profile, n).ok_or_else(|| Failure::here(Exit::LookFirst, "not_seen", []))?;
    let Args { reason, category, force, unanswered, drop_promise, .. } = args;
    let mut request = CloseRequest { reason, last_seen, force, category, unanswered, drop_promise };
    let mut done = client.close(n, &request).await;
    let is_unanswered = done.as_ref().is_err_and(|error| error.code() == Some(ProblemCode::Unanswered));
    if is_unanswered && context.io.stdin_is_terminal && !context.json {
        let question = format!("{} {}", context.say.t("ask-unanswered"), context.say.t("yes-no"));
        if context.confirms(&question)? {
            request.unanswered = true;
            done = client.close(n, &request).await;
        }
    }
    if let Err(error) = done {
        conversation::show_newer(context, &error);
        return Err(error.into());
    }
    let sentence = context.say.with("closed", [("n", n.to_string().into())]);
    context.print_done("closed", &sentence)
}
