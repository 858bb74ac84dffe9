//! Folders of practice runs whose process was killed: the next run removes them. A run holds the lock of a file in its folder as long as
//! it lives, and the system frees that lock however the process ends.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// How the folder of a run is called.
pub(super) const PREFIX: &str = "munja-practice-";
/// The file whose lock says that a run is alive.
const ALIVE: &str = "alive";
/// A folder without that file is of a run that has just begun, if it is not older.
const BEGINNING: Duration = Duration::from_secs(60);

/// Says that a run lives in this folder, until what it returns is dropped.
pub(super) fn stay_alive(folder: &Path) -> std::io::Result<File> {
    let file = File::create(folder.join(ALIVE))?;
    file.lock()?;
    Ok(file)
}

/// Removes the folders of dead runs of this person in `place`; returns how many. What cannot be removed is left.
pub(super) fn remove_dead(place: &Path, now: SystemTime) -> usize {
    let folders = fs::read_dir(place).into_iter().flatten().flatten();
    let is_run = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with(PREFIX);
    let dead = folders.filter(is_run).map(|entry| entry.path()).filter(|path| is_dead(path, now));
    dead.filter(|path| fs::remove_dir_all(path).is_ok()).count()
}

fn is_dead(folder: &Path, now: SystemTime) -> bool {
    let Ok(about) = fs::symlink_metadata(folder) else { return false };
    if !about.is_dir() || about.uid() != rustix::process::getuid().as_raw() {
        return false;
    }
    match File::open(folder.join(ALIVE)) {
        // Locked: alive. The lock is given back at once.
        Ok(file) => file.try_lock().is_ok(),
        Err(_) => {
            let age = about.modified().ok().and_then(|at| now.duration_since(at).ok());
            age.is_some_and(|age| age > BEGINNING)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_dead_run_left_is_removed() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = |name: &str| {
            let path = place.path().join(name);
            fs::create_dir(&path).expect("made");
            path
        };
        let (alive, dead) = (folder("munja-practice-a"), folder("munja-practice-b"));
        let (beginning, other) = (folder("munja-practice-c"), folder("something-else"));
        let running = stay_alive(&alive).expect("locked");
        drop(stay_alive(&dead).expect("locked"));
        fs::write(dead.join("munja.db"), "x").expect("written");
        drop(stay_alive(&other).expect("locked"));
        std::os::unix::fs::symlink(&other, place.path().join("munja-practice-d")).expect("linked");
        let now = SystemTime::now();
        assert_eq!(remove_dead(place.path(), now), 1);
        assert!(alive.exists() && beginning.exists() && other.exists() && !dead.exists());
        assert_eq!(remove_dead(place.path(), now + Duration::from_secs(120)), 1);
        assert!(alive.exists() && !beginning.exists() && other.exists());
        drop(running);
        assert_eq!(remove_dead(place.path(), now), 1);
    }
}
