//! Which copies in a folder are kept, and how ages and sizes read. Only files that are named as copies are ever removed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::admin::Say;
use crate::domain::UnixMs;
use crate::domain::privacy::BackupsEnd;
use crate::ops::backups::{Copy, copies};

/// A backup that was made and proved.
pub(super) struct JustMade<'a> {
    pub file: &'a Path,
    /// It lacks no photo that the database names.
    pub is_whole: bool,
    pub at: UnixMs,
}

/// Names the newest backup in the folder that lacks no photo, while newer ones do.
const NEWEST_WHOLE: &str = ".munja-newest-whole";

/// Removes the copies that end with the one that was just made, and never that one; returns what was removed. Once one lacks photos,
/// the one before it stays, however old, until there is another that lacks none. What a link points to is not ours.
pub(super) fn remove_old(
    folder: &Path,
    end: BackupsEnd,
    just_made: &JustMade<'_>,
) -> anyhow::Result<Vec<PathBuf>> {
    let all = copies(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let others: Vec<Copy> = all.into_iter().filter(|copy| copy.path != just_made.file).collect();
    let whole = newest_whole(folder, just_made, others.first())?;
    let mut removed = Vec::new();
    for (n_between, old) in others.into_iter().enumerate() {
        let is_kept = whole.as_ref() == Some(&old.path) || old.path.is_symlink();
        if is_kept || !end.is_over(n_between + 1, old.made_at, just_made.at) {
            continue;
        }
        match fs::remove_file(&old.path) {
            // Another backup was just made, too.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            done => {
                done.with_context(|| format!("{} cannot be removed", old.path.display()))?;
                removed.push(old.path);
            }
        }
    }
    Ok(removed)
}

/// The newest backup that lacks no photo, if the one that was just made lacks some: noted at the first that does.
fn newest_whole(
    folder: &Path,
    just_made: &JustMade<'_>,
    before: Option<&Copy>,
) -> anyhow::Result<Option<PathBuf>> {
    let noted = folder.join(NEWEST_WHOLE);
    let failed = || format!("{} cannot be written", noted.display());
    if just_made.is_whole {
        return match fs::remove_file(&noted) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).with_context(failed),
            _ => Ok(None),
        };
    }
    if let Ok(name) = fs::read_to_string(&noted) {
        return Ok(Some(folder.join(name.trim())));
    }
    let Some(name) = before.and_then(|copy| copy.path.file_name()) else {
        return Ok(None);
    };
    fs::write(&noted, name.as_encoded_bytes()).with_context(failed)?;
    Ok(Some(folder.join(name)))
}

/// How old something is, to two parts.
pub(in crate::admin) fn age_in_words(ms: i64, say: Say) -> String {
    let minutes = ms.max(0) / 60_000;
    let (days, hours, rest) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    match (days, hours) {
        (0, 0) => say.pick(format!("{rest} min"), format!("{rest}분")),
        (0, _) => say.pick(format!("{hours} h {rest} min"), format!("{hours}시간 {rest}분")),
        _ => say.pick(format!("{days} d {hours} h"), format!("{days}일 {hours}시간")),
    }
}

/// A size as people read it.
pub(in crate::admin) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        1_000_000..1_000_000_000 => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
        _ => format!("{}.{} GB", bytes / 1_000_000_000, bytes / 100_000_000 % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::backups::name_of;
    use crate::ops::lang::Lang;

    #[test]
    fn the_oldest_are_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let at = |n: i64| folder.path().join(name_of(n * 86_400_000, "tar"));
        for n in 1..=5 {
            fs::write(at(n), "x").unwrap();
        }
        fs::write(folder.path().join("munja-backup-notes.tar"), "mine").unwrap();
        // The one just made has the oldest name, by a clock that was wrong.
        let newest = at(1);
        let made = |is_whole, days: i64| JustMade { file: &newest, is_whole, at: days * 86_400_000 };
        let end = BackupsEnd { keep: 2, kept_ms: 35 * 86_400_000 };
        let removed = remove_old(folder.path(), end, &made(true, 5)).unwrap();
        assert_eq!(removed, [at(4), at(3), at(2)]);
        let left: Vec<PathBuf> = copies(folder.path()).unwrap().into_iter().map(|copy| copy.path).collect();
        assert_eq!(left, [at(5), at(1)]);
        assert!(folder.path().join("munja-backup-notes.tar").exists());
        // By age: nothing before its time, and not the one before a backup that lacks photos.
        assert!(remove_old(folder.path(), end, &made(true, 40)).unwrap().is_empty());
        assert!(remove_old(folder.path(), end, &made(false, 41)).unwrap().is_empty());
        assert_eq!(remove_old(folder.path(), end, &made(true, 41)).unwrap(), [at(5)]);
        assert!(remove_old(folder.path(), end, &made(true, 400)).unwrap().is_empty() && newest.exists());
    }

    /// A photo that was lost is only in older backups.
    #[test]
    fn the_newest_that_lacks_no_photo_stays_until_there_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let at = |n: i64| folder.path().join(name_of(n * 86_400_000, "tar"));
        let end = BackupsEnd { keep: 2, kept_ms: 3 * 86_400_000 };
        let make = |n: i64, is_whole| {
            fs::write(at(n), "x").unwrap();
            remove_old(folder.path(), end, &JustMade { file: &at(n), is_whole, at: n * 86_400_000 }).unwrap()
        };
        assert!(make(1, true).is_empty() && make(2, true).is_empty());
        assert!(make(3, false).contains(&at(1)));
        for n in 4..=9 {
            make(n, false);
        }
        assert!(at(2).exists(), "the last one with the photo");
        let removed = make(10, true);
        assert!(removed.contains(&at(2)) && at(10).exists(), "{removed:?}");
    }

    #[test]
    fn ages_and_sizes() {
        let say = Say { lang: Lang::En, json: false };
        let ages = [(59_999, "0 min"), (3_600_000, "1 h 0 min"), (90_000_000, "1 d 1 h"), (-5, "0 min")];
        for (ms, expected) in ages {
            assert_eq!(age_in_words(ms, say), expected);
        }
        for (bytes, expected) in [(1, "1 kB"), (1_500_000, "1.5 MB"), (2_340_000_000, "2.3 GB")] {
            assert_eq!(size(bytes), expected);
        }
    }
}
