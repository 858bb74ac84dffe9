//! `munja list`: lists conversations.

use clap::ValueEnum;

use super::context::CliContext;
use super::conversation;
use super::failure::Failure;
use crate::client::Listed;

#[derive(clap::Args)]
#[group(multiple = true)]
pub struct Args {
    #[arg(long, conflicts_with_all = ["mine", "state"])]
    all: bool,
    #[arg(long, conflicts_with = "state")]
    mine: bool,
    #[arg(long, conflicts_with_all = ["all", "mine", "state"])]
    referred: bool,
    #[arg(long, value_name = "LOGIN", conflicts_with_all = ["all", "mine", "referred", "state"])]
    of: Option<String>,
    #[arg(long, value_name = "STATE")]
    state: Option<State>,
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum State {
    Waiting,
    Active,
    Answered,
    Closed,
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    if let Some(login) = &args.of {
        let list = context.client()?.held_by(login, args.limit).await?;
        let empty = context.say.t("list-empty-of");
        return conversation::show_list(context, &list, &empty);
    }
    let (listed, empty) = match (args.all, args.mine, args.state) {
        _ if args.referred => (Listed::Referred, "list-empty"),
        (true, ..) => (Listed::Open, "list-empty"),
        (_, true, _) => (Listed::Mine, "list-empty-mine"),
        (.., Some(State::Active)) => (Listed::Active, "list-empty"),
        (.., Some(State::Answered)) => (Listed::Answered, "list-empty"),
        (.., Some(State::Closed)) => (Listed::Closed, "list-empty"),
        (.., None | Some(State::Waiting)) => (Listed::Waiting, "list-empty-waiting"),
    };
    let list = context.client()?.conversations(listed, args.limit).await?;
    let empty = context.say.t(empty);
    conversation::show_list(context, &list, &empty)
}
