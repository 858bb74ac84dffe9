//! `munja recall [M]`: takes back a reply that has not been sent; without a number the newest one that is held back.

use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "M", value_parser = clap::value_parser!(i64).range(1..))]
    m: Option<i64>,
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    let client = context.client()?;
    let m = match args.m {
        Some(m) => m,
        None => {
            let held = client.held().await?.messages;
            let newest = held.first().map(|text| text.message.id());
            newest.ok_or_else(|| Failure::here(Exit::Nothing, "nothing_held", []))?
        }
    };
    context.about = Some(m);
    client.recall(m).await?;
    let sentence = context.say.with("recalled", [("m", m.to_string().into())]);
    context.print_done("recalled", &sentence)
}
