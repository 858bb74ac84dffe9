//! `munja show N`: a conversation with its texts.

use super::conversation;
use super::desk::Desk;
use super::failure::Failure;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
    #[arg(long)]
    unfold: bool,
}

pub async fn run(desk: &mut Desk, args: &Args) -> Result<(), Failure> {
    desk.about = Some(args.n);
    desk.unfold = args.unfold;
    let detail = desk.client()?.conversation(args.n).await?;
    conversation::show(desk, &detail)
}
