//! `munja close N`: ends a conversation, unless the citizen has written since it was shown.

use super::conversation;
use super::desk::Desk;
use super::failure::Failure;
use super::seen;
use crate::api::wire::CloseRequest;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[arg(long, value_name = "CATEGORY")]
    category: Option<String>,
    #[arg(long)]
    force: bool,
}

pub async fn run(desk: &mut Desk, args: Args) -> Result<(), Failure> {
    desk.about = Some(args.n);
    let last_seen = if args.force { None } else { seen::last_seen(&desk.profile, args.n) };
    let request = CloseRequest { reason: args.reason, last_seen, category: args.category };
    if let Err(error) = desk.client()?.close(args.n, &request).await {
        conversation::show_newer(desk, &error);
        return Err(error.into());
    }
    let sentence = desk.say.with("closed", [("n", args.n.to_string().into())]);
    desk.print_done("closed", &sentence)
}
