//! `munja claim N`: takes one conversation, and shows it.

use super::conversation;
use super::desk::Desk;
use super::failure::Failure;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
}

pub async fn run(desk: &mut Desk, args: &Args) -> Result<(), Failure> {
    desk.about = Some(args.n);
    let detail = desk.client()?.claim(args.n).await?;
    conversation::show(desk, &detail)
}
