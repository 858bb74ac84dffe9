//! `munja recall M`: takes back a reply that has not been sent.

use super::context::CliContext;
use super::failure::Failure;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "M", value_parser = clap::value_parser!(i64).range(1..))]
    m: i64,
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    context.about = Some(args.m);
    context.client()?.recall(args.m).await?;
    let sentence = context.say.with("recalled", [("m", args.m.to_string().into())]);
    context.print_done("recalled", &sentence)
}
