//! Profiles: where a log-in is kept, one file a profile in `$XDG_CONFIG_HOME/munja`, readable by its owner only.
//!
//! A token goes to the server that issued it and to no other: for another server a person has to log in there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value as JsonValue, json};

use super::files::write_private;
use crate::api::wire::LoginResponse;
use crate::domain::privacy::machine_file;

/// The server, if nobody names one.
pub const DEFAULT_SERVER: &str = "http://127.0.0.1:6120";
const DEFAULT_PROFILE: &str = "default";
/// The file with the token of the last log-in.
const DEVICE: &str = "device.json";

/// A log-in: the server and the token it issued.
#[derive(Debug, Clone)]
pub struct Session {
    pub server: String,
    pub token: SecretString,
    /// The time zone that the server named at the log-in.
    pub time_zone: Option<String>,
    /// The certificates that vouch for the server, if it is not the machine that knows them; PEM.
    pub ca: Option<String>,
}

/// The files of one profile.
#[derive(Debug, Clone)]
pub struct Profile {
    name: String,
    config: PathBuf,
    state: PathBuf,
}

/// Why a profile can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadProfile {
    #[error("a profile's name has 1 to 32 letters, digits, dots, - or _, and no dot at the start")]
    Name,
    #[error("no place for the log-in: neither HOME nor XDG_CONFIG_HOME and XDG_STATE_HOME is set")]
    NoHome,
}

/// Why no session can be used.
#[derive(Debug, thiserror::Error)]
pub enum NoSession {
    #[error("not logged in")]
    NotLoggedIn,
    #[error("the log-in is for {kept}, not for {wanted}")]
    OtherServer { wanted: String, kept: String },
    #[error(transparent)]
    Unreadable(#[from] anyhow::Error),
}

impl Profile {
    /// The profile `name`, else that of `MUNJA_PROFILE`, else `default`. `var` reads the environment; empty variables
    /// count as unset. A name becomes a file name, so it may hold letters, digits, `.`, `_` and `-` only.
    pub fn choose(name: Option<&str>, var: impl Fn(&str) -> Option<String>) -> Result<Self, BadProfile> {
        let name = name.map(str::to_owned).or_else(|| var("MUNJA_PROFILE"));
        let name = name.unwrap_or_else(|| DEFAULT_PROFILE.to_owned());
        let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if name.is_empty() || name.len() > 32 || name.starts_with('.') || !name.chars().all(fits) {
            return Err(BadProfile::Name);
        }
        let dirs = xdg(&var, "XDG_CONFIG_HOME", ".config").zip(xdg(&var, "XDG_STATE_HOME", ".local/state"));
        let (config, state) = dirs.ok_or(BadProfile::NoHome)?;
        Ok(Profile { config: config.join("munja"), state: state.join("munja").join(&name), name })
    }

    /// The log-in that is kept, if there is one.
    pub fn session(&self) -> anyhow::Result<Option<Session>> {
        let path = self.session_file();
        let text = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.with_context(|| path.display().to_string())?,
        };
        let file: JsonValue = serde_json::from_slice(&text).unwrap_or_default();
        let word = |name: &str| file.get(name).and_then(JsonValue::as_str).map(str::to_owned);
        // A broken file counts as no log-in: logging in replaces it.
        let session = |(server, token): (String, String)| {
            let (time_zone, ca) = (word("time_zone"), word("ca"));
            Session { server, token: token.into(), time_zone, ca }
        };
        Ok(word("server").zip(word("token")).map(session))
    }

    /// Keeps a log-in in place of the one before.
    pub fn keep(&self, server: &str, login: &LoginResponse) -> anyhow::Result<()> {
        self.keep_with(server, None, login)
    }

    /// As [`Profile::keep`], with the certificates that vouch for the server.
    pub fn keep_with(&self, server: &str, ca: Option<&str>, login: &LoginResponse) -> anyhow::Result<()> {
        let file = json!({
            "server": server, "token": login.token, "expires_at": login.expires_at, "counselor": login.counselor,
            "time_zone": login.time_zone, "ca": ca,
        });
        write_private(&self.session_file(), &format!("{file:#}\n"))?;
        let device = json!({ "server": server, "token": login.token });
        write_private(&self.state_file(DEVICE), &format!("{device:#}\n"))
    }

