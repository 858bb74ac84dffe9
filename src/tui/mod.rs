//! The terminal desk, `munja desk`: a thin face over [`client`](crate::client), for people who answer texts all day.
//!
//! - `app/`: the state and its one function, pure · `keys.rs`, `editor.rs`, `places.rs`: keys, the composer's text, what stands where
//! - `view/`: the screen from the state · `runner.rs`, `effects.rs`, `terminal.rs`: the world around it
//! - `plain.rs`, `lines.rs`: the same line by line, and what is typed or piped there
//! - `words.rs`, `locales/`: the sentences of this face
//!
//! Nothing here knows the store, a carrier or the daemon's configuration.

mod app;
mod editor;
mod effects;
mod keys;
mod lines;
mod places;
mod plain;
mod runner;
mod terminal;
mod view;
mod words;

#[cfg(test)]
mod tests;

use jiff::tz::TimeZone;

use crate::client::{Client, ClientError, Profile};
use crate::ops::clock::Clock;
use crate::ops::lang::Lang;
pub use runner::looks;
pub use terminal::Notifier;
pub use view::Theme;
#[cfg(test)]
pub(crate) use {keys::COMMANDS, words::say};

/// What the desk needs: a log-in, and how to show things.
pub struct Desk {
    pub client: Client,
    pub profile: Profile,
    /// The runtime folder (`XDG_RUNTIME_DIR`), where photos are saved to be looked at.
    pub runtime: Option<String>,
    pub lang: Lang,
    pub zone: TimeZone,
    pub clock: Clock,
    pub theme: Theme,
    pub notifier: Notifier,
    /// Line by line, for a screen reader or a poor link.
    pub is_plain: bool,
    /// Invented citizens: leaving is asked for once, because it ends everything.
    pub is_practice: bool,
}

/// Why the desk ended.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The server refused before anything was shown.
    #[error(transparent)]
    Server(#[from] ClientError),
    /// The terminal or this machine.
    #[error(transparent)]
    Here(#[from] anyhow::Error),
}

/// Runs the desk until the person leaves it. Returns whether everything that was typed was carried out: lines of a pipe behind an answer
/// that was refused are not.
pub async fn run(desk: Desk) -> Result<bool, DeskError> {
    let me = desk.client.me().await?;
    if desk.is_plain {
        return Ok(runner::run_plain(desk, me).await?);
    }
    runner::run(desk, me).await?;
    Ok(true)
}
