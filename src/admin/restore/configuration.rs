//! The configuration out of a backup in its new folder: it names the database that was put back, and what it names
//! elsewhere that is not on this machine is told.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Deserialize;
use toml::{Spanned, Value};

use super::super::backup::Verified;

/// The database's name in the folder, as the configuration says it.
pub(super) const DATABASE: &str = "munja.db";
/// The configuration's name in a backup.
const GATEWAY: &str = "gateway.toml";

/// What became of the configuration.
#[derive(Default)]
pub(super) struct Placed {
    /// Files that were there already and were left alone.
    pub left: Vec<PathBuf>,
    /// The configuration that was left alone, if it names another database than the one that was put back.
    pub names_another: Option<PathBuf>,
    /// Keys with paths that are not on this machine.
    pub missing: Vec<(String, PathBuf)>,
}

/// Writes the files of the configuration.
pub(super) fn place(verified: &Verified, folder: &Path) -> anyhow::Result<Placed> {
    let mut placed = Placed::default();
    for (name, bytes) in &verified.configuration {
        let path = folder.join(name);
        let cannot = || format!("{} cannot be written", path.display());
        if let Some(parent) = path.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(parent).with_context(cannot)?;
        }
        let moved = std::str::from_utf8(bytes).ok().filter(|_| name == GATEWAY).map(with_database);
        let bytes = moved.as_deref().map_or(bytes.as_slice(), str::as_bytes);
        match fs::File::options().write(true).create_new(true).mode(0o640).open(&path) {
            Ok(mut file) => file.write_all(bytes).and_then(|()| file.sync_all()).with_context(cannot)?,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => placed.left.push(path),
            Err(error) => return Err(error).with_context(cannot),
        }
    }
    let gateway = folder.join(GATEWAY);
    let text = fs::read_to_string(&gateway).unwrap_or_default();
    placed.missing = missing(&text, folder);
    let is_named = database_span(&text).is_some_and(|at| folder.join(at.get_ref()) == folder.join(DATABASE));
    placed.names_another = (gateway.exists() && !is_named).then_some(gateway);
    Ok(placed)
}

#[derive(Deserialize)]
struct Sections {
    database: Section,
}

#[derive(Deserialize)]
struct Section {
    path: Spanned<String>,
}

/// `database.path` and where it stands in the text.
fn database_span(text: &str) -> Option<Spanned<String>> {
    toml::from_str(text).ok().map(|Sections { database }: Sections| database.path)
}

/// The text with the database beside it; everything else, comments too, stays as it is.
fn with_database(text: &str) -> String {
    let mut moved = text.to_owned();
    if let Some(at) = database_span(text).filter(|at| at.get_ref() != DATABASE) {
        moved.replace_range(at.span(), &format!("\"{DATABASE}\""));
    }
    moved
}

/// The keys whose paths are not on this machine: every absolute path, and files of secrets, which no backup holds.
fn missing(text: &str, folder: &Path) -> Vec<(String, PathBuf)> {
    let mut all = Vec::new();
    if let Ok(table) = toml::from_str::<toml::Table>(text) {
        paths(&Value::Table(table), "", &mut all);
    }
    let is_made = |key: &str| key.ends_with("socket") || key.ends_with("head_file");
    all.retain(|(key, path)| {
        let path = folder.join(path);
        // What the gateway makes itself needs a folder.
        let needed = if is_made(key) { path.parent().unwrap_or(&path) } else { &path };
        key != "database.path" && !needed.exists()
    });
    all
}

fn paths(value: &Value, key: &str, all: &mut Vec<(String, PathBuf)>) {
    match value {
        Value::Table(table) => {
            for (name, value) in table {
                let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                paths(value, &key, all);
            }
        }
        Value::Array(array) => array.iter().for_each(|value| paths(value, key, all)),
        Value::String(word) => {
            let is_file = ["_file", ".tls_certificate", ".tls_key"].iter().any(|end| key.ends_with(end));
            let is_path = word.starts_with('/') && !word.contains(char::is_whitespace);
            if !word.is_empty() && (is_file || is_path) {
                all.push((key.to_owned(), word.into()));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_names_the_database_that_was_put_back_and_keeps_its_comments() {
        let text = "# ours\n[database]\n# on the big disk\npath = \"/var/lib/munja/munja.db\" # here\nkey_file = \"k\"\n\n[api]\npath = 1\n";
        let moved = with_database(text);
        assert_eq!(moved, text.replace("\"/var/lib/munja/munja.db\"", "\"munja.db\""));
        // Written in another way, or beside it already.
        assert_eq!(with_database("database = { path = 'old/x.db' }"), "database = { path = \"munja.db\" }");
        assert_eq!(with_database("database.path = 'munja.db'"), "database.path = 'munja.db'");
        assert_eq!(with_database("no toml ["), "no toml [");
    }

    #[test]
    fn what_is_not_on_this_machine_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().display();
        let text = format!(
            "[database]\npath = '/nowhere/munja.db'\n[api]\nsocket = '/nowhere/run/munja.sock'\n\
             tls_certificate = '{here}/there.pem'\ntls_key = 'key.pem'\n[audit]\nhead_file = '{here}/heads'\n\
             [alarm]\ncommand = ['/nowhere/call', '-v', '/ x']\n[carrier.bizgo]\napi_key_file = 'bizgo_api_key'\n\
             [triage]\nfiles = ['/nowhere/words.toml', 'own.toml']\n"
        );
        std::fs::write(folder.path().join("there.pem"), "x").unwrap();
        let found = missing(&text, folder.path());
        let mut keys: Vec<&str> = found.iter().map(|(key, _)| key.as_str()).collect();
        keys.sort_unstable();
        let expected =
            ["alarm.command", "api.socket", "api.tls_key", "carrier.bizgo.api_key_file", "triage.files"];
        assert_eq!(keys, expected, "{found:?}");
    }
}
