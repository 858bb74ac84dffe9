//! The copies in a folder: their names say when each was made. Only files that are named so are ever removed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::Timestamp;

use crate::admin::Say;

const PREFIX: &str = "munja-backup-";

/// A copy in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Copy {
    pub path: PathBuf,
    /// As its name says, to the second.
    pub made_at: i64,
    pub n_bytes: u64,
}

impl Copy {
    pub fn is_encrypted(&self) -> bool {
        self.path.extension().is_some_and(|ending| ending == "age")
    }
}

/// `munja-backup-20261130T072100Z.tar`
pub(super) fn name_of(made_at: i64, ending: &str) -> String {
    let second = Timestamp::from_second(made_at.div_euclid(1_000)).unwrap_or_default();
    let word: String = second.to_string().chars().filter(|c| !matches!(c, '-' | ':')).collect();
    format!("{PREFIX}{word}.{ending}")
}

/// When the copy of this name was made; `None` for a name that is none of ours.
fn made_at(name: &str) -> Option<i64> {
    let rest = name.strip_prefix(PREFIX)?;
    let word = rest.strip_suffix(".tar").or_else(|| rest.strip_suffix(".tar.age"))?;
    let is_plain = word.len() == 16 && word.is_ascii() && word.ends_with('Z') && word.as_bytes()[8] == b'T';
    let at =
        |from: usize, to: usize| word.get(from..to).filter(|part| part.bytes().all(|b| b.is_ascii_digit()));
    let (date, time) = (at(0, 8).filter(|_| is_plain)?, at(9, 15)?);
    let spelled = format!(
        "{}-{}-{}T{}:{}:{}Z",
        &date[..4],
        &date[4..6],
        &date[6..],
        &time[..2],
        &time[2..4],
        &time[4..]
    );
    spelled.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

/// The copies in a folder, the newest first.
pub(super) fn copies(folder: &Path) -> io::Result<Vec<Copy>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Some(made_at) = entry.file_name().to_str().and_then(made_at) else {
            continue;
        };
        let about = entry.metadata()?;
        if about.is_file() {
            all.push(Copy { path: entry.path(), made_at, n_bytes: about.len() });
        }
    }
    all.sort_by(|a, b| (b.made_at, &b.path).cmp(&(a.made_at, &a.path)));
    Ok(all)
}

/// Removes all but the newest `keep` copies, and never the one that was just made; returns what was removed.
pub(super) fn remove_old(folder: &Path, keep: usize, just_made: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let all = copies(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let others = all.into_iter().filter(|copy| copy.path != just_made);
    let mut removed = Vec::new();
    for old in others.skip(keep.saturating_sub(1)) {
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
    use crate::ops::lang::Lang;

    #[test]
    fn a_name_says_when_a_copy_was_made() {
        let at = 1_796_022_060_000;
        for ending in ["tar", "tar.age"] {
            assert_eq!(made_at(&name_of(at + 999, ending)), Some(at), "{ending}");
        }
        for other in [
            "munja-backup-20261130T072100Z.tar.partial",
            "munja-backup-20261330T072100Z.tar",
            "munja-backup-2026113가T0721Z.tar",
            "munja-backup-.tar",
            "munja.db",
            "my-munja-backup-20261130T072100Z.tar",
        ] {
            assert_eq!(made_at(other), None, "{other}");
        }
    }

    #[test]
    fn the_oldest_are_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let at = |n: i64| folder.path().join(name_of(n * 86_400_000, "tar"));
        for n in 1..=5 {
            fs::write(at(n), "x").unwrap();
        }
        fs::write(folder.path().join("munja-backup-notes.tar"), "mine").unwrap();
        // The one just made has the oldest name, by a clock that was wrong.
        let removed = remove_old(folder.path(), 2, &at(1)).unwrap();
        assert_eq!(removed, [at(4), at(3), at(2)]);
        let left: Vec<PathBuf> = copies(folder.path()).unwrap().into_iter().map(|copy| copy.path).collect();
        assert_eq!(left, [at(5), at(1)]);
        assert!(folder.path().join("munja-backup-notes.tar").exists());
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
