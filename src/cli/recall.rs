//! `munja recall M`: takes back an answer that has not left.

use super::desk::Desk;
use super::failure::Failure;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "M", value_parser = clap::value_parser!(i64).range(1..))]
    m: i64,
}

pub async fn run(desk: &mut Desk, args: &Args) -> Result<(), Failure> {
    desk.about = Some(args.m);
    desk.client()?.recall(args.m).await?;
    let sentence = desk.say.with("recalled", [("m", args.m.to_string().into())]);
    desk.print_done("recalled", &sentence)
}
