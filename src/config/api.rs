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
    /// What `listen` encrypts with; without it, it is on loopback.
    pub tls: Option<TlsFiles>,
    pub token_lifetime: Duration,
    /// Requests a second; 0: no limit.
    pub requests_per_sec_token: u32,
    pub requests_per_sec_address: u32,
}

/// Where certificate and key lie. The daemon reads them at its start and at each reload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate and its chain, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ApiSection {
    listen: Spanned<String>,
    socket: Spanned<String>,
    tls_certificate: Spanned<String>,
    tls_key: Spanned<String>,
    token_lifetime_secs: Spanned<f64>,
    requests_per_sec_token: Spanned<u32>,
    requests_per_sec_address: Spanned<u32>,
}

impl Default for ApiSection {
    fn default() -> Self {
        ApiSection {
            listen: unwritten("127.0.0.1:6120".to_owned()),
            socket: unwritten(String::new()),
            tls_certificate: unwritten(String::new()),
            tls_key: unwritten(String::new()),
            token_lifetime_secs: unwritten(43_200.0),
            requests_per_sec_token: unwritten(50),
            requests_per_sec_address: unwritten(250),
        }
    }
}

pub(super) fn read(checker: &Checker<'_>, section: &ApiSection) -> Result<Api, ConfigError> {
    let tls = tls(checker, section)?;
    let listen = match section.listen.get_ref().as_str() {
        "" => None,
        word if tls.is_some() => Some(checker.address("api.listen", word, &section.listen)?),
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
    let per_sec = |key: &str, value: &Spanned<u32>| checker.count(key, value, 0, 100_000);
    let (token, address) = (&section.requests_per_sec_token, &section.requests_per_sec_address);
    Ok(Api {
        listen,
        socket,
        tls,
        token_lifetime,
        requests_per_sec_token: per_sec("api.requests_per_sec_token", token)?,
        requests_per_sec_address: per_sec("api.requests_per_sec_address", address)?,
    })
}

fn tls(checker: &Checker<'_>, section: &ApiSection) -> Result<Option<TlsFiles>, ConfigError> {
    let (certificate, key) = (&section.tls_certificate, &section.tls_key);
    match (certificate.get_ref().is_empty(), key.get_ref().is_empty()) {
        (true, true) => return Ok(None),
        (true, false) => {
            let message = "is missing: api.tls_key alone encrypts nothing";
            return Err(checker.wrong("api.tls_certificate", key, message));
        }
        (false, true) => {
            let message = "is missing: the file with the private key of api.tls_certificate";
            return Err(checker.wrong("api.tls_key", certificate, message));
        }
        (false, false) => {}
    }
    let files = TlsFiles {
        certificate: checker.beside(Path::new(certificate.get_ref())),
        key: checker.beside(Path::new(key.get_ref())),
    };
    if checker.reads_secrets {
        for path in [&files.certificate, &files.key] {
            checker.readable(path);
        }
        checker.secret_files.borrow_mut().push(files.key.clone());
    }
    Ok(Some(files))
}
