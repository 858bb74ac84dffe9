//! What `munjad check` says of the access log: the key by which it names citizens, and the file of its heads.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use rustix::fs::{Access, access};

use super::finding::{Finding, Severity};
use crate::config::Config;
use crate::domain::UnixMs;
use crate::ops::lang::Lang;
use crate::store::{Store, key_file};

/// A head is written every day; one that is older than this (milliseconds) is late.
const LATE_MS: i64 = 3 * 24 * 60 * 60 * 1_000;

pub(super) async fn findings(config: &Config, store: &Store, now: UnixMs, lang: Lang) -> Vec<Finding> {
    let found = [key(config, store, lang).await, late(config, store, now, lang).await];
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

/// A file of heads that could not be written at the end of the day. Opening one for appending does not change it; one that is
/// missing is made by the gateway, and needs a folder that can be written to.
pub(super) fn head_file(config: &Config, lang: Lang) -> Option<Finding> {
    let path = config.audit.head_file.as_ref()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let cannot = match File::options().append(true).open(path) {
        Ok(_) => return None,
        Err(error) if error.kind() == ErrorKind::NotFound && folder.is_dir() => {
            access(folder, Access::WRITE_OK | Access::EXEC_OK).err()?.to_string()
        }
        Err(error) => error.to_string(),
    };
    let path = path.display();
    Some(Finding::with(
        "audit",
        Severity::Error,
        lang.pick(
            format!("heads of the access log cannot be written to {path}: {cannot}"),
            format!("접속기록의 확인값을 {path} 에 쓸 수 없습니다: {cannot}"),
        ),
        lang.pick(
            "make the folder of audit.head_file, and let the service's user write there; run the check as that user. Under systemd also: ReadWritePaths= (docs/audit.md)",
            "audit.head_file 의 폴더를 만들고 서비스 사용자가 쓸 수 있게 하십시오. 점검도 그 사용자로 하십시오. systemd 에서는 ReadWritePaths= 도 필요합니다 (docs/audit.ko.md)",
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_of_heads_that_cannot_be_written_is_told_before_the_end_of_the_day() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("bizgo_api_key"), "K").unwrap();
        let found = |named: &str| {
            let text =
                crate::config::EXAMPLE.replace("# head_file = \"\"", &format!("head_file = \"{named}\""));
            let config = Config::parse(&text, &folder.path().join("gateway.toml")).unwrap();
            head_file(&config, Lang::En)
        };
        assert_eq!(found("heads"), None);
        assert!(!folder.path().join("heads").exists(), "nothing is made");
        let missing = found("no/heads").unwrap();
        assert!(missing.severity == Severity::Error && missing.message.contains("no/heads"), "{missing:?}");
        // A folder stands where the file belongs: no user can write that.
        std::fs::create_dir(folder.path().join("taken")).unwrap();
        assert!(found("taken").is_some());
        if rustix::process::geteuid().is_root() {
            eprintln!("not run further: root may write everywhere");
            return;
        }
        let closed = folder.path().join("closed");
        std::fs::create_dir(&closed).unwrap();
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o500)).unwrap();
        assert!(found("closed/heads").is_some(), "a folder that takes no files");
    }
}
