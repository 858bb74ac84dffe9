//! `[api]`: where counselors' programs reach the gateway.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::checker::{Checker, unwritten};
use super::error::ConfigError;

/// `[api]`
#[derive(Debug, Clone)]
pub struct Api {
    pub listen: Option<SocketAddr>,
    pub socket: Option<PathBuf>,
    pub token_lifetime: Duration,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ApiSection {
    listen: Spanned<String>,
    socket: Spanned<String>,
    token_lifetime_secs: Spanned<f64>,
}

impl Default for ApiSection {
    fn default() -> Self {
        ApiSection {
            listen: unwritten("127.0.0.1:6120".to_owned()),
            socket: unwritten(String::new()),
            token_lifetime_secs: unwritten(43_200.0),
        }
    }
}

pub(super) fn read(checker: &Checker<'_>, section: &ApiSection) -> Result<Api, ConfigError> {
    let listen = match section.listen.get_ref().as_str() {
        "" => None,
        word => Some(checker.listen("api.listen", word, &section.listen)?),
    };
    let socket = match section.socket.get_ref().as_str() {
        "" => None,
        path => Some(checker.beside(Path::new(path))),
    };
    if listen.is_none() && socket.is_none() {
        let message = "and api.socket are both empty: nobody could log in";
        return Err(checker.wrong("api.listen", &section.listen, message));
    }
    let token_lifetime =
        checker.secs("api.token_lifetime_secs", &section.token_lifetime_secs, 60.0, 7_776_000.0)?;
    Ok(Api { listen, socket, token_lifetime })
}
