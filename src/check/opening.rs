//! Why the database cannot be opened, with the one remedy of that case.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::finding::{Finding, Severity};
use crate::config::Config;
use crate::daemon;
use crate::domain::privacy::FileKind;
use crate::ops::causes::chain_in_words;
use crate::ops::lang::Lang;
use crate::store::{StoreError, files_of, may_begin, refuse_lost};

pub(super) fn refused(config: &Config, error: &anyhow::Error, lang: Lang) -> Finding {
    if is_before_the_first_start(config) {
        return before_the_first_start(&config.database, lang);
    }
    let message = chain_in_words(error, lang);
    Finding { remedy: remedy(config, error, lang), ..Finding::with("database", Severity::Error, message, "") }
}

/// Whether nothing shows that there ever was a database, and a start may make one.
fn is_before_the_first_start(config: &Config) -> bool {
    let database = &config.database;
    let is_a_rest = |(_, kind): (PathBuf, Option<FileKind>)| kind.is_some_and(|kind| kind != FileKind::Mark);
    !database.exists()
        && daemon::must_be_mounted(database).is_ok()
        && refuse_lost(database).is_ok()
        && may_begin(database, &config.data_keys).is_ok()
        && files_of(database).is_ok_and(|files| !files.into_iter().any(is_a_rest))
}

fn before_the_first_start(database: &Path, lang: Lang) -> Finding {
    let database = database.display();
    Finding::with(
        "database",
        Severity::Warning,
        lang.pick(
            format!("there is no database {database} yet, and nothing shows that there ever was one"),
            format!("데이터베이스 {database} 이(가) 아직 없고, 있었던 흔적도 없습니다"),
        ),
        first_start(lang),
    )
}

fn first_start(lang: Lang) -> &'static str {
    lang.pick(
        "the first time: start the service, which makes it (systemctl start munjad); without systemd: munjad init --database-only",
        "처음이라면 서비스를 시작하면 만들어집니다(systemctl start munjad). systemd 없이 쓰면: munjad init --database-only",
    )
}

/// `None` where the error itself says what to do.
fn remedy(config: &Config, error: &anyhow::Error, lang: Lang) -> Option<String> {
    let database = &config.database;
    let said = |en: &str, ko: &str| Some(lang.pick(en, ko).to_owned());
    if daemon::must_be_mounted(database).is_err() {
        return None;
    }
    if !database.exists() && refuse_lost(database).is_err() {
        return said(
            "put back the last backup: munjad restore FILE --config GATEWAY.TOML (docs/backup.md)",
            "마지막 백업을 되돌리십시오: munjad restore 파일 --config 설정파일 (docs/backup.ko.md)",
        );
    }
    if !database.exists() {
        return Some(first_start(lang).to_owned());
    }
    if File::open(database).is_err_and(|error| error.kind() == ErrorKind::PermissionDenied) {
        return said(
            "run the check as the service's user: sudo -u munja munjad check ...",
            "서비스 사용자로 점검하십시오: sudo -u munja munjad check ...",
        );
    }
    match error.downcast_ref::<StoreError>() {
        Some(StoreError::Corrupt(_)) => said(
            "stop munjad, keep a copy of the file, and put back the last backup",
            "munjad 를 멈추고 파일을 따로 보관한 뒤 마지막 백업을 되돌리십시오",
        ),
        Some(StoreError::Unusable(_)) => None,
        _ => said(
            "is the disk readable, and is no other program holding the file?",
            "디스크를 읽을 수 있는지, 다른 프로그램이 파일을 잡고 있지 않은지 확인하십시오",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreOptions;

    #[tokio::test]
    async fn a_database_that_never_was_and_one_that_is_lost_have_each_their_remedy() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("bizgo_api_key"), "K").unwrap();
        let config = Config::parse(crate::config::EXAMPLE, &folder.path().join("gateway.toml")).unwrap();
        let seen = async |lang| {
            let options = StoreOptions { create: false, read_only: true, ..StoreOptions::default() };
            let error =
                daemon::open_store(&config.database, options).await.err().expect("it cannot be opened");
            let found = refused(&config, &error, lang);
            (found.severity, found.message, found.remedy)
        };
        let (severity, message, remedy) = seen(Lang::En).await;
        let remedy = remedy.unwrap();
        assert!(message.contains("there is no database"), "{message}");
        assert_eq!(severity, Severity::Warning, "the first start makes it");
        assert!(remedy.contains("start the service") && !remedy.contains("backup"), "{remedy}");
        assert!(seen(Lang::Ko).await.2.unwrap().contains("systemctl start munjad"));
        // There had been one: what is left of it says so.
        for left in ["munja.db-photos", "munja.db.v3-backup", "munja.db-pseudonym-key"] {
            std::fs::write(folder.path().join(left), "").unwrap();
            assert_eq!(seen(Lang::En).await.0, Severity::Error, "{left}");
            std::fs::remove_file(folder.path().join(left)).unwrap();
        }
        std::fs::write(folder.path().join("munja.db.made"), "").unwrap();
        let (severity, message, remedy) = seen(Lang::En).await;
        assert_eq!(severity, Severity::Error);
        let remedy = remedy.unwrap();
        assert!(message.contains("is gone"), "{message}");
        assert!(remedy.contains("munjad restore") && !remedy.contains("init"), "{remedy}");
        // Its disk is not mounted.
        std::fs::remove_file(folder.path().join("munja.db.made")).unwrap();
        std::os::unix::fs::symlink("not-mounted/munja.db", &config.database).unwrap();
        let (severity, message, remedy) = seen(Lang::En).await;
        assert_eq!(severity, Severity::Error);
        assert!(message.contains("is a link to not-mounted/munja.db, which is not there"), "{message}");
        assert!(message.contains("mount -a") && remedy.is_none(), "{remedy:?}");
        assert!(seen(Lang::Ko).await.1.contains("가리키는 링크인데 그 파일이 없습니다"));
        std::fs::remove_file(&config.database).unwrap();
        // What says itself what to do.
        std::fs::write(&config.database, "").unwrap();
        let (severity, message, remedy) = seen(Lang::En).await;
        assert_eq!(severity, Severity::Error);
        assert!(message.contains("is empty") && remedy.is_none(), "{message} {remedy:?}");
    }
}
