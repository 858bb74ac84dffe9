//! `munja release N`: gives a conversation back to the queue.

use super::desk::Desk;
use super::failure::Failure;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
}

pub async fn run(desk: &mut Desk, args: &Args) -> Result<(), Failure> {
    desk.about = Some(args.n);
    desk.client()?.release(args.n).await?;
    let sentence = desk.say.with("released", [("n", args.n.to_string().into())]);
    desk.print_done("released", &sentence)
}
