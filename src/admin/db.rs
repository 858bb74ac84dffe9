//! `munjad db check|stats|vacuum`, and its encryption: the database itself.

mod at_rest;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand};
use serde_json::json;

pub(super) use at_rest::key_in;

use super::backup::{age_in_words, size};
use super::operator::{log_if_possible, open_logged};
use super::{ConfigArg, FOUND_BAD, Say, counted, line, open_read_only};
use crate::config::Config;
use crate::daemon::{self, DatabaseLock};
use crate::ops::clock::Clock;
use crate::store::{Store, TableSize, Trouble};

#[derive(Subcommand)]
pub(super) enum Db {
    /// Say whether the database is sound; may run beside the gateway. Exit code 3 if it is not
    Check(Check),
    /// Show every table with its rows, its size and the times between which it was written
    Stats {
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Rewrite the database without its free pages; the gateway has to be stopped
    Vacuum {
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Make a key to encrypt the database with
    NewKey(at_rest::NewKey),
    /// Encrypt the database, its photos and the copies beside it with database.key_file; the gateway has to be stopped
    #[command(
        after_help = "Examples:\n  munjad db new-key /etc/munja/database.key     then name it in database.key_file\n  systemctl stop munjad && munjad db encrypt && systemctl start munjad\n\nOne that was broken off goes on when it is called again."
    )]
    Encrypt {
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Encrypt everything with a new key; the gateway has to be stopped
    #[command(
        after_help = "Examples:\n  systemctl stop munjad && munjad db rekey && systemctl start munjad\n\nThe new key is written into database.key_file first, behind the old one; both are there until everything has the new one.\nOne that was broken off goes on when it is called again."
    )]
    Rekey {
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Take the encryption away; the gateway has to be stopped
    Decrypt {
        #[command(flatten)]
        at: ConfigArg,
    },
}

#[derive(Args)]
#[command(
    after_help = "Examples:\n  munjad db check                 quickly\n  munjad db check --full --photos every page, reference and promise, and every photo by its hash"
)]
pub(super) struct Check {
    #[command(flatten)]
    at: ConfigArg,
    /// Every page and index, references, and what the service relies on; takes longer
    #[arg(long)]
    full: bool,
    /// Compare the files of photos with their hashes, too
    #[arg(long)]
    photos: bool,
}

pub(super) async fn run(command: Db, say: Say) -> anyhow::Result<ExitCode> {
    match command {
        Db::Check(args) => check(&args, say).await,
        Db::Stats { at } => stats(&at, say).await,
        Db::Vacuum { at } => vacuum(&at, say).await,
        Db::NewKey(args) => at_rest::new_key(&args, say),
        Db::Encrypt { at } => at_rest::encrypt(&at, say).await,
        Db::Rekey { at } => at_rest::rekey(&at, say).await,
        Db::Decrypt { at } => at_rest::decrypt(&at, say).await,
    }
}

async fn check(args: &Check, say: Say) -> anyhow::Result<ExitCode> {
    let config = Config::load_without_secrets(&args.at.config)?;
    let examined = open_read_only(&config).await?.examine_all(args.full, args.photos).await?;
    let is_sound = examined.troubles.is_empty();
    // A damaged one is kept as it was found.
    if is_sound {
        log_if_possible(&config, "db check", say).await;
    }
    if say.json {
        let trouble = |trouble: &Trouble| json!({ "what": trouble.what, "why": trouble.why });
        let troubles: Vec<_> = examined.troubles.iter().map(trouble).collect();
        let out = json!({ "sound": is_sound, "full": args.full, "photos": examined.n_photos, "troubles": troubles });
        line(&out.to_string());
    } else {
        for Trouble { what, why } in &examined.troubles {
            line(&format!("{what}: {why}"));
        }
        let n = examined.n_photos;
        let photos = match args.photos {
            true => say.pick(format!(", {} compared", counted(n, "photo")), format!(", 사진 {n}장 대조")),
            false => String::new(),
        };
        line(&match is_sound {
            true => say.pick(format!("The database is sound{photos}."), format!("데이터베이스에 문제가 없습니다{photos}.")),
            false => say.pick(
                "The database is NOT sound: stop the gateway, keep the file, and put the last backup back (munjad restore).".to_owned(),
                "데이터베이스가 손상되었습니다. 게이트웨이를 멈추고 파일을 보관한 뒤 마지막 백업을 되돌리십시오 (munjad restore).".to_owned(),
            ),
        });
    }
    Ok(if is_sound { ExitCode::SUCCESS } else { ExitCode::from(FOUND_BAD) })
}

