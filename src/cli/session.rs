//! Where a log-in is kept: one file a profile in `$XDG_CONFIG_HOME/munja`, for its owner's eyes only.
//!
//! A token goes to the server it came from and to no other: with another `--server` a person has to log in there.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value as Json, json};

use super::Exit;
use super::failure::Failure;
use super::io::Io;
use crate::api::wire::LoginResponse;

/// Where a server is, if nobody says.
pub const DEFAULT_SERVER: &str = "http://127.0.0.1:6120";
const DEFAULT_PROFILE: &str = "default";

/// Who is logged in where.
#[derive(Debug, Clone)]
pub struct Session {
    pub server: String,
    pub token: SecretString,
}

/// The files of one profile.
#[derive(Debug, Clone)]
pub struct Profile {
    name: String,
    config: PathBuf,
    state: PathBuf,
}

impl Profile {
    /// The profile `name`, else that of `MUNJA_PROFILE`, else `default`. A name becomes a file name, so it may hold
    /// letters, digits, `.`, `_` and `-` only.
    pub fn choose(name: Option<&str>, io: &Io) -> Result<Self, Failure> {
        let name = name.map(str::to_owned).or_else(|| io.var("MUNJA_PROFILE"));
        let name = name.unwrap_or_else(|| DEFAULT_PROFILE.to_owned());
        let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if name.is_empty() || name.len() > 32 || name.starts_with('.') || !name.chars().all(fits) {
            return Err(Failure::here(Exit::Usage, "bad_profile", []));
        }
        let dirs = io.xdg("XDG_CONFIG_HOME", ".config").zip(io.xdg("XDG_STATE_HOME", ".local/state"));
        let (config, state) = dirs.ok_or_else(|| Failure::here(Exit::Usage, "no_home", []))?;
        Ok(Profile { config: config.join("munja"), state: state.join("munja").join(&name), name })
    }

    /// Who is logged in, if anybody is.
    pub fn session(&self) -> Result<Option<Session>, Failure> {
        let path = self.session_file();
        let text = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.with_context(|| path.display().to_string())?,
        };
        let file: Json = serde_json::from_slice(&text).unwrap_or_default();
        let word = |name: &str| file.get(name).and_then(Json::as_str).map(str::to_owned);
        // A file that makes no sense is as good as none: logging in replaces it.
        Ok(word("server").zip(word("token")).map(|(server, token)| Session { server, token: token.into() }))
    }

    /// Keeps a log-in in place of the one before.
    pub fn keep(&self, server: &str, login: &LoginResponse) -> Result<(), Failure> {
        let file = json!({
            "server": server, "token": login.token, "expires_at": login.expires_at, "counselor": login.counselor,
        });
        Ok(write_private(&self.session_file(), &format!("{file:#}\n"))?)
    }

    /// Forgets the log-in; whether there was one.
    pub fn forget(&self) -> Result<bool, Failure> {
        let path = self.session_file();
        match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            done => Ok(done.with_context(|| path.display().to_string()).map(|()| true)?),
        }
    }

    /// A file of things this profile remembers.
    pub fn state_file(&self, name: &str) -> PathBuf {
        self.state.join(name)
    }

    fn session_file(&self) -> PathBuf {
        self.config.join(format!("{}.json", self.name))
    }
}

/// The session to use: that of `MUNJA_TOKEN`, else the one kept, unless it belongs to another server.
pub fn session(profile: &Profile, server: Option<&str>, io: &Io) -> Result<Session, Failure> {
    let kept = profile.session()?;
    if let Some(token) = io.var("MUNJA_TOKEN") {
        let server = server.map(str::to_owned).or(kept.map(|k| k.server));
        return Ok(Session {
            server: server.unwrap_or_else(|| DEFAULT_SERVER.to_owned()),
            token: token.into(),
        });
    }
    match (kept, server) {
        (None, _) => Err(Failure::here(Exit::NotLoggedIn, "not_logged_in", [])),
        (Some(kept), Some(server)) if kept.server.trim_end_matches('/') != server.trim_end_matches('/') => {
            let values = [("server", server.to_owned().into()), ("other", kept.server.into())];
            Err(Failure::here(Exit::NotLoggedIn, "other_server", values))
        }
        (Some(kept), _) if kept.token.expose_secret().is_empty() => {
            Err(Failure::here(Exit::NotLoggedIn, "not_logged_in", []))
        }
        (Some(kept), _) => Ok(kept),
    }
}

/// Writes a file that only its owner can read, whole or not at all; makes its directory (0700) if need be.
pub fn write_private(path: &Path, content: &(impl AsRef<[u8]> + ?Sized)) -> anyhow::Result<()> {
    let dir = path.parent().context("a file without a directory")?;
    let write = || -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700))?;
        // Made with 0600, before anything is in it.
        let mut file = tempfile::NamedTempFile::new_in(dir)?;
        file.write_all(content.as_ref())?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| path.display().to_string())
}

/// Writes a new file that only its owner can read, whole or not at all, into a directory that is there; whether it was new.
pub fn create_private(path: &Path, content: &[u8]) -> io::Result<bool> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(content)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(refused) => Err(refused.error),
    }
}