    /// The token of the last log-in at this server, also after a log-out: it opens nothing then, but the server knows this
    /// device by it.
    pub fn device_token(&self, server: &str) -> Option<SecretString> {
        let file: JsonValue = serde_json::from_slice(&fs::read(self.state_file(DEVICE)).ok()?).ok()?;
        let word = |name: &str| file.get(name).and_then(JsonValue::as_str);
        let is_theirs = word("server")?.trim_end_matches('/') == server.trim_end_matches('/');
        is_theirs.then(|| word("token").map(|token| token.to_owned().into())).flatten()
    }

    /// Forgets the log-in. `false` if there was none.
    pub fn forget(&self) -> anyhow::Result<bool> {
        let path = self.session_file();
        match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            done => done.with_context(|| path.display().to_string()).map(|()| true),
        }
    }

    /// The path of a file that this profile remembers something in. Only what `domain::privacy` lists is kept here.
    pub fn state_file(&self, name: &str) -> PathBuf {
        debug_assert!(name.is_empty() || machine_file(name).is_some(), "list {name} in domain::privacy");
        self.state.join(name)
    }

    /// The folders in which this and other profiles of this person remember something.
    pub fn all_states(&self) -> Vec<PathBuf> {
        let entries = self.state.parent().and_then(|all| fs::read_dir(all).ok());
        let folders = entries.into_iter().flatten().flatten().map(|entry| entry.path());
        folders.filter(|path| path.is_dir()).collect()
    }

    fn session_file(&self) -> PathBuf {
        self.config.join(format!("{}.json", self.name))
    }
}

/// A directory of the XDG rules: an absolute path in `name`, or `fallback` below the home.
fn xdg(var: &impl Fn(&str) -> Option<String>, name: &str, fallback: &str) -> Option<PathBuf> {
    let named = var(name).map(PathBuf::from).filter(|path| path.is_absolute());
    named.or_else(|| Some(Path::new(&var("HOME")?).join(fallback)))
}

/// The session to use: `token` (of `MUNJA_TOKEN`) if there is one, else the log-in of the profile, unless that belongs to
/// another server than `server`.
pub fn session_for(
    profile: &Profile,
    server: Option<&str>,
    token: Option<String>,
) -> Result<Session, NoSession> {
    let kept = profile.session()?;
    if let Some(token) = token {
        let kept_server = kept.as_ref().map(|kept| kept.server.clone());
        let server = server.map(str::to_owned).or(kept_server);
        let server = server.unwrap_or_else(|| DEFAULT_SERVER.to_owned());
        let time_zone = kept.as_ref().and_then(|kept| kept.time_zone.clone());
        let ca = kept.filter(|kept| kept.server == server).and_then(|kept| kept.ca);
        return Ok(Session { server, token: token.into(), time_zone, ca });
    }
    match (kept, server) {
        (None, _) => Err(NoSession::NotLoggedIn),
        (Some(kept), Some(server)) if kept.server.trim_end_matches('/') != server.trim_end_matches('/') => {
            Err(NoSession::OtherServer { wanted: server.to_owned(), kept: kept.server })
        }
        (Some(kept), _) if kept.token.expose_secret().is_empty() => Err(NoSession::NotLoggedIn),
        (Some(kept), _) => Ok(kept),
    }
}

/// Keeps a log-in under a profile of this process's environment, as `munja login` does.
pub fn keep_session(profile: &str, server: &str, login: &LoginResponse) -> anyhow::Result<()> {
    let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    Profile::choose(Some(profile), var)?.keep(server, login)
}

/// Forgets what [`keep_session`] kept, also by what the server knew this device.
pub fn drop_session(profile: &str) -> anyhow::Result<()> {
    let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let profile = Profile::choose(Some(profile), var)?;
    profile.forget()?;
    match fs::remove_file(profile.state_file(DEVICE)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
