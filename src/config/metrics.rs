//! `[metrics]`: where monitoring reads the figures of the gateway.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::checker::{Checker, unwritten};
use super::error::ConfigError;

/// `[metrics]`: both empty, there is no listener of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metrics {
    /// On loopback: nobody shows a token there.
    pub listen: Option<SocketAddr>,
    pub socket: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct MetricsSection {
    listen: Spanned<String>,
    socket: Spanned<String>,
}

impl Default for MetricsSection {
    fn default() -> Self {
        MetricsSection { listen: unwritten(String::new()), socket: unwritten(String::new()) }
    }
}

pub(super) fn read(checker: &Checker<'_>, section: &MetricsSection) -> Result<Metrics, ConfigError> {
    let listen = match section.listen.get_ref().as_str() {
        "" => None,
        word => Some(checker.listen("metrics.listen", word, &section.listen)?),
    };
    let socket = match section.socket.get_ref().as_str() {
        "" => None,
        path => Some(checker.beside(Path::new(path))),
    };
    Ok(Metrics { listen, socket })
}
