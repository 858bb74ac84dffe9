//! `munja release N`: gives a conversation back to the queue.

use super::context::CliContext;
use super::failure::Failure;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    context.about = Some(args.n);
    context.client()?.release(args.n).await?;
    let sentence = context.say.with("released", [("n", args.n.to_string().into())]);
    context.print_done("released", &sentence)
}
