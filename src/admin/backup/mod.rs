//! `munjad backup` and `munjad backups`: one proved file with everything that a gateway needs, made while it runs.
//!
//! The database is copied first, in one step; photos, the key for pseudonyms and the configuration follow: what rows name is on
//! disk before. The archive is read back and examined as a restore would before anybody is told that there is a backup.

mod age;
mod archive;
mod copies;
mod manifest;
mod work;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use serde_json::json;

pub(super) use age::{Age, is_sealed};
use archive::holds_plain_database;
pub(super) use archive::{Verified, erased_in, verify};
pub(super) use copies::{age_in_words, size};
pub(super) use work::{is_work, work_folder, work_folders};

use super::{ConfigArg, FOUND_BAD, Say, counted, line};
use crate::config::Config;
use crate::daemon;
use crate::domain::privacy::BackupsEnd;
use crate::ops::backups::{Copy, copies, name_of};
use crate::ops::clock::Clock;
use archive::Source;
use copies::{JustMade, remove_old};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  munjad backup                                    as [backup] says\n  munjad backup --to /mnt/usb                      into this folder, with no [backup]\n  munjad backup --recipient age1...                encrypted for whoever has that key\n\nExit codes: 0 made and proved, 1 not made, 3 made, but photos that the database names are missing or damaged"
)]
pub(super) struct Backup {
    #[command(flatten)]
    at: ConfigArg,
    /// The folder for the copy (default: backup.folder)
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// Encrypt for this public key of age (default: backup.recipient)
    #[arg(long)]
    recipient: Option<String>,
    /// Keep so many copies in the folder, this one among them (default: backup.keep); none older than privacy.backups_kept_days
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,
}

#[derive(Args)]
pub(super) struct Backups {
    #[command(flatten)]
    at: ConfigArg,
    /// The folder with the copies (default: backup.folder)
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

/// How many seconds ahead a free name is looked for.
const SECONDS_TRIED: i64 = 60;

/// A copy that was made and proved.
struct Made {
    file: PathBuf,
    n_bytes: u64,
    n_texts: i64,
    n_photos: usize,
    is_encrypted: bool,
    /// Texts and photos in it are encrypted as the database is.
    has_encrypted_texts: bool,
    missing: Vec<String>,
    removed: Vec<PathBuf>,
}

pub(super) async fn run(args: Backup, say: Say) -> anyhow::Result<ExitCode> {
    let config = Config::load_without_secrets(&args.at.config)?;
    // Whoever has the copy can read every text.
    drop(super::operator::open_logged(&config, "backup").await?);
    daemon::must_exist(&config.database)?;
    let folder = folder(args.to, &config, say)?;
    let recipient = args.recipient.or_else(|| config.backup.recipient.clone());
    if recipient.as_ref().is_some_and(|word| word.starts_with('-')) {
        bail!(say.pick("--recipient is no public key", "--recipient 가 공개 키가 아닙니다"));
    }
    let end = config.privacy.backups_end(args.keep.unwrap_or(config.backup.keep));
    let path = args.at.config;
    let now = Clock::system().now_ms();
    let made = tokio::task::spawn_blocking(move || make(&config, &path, (&folder, end), recipient, now));
    let made = made.await??;
    tell(&made, say);
    Ok(if made.missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FOUND_BAD) })
}

/// Where copies go.
fn folder(to: Option<PathBuf>, config: &Config, say: Say) -> anyhow::Result<PathBuf> {
    to.or_else(|| config.backup.folder.clone()).ok_or_else(|| {
        anyhow!(say.pick(
            "say where: --to DIR, or folder in [backup] of the configuration",
            "백업할 폴더를 정하십시오: --to 폴더, 또는 설정 [backup] 의 folder",
        ))
    })
}

/// Makes the copy, proves it, gives it its name, and removes those that end with it. Blocks.
fn make(
    config: &Config,
    config_path: &Path,
    (folder, end): (&Path, BackupsEnd),
    recipient: Option<String>,
    now: i64,
) -> anyhow::Result<Made> {
    let work = work_folder(folder)?;
    let plain = work.path().join("plain.tar");
    let source = Source { config, config_path, now };
    let written = source.write(work.path(), &plain)?;
    // Read back as a restore reads it.
    let proof = work.path().join("proof");
    let verified = verify(&plain, &proof, &config.data_keys, &mut |_, _| Ok(()))?;
    verified.must_be_sound()?;
    let (ready, ending) = match &recipient {
        None => (plain, "tar"),
        Some(recipient) => {
            let sealed = work.path().join("sealed.age");
            Age::new(&config.backup.age_program).encrypt(&plain, &sealed, recipient)?;
            (sealed, "tar.age")
        }
    };
    // Names are of seconds: one that another backup has is left to it.
    let names = (0..SECONDS_TRIED).map(|later| folder.join(name_of(now + later * 1_000, ending)));
    let file = work::give_name(&ready, names)?;
    let n_bytes = file.metadata().with_context(|| format!("{} cannot be read", file.display()))?.len();
    let just_made = JustMade { file: &file, is_whole: written.missing.is_empty(), at: now };
    let removed = remove_old(folder, end, &just_made)?;
    Ok(Made {
        n_bytes,
        file,
        n_texts: verified.manifest.rows("inbox") + verified.manifest.rows("outbox"),
        n_photos: written.n_photos,
        is_encrypted: recipient.is_some(),
        has_encrypted_texts: !config.data_keys.is_none(),
        missing: written.missing,
        removed,
    })
}

