//! `munja decide M give-up|send-again`: what a person decides about an answer in doubt.

use clap::ValueEnum;

use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;
use crate::api::wire::Decision;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "M", value_parser = clap::value_parser!(i64).range(1..))]
    m: i64,
    #[arg(value_name = "give-up|send-again")]
    decision: Choice,
    #[arg(short, long)]
    yes: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Choice {
    GiveUp,
    SendAgain,
}

/// Sending again may text the citizen twice, so a person has to say yes to it.
pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    context.about = Some(args.m);
    let m = args.m.to_string();
    let client = context.client()?;
    if args.decision == Choice::SendAgain && !args.yes {
        if !context.io.stdin_is_terminal {
            return Err(Failure::here(Exit::Usage, "needs_yes", []));
        }
        let question = context.say.with("ask-send-again", [("m", m.clone().into())]);
        if !context.confirms(&question)? {
            return Err(Failure::here(Exit::Unexpected, "not_done", []));
        }
    }
    let (decision, done, id) = match args.decision {
        Choice::GiveUp => (Decision::GiveUp, "given_up", "given-up"),
        Choice::SendAgain => (Decision::SendAgain, "sent_again", "sent-again"),
    };
    client.decide(args.m, decision).await?;
    let sentence = context.say.with(id, [("m", m.into())]);
    context.print_done(done, &sentence)
}
