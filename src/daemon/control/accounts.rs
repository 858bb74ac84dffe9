//! How commands of `munjad` about accounts reach the gateway that runs: lock-outs after wrong passwords are known to it alone.

use std::time::Duration;

use anyhow::bail;
use tokio::net::UnixStream;

use super::path;
use super::through::ask;
use super::wire::Request;
use crate::config::Config;
use crate::daemon::lock::DatabaseLock;

/// A gateway that does not answer for this long hangs.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

/// Lets a login be tried again, in the gateway that runs on the database. `None`: none runs, so that nobody is locked out; else
/// whether anybody was.
pub async fn unlock(config: &Config, login: &str) -> anyhow::Result<Option<bool>> {
    let socket = path(&config.database);
    if UnixStream::connect(&socket).await.is_err() && !DatabaseLock::is_held(&config.database) {
        return Ok(None);
    }
    let asked = ask(&socket, "", Request::Unlock { login: login.to_owned() });
    match tokio::time::timeout(ANSWERS_WITHIN, asked).await {
        Ok(was_locked) => Ok(Some(was_locked?)),
        Err(_) => bail!("the running gateway did not answer in time"),
    }
}
