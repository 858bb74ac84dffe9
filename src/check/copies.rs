//! Copies of the database that somebody left in its folder or below: nothing removes them, and nobody is erased in them.

use std::path::Path;

use super::finding::{Finding, Severity};
use crate::config::Config;
use crate::ops::lang::Lang;
use crate::store::{beside, copies_about};

/// More than these are only counted.
const MOST_NAMED: usize = 5;

pub(super) fn findings(config: &Config, lang: Lang) -> Option<Finding> {
    // A database of another name may be another program's.
    let database = beside(&config.database, "");
    let name = database.file_name()?.to_str()?;
    let is_named_so =
        |path: &Path| path.file_name().is_some_and(|file| file.to_string_lossy().contains(name));
    let copies = copies_about(&config.database).into_iter();
    let copies = copies.filter(|(path, kind)| kind.is_some() && is_named_so(path));
    let mut shown: Vec<String> = copies.map(|(path, _)| path.display().to_string()).collect();
    if shown.is_empty() {
        return None;
    }
    let n = shown.len();
    if n > MOST_NAMED {
        shown.truncate(MOST_NAMED);
        shown.push("...".to_owned());
    }
    let shown = shown.join(", ");
    Some(Finding::with(
        "privacy",
        Severity::Warning,
        lang.pick(
            format!("copies of the database that nothing removes by itself: {n} ({shown})"),
            format!("저절로 지워지지 않는 데이터베이스 사본이 {n}개 있습니다({shown})"),
        ),
        lang.pick(
            "remove them, or move them to where backups lie: they keep texts whose time is over, and people who were erased (docs/privacy.md)",
            "지우거나 백업을 두는 곳으로 옮기십시오. 보존 기간이 지난 문자와 삭제한 사람의 정보가 그 안에 남습니다(docs/privacy.ko.md)",
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_that_somebody_left_are_named_and_ours_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| std::fs::write(folder.path().join(name), "SQLite format 3\0").unwrap();
        std::fs::write(folder.path().join("bizgo_api_key"), "K").unwrap();
        let config = Config::parse(crate::config::EXAMPLE, &folder.path().join("gateway.toml")).unwrap();
        for ours in [
            "munja.db",
            "munja.db.v3-backup",
            "munja.db.saved-1",
            "munja-backup-20261130T072100Z.tar",
            "x.db",
        ] {
            write(ours);
        }
        assert!(findings(&config, Lang::En).is_none());
        for n in 1..=7 {
            write(&format!("munja.db.2026-01-0{n}.gz"));
        }
        let found = findings(&config, Lang::En).unwrap();
        assert!(found.severity == Severity::Warning && found.message.contains(": 7 ("), "{}", found.message);
        assert!(found.message.contains("munja.db.2026-01-05.gz, ...)"), "{}", found.message);
    }
}
