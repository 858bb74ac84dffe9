//! `munja desk`: opens the terminal desk.

use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;
use crate::tui::{Desk, DeskError, looks};

#[derive(clap::Args, Default)]
pub struct Args {
    #[arg(long)]
    contrast: bool,
    /// Also without a terminal: what is typed and said are lines.
    #[arg(long, conflicts_with = "contrast")]
    plain: bool,
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    if !args.plain && !context.io.is_terminal() {
        return Err(Failure::here(Exit::Usage, "no_terminal", []));
    }
    let (theme, notifier) = looks(|name| context.io.var(name), context.paint.on, args.contrast);
    let desk = Desk {
        client: context.client()?,
        profile: context.profile.clone(),
        runtime: context.io.var("XDG_RUNTIME_DIR"),
        lang: context.say.lang(),
        zone: context.io.zone.clone(),
        clock: context.io.clock.clone(),
        theme,
        notifier,
        is_plain: args.plain,
        is_practice: false,
    };
    let is_whole = crate::tui::run(desk).await.map_err(|error| match error {
        DeskError::Server(error) => Failure::from(error),
        DeskError::Here(error) => error.into(),
    })?;
    if is_whole { Ok(()) } else { Err(Failure::here(Exit::Refused, "desk_ended", [])) }
}
