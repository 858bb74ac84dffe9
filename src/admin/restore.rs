//! `munjad restore`: puts a backup back where no database is. The database is marked before it gets its name: the gateway that
//! starts on it is in recovery, and says nothing to citizens until it knows what was said after the backup was made.

mod configuration;
mod erasures;

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use serde_json::json;

use super::backup::{Age, age_in_words, is_sealed, verify, work_folder};
use super::db::key_in;
use super::operator::{access, log_if_possible};
use super::{Say, counted, line};
use crate::config::Config;
use crate::daemon::{DatabaseLock, refuse_root};
use crate::domain::access::Action;
use crate::domain::access::chain::HeadLine;
use crate::domain::data_key::DataKeys;
use crate::ops::clock::Clock;
use crate::store::{
    ReplacedCopy, Store, has_key_of_copy, is_plain, keep_erased, keep_photo, newest_text_at, place,
    refuse_occupied,
};
use crate::worker::add_head_line;
use erasures::Erasures;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  munjad restore munja-backup-20261130T072100Z.tar --check         only prove it, and say how old it is\n  munjad restore munja-backup-20261130T072100Z.tar --config /etc/munja/gateway.toml\n  munjad restore munja-backup-20261130T072100Z.tar.age --identity key.txt --to /srv/munja\n\nNothing is overwritten. The next start is in recovery: munjad recovery status"
)]
pub(super) struct Restore {
    /// The backup
    file: PathBuf,
    /// Put the database where this configuration says, and leave the configuration as it is
    #[arg(long, short, conflicts_with = "to", required_unless_present_any = ["to", "check"])]
    config: Option<PathBuf>,
    /// Put everything into this folder, with the configuration out of the backup
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// The file with the private key of age that opens an encrypted backup
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// The file with the key of an encrypted database (default: database.key_file of --config)
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Prove the backup and say what is in it; put nothing anywhere
    #[arg(long)]
    check: bool,
}

/// Where a backup goes.
struct Target {
    database: PathBuf,
    /// Set where the configuration out of the backup goes there, too.
    folder: Option<PathBuf>,
    age_program: String,
    keys: DataKeys,
    /// The file of heads of the access log that the database's place has.
    head_file: Option<PathBuf>,
    /// Where the backups of this place lie.
    backups: Option<PathBuf>,
}

/// What was put back.
struct PutBack {
    made_at: i64,
    newest_text_at: Option<i64>,
    n_texts: i64,
    n_photos: usize,
    /// Texts that had not left when the backup was made.
    n_doubted: usize,
    /// The backup is older than the encryption of the database.
    must_be_encrypted: bool,
    configuration: configuration::Placed,
    erasures: Erasures,
    /// What the file of heads has to say of it.
    head_line: Option<HeadLine>,
    heads: Heads,
}

/// Whether the file of heads says that a copy was put back.
enum Heads {
    Written,
    /// No file was named by the configuration of this place.
    NoFile,
    Failed(PathBuf, std::io::Error),
}

pub(super) async fn run(args: Restore, say: Say) -> anyhow::Result<ExitCode> {
    let now = Clock::system().now_ms();
    let target = target(&args)?;
    let (database, check, config) = (target.database.clone(), args.check, args.config.clone());
    let done = tokio::task::spawn_blocking(move || restore(&args, &target, now)).await??;
    // One that was put back has its row in itself. Only to prove one, there need be neither a configuration nor a database.
    if let (true, Some(Ok(config))) = (check, config.as_deref().map(Config::load_without_secrets)) {
        log_if_possible(&config, "restore --check", say).await;
    }
    tell(&done, (&database, check), now, say);
    Ok(ExitCode::SUCCESS)
}

