//! Whether copies are made at all: of a disk that breaks, only what lies elsewhere is left.

use std::path::Path;

use super::finding::{Finding, Severity};
use crate::config::Config;
use crate::domain::UnixMs;
use crate::ops::backups::{self, OLD_MS};
use crate::ops::lang::Lang;

pub(super) fn findings(config: &Config, now: UnixMs, lang: Lang) -> Vec<Finding> {
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
    let age = &backup.age_program;
    let no_age = backup.recipient.is_some() && !can_be_run(age);
    let no_age = no_age.then(|| {
        Finding::with(
            "backup",
            Severity::Error,
            lang.pick(
                format!("copies are to be encrypted, and the program {age} is not there: none can be made"),
                format!("백업을 암호화해야 하는데 {age} 프로그램이 없어 백업을 만들 수 없습니다"),
            ),
            lang.pick(
                "install it (apt install age), or name it in backup.age_program",
                "설치하거나(apt install age) backup.age_program 에 적으십시오",
            ),
        )
    });
    let kind = match (backup.recipient.is_some(), config.data_keys.is_none()) {
        (true, _) => Kind::Whole,
        (false, false) => Kind::DataKey,
        (false, true) => Kind::Plain,
    };
    std::iter::once(newest(folder, kind, now, lang)).chain(no_age).collect()
}

/// What is encrypted of a copy.
#[derive(Clone, Copy)]
enum Kind {
    /// The whole file, for a recipient.
    Whole,
    /// Texts and photos, as in the database.
    DataKey,
    Plain,
}

/// A copy from another machine may be dated so much ahead (milliseconds).
const CLOCKS_APART_MS: i64 = 3_600_000;

/// How old the newest copy is.
fn newest(folder: &Path, kind: Kind, now: UnixMs, lang: Lang) -> Finding {
    let newest = backups::newest(folder).ok().flatten();
    let shown = folder.display();
    let warn = |en: String, ko: String| {
        Finding::with(
            "backup",
            Severity::Warning,
            lang.pick(en, ko),
            lang.pick(
                "make one now (munjad backup), and look at the timer: systemctl status munja-backup.timer munja-backup.service",
                "지금 만들고(munjad backup) 타이머를 확인하십시오: systemctl status munja-backup.timer munja-backup.service",
            ),
        )
    };
    let Some(newest) = newest else {
        return warn(
            format!("no backup lies in {shown} that this user can see"),
            format!("{shown} 에 이 사용자가 볼 수 있는 백업이 없습니다"),
        );
    };
    // It hides that no other is made.
    if newest.made_at > now + CLOCKS_APART_MS {
        let name = newest.path.display();
        return warn(
            format!(
                "the newest backup, {name}, is dated in the future: the clock was wrong when it was made. Look at the others beside it, and move it away"
            ),
            format!(
                "가장 새로운 백업 {name} 의 날짜가 미래입니다. 만들 때 시계가 틀렸습니다. 옆에 있는 다른 백업을 확인하고 이 백업은 옮겨 두십시오"
            ),
        );
    }
    let hours = (now - newest.made_at).max(0) / 3_600_000;
    if now - newest.made_at > OLD_MS {
        let days = hours / 24;
        return warn(
            format!("the newest backup in {shown} is {days} days old"),
            format!("{shown} 의 가장 새로운 백업이 {days}일 전 것입니다"),
        );
    }
    let (kind_en, kind_ko) = match kind {
        Kind::Whole => ("copies are encrypted", "암호화함"),
        Kind::DataKey => (
            "texts and photos in copies are encrypted with the key of the database",
            "문자와 사진은 데이터베이스의 키로 암호화함",
        ),
        Kind::Plain => ("copies are not encrypted", "암호화하지 않음"),
    };
    Finding::good(
        "backup",
        lang.pick(
            format!("the newest copy in {shown} is {hours} h old; {kind_en}"),
            format!("{shown} 의 가장 새로운 백업은 {hours}시간 전 것입니다({kind_ko})"),
        ),
    )
}

/// Whether a program is found: by its path, or by its name as a shell would.
fn can_be_run(program: &str) -> bool {
    if program.contains('/') {
        return Path::new(program).is_file();
    }
    let places = std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into());
    std::env::split_paths(&places).any(|place| place.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::backups::name_of;

    #[test]
    fn an_old_copy_or_none_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let now = 1_796_022_060_000;
        let seen = |lang| newest(folder.path(), Kind::Plain, now, lang);
        assert!(seen(Lang::En).message.starts_with("no backup lies in"));
        let make =
            |age_ms: i64| std::fs::write(folder.path().join(name_of(now - age_ms, "tar")), "x").unwrap();
        make(OLD_MS + 1_000);
        assert!(
            seen(Lang::En).message.ends_with("is 2 days old") && seen(Lang::Ko).severity == Severity::Warning
        );
        make(3 * 3_600_000);
        assert!(seen(Lang::Ko).message.contains("3시간 전"), "{}", seen(Lang::Ko).message);
        assert_eq!(seen(Lang::En).severity, Severity::Ok);
        let ahead = folder.path().join(name_of(now + 60 * OLD_MS, "tar"));
        std::fs::write(&ahead, "x").unwrap();
        assert!(
            seen(Lang::En).message.contains("is dated in the future")
                && seen(Lang::Ko).severity == Severity::Warning
        );
        std::fs::remove_file(ahead).unwrap();
        let kept = |kind| newest(folder.path(), kind, now, Lang::En).message;
        assert!(kept(Kind::Plain).ends_with("copies are not encrypted"));
        assert!(kept(Kind::Whole).ends_with("copies are encrypted"));
        assert!(kept(Kind::DataKey).ends_with("with the key of the database"));
    }

    #[test]
    fn a_program_is_found_as_a_shell_finds_it() {
        assert!(can_be_run("sh") && can_be_run("/bin/sh"));
        assert!(!can_be_run("no-such-program-of-munja") && !can_be_run("/no/such"));
    }
}
