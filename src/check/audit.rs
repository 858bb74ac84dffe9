//! What `munjad check` says of the access log: the key by which it names citizens, and the file of its heads.

use std::fs::File;

use super::finding::{Finding, Severity};
use crate::config::Config;
use crate::domain::UnixMs;
use crate::ops::lang::Lang;
use crate::store::{Store, key_file};

/// A head is written every day; one that is older than this (milliseconds) is late.
const LATE_MS: i64 = 3 * 24 * 60 * 60 * 1_000;

pub(super) async fn findings(config: &Config, store: &Store, now: UnixMs, lang: Lang) -> Vec<Finding> {
    let found =
        [key(config, store, lang).await, head_file(config, lang), late(config, store, now, lang).await];
    found.into_iter().flatten().collect()
}

/// Another key than before: whoever was hashed with the first one is not found any more.
async fn key(config: &Config, store: &Store, lang: Lang) -> Option<Finding> {
    if store.has_its_pseudonym_key() {
        return None;
    }
    let file = key_file(&config.database).display().to_string();
    if store.has_erased().await.unwrap_or(false) {
        return Some(Finding::with(
            "audit",
            Severity::Error,
            lang.pick(
                format!("{file} is missing or is not the key this database was begun with, and people were erased under it: the gateway does not start"),
                format!("{file} 파일이 없거나 처음 쓰던 키가 아닌데, 그 키로 지운 사람이 있습니다. 게이트웨이가 시작하지 않습니다"),
            ),
            lang.pick(
                "put that file back from the backup of the same database; only if it is lost for good: munjad run --without-pseudonym-key",
                "같은 데이터베이스의 백업에서 그 파일을 되돌리십시오. 영영 잃었을 때만 munjad run --without-pseudonym-key 로 시작하십시오",
            ),
        ));
    }
    Some(Finding::with(
        "audit",
        Severity::Error,
        lang.pick(
            format!("{file} is missing or is not the key this database was begun with: who saw a citizen before is not found"),
            format!("{file} 파일이 없거나 처음 쓰던 키가 아닙니다. 이전에 시민의 상담을 누가 보았는지 찾을 수 없습니다"),
        ),
        lang.pick(
            "put that file back from the backup of the same database, then start the gateway again",
            "같은 데이터베이스의 백업에서 그 파일을 되돌린 뒤 게이트웨이를 다시 시작하십시오",
        ),
    ))
}

/// Opening a file for appending does not change it; one that is missing is made by the gateway.
fn head_file(config: &Config, lang: Lang) -> Option<Finding> {
    let path = config.audit.head_file.as_ref()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let error = match File::options().append(true).open(path) {
        Ok(_) => return None,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && folder.is_none_or(|f| f.is_dir()) => {
            return None;
        }
        Err(error) => error,
    };
    let path = path.display();
    Some(Finding::with(
        "audit",
        Severity::Warning,
        lang.pick(
            format!("heads of the access log cannot be written to {path}: {error}"),
            format!("접속기록의 확인값을 {path} 에 쓸 수 없습니다: {error}"),
        ),
        lang.pick(
            "see audit.head_file; run the check as the service's user",
            "audit.head_file 을 보고, 서비스 사용자로 점검하십시오",
        ),
    ))
}

/// No day has ended for long: the gateway has not run, or could not.
async fn late(config: &Config, store: &Store, now: UnixMs, lang: Lang) -> Option<Finding> {
    let head = store.last_access_head().await.ok()??;
    if now - head.at <= LATE_MS {
        return None;
    }
    let at = config.minute(head.at);
    Some(Finding::with(
        "audit",
        Severity::Warning,
        lang.pick(
            format!("the last head of the access log is of {at}"),
            format!("접속기록의 마지막 확인값은 {at} 것입니다"),
        ),
        lang.pick(
            "it is written every day while the gateway runs: see the log",
            "게이트웨이가 실행 중이면 매일 기록됩니다. 로그를 보십시오",
        ),
    ))
}
