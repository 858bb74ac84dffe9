//! `munjad db new-key|encrypt|rekey|decrypt`: the key of the database, and what is encrypted with it. What happens to the files, and
//! why no moment of death loses anything, stands in `store/backup/recrypt.rs`; this is about the key file.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use serde_json::json;

use super::lock;
use crate::admin::backup::plain_backups;
use crate::admin::operator::{log_if_possible, open_logged};
use crate::admin::{ConfigArg, Say, counted, line};
use crate::config::Config;
use crate::domain::data_key::{CAN_ENCRYPT, DataKey, DataKeys};
use crate::domain::privacy::{FileKind, is_sealed};
use crate::ops::causes::in_words;
use crate::ops::clock::Clock;
use crate::store::{Opens, Recrypted, RecryptedCopies, Store, copies_about, files_of, is_plain, opens};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  munjad db new-key /etc/munja/database.key       then: key_file = \"/etc/munja/database.key\" in [database]\n\nKeep a copy of it away from this machine: without the key nothing in the database can be read."
)]
pub(in crate::admin) struct NewKey {
    /// The new file for the key
    file: PathBuf,
}

/// Writes a random key into a new file, for the owner's eyes.
pub(super) fn new_key(args: &NewKey, say: Say) -> anyhow::Result<ExitCode> {
    let shown = args.file.display();
    let text = DataKeys::written(&[DataKey::new(rand::random())]);
    write_new(&args.file, &text).with_context(|| format!("{shown} cannot be made"))?;
    if say.json {
        line(&json!({ "file": shown.to_string() }).to_string());
        return Ok(ExitCode::SUCCESS);
    }
    line(&say.pick(
        format!(
            "Made the key {shown}. Keep a copy of it away from this machine and from the backups: without it nothing can be read.\n\
             Next: let the service's user read it (chown munja), name it in database.key_file, stop the gateway, munjad db encrypt"
        ),
        format!(
            "키를 만들었습니다: {shown}. 사본을 이 서버와 백업이 아닌 곳에 보관하십시오. 키가 없으면 아무것도 읽을 수 없습니다.\n\
             다음: 서비스 사용자가 읽을 수 있게 하고(chown munja) database.key_file 에 적은 뒤, 게이트웨이를 멈추고 munjad db encrypt"
        ),
    ));
    Ok(ExitCode::SUCCESS)
}

/// The keys in a file that the command line names.
pub(in crate::admin) fn key_in(file: &Path) -> anyhow::Result<DataKeys> {
    let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let keys = DataKeys::parse(&text, file);
    keys.ok_or_else(|| anyhow!("{} does not hold a key: 64 hexadecimal digits in a line", file.display()))
}

/// The configuration, and its keys, of which there is at least one.
fn with_keys(at: &ConfigArg, say: Say) -> anyhow::Result<(Config, DataKeys)> {
    if !CAN_ENCRYPT {
        bail!(say.pick(
            "this munjad cannot encrypt: install the package munja-sqlcipher",
            "이 munjad 에는 암호화 기능이 없습니다. munja-sqlcipher 패키지를 설치하십시오",
        ));
    }
    let config = Config::load_without_secrets(&at.config)?;
    let keys = config.data_keys.clone();
    if keys.is_none() {
        bail!(say.pick(
            "there is no key: make one (munjad db new-key FILE) and name it in database.key_file, or hand it over as systemd's \
             credential database_key",
            "키가 없습니다. 키를 만들어(munjad db new-key 파일) database.key_file 에 적거나 systemd 자격 증명 database_key 로 \
             넘겨 주십시오",
        ));
    }
    Ok((config, keys))
}

async fn recrypt(config: &Config, keys: &DataKeys, to: Option<&DataKey>) -> anyhow::Result<Recrypted> {
    let (path, keys, to) = (config.database.clone(), keys.clone(), to.cloned());
    let done = tokio::task::spawn_blocking(move || Store::recrypt(&path, &keys, to.as_ref())).await?;
    done.with_context(|| format!("database {}", config.database.display()))
}

