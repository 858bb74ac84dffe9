//! `munja claim N`: claims one conversation and shows it.

use super::context::CliContext;
use super::conversation;
use super::failure::Failure;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    context.about = Some(args.n);
    let detail = context.client()?.claim(args.n).await?;
    conversation::show(context, &detail)
}
