//! `proxy`: the HTTP proxy through which a carrier is reached, where a network has no other way out. Only its CONNECT is used,
//! so that it sees the carrier's name and nothing of what is said. Addresses of this machine never pass it.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// Addresses that are reached without the proxy.
const THIS_MACHINE: &str = "localhost,127.0.0.0/8,::1";

/// A proxy, with the login it wants.
#[derive(Clone)]
pub struct Proxy {
    url: Url,
    login: Option<(String, SecretString)>,
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({})", self.url.host_str().unwrap_or_default())
    }
}

impl Proxy {
    /// A proxy at `http://HOST:PORT`.
    pub fn new(url: Url, login: Option<(String, SecretString)>) -> Proxy {
        Proxy { url, login }
    }

    /// As the HTTP client takes it.
    pub(super) fn for_client(&self) -> reqwest::Result<reqwest::Proxy> {
        let proxy = reqwest::Proxy::all(self.url.clone())?;
        let proxy = match &self.login {
            Some((user, password)) => proxy.basic_auth(user, password.expose_secret()),
            None => proxy,
        };
        Ok(proxy.no_proxy(reqwest::NoProxy::from_string(THIS_MACHINE)))
    }
}

/// Reads `http://HOST:PORT`; or says what is wrong, and quotes nothing of it: a password may stand in it.
pub(super) fn address(word: &str) -> Result<Url, &'static str> {
    const FORM: &str = "must be http://HOST:PORT";
    let url = Url::parse(word).map_err(|_| FORM)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "holds a login, and configurations are mailed around: use proxy_user and proxy_password_file",
        );
    }
    let has_more = url.path().len() > 1 || url.query().is_some() || url.fragment().is_some();
    match url.scheme() {
        "http" if has_more || url.host_str().is_none_or(str::is_empty) => Err(FORM),
        "http" => Ok(url),
        "https" | "socks4" | "socks4a" | "socks5" | "socks5h" => {
            Err("must begin with http://: only HTTP proxies with CONNECT are supported")
        }
        _ => Err(FORM),
    }
}
