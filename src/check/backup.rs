//! Whether copies are made at all: of a disk that breaks, only what lies elsewhere is left.

use super::finding::{Finding, Severity};
use crate::config::Config;
use crate::ops::lang::Lang;

pub(super) fn findings(config: &Config, lang: Lang) -> Vec<Finding> {
    let backup = &config.backup;
    let Some(folder) = &backup.folder else {
        return vec![Finding::with(
            "backup",
            Severity::Warning,
            lang.pick("no backups are set up: if this disk breaks, every consultation is lost", "백업이 설정되어 있지 않습니다. 디스크가 고장 나면 상담 기록을 모두 잃습니다"),
            lang.pick(
                "set [backup] folder and switch on munja-backup.timer (docs/backup.md); where another job runs `munjad backup --to`, nothing is to be done",
                "[backup] folder 를 정하고 munja-backup.timer 를 켜십시오(docs/backup.ko.md). 다른 작업이 `munjad backup --to` 를 실행하고 있다면 그대로 두어도 됩니다",
            ),
        )];
    };
    let folder = folder.display();
    vec![Finding::good(
        "backup",
        match backup.recipient {
            Some(_) => lang.pick(
                format!("copies go to {folder}, encrypted"),
                format!("백업은 암호화해 {folder} 에 둡니다"),
            ),
            None => lang.pick(
                format!("copies go to {folder}, not encrypted"),
                format!("백업은 암호화하지 않고 {folder} 에 둡니다"),
            ),
        },
    )]
}
