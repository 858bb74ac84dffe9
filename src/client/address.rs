//! Addresses of servers: `http://127.0.0.1:8120`, `https://munja.example.kr` or `unix:/run/munja/api.sock`.
//!
//! Passwords, tokens and texts must not cross a network unencrypted, so plain `http` is for this machine only.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use url::{Host, Url};

use crate::domain::plain_text::stays_on_this_machine;

/// The address of a server, safe to send a token to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(Transport);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Transport {
    Unix(PathBuf),
    Loopback(Url),
    Tls(Url),
}

/// Why an address can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    #[error("plain http is for this machine only; use https://")]
    PlainText,
    #[error("not an address: use https://HOST, http://127.0.0.1:PORT or unix:/PATH")]
    Unclear,
}

impl Address {
    /// Whether the server is on this machine.
    pub fn is_local(&self) -> bool {
        !matches!(self.0, Transport::Tls(_))
    }

    pub(super) fn socket(&self) -> Option<&Path> {
        match &self.0 {
            Transport::Unix(path) => Some(path),
            _ => None,
        }
    }

    /// The URL to which paths are appended.
    pub(super) fn base(&self) -> Url {
        match &self.0 {
            Transport::Loopback(url) | Transport::Tls(url) => url.clone(),
            // The host of a request through a socket is of no meaning, but there has to be one.
            Transport::Unix(_) => Url::parse("http://localhost/").expect("a constant that parses"),
        }
    }
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let text = text.trim();
        if let Some(path) = text.strip_prefix("unix:") {
            let path = Path::new(path.strip_prefix("//").unwrap_or(path));
            return if path.is_absolute() {
                Ok(Address(Transport::Unix(path.into())))
            } else {
                Err(BadAddress::Unclear)
            };
        }
        let url = Url::parse(text).map_err(|_| BadAddress::Unclear)?;
        let odd = !url.username().is_empty() || url.password().is_some() || url.query().is_some();
        match url.scheme() {
            _ if odd || url.host().is_none() => Err(BadAddress::Unclear),
            "https" => Ok(Address(Transport::Tls(url))),
            "http" if is_loopback(&url) => Ok(Address(Transport::Loopback(url))),
            "http" => Err(BadAddress::PlainText),
            _ => Err(BadAddress::Unclear),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Transport::Unix(path) => write!(f, "unix:{}", path.display()),
            Transport::Loopback(url) | Transport::Tls(url) => f.write_str(url.as_str().trim_end_matches('/')),
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => stays_on_this_machine(ip.into()),
        Some(Host::Ipv6(ip)) => stays_on_this_machine(ip.into()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_a_server() {
        let table = [
            ("https://munja.example.kr", Ok("https://munja.example.kr")),
            ("https://example.kr/munja/", Ok("https://example.kr/munja")),
            ("http://127.0.0.1:8120/", Ok("http://127.0.0.1:8120")),
            ("http://localhost:8120", Ok("http://localhost:8120")),
            ("http://[::1]:8120", Ok("http://[::1]:8120")),
            (" unix:/run/munja/api.sock ", Ok("unix:/run/munja/api.sock")),
            ("unix:///run/munja/api.sock", Ok("unix:/run/munja/api.sock")),
            ("http://10.0.0.3:8120", Err(BadAddress::PlainText)),
            ("http://munja.example.kr", Err(BadAddress::PlainText)),
            ("http://localhost.example.kr", Err(BadAddress::PlainText)),
            ("http://127.0.0.1@example.kr", Err(BadAddress::Unclear)),
            ("https://me:secret@example.kr", Err(BadAddress::Unclear)),
            ("unix:api.sock", Err(BadAddress::Unclear)),
            ("ftp://127.0.0.1", Err(BadAddress::Unclear)),
            ("127.0.0.1:8120", Err(BadAddress::Unclear)),
            ("", Err(BadAddress::Unclear)),
        ];
        for (text, expected) in table {
            let found = text.parse::<Address>().map(|a| a.to_string());
            assert_eq!(found.as_deref().map_err(|e| *e), expected, "{text}");
        }
    }

    #[test]
    fn only_tls_leaves_the_machine() {
        let is_local = |text: &str| text.parse::<Address>().expect("good").is_local();
        assert!(is_local("unix:/a") && is_local("http://localhost") && !is_local("https://localhost"));
    }
}
