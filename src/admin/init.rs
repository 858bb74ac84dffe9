//! `munjad init`: writes a configuration and a fresh database; changes nothing that is there.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::Args;

use super::{Say, line};
use crate::config::{Config, EXAMPLE};
use crate::daemon;
use crate::store::{StoreOptions, may_begin};

#[derive(Args)]
pub(super) struct Init {
    /// The gateway's configuration
    #[arg(long, short, default_value = "gateway.toml", env = "MUNJAD_CONFIG")]
    config: PathBuf,
    /// Only make the database that the configuration names; leave one that is there as it is
    #[arg(long)]
    database_only: bool,
}

pub(super) async fn run(args: Init, say: Say) -> anyhow::Result<()> {
    if args.database_only { database(&args.config, say).await } else { both(&args.config, say).await }
}

/// For service managers: the first start needs a database.
async fn database(config: &Path, say: Say) -> anyhow::Result<()> {
    let Config { database, data_keys: keys, .. } = Config::load(config)?;
    let is_new = !database.exists();
    // One that is there is not even opened: an older one is upgraded by the start that follows.
    if is_new {
        daemon::refuse_root(&database)?;
        daemon::open_store(&database, StoreOptions { keys, ..StoreOptions::default() }).await?;
    }
    if say.json {
        line(&serde_json::json!({ "database": database, "made": is_new }).to_string());
    } else if is_new {
        line(&say.pick(
            format!("Made the database {}.", database.display()),
            format!("{} 데이터베이스를 만들었습니다.", database.display()),
        ));
    }
    Ok(())
}

/// Writes the example configuration and an empty database beside it; refuses if either is there.
async fn both(config: &Path, say: Say) -> anyhow::Result<()> {
    let folder = config.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let database = folder.join("munja.db");
    if database.exists() {
        return Err(is_there(&database, say));
    }
    daemon::must_be_mounted(&database)?;
    daemon::refuse_root(&database)?;
    // The key may be a credential of systemd, which no configuration has to name. Refused before anything is written.
    let keys = Config::keys_of_database(EXAMPLE, config)?;
    may_begin(&database, &keys)?;
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    write_config(config, say)?;
    daemon::open_store(&database, StoreOptions { keys, ..StoreOptions::default() }).await?;
    if say.json {
        line(&serde_json::json!({ "config": config, "database": database }).to_string());
        return Ok(());
    }
    line(&say.pick(
        format!("Wrote {} and {}.", config.display(), database.display()),
        format!("{} 파일과 {} 파일을 만들었습니다.", config.display(), database.display()),
    ));
    line(say.pick(
        "Next: put the carrier's API key into the file bizgo_api_key beside it (chmod 600), set your number, then\n\
         \x20 munjad check    says what is still missing\n\
         \x20 munjad user add LOGIN --name NAME\n\
         \x20 munjad run      (a service of systemd: systemctl enable --now munjad)",
        "다음: 통신사 API 키를 같은 폴더의 bizgo_api_key 파일에 넣고(chmod 600) 번호를 고친 뒤\n\
         \x20 munjad check    아직 빠진 것을 알려 줍니다\n\
         \x20 munjad user add 아이디 --name 이름\n\
         \x20 munjad run      (systemd 서비스라면 systemctl enable --now munjad)",
    ));
    Ok(())
}

fn is_there(path: &Path, say: Say) -> anyhow::Error {
    let path = path.display();
    anyhow!(
        "{}",
        say.pick(
            format!("{path} is there already; nothing was changed"),
            format!("{path} 파일이 이미 있습니다. 바꾼 것이 없습니다"),
        )
    )
}

fn write_config(path: &Path, say: Say) -> anyhow::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o640).open(path);
    match file {
        Ok(mut file) => Ok(file.write_all(EXAMPLE.as_bytes())?),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(is_there(path, say)),
        Err(error) => Err(error).with_context(|| format!("{} cannot be written", path.display())),
    }
}