fn tell(made: &Made, say: Say) {
    let file = made.file.display();
    if say.json {
        let removed: Vec<_> = made.removed.iter().map(|path| path.display().to_string()).collect();
        let out = json!({
            "file": file.to_string(), "bytes": made.n_bytes, "texts": made.n_texts, "photos": made.n_photos,
            "encrypted": made.is_encrypted, "texts_encrypted": made.has_encrypted_texts, "verified": true, "photos_missing": made.missing, "removed": removed,
        });
        line(&out.to_string());
        return;
    }
    let (texts, photos, size) = (made.n_texts, made.n_photos, copies::size(made.n_bytes));
    line(&say.pick(
        format!(
            "Backup made and proved: {file} ({size}, {}, {}).",
            counted(texts, "text"),
            counted(photos, "photo")
        ),
        format!("백업을 만들고 확인했습니다: {file} ({size}, 문자 {texts}건, 사진 {photos}장)."),
    ));
    if made.has_encrypted_texts {
        line(say.pick(
            "Texts and photos in it are encrypted with the key of the database. That key is not in it: keep it elsewhere.",
            "문자와 사진은 데이터베이스의 키로 암호화되어 있습니다. 그 키는 백업에 들어 있지 않으니 따로 보관하십시오.",
        ));
    } else if !made.is_encrypted {
        line(say.pick(
            "It is not encrypted: whoever can read the file can read every text. See backup.recipient.",
            "암호화하지 않았습니다. 이 파일을 읽을 수 있는 사람은 모든 문자를 읽을 수 있습니다. backup.recipient 를 보십시오.",
        ));
    }
    for path in &made.removed {
        let path = path.display();
        line(&say.pick(format!("Removed {path}."), format!("오래된 백업을 지웠습니다: {path}")));
    }
    if !made.missing.is_empty() {
        let n = made.missing.len();
        line(&say.pick(
            format!("{n} photos that the database names are missing or damaged, and are not in it: munjad db check --photos"),
            format!("데이터베이스에 있는 사진 {n}장이 없거나 손상되어 백업에 들어가지 않았습니다: munjad db check --photos"),
        ));
    }
}

/// The copies in a folder whose database is not encrypted.
pub(super) fn plain_backups(folder: &Path) -> Vec<PathBuf> {
    let all = copies(folder).unwrap_or_default().into_iter();
    all.filter(|copy| !copy.is_encrypted() && holds_plain_database(&copy.path))
        .map(|copy| copy.path)
        .collect()
}

pub(super) fn list(args: Backups, say: Say) -> anyhow::Result<ExitCode> {
    let config = Config::load_without_secrets(&args.at.config)?;
    let folder = folder(args.to, &config, say)?;
    let (now, end) = (Clock::system().now_ms(), config.privacy.backups_end(config.backup.keep));
    let all = copies(&folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    if say.json {
        let row = |copy: &Copy| {
            json!({ "file": copy.path.display().to_string(), "made_at": copy.made_at, "bytes": copy.n_bytes,
                    "age_ms": now - copy.made_at, "encrypted": copy.is_encrypted(), "until_at": end.latest(copy.made_at) })
        };
        line(&serde_json::to_string_pretty(&all.iter().map(row).collect::<Vec<_>>())?);
        return Ok(ExitCode::SUCCESS);
    }
    for copy in &all {
        let (name, age) = (copy.path.display(), age_in_words(now - copy.made_at, say));
        let sealed = if copy.is_encrypted() { say.pick(", encrypted", ", 암호화") } else { "" };
        let (size, until) = (copies::size(copy.n_bytes), config.minute(end.latest(copy.made_at)));
        line(&say.pick(
            format!("{name}  {age} old, {size}{sealed}, until {until} at the latest"),
            format!("{name}  {age} 전, {size}{sealed}, 늦어도 {until}까지"),
        ));
    }
    if all.is_empty() {
        let folder = folder.display();
        line(
            &say.pick(format!("There is no copy in {folder}."), format!("{folder} 폴더에 백업이 없습니다.")),
        );
    }
    Ok(ExitCode::SUCCESS)
}
