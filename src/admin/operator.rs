//! Who runs `munjad`, for the access log: each command that works on the database is logged before it does anything, and how it
//! ended in a row of its own. A command that was killed has no such row.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, bail};

use super::{Say, is_put_by_hand, open, open_database, open_read_only};
use crate::config::Config;
use crate::domain::access::{Action, Outcome, Who};
use crate::domain::data_key::DataKeys;
use crate::ops::clock::Clock;
use crate::ops::process::user_name;
use crate::store::{NewAccess, Store, StoreError, is_plain};

/// The rows that this run of the program wrote.
static LOGGED: Mutex<Vec<Logged>> = Mutex::new(Vec::new());

struct Logged {
    database: PathBuf,
    keys: DataKeys,
    seq: i64,
    command: String,
}

/// Opens the database, and logs that the operator runs `command` on it.
pub(super) async fn open_logged(config: &Config, command: &str) -> anyhow::Result<Store> {
    let store = open(config).await?;
    log(&store, access(Action::Admin).detail(command)).await?;
    Ok(store)
}

/// Logs `command`, of one that has to work where the log cannot be written to, as `munjad check` and what looks after a damaged
/// database: once it has looked, and before it says what it found. Where there is no row, it says why.
pub(super) async fn log_if_possible(config: &Config, command: &str, say: Say) {
    if !config.database.exists() {
        return;
    }
    if let Err(error) = log_where_it_goes_on(config, command, say).await {
        let what = say.pick("this command could not be logged", "이 명령을 접속기록에 남기지 못했습니다");
        eprintln!("munjad: {what}: {}", say.error(&error));
    }
}

/// Leaves a database alone that somebody put there by hand: until a gateway has noticed it, its log has to end with its own last
/// row. And one without its key for pseudonyms: opened for writing, it would get a new one.
async fn log_where_it_goes_on(config: &Config, command: &str, say: Say) -> anyhow::Result<()> {
    let found = open_read_only(config).await?;
    if is_put_by_hand(config, &found).await? {
        bail!(say.pick(
            "the database was put there by hand, and the next start of the gateway has to notice that first",
            "손으로 넣은 데이터베이스입니다. 게이트웨이가 시작하면서 먼저 알아차려야 합니다",
        ));
    }
    if !found.has_its_pseudonym_key() {
        bail!(say.pick(
            "the key for pseudonyms is missing, or another one than the database was begun with",
            "가명 키가 없거나 처음과 다른 것입니다",
        ));
    }
    drop(found);
    log(&open(config).await?, access(Action::Admin).detail(command)).await
}

/// An access of whoever runs this program.
pub(super) fn access(action: Action) -> NewAccess {
    NewAccess::of(Who::operator(name()), action)
}

/// Writes a row of the access log; what it speaks of may be shown when this returns.
pub(super) async fn log(store: &Store, access: NewAccess) -> anyhow::Result<()> {
    let command = access.detail.clone();
    let logged = store.record_access(access, Clock::system().now_ms()).await;
    let seq = logged.context("the access log could not be written to, so the command does nothing")?;
    let (database, keys) = (store.path().to_owned(), store.data_keys().clone());
    let mut all = LOGGED.lock().unwrap_or_else(PoisonError::into_inner);
    all.push(Logged { database, keys, seq, command });
    Ok(())
}

/// Logs how the command ended, for each row that says that it began.
pub(super) async fn log_outcome<T>(result: &anyhow::Result<T>) -> anyhow::Result<()> {
    let all = std::mem::take(&mut *LOGGED.lock().unwrap_or_else(PoisonError::into_inner));
    let outcome = result.as_ref().map_or_else(outcome_of, |_| Outcome::Done);
    for Logged { database, keys, seq, command } in all {
        let detail = format!("{command}: {}", outcome.as_str());
        let row = NewAccess { item_id: Some(seq), ..access(Action::Outcome).detail(detail) };
        let keys = keys_now(&database, keys);
        let store = open_database(&database, keys).await?;
        store.record_access(row, Clock::system().now_ms()).await?;
    }
    Ok(())
}

/// The keys of a database that the command itself may have encrypted, decrypted or given another key.
fn keys_now(database: &Path, before: DataKeys) -> DataKeys {
    if is_plain(database) {
        return DataKeys::none();
    }
    let text = std::fs::read_to_string(before.file()).unwrap_or_default();
    DataKeys::parse(&text, before.file()).unwrap_or(before)
}

/// What the machine or the database did not do has failed; what a sentence of ours says was refused.
fn outcome_of(error: &anyhow::Error) -> Outcome {
    let is_failure = |cause: &(dyn std::error::Error + 'static)| {
        let is_of_store = cause
            .downcast_ref::<StoreError>()
            .is_some_and(|error| !matches!(error, StoreError::NotFound | StoreError::Conflict(_)));
        is_of_store || cause.is::<std::io::Error>()
    };
    if error.chain().any(is_failure) { Outcome::Failed } else { Outcome::Refused }
}

/// The user's name on this machine; where they became another one by `sudo`, both.
pub(super) fn name() -> String {
    let user = user_name(rustix::process::getuid().as_raw());
    match std::env::var("SUDO_USER") {
        Ok(sudo) if !sudo.is_empty() && sudo != user => format!("{user} (sudo: {})", short(&sudo)),
        _ => user,
    }
}

/// An error of writing a file or folder, with the user who may not: commands are run as the service's user, who may write in few places.
pub(super) fn not_written(path: &Path, error: std::io::Error) -> anyhow::Error {
    let shown = path.display();
    let what = match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            let user = user_name(rustix::process::geteuid().as_raw());
            format!(
                "{shown} cannot be written by the user {user}, who runs this command: name a place in a folder that {user} may write to"
            )
        }
        _ => format!("{shown} cannot be written"),
    };
    anyhow::Error::new(error).context(what)
}

/// A name as it may stand in the log, whoever set it.
fn short(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::lang::Lang;

    #[test]
    fn a_refusal_is_told_from_a_failure() {
        let full = anyhow::Error::new(StoreError::Full).context("nothing was erased");
        let io = anyhow::Error::new(std::io::Error::other("disk")).context("no backup was made");
        let table = [
            (anyhow::anyhow!("held by law"), Outcome::Refused),
            (anyhow::Error::new(StoreError::NotFound), Outcome::Refused),
            (full, Outcome::Failed),
            (io, Outcome::Failed),
        ];
        for (error, expected) in table {
            assert_eq!(outcome_of(&error), expected, "{error:#}");
        }
    }

    #[test]
    fn who_may_not_write_is_named() {
        let refused = |kind: ErrorKind| {
            let error = not_written(Path::new("/root/log.jsonl"), kind.into());
            Say { lang: Lang::Ko, json: false }.error(&error) + &format!("{error:#}")
        };
        let user = user_name(rustix::process::geteuid().as_raw());
        let said = refused(ErrorKind::PermissionDenied);
        assert!(said.contains(&format!("by the user {user}, who runs")), "{said}");
        assert!(
            said.contains(&format!("/root/log.jsonl: 이 명령을 실행한 사용자 {user} 에게 쓰기 권한이")),
            "{said}"
        );
        assert!(!refused(ErrorKind::StorageFull).contains("user"));
    }

    #[test]
    fn a_name_in_the_log_is_plain_text() {
        assert_eq!(short("a\u{1b}b\nc"), "abc");
    }
}
