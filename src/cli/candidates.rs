//! Names that fit nothing, or several things: the ones that somebody may have meant are listed, whichever command they were typed for.

use super::args::Command;
use super::compose::words;
use super::context::CliContext;
use super::failure::Failure;
use crate::client::format::one_word;
use crate::client::named::{Named, candidates, desk_key};

/// The names that a command was given.
pub fn typed(command: &Command) -> Vec<(Named, String)> {
    let given: Vec<(Named, Option<String>)> = match command {
        Command::Close(args) => vec![(Named::Category, args.category.clone())],
        Command::Category(args) => vec![(Named::Category, Some(words(&args.text)))],
        Command::Reply(args) => {
            vec![(Named::Category, args.category.clone()), (Named::Canned, args.canned.clone())]
        }
        Command::Transfer(args) => {
            vec![(Named::Desk, args.desk.clone()), (Named::Colleague, args.person.clone())]
        }
        Command::AnswerAll(args) => {
            vec![(Named::Category, args.category.clone()), (Named::Desk, args.desk.clone())]
        }
        Command::Bulletin(args) => vec![(Named::Desk, args.desk.clone())],
        Command::Write(args) => vec![(Named::Desk, args.desk.clone())],
        Command::Watch(args) => vec![(Named::Desk, args.desk.clone())],
        Command::Report(args) => vec![(Named::Desk, args.desk.clone())],
        Command::Review(args) => vec![(Named::Desk, args.desk.clone())],
        Command::Search(args) => vec![
            (Named::Category, args.category.clone()),
            (Named::Desk, args.desk.clone()),
            (Named::Person, args.counselor.clone()),
        ],
        Command::Categories(args) => vec![(Named::Desk, args.desk.clone())],
        Command::Replies(args) => vec![(Named::Desk, args.desk.clone()), (Named::Canned, args.key.clone())],
        _ => Vec::new(),
    };
    given.into_iter().filter_map(|(what, name)| Some((what, name?))).collect()
}

/// The command with the key of the desk that its `--desk` means. A name that fits none or several stays as it was typed, and is refused.
pub async fn with_desk_key(context: &CliContext, mut command: Command) -> Command {
    let typed = match &mut command {
        Command::Transfer(args) => &mut args.desk,
        Command::AnswerAll(args) => &mut args.desk,
        Command::Bulletin(args) => &mut args.desk,
        Command::Write(args) => &mut args.desk,
        Command::Search(args) => &mut args.desk,
        Command::Categories(args) => &mut args.desk,
        Command::Replies(args) => &mut args.desk,
        Command::Watch(args) => &mut args.desk,
        Command::Report(args) => &mut args.desk,
        Command::Review(args) => &mut args.desk,
        _ => return command,
    };
    if let (Some(name), Ok(client)) = (typed.as_mut(), context.client()) {
        *name = desk_key(&client, name).await;
    }
    command
}

/// The failure with the names that may have been meant, if it is about a name.
pub async fn named(context: &CliContext, failure: Failure, typed: &[(Named, String)]) -> Failure {
    let Some(what) = failure.about_name() else {
        return failure;
    };
    let typed = typed.iter().find(|(of, _)| of.is_meant_by(what));
    let (Some((of, name)), Ok(client)) = (typed, context.client()) else {
        return failure;
    };
    let found = candidates(&client, *of, name).await;
    failure.with_candidates(found.iter().map(|name| one_word(name)).collect())
}
