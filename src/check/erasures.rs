//! What `munjad check` says of the list of who was erased (`munja.db-erased`): whoever is not on it comes back with an older copy.

use std::fs::File;
use std::io::ErrorKind;

use super::finding::{Finding, Severity};
use crate::config::Config;
use crate::ops::causes::in_words;
use crate::ops::lang::Lang;
use crate::store::{Store, erased_file, unreadable_erasures};

pub(super) async fn findings(config: &Config, store: &Store, lang: Lang) -> Vec<Finding> {
    let found = [lines(config, lang), unwritable(config, lang), lacking(config, store, lang).await];
    found.into_iter().flatten().collect()
}

/// Lines that cannot be read, or the whole file.
fn lines(config: &Config, lang: Lang) -> Option<Finding> {
    let file = erased_file(&config.database).display().to_string();
    let (said, remedy) = match unreadable_erasures(&config.database) {
        Ok(lines) if lines.is_empty() => return None,
        Ok(lines) => {
            let lines = lines.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
            (
                lang.pick(
                    format!("{file}: line {lines} cannot be read: whom it names may come back with an older copy"),
                    format!("{file} 의 {lines}번째 줄을 읽을 수 없습니다. 그 사람은 옛 사본을 되돌리면 다시 나타날 수 있습니다"),
                ),
                lang.pick(
                    "each start writes anew what the database knows; compare the line with the file in the backups, mend it, or remove it if \
                     nothing is lost with it",
                    "시작할 때마다 데이터베이스에 있는 것을 다시 적습니다. 백업에 든 파일과 견주어 그 줄을 고치고, 잃을 것이 없으면 지우십시오",
                ),
            )
        }
        Err(error) => (
            in_words(&error.to_string(), lang),
            lang.pick(
                "let the service's user read it: the gateway does not start without it",
                "서비스 사용자가 읽게 하십시오. 읽지 못하면 게이트웨이가 시작하지 않습니다",
            ),
        ),
    };
    Some(Finding::with("privacy", Severity::Error, said, remedy))
}

/// Opening a file for appending does not change it; one that is missing is made by the first erasure.
fn unwritable(config: &Config, lang: Lang) -> Option<Finding> {
    let path = erased_file(&config.database);
    let error = File::options().append(true).open(&path).err().filter(|e| e.kind() != ErrorKind::NotFound)?;
    let path = path.display();
    Some(Finding::with(
        "privacy",
        Severity::Error,
        lang.pick(
            format!("{path} cannot be written: {error}. Nobody can be erased"),
            format!("{path} 에 쓸 수 없습니다: {error}. 아무도 지울 수 없습니다"),
        ),
        lang.pick(
            "let the service's user write to it; run the check as that user",
            "서비스 사용자가 쓸 수 있게 하고, 그 사용자로 점검하십시오",
        ),
    ))
}

/// The file was lost, or is older than the database.
async fn lacking(config: &Config, store: &Store, lang: Lang) -> Option<Finding> {
    let n = store.n_erasures_lacking().await.ok().filter(|n| *n > 0)?;
    let file = erased_file(&config.database).display().to_string();
    Some(Finding::with(
        "privacy",
        Severity::Warning,
        lang.pick(
            format!("{file} lacks {n} lines that the database knows"),
            format!("데이터베이스에 있는 {n}줄이 {file} 에 없습니다"),
        ),
        lang.pick(
            "the next start of the gateway fills them in; then copy the file to where the backups are",
            "게이트웨이를 다시 시작하면 채웁니다. 그다음 파일을 백업이 있는 곳에 복사하십시오",
        ),
    ))
}
