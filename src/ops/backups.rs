//! The copies in a folder: their names say when each was made.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

const PREFIX: &str = "munja-backup-";

/// Backups are made at least every day; one more day may pass over a machine that was off. Without a newer one for this long
/// (milliseconds), something is wrong: `munjad check` and the alert rule `MunjaBackupOld` say so.
pub const OLD_MS: i64 = 2 * 86_400_000;

/// A copy in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
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
pub fn name_of(made_at: i64, ending: &str) -> String {
    let second = Timestamp::from_second(made_at.div_euclid(1_000)).unwrap_or_default();
    let word: String = second.to_string().chars().filter(|c| !matches!(c, '-' | ':')).collect();
    format!("{PREFIX}{word}.{ending}")
}

/// When the copy of this name was made; `None` for a name that is none of ours.
pub fn made_at(name: &str) -> Option<i64> {
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
pub fn copies(folder: &Path) -> io::Result<Vec<Copy>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Some(made_at) = entry.file_name().to_str().and_then(made_at) else {
            continue;
        };
        // Of a link, what it points to.
        let Ok(about) = fs::metadata(entry.path()) else {
            continue;
        };
        if about.is_file() {
            all.push(Copy { path: entry.path(), made_at, n_bytes: about.len() });
        }
    }
    all.sort_by(|a, b| (b.made_at, &b.path).cmp(&(a.made_at, &a.path)));
    Ok(all)
}

/// The newest copy in a folder, if there is one. Blocks, and on a network mount that hangs for as long as that does.
pub fn newest(folder: &Path) -> io::Result<Option<Copy>> {
    Ok(copies(folder)?.into_iter().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_copy_is_the_one_with_the_latest_time_in_its_name() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(newest(folder.path()).unwrap(), None);
        let at = 1_796_022_060_000;
        for (made_at, ending) in [(at, "tar.age"), (at - 60_000, "tar"), (at + 60_000, "tar.partial")] {
            fs::write(folder.path().join(name_of(made_at, ending)), "x").unwrap();
        }
        assert_eq!(newest(folder.path()).unwrap().map(|copy| copy.made_at), Some(at));
        assert!(newest(&folder.path().join("not-mounted")).is_err());
    }

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
}
