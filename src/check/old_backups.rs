//! Backups that have outlived their time ([`BackupsEnd`]): whoever was erased since may be in them.

use std::path::Path;

use super::finding::{Finding, Severity};
use crate::config::Config;
use crate::domain::UnixMs;
use crate::domain::privacy::{BackupsEnd, DAY_MS};
use crate::ops::backups::copies;
use crate::ops::lang::Lang;

/// One that has just become too old goes with the next backup: that may take a day.
const PATIENCE_MS: i64 = DAY_MS;
/// So many are named.
const MOST_NAMED: usize = 3;

pub(super) fn findings(config: &Config, now: UnixMs, lang: Lang) -> Vec<Finding> {
    let Some(folder) = &config.backup.folder else {
        return Vec::new();
    };
    let end = config.privacy.backups_end(config.backup.keep);
    only_newest(end, lang).into_iter().chain(too_old(folder, end, now, lang)).collect()
}

/// Zero days once said that there are no backups elsewhere.
fn only_newest(end: BackupsEnd, lang: Lang) -> Option<Finding> {
    (end.kept_ms == 0).then(|| {
        Finding::with(
            "backup",
            Severity::Warning,
            lang.pick(
                "privacy.backups_kept_days is 0: each backup removes every older one",
                "privacy.backups_kept_days 가 0 이라 백업할 때마다 이전 백업을 모두 지웁니다",
            ),
            lang.pick(
                "say for how many days backups are kept; an erasure names that time",
                "백업을 며칠 보관하는지 적으십시오. 시민을 지울 때 그 기한을 알려 줍니다",
            ),
        )
    })
}

fn too_old(folder: &Path, end: BackupsEnd, now: UnixMs, lang: Lang) -> Option<Finding> {
    let all = copies(folder).ok()?;
    let is_too_old = |made_at| end.is_too_old(made_at, now - PATIENCE_MS);
    let newest_is = all.first().is_some_and(|newest| is_too_old(newest.made_at));
    let old: Vec<_> = all.iter().filter(|copy| is_too_old(copy.made_at)).collect();
    let names = old.iter().take(MOST_NAMED).filter_map(|copy| copy.path.file_name()?.to_str());
    let mut names = names.collect::<Vec<_>>().join(", ");
    let (n, days) = (old.len(), end.kept_ms / DAY_MS);
    if n == 0 {
        return None;
    }
    if n > MOST_NAMED {
        let more = n - MOST_NAMED;
        names += &lang.pick(format!(" and {more} more"), format!(" 외 {more}개"));
    }
    let newest = match newest_is {
        true => lang.pick(
            "; the newest of them stays until a newer one is made",
            ". 그 가운데 가장 새로운 것은 새 백업을 만들 때까지 남습니다",
        ),
        false => "",
    };
    Some(Finding::with(
        "backup",
        Severity::Warning,
        lang.pick(
            format!("backups older than {days} days may hold people who were erased since: {names}{newest}"),
            format!("{days}일이 지난 백업에 그 뒤에 지운 사람이 남아 있을 수 있습니다: {names}{newest}"),
        ),
        lang.pick(
            "munjad backup makes a new one and removes them ([privacy] backups_kept_days); look at its timer",
            "munjad backup 이 새로 백업하고 지웁니다([privacy] backups_kept_days). 타이머도 확인하십시오",
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::backups::name_of;

    const NOW: UnixMs = 1_796_022_060_000;

    #[test]
    fn backups_that_have_outlived_their_time_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let end = BackupsEnd { keep: 14, kept_ms: 35 * DAY_MS };
        let make = |days: i64| {
            let name = name_of(NOW - days * DAY_MS, "tar");
            std::fs::write(folder.path().join(&name), "x").unwrap();
            name
        };
        let seen = |lang| too_old(folder.path(), end, NOW, lang).map(|finding| finding.message);
        assert_eq!(seen(Lang::En), None);
        let oldest = make(98);
        let said = seen(Lang::En).unwrap();
        assert!(
            said.contains(&oldest) && said.ends_with("the newest of them stays until a newer one is made"),
            "{said}"
        );
        assert!(seen(Lang::Ko).unwrap().contains("새 백업을 만들 때까지 남습니다"));
        // In its time, or not yet a day over it.
        make(35);
        let said = seen(Lang::En).unwrap();
        assert!(said.ends_with(&oldest), "{said}");
        for days in [40, 41, 42] {
            make(days);
        }
        let said = seen(Lang::Ko).unwrap();
        assert!(said.ends_with("외 1개") && !said.contains(&oldest), "{said}");
    }

    #[test]
    fn no_days_at_all_are_told() {
        assert!(only_newest(BackupsEnd { keep: 14, kept_ms: 0 }, Lang::Ko).is_some());
        assert!(only_newest(BackupsEnd { keep: 14, kept_ms: DAY_MS }, Lang::En).is_none());
    }
}