fn target(args: &Restore) -> anyhow::Result<Target> {
    let age_program = "age".to_owned();
    let named = args.key_file.as_deref().map(key_in).transpose()?;
    let keys = named.clone().unwrap_or_default();
    Ok(match (&args.to, &args.config) {
        (Some(folder), _) => {
            let (database, folder) = (folder.join(configuration::DATABASE), Some(folder.clone()));
            // Not that of the configuration in the backup: it may be the file of a gateway that goes on, as in a drill.
            Target { database, folder, age_program, keys, head_file: None, backups: None }
        }
        (None, Some(path)) if path.exists() || !args.check => {
            let config = Config::load_without_secrets(path)?;
            let keys = named.unwrap_or(config.data_keys);
            let (age_program, backups) = (config.backup.age_program, config.backup.folder);
            let head_file = config.audit.head_file;
            Target { database: config.database, folder: None, age_program, keys, head_file, backups }
        }
        // Only to be proved: beside the backup.
        _ => {
            let database = args.file.with_extension("check");
            Target { database, folder: None, age_program, keys, head_file: None, backups: None }
        }
    })
}

/// Proves the backup and puts it back. Blocks.
fn restore(args: &Restore, target: &Target, now: i64) -> anyhow::Result<PutBack> {
    let home = match target.database.parent() {
        Some(home) if !home.as_os_str().is_empty() => home,
        _ => Path::new("."),
    };
    let _lock = if args.check { None } else { Some(lock(target, home)?) };
    let work = work_folder(home)?;
    let plain = open_sealed(args, &target.age_program, work.path())?;
    let mut n_photos = 0;
    let keys = &target.keys;
    let verified = verify(&plain, &work.path().join("proof"), keys, &mut |_, _| {
        n_photos += 1;
        Ok(())
    })?;
    verified.must_be_sound()?;
    let mut done = PutBack {
        made_at: verified.manifest.made_at,
        newest_text_at: newest_text_at(&verified.database, keys)?,
        n_texts: verified.manifest.rows("inbox") + verified.manifest.rows("outbox"),
        n_photos,
        n_doubted: 0,
        must_be_encrypted: !target.keys.is_none() && is_plain(&verified.database),
        configuration: configuration::Placed::default(),
        erasures: erasures::look(
            &verified,
            &target.database,
            &[target.backups.as_deref(), args.file.parent()],
        )?,
        head_line: None,
        heads: Heads::NoFile,
    };
    if args.check {
        return Ok(done);
    }
    // Before anything of the copy lies there: its photos, and whom it had erased.
    if let Some(key) = &verified.pseudonym_key {
        has_key_of_copy(key, &target.database, keys)?;
    }
    let copy = ReplacedCopy {
        made_at: verified.manifest.made_at,
        last_event_seq: verified.manifest.last_event_seq,
        carrier: verified.manifest.carrier.clone(),
        by: access(Action::Restore).who,
    };
    let begun = Store::begin_recovery(&verified.database, &copy, keys, now)?;
    done.n_doubted = begun.n_doubted;
    // Photos as the database is.
    let in_use = if done.must_be_encrypted { DataKeys::none() } else { keys.clone() };
    // Read once more: now each photo is put in its place.
    let again = work.path().join("again");
    verify(&plain, &again, keys, &mut |hash, bytes| {
        let kept = keep_photo(&target.database, &bytes, &in_use)?;
        if kept == *hash { Ok(()) } else { Err(anyhow!("a photo changed on its way")) }
    })?;
    if let Some(folder) = &target.folder {
        done.configuration = configuration::place(&verified, folder)?;
    }
    // What can be started comes last.
    if let Some(erased) = &verified.erased {
        keep_erased(&target.database, erased)?;
    }
    place(&verified.database, verified.pseudonym_key.as_deref(), &target.database, keys)?;
    // Not before: the line speaks of a database that is there.
    let head_line = HeadLine::Break(begun.chain_break);
    done.heads = match &target.head_file {
        None => Heads::NoFile,
        Some(file) => match add_head_line(file, &head_line) {
            Ok(()) => Heads::Written,
            Err(error) => Heads::Failed(file.clone(), error),
        },
    };
    done.head_line = Some(head_line);
    Ok(done)
}

