//! `munja list`: lists conversations, a page at a time.

use clap::ValueEnum;

use super::context::CliContext;
use super::failure::Failure;
use super::rows;
use crate::api::wire::ConversationList;
use crate::client::Listed;
use crate::client::format::one_word;

const DEFAULT_LIMIT: u32 = 50;

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
    #[arg(long, value_name = "N", default_value_t = DEFAULT_LIMIT, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
    #[arg(long, value_name = "NEXT")]
    after: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum State {
    Waiting,
    Active,
    Answered,
    Closed,
}

impl Args {
    /// What is listed, how it is asked for, and the sentence for a list without entries.
    fn listed(&self) -> (Listed, &'static str, &'static str) {
        match (self.all, self.mine, self.state) {
            _ if self.referred => (Listed::Referred, " --referred", "list-empty"),
            (true, ..) => (Listed::Open, " --all", "list-empty"),
            (_, true, _) => (Listed::Mine, " --mine", "list-empty-mine"),
            (.., Some(State::Active)) => (Listed::Active, " --state active", "list-empty"),
            (.., Some(State::Answered)) => (Listed::Answered, " --state answered", "list-empty"),
            (.., Some(State::Closed)) => (Listed::Closed, " --state closed", "list-empty"),
            (.., None | Some(State::Waiting)) => (Listed::Waiting, "", "list-empty-waiting"),
        }
    }

    /// The command that prints the page after this one.
    fn next_command(&self, next: &str) -> String {
        let flags = match &self.of {
            Some(login) => format!(" --of {}", one_word(login)),
            None => self.listed().1.to_owned(),
        };
        let limit =
            if self.limit == DEFAULT_LIMIT { String::new() } else { format!(" --limit {}", self.limit) };
        format!("munja list{flags}{limit} --after {}", one_word(next))
    }
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    let (client, page) = (context.client()?, (args.limit, args.after.as_deref()));
    let (listed, _, empty) = args.listed();
    let (list, empty) = match &args.of {
        Some(login) => (client.held_by(login, page).await?, "list-empty-of"),
        None => (client.conversations_after(listed, page.0, page.1).await?, empty),
    };
    if context.json {
        return context.print_json(&list);
    }
    let empty = context.say.t(empty);
    rows::print(context, &list, &empty).await?;
    if let Some(remark) = remark(context, args, &list) {
        context.remark(&remark);
    }
    Ok(())
}

/// How many there are besides, and how to see them.
fn remark(context: &CliContext, args: &Args, list: &ConversationList) -> Option<String> {
    let next = list.next.as_deref()?;
    let values = [("n", list.n_total.into()), ("command", args.next_command(next).into())];
    Some(context.say.with("list-next", values))
}
