//! `munja show N`: shows a conversation with its texts.

use super::context::CliContext;
use super::conversation;
use super::failure::Failure;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
    #[arg(long)]
    unfold: bool,
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    context.about = Some(args.n);
    context.unfold = args.unfold;
    let detail = context.client()?.conversation(args.n).await?;
    conversation::show(context, &detail)
}