/// Refuses a place that is in use, and keeps gateways away from it meanwhile.
fn lock(target: &Target, home: &Path) -> anyhow::Result<DatabaseLock> {
    refuse_occupied(&target.database)?;
    refuse_root(&target.database)?;
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(home);
    made.with_context(|| format!("{} cannot be made", home.display()))?;
    DatabaseLock::try_take(&target.database)?.ok_or_else(|| {
        anyhow!("a munjad is at work on {}: stop it first (systemctl stop munjad)", target.database.display())
    })
}

/// The archive as a plain file.
fn open_sealed(args: &Restore, age_program: &str, work: &Path) -> anyhow::Result<PathBuf> {
    if !is_sealed(&args.file) {
        return Ok(args.file.clone());
    }
    let Some(identity) = &args.identity else {
        bail!("{} is encrypted: name the file with its private key (--identity FILE)", args.file.display());
    };
    let plain = work.join("plain.tar");
    Age::new(age_program).decrypt(&args.file, &plain, identity)?;
    Ok(plain)
}

fn tell(done: &PutBack, (database, check): (&Path, bool), now: i64, say: Say) {
    let age_ms = now - done.made_at;
    if say.json {
        let placed = &done.configuration;
        let left: Vec<_> = placed.left.iter().map(|path| path.display().to_string()).collect();
        let missing: Vec<_> =
            placed.missing.iter().map(|(key, path)| json!({ "key": key, "path": path })).collect();
        let newer_list = done.erasures.later.as_ref().map(|later| later.file.display().to_string());
        let out = json!({
            "made_at": done.made_at, "age_ms": age_ms, "newest_text_at": done.newest_text_at,
            "texts": done.n_texts, "photos": done.n_photos, "restored": !check, "verified": true,
            "database": (!check).then(|| database.display().to_string()),
            "in_doubt": done.n_doubted, "left_alone": left, "must_be_encrypted": done.must_be_encrypted,
            "head_line": done.head_line.as_ref().map(HeadLine::to_line),
            "head_line_is_written": matches!(done.heads, Heads::Written),
            "names_another_database": placed.names_another.as_ref().map(|path| path.display().to_string()),
            "not_on_this_machine": missing, "erasures_known_until": done.erasures.known_until,
            "without_erased_list": done.erasures.is_without_list, "newer_erased_list_in": newer_list,
        });
        line(&out.to_string());
        return;
    }
    let (age, texts, photos) = (age_in_words(age_ms, say), done.n_texts, done.n_photos);
    line(&say.pick(
        format!(
            "The backup is sound. It is {age} old and holds {} and {}.",
            counted(texts, "text"),
            counted(photos, "photo")
        ),
        format!(
            "백업에 문제가 없습니다. {age} 전에 만들었고 문자 {texts}건, 사진 {photos}장이 들어 있습니다."
        ),
    ));
    if let Some(newest) = done.newest_text_at {
        let before = age_in_words(now - newest, say);
        line(&say.pick(
            format!("Its newest text is {before} old."),
            format!("가장 새로운 문자는 {before} 전 것입니다."),
        ));
    }
    if check {
        line(say.pick("Nothing was put anywhere (--check).", "아무것도 되돌리지 않았습니다 (--check)."));
        return;
    }
    let shown = database.display();
    line(&say.pick(format!("Put back: {shown}."), format!("되돌렸습니다: {shown}")));
    tell_configuration(&done.configuration, say);
    if done.must_be_encrypted {
        line(say.pick(
            "This backup is older than the encryption of the database: run munjad db encrypt before the start.",
            "데이터베이스를 암호화하기 전의 백업입니다. 시작하기 전에 munjad db encrypt 를 실행하십시오.",
        ));
    }
    erasures::tell(&done.erasures, database, now, say);
    tell_heads(done, say);
    tell_next(done, &age, say);
}