async fn stats(at: &ConfigArg, say: Say) -> anyhow::Result<ExitCode> {
    let config = Config::load_without_secrets(&at.config)?;
    let tables = open_read_only(&config).await?.table_sizes().await?;
    log_if_possible(&config, "db stats", say).await;
    let on_disk = config.database.metadata().map_or(0, |found| found.len());
    if say.json {
        let table = |table: &TableSize| {
            json!({ "name": table.name, "rows": table.n_rows, "bytes": table.n_bytes,
                    "oldest_at": table.oldest_at, "newest_at": table.newest_at })
        };
        let out = json!({ "bytes": on_disk, "tables": tables.iter().map(table).collect::<Vec<_>>() });
        line(&serde_json::to_string_pretty(&out)?);
        return Ok(ExitCode::SUCCESS);
    }
    let now = Clock::system().now_ms();
    for table in &tables {
        let bytes = size(u64::try_from(table.n_bytes).unwrap_or(0));
        let span = match (table.oldest_at, table.newest_at) {
            (Some(oldest), Some(newest)) => {
                let [oldest, newest] = [oldest, newest].map(|at| age_in_words(now - at, say));
                say.pick(format!("{oldest} to {newest} old"), format!("{oldest} 전부터 {newest} 전까지"))
            }
            _ => String::new(),
        };
        line(format!("{:<20} {:>10} {bytes:>10}  {span}", table.name, table.n_rows).trim_end());
    }
    let whole = size(on_disk);
    line(&say.pick(format!("The file has {whole}."), format!("파일 크기 {whole}.")));
    Ok(ExitCode::SUCCESS)
}

/// The daemon's lock of a database that is there.
fn lock(database: &Path, say: Say) -> anyhow::Result<DatabaseLock> {
    daemon::must_exist(database)?;
    daemon::refuse_root(database)?;
    DatabaseLock::try_take(database)?.ok_or_else(|| {
        let shown = database.display();
        anyhow!(
            "{}",
            say.pick(
                format!("a munjad runs on {shown}: stop it first (systemctl stop munjad)"),
                format!(
                    "{shown} 파일을 쓰는 munjad 가 실행 중입니다. 먼저 멈추십시오(systemctl stop munjad)"
                ),
            )
        )
    })
}

async fn vacuum(at: &ConfigArg, say: Say) -> anyhow::Result<ExitCode> {
    let config = Config::load_without_secrets(&at.config)?;
    let _lock = lock(&config.database, say)?;
    drop(open_logged(&config, "db vacuum").await?);
    let Config { database, data_keys, .. } = config;
    let shown = database.display().to_string();
    let before = database.metadata()?.len();
    let path = database.clone();
    let done = tokio::task::spawn_blocking(move || Store::vacuum(&path, &data_keys)).await?;
    done.with_context(|| format!("database {shown}"))?;
    let after = database.metadata()?.len();
    if say.json {
        line(&json!({ "database": shown, "bytes_before": before, "bytes": after }).to_string());
    } else {
        let [before, after] = [before, after].map(size);
        line(&say.pick(
            format!("Rewrote {shown}: {before} before, {after} now."),
            format!("{shown} 파일을 다시 썼습니다: 전 {before}, 지금 {after}."),
        ));
    }
    Ok(ExitCode::SUCCESS)
}
