//! Why the database cannot be opened, with the one remedy of that case.

use std::fs::File;
use std::io::ErrorKind;

use super::finding::{Finding, Severity};
use crate::config::Config;
use crate::daemon;
use crate::ops::causes::chain_in_words;
use crate::ops::lang::Lang;
use crate::store::{StoreError, refuse_lost};

pub(super) fn refused(config: &Config, error: &anyhow::Error, lang: Lang) -> Finding {
    let message = chain_in_words(error, lang);
    Finding { remedy: remedy(config, error, lang), ..Finding::with("database", Severity::Error, message, "") }
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
        return said(
            "the first time: start the service, which makes it (systemctl start munjad); without systemd: munjad init --database-only",
            "처음이라면 서비스를 시작하면 만들어집니다(systemctl start munjad). systemd 없이 쓰면: munjad init --database-only",
        );
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
            assert_eq!(found.severity, Severity::Error);
            (found.message, found.remedy)
        };
        let (message, remedy) = seen(Lang::En).await;
        let remedy = remedy.unwrap();
        assert!(message.contains("there is no database"), "{message}");
        assert!(remedy.contains("start the service") && !remedy.contains("backup"), "{remedy}");
        assert!(seen(Lang::Ko).await.1.unwrap().contains("systemctl start munjad"));
        // There had been one.
        std::fs::write(folder.path().join("munja.db.made"), "").unwrap();
        let (message, remedy) = seen(Lang::En).await;
        let remedy = remedy.unwrap();
        assert!(message.contains("is gone"), "{message}");
        assert!(remedy.contains("munjad restore") && !remedy.contains("init"), "{remedy}");
        // Its disk is not mounted.
        std::fs::remove_file(folder.path().join("munja.db.made")).unwrap();
        std::os::unix::fs::symlink("not-mounted/munja.db", &config.database).unwrap();
        let (message, remedy) = seen(Lang::En).await;
        assert!(message.contains("is a link to not-mounted/munja.db, which is not there"), "{message}");
        assert!(message.contains("mount -a") && remedy.is_none(), "{remedy:?}");
        assert!(seen(Lang::Ko).await.0.contains("가리키는 링크인데 그 파일이 없습니다"));
        std::fs::remove_file(&config.database).unwrap();
        // What says itself what to do.
        std::fs::write(&config.database, "").unwrap();
        let (message, remedy) = seen(Lang::En).await;
        assert!(message.contains("is empty") && remedy.is_none(), "{message} {remedy:?}");
    }
}