fn tell_next(done: &PutBack, age: &str, say: Say) {
    let n = done.n_doubted;
    let had_not = counted(n, "text");
    line(&say.pick(
        format!(
            "The next start is in recovery: texts come in and duty phones are called, but nothing is sent to citizens until the \
             carriers' lists of the last {age} have been read and you have confirmed the rest. {had_not} had not left when the \
             backup was made: the carrier is asked about each. Everybody has to log in again.\n\
             Next: put the newest munja.db-erased beside the database (see above), the keys of the carriers in their files, munjad check, start (systemctl start munjad, without a \
             service munjad run), then munjad recovery status."
        ),
        format!(
            "다음 시작은 복구 상태입니다. 문자를 받고 당직 전화를 부르지만, 지난 {age} 동안의 통신사 목록을 읽고 운영자가 나머지를 확인할 \
             때까지 시민에게는 보내지 않습니다. 백업할 때 아직 나가지 않은 문자 {n}건은 통신사에 하나씩 확인합니다. 상담사는 모두 다시 \
             로그인해야 합니다.\n\
             다음: 가장 새로운 munja.db-erased 를 데이터베이스 옆에 두고(위 설명), 통신사 키를 파일에 넣고, munjad check, 시작(systemctl start munjad, 서비스로 쓰지 않으면 munjad run), 그리고 \
             munjad recovery status"
        ),
    ));
}

/// Says what the file of heads does not say yet. Without its line, `munjad audit verify` takes the lost rows for deleted ones.
fn tell_heads(done: &PutBack, say: Say) {
    let Some(head_line) = done.head_line.as_ref().map(HeadLine::to_line) else { return };
    match &done.heads {
        Heads::Written => {}
        Heads::NoFile => line(&say.pick(
            format!(
                "If heads of the access log are kept elsewhere ([audit] head_file, another machine), add this line there, so that munjad \
                 audit verify knows of the restore:\n{head_line}"
            ),
            format!(
                "접속기록의 확인값을 다른 곳에도 두고 있다면([audit] head_file, 다른 서버) 그 파일 끝에 이 줄을 넣으십시오. munjad audit verify 가 \
                 복원을 알 수 있습니다.\n{head_line}"
            ),
        )),
        Heads::Failed(file, error) => {
            let file = file.display();
            line(&say.pick(
                format!(
                    "{file} ([audit] head_file) cannot be written to ({error}). Add this line at its end, or munjad audit verify reports \
                     the rows that are lost with the restore as deleted:\n{head_line}"
                ),
                format!(
                    "{file}([audit] head_file)에 쓸 수 없습니다({error}). 파일 끝에 이 줄을 직접 넣으십시오. 넣지 않으면 복원으로 없어진 기록을 munjad \
                     audit verify 가 삭제된 것으로 알립니다.\n{head_line}"
                ),
            ));
        }
    }
}

/// What became of the configuration, and what is still to be done about it.
fn tell_configuration(placed: &configuration::Placed, say: Say) {
    for path in &placed.left {
        let path = path.display();
        line(&say.pick(format!("Left as it was: {path}."), format!("그대로 두었습니다: {path}")));
    }
    if let Some(path) = &placed.names_another {
        let (path, name) = (path.display(), configuration::DATABASE);
        line(&say.pick(
            format!(
                "{path} names ANOTHER database: set database.path = \"{name}\" in it before munjad check and munjad run."
            ),
            format!(
                "{path} 설정이 다른 데이터베이스를 가리킵니다. munjad check, munjad run 전에 database.path = \"{name}\" 으로 고치십시오."
            ),
        ));
    }
    if placed.missing.is_empty() {
        return;
    }
    line(say.pick(
        "The configuration names what is not on this machine; bring it, or change the key:",
        "설정에 적힌 것 가운데 이 서버에 없는 것이 있습니다. 가져다 두거나 항목을 고치십시오:",
    ));
    for (key, path) in &placed.missing {
        line(&format!("  {key}: {}", path.display()));
    }
}