pub(super) async fn encrypt(at: &ConfigArg, say: Say) -> anyhow::Result<ExitCode> {
    let (config, keys) = with_keys(at, say)?;
    let _lock = lock(&config.database, say)?;
    let to = match opens(&config.database, &keys)? {
        Opens::With(key) => Some(key),
        _ => keys.last().cloned(),
    };
    let done = recrypt(&config, &keys, to.as_ref()).await?;
    // Before, it could not be opened with its key. One of an older version is logged by its next start.
    log_if_possible(&config, "db encrypt", say).await;
    let plain = plain_copies(&config);
    let said = (
        say.pick("Encrypted", "암호화했습니다"),
        say.pick("was encrypted already", "파일은 이미 암호화되어 있습니다"),
    );
    tell(&config, &done, (said, json!({ "plain_copies": shown(&plain) })), say);
    if !say.json && !plain.is_empty() {
        line(say.pick(
            "These copies and backups are NOT encrypted (packed ones were not looked into); remove them, or lock them away:",
            "아래의 사본과 백업은 암호화되어 있지 않습니다(압축한 것은 열어 보지 않았습니다). 지우거나 안전한 곳에 보관하십시오.",
        ));
        shown(&plain).iter().for_each(|path| line(&format!("  {path}")));
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn rekey(at: &ConfigArg, say: Say) -> anyhow::Result<ExitCode> {
    let (config, keys) = with_keys(at, say)?;
    drop(open_logged(&config, "db rekey").await?);
    let _lock = lock(&config.database, say)?;
    let is_handed_over = is_credential(keys.file());
    let keys = match keys.all() {
        // A run that was broken off has left both.
        [_, _, ..] => keys,
        _ if is_handed_over => bail!(say.pick(
            "the key is a credential of systemd, which munjad cannot change: hand over two keys, a line each, the new one last; run \
             this again; then hand over the new one alone (docs/encryption.md)",
            "키가 systemd 자격 증명이라 munjad 가 바꿀 수 없습니다. 새 키를 마지막 줄에 둔 두 줄짜리 자격 증명을 넘기고 이 명령을 다시 \
             실행한 뒤, 새 키만 남기십시오 (docs/encryption.ko.md)",
        )),
        _ => with_a_new_key(&keys)?,
    };
    let to = keys.last().cloned();
    let done = recrypt(&config, &keys, to.as_ref()).await?;
    let kept = match (is_handed_over, &to) {
        (false, Some(to)) => Some(leave_old_keys(&keys, to)?),
        _ => None,
    };
    let said = (
        say.pick("Encrypted with the new key", "새 키로 암호화했습니다"),
        say.pick("has the new key already", "파일에는 이미 새 키가 쓰입니다"),
    );
    let kept_as = kept.as_ref().map(|file| file.display().to_string());
    tell(&config, &done, (said, json!({ "old_keys": kept_as })), say);
    if !say.json {
        line(&match kept_as {
            Some(file) => say.pick(
                format!("Backups from before open with the old key only. It is in {file}: keep it as long as you keep them."),
                format!("이전 백업은 이전 키로만 열립니다. 이전 키는 {file} 에 있으니 백업을 보관하는 동안 함께 보관하십시오."),
            ),
            None => say.pick(
                "Now hand over the new key alone (the last line). Backups from before open with the old one only: keep it as long as you keep them.".to_owned(),
                "이제 새 키(마지막 줄)만 넘기십시오. 이전 백업은 이전 키로만 열리므로 백업을 보관하는 동안 함께 보관하십시오.".to_owned(),
            ),
        });
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn decrypt(at: &ConfigArg, say: Say) -> anyhow::Result<ExitCode> {
    let (config, keys) = with_keys(at, say)?;
    if !is_plain(&config.database) {
        drop(open_logged(&config, "db decrypt").await?);
    }
    let _lock = lock(&config.database, say)?;
    let done = recrypt(&config, &keys, None).await?;
    let said = (
        say.pick("Decrypted", "암호화를 풀었습니다"),
        say.pick("is not encrypted", "파일은 암호화되어 있지 않습니다"),
    );
    tell(&config, &done, (said, json!({})), say);
    if !say.json {
        line(say.pick(
            "Now take database.key_file out of the configuration. Keep the key: backups from before need it.",
            "이제 설정에서 database.key_file 을 지우십시오. 이전 백업에 필요하므로 키는 보관하십시오.",
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// What was done, in a line; `said` is the verb, and what holds where nothing had to be done.
fn tell(
    config: &Config,
    done: &Recrypted,
    ((verb, already), more): ((&str, &str), serde_json::Value),
    say: Say,
) {
    let database = config.database.display();
    let Recrypted { is_rewritten, n_rows, n_photos, n_photos_left, copies } = done;
    if say.json {
        let left = copies.left.iter();
        let left: Vec<_> =
            left.map(|(path, why)| json!({ "file": path.display().to_string(), "why": why })).collect();
        let mut out = json!({ "database": database.to_string(), "rewritten": is_rewritten, "rows": n_rows,
                              "photos": n_photos, "photos_left": n_photos_left, "copies": copies.n,
                              "copies_left": left });
        if let (Some(out), Some(more)) = (out.as_object_mut(), more.as_object()) {
            out.extend(more.clone());
        }
        line(&out.to_string());
        return;
    }
    let photos = counted(n_photos, "photo");
    line(&match is_rewritten {
        true => say.pick(
            format!("{verb}: {database} ({}, {photos}).", counted(n_rows, "row")),
            format!("{verb}: {database} ({n_rows}행, 사진 {n_photos}장)."),
        ),
        false => say.pick(
            format!("{database} {already}; {photos} written."),
            format!("{database} {already}. 사진 {n_photos}장을 다시 썼습니다."),
        ),
    });
    if *n_photos_left > 0 {
        line(&say.pick(
            format!(
                "{} are damaged and were left as they are: munjad db check --photos",
                counted(n_photos_left, "photo")
            ),
            format!("사진 {n_photos_left}장은 손상되어 그대로 두었습니다: munjad db check --photos"),
        ));
    }
    tell_copies(copies, say);
}

fn tell_copies(copies: &RecryptedCopies, say: Say) {
    if copies.n > 0 {
        line(&say.pick(
            format!("Its copies in the same folder were written anew as well: {}.", copies.n),
            format!("같은 폴더에 있는 사본 {}개도 다시 썼습니다.", copies.n),
        ));
    }
    if !copies.left.is_empty() {
        line(say.pick(
            "These copies could not be written anew, and stay as they were:",
            "아래 사본은 다시 쓰지 못해 그대로 두었습니다.",
        ));
        for (path, why) in &copies.left {
            line(&format!("  {}: {}", path.display(), in_words(why, say.lang)));
        }
    }
}

fn shown(paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|path| path.display().to_string()).collect()
}

/// Copies beside the database and about it, and backups that hold texts as they are, or may: what is packed is not looked into.
fn plain_copies(config: &Config) -> Vec<PathBuf> {
    let beside = files_of(&config.database).unwrap_or_default().into_iter();
    let copies = beside.filter(|(path, kind)| kind.is_some_and(FileKind::is_copy) && is_plain(path));
    let backups = config.backup.folder.as_deref().map(plain_backups).unwrap_or_default();
    let is_open = |path: &Path| !path.to_str().is_some_and(is_sealed);
    let about = copies_about(&config.database).into_iter();
    let about =
        about.filter(|(path, kind)| is_plain(path) || *kind == Some(FileKind::Packed) && is_open(path));
    copies.chain(about).map(|(path, _)| path).chain(backups).collect()
}

/// Whether systemd wrote the file: it is a copy, which goes with the service.
fn is_credential(file: &Path) -> bool {
    let folder = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    file.starts_with("/run/credentials") || folder.is_some_and(|folder| file.starts_with(folder))
}

/// Writes a new key behind the one that is there, before anything is encrypted with it.
fn with_a_new_key(keys: &DataKeys) -> anyhow::Result<DataKeys> {
    let all = [keys.all(), &[DataKey::new(rand::random())]].concat();
    replace(keys.file(), &DataKeys::written(&all))?;
    let read = key_in(keys.file())?;
    if read.all() != all {
        bail!("{} was changed by another program", keys.file().display());
    }
    Ok(read)
}

/// Leaves the new key alone in the key file; those from before go into a file beside it, whose path is returned.
fn leave_old_keys(keys: &DataKeys, new: &DataKey) -> anyhow::Result<PathBuf> {
    let old: Vec<DataKey> = keys.all().iter().filter(|key| *key != new).cloned().collect();
    let mut name = keys.file().as_os_str().to_owned();
    name.push(format!(".old-{}", Clock::system().now_ms() / 1_000));
    let kept = PathBuf::from(name);
    write_new(&kept, &DataKeys::written(&old))
        .with_context(|| format!("{} cannot be made", kept.display()))?;
    replace(keys.file(), &DataKeys::written(std::slice::from_ref(new)))?;
    Ok(kept)
}

/// A new file of mode 0600, synced with its name.
fn write_new(file: &Path, text: &str) -> std::io::Result<()> {
    let mut new = File::options().write(true).create_new(true).mode(0o600).open(file)?;
    new.write_all(text.as_bytes())?;
    new.sync_all()?;
    File::open(folder_of(file))?.sync_all()
}

/// Puts a text in the place of a file's, whole or not at all; mode and owner stay.
fn replace(file: &Path, text: &str) -> anyhow::Result<()> {
    let write = || -> std::io::Result<()> {
        let old = file.metadata()?;
        let mut new = tempfile::Builder::new().prefix(".munja-key-").tempfile_in(folder_of(file))?;
        new.write_all(text.as_bytes())?;
        new.as_file().set_permissions(old.permissions())?;
        let is = new.as_file().metadata()?;
        if (is.uid(), is.gid()) != (old.uid(), old.gid()) {
            std::os::unix::fs::fchown(new.as_file(), Some(old.uid()), Some(old.gid()))?;
        }
        new.as_file().sync_all()?;
        new.persist(file)?;
        File::open(folder_of(file))?.sync_all()
    };
    write().with_context(|| format!("{} cannot be written", file.display()))
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::ops::lang::Lang;

    #[test]
    fn a_new_key_is_for_its_owner_and_never_takes_the_place_of_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("database.key");
        let say = Say { lang: Lang::En, json: true };
        new_key(&NewKey { file: file.clone() }, say).unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let first = key_in(&file).unwrap();
        assert_eq!(first.all().len(), 1);
        let refused = new_key(&NewKey { file: file.clone() }, say).unwrap_err();
        assert!(format!("{refused:#}").contains("database.key"), "{refused:#}");
        assert_eq!(key_in(&file).unwrap(), first);
        fs::write(&file, "hunter2\n").unwrap();
        let refused = key_in(&file).unwrap_err().to_string();
        assert!(refused.contains("64 hexadecimal digits") && !refused.contains("hunter2"), "{refused}");
    }

    #[test]
    fn both_keys_are_in_the_file_until_the_end_and_the_old_one_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("database.key");
        let old = DataKey::new([1; 32]);
        write_new(&file, &DataKeys::written(std::slice::from_ref(&old))).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        let both = with_a_new_key(&key_in(&file).unwrap()).unwrap();
        assert_eq!(key_in(&file).unwrap().all(), both.all());
        assert_eq!((both.all().len(), both.in_use()), (2, Some(&old)));
        let new = both.last().unwrap().clone();
        let kept = leave_old_keys(&both, &new).unwrap();
        assert_eq!(key_in(&file).unwrap().all(), [new]);
        assert_eq!(key_in(&kept).unwrap().all(), [old]);
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o640, "mode stays");
        assert_eq!(kept.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_systemd_hands_over_is_not_ours_to_write() {
        assert!(is_credential(Path::new("/run/credentials/munjad.service/database_key")));
        assert!(!is_credential(Path::new("/etc/munja/database.key")));
    }
}
