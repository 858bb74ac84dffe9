//! `munja recall [M]`: takes back a reply that has not been sent; without a number the newest one that is held back.
//! `munja recall --all-of [ID]`: takes back one answer for many, as far as it has not left.

use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;
use crate::api::wire::{ProblemCode, RecallAllResponse};

/// The word for the newest answer for many; no name of one looks like it.
const NEWEST: &str = "newest";

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "M", value_parser = clap::value_parser!(i64).range(1..))]
    m: Option<i64>,
    #[arg(long, value_name = "ID", num_args = 0..=1, default_missing_value = NEWEST, conflicts_with = "m")]
    all_of: Option<String>,
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    let client = context.client()?;
    if let Some(id) = args.all_of.as_deref() {
        let id = (id != NEWEST).then_some(id);
        let done = client.recall_all(id).await.map_err(|error| match error.code() {
            // The second is a word that no answer is called by.
            Some(ProblemCode::NotFound | ProblemCode::BadRequest) => {
                Failure::here(Exit::Nothing, "no_mass_answer", [])
            }
            _ => Failure::from(error),
        })?;
        return report(context, &done);
    }
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

/// How many were taken back, and by their numbers those for which it was too late.
fn report(context: &mut CliContext, done: &RecallAllResponse) -> Result<(), Failure> {
    let of = |outcome: &str| -> Vec<String> {
        let found = done.results.iter().filter(|one| one.outcome == outcome);
        found.map(|one| one.id.to_string()).collect()
    };
    let (left, before) = (of("already_left"), of("cancelled"));
    if context.json {
        context.print_json(done)?;
    } else {
        let mut all = vec![match done.n_recalled {
            0 => context.say.t("recalled-all-none"),
            n => context.say.with("recalled-all", [("n", n.into())]),
        }];
        if !before.is_empty() {
            all.push(context.say.with("recalled-all-before", [("n", before.len().to_string().into())]));
        }
        if !left.is_empty() {
            let values = [("n", left.len().to_string().into()), ("which", left.join(", ").into())];
            all.push(context.say.with("recalled-all-left", values));
        }
        context.print(&all.join("\n"))?;
    }
    match left.len() {
        0 => Ok(()),
        n => Err(Failure::here(Exit::Refused, "recall_all_left", [("count", n.to_string().into())])),
    }
}
