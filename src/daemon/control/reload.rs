//! How `munjad reload` reaches the gateway that runs, and what it answers.

use std::time::Duration;

use anyhow::bail;
use tokio::net::UnixStream;

use super::path;
use super::through::ask;
use super::wire::{Reloaded, Request};
use crate::config::Config;

/// A reload asks no carrier anything: it ends in an instant, unless the gateway hangs.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);

/// Has the gateway that runs on the database of `config` read its configuration again. An error is why it keeps the old one, or
/// that none runs.
pub async fn reload(config: &Config) -> anyhow::Result<Reloaded> {
    let socket = path(&config.database);
    if let Err(error) = UnixStream::connect(&socket).await {
        let database = config.database.display();
        bail!("no gateway answers on {database} ({error}): does it run, and was database.path changed?");
    }
    let asked = ask(&socket, "", Request::Reload);
    match tokio::time::timeout(ANSWERS_WITHIN, asked).await {
        Ok(outcome) => outcome.map_err(|refused| anyhow::anyhow!(refused.message)),
        Err(_) => bail!("the running gateway did not answer in time"),
    }
}
