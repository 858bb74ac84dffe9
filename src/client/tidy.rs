//! What this machine keeps for a counselor has a place and an age ([`domain::privacy`](crate::domain::privacy), the one owner of both).
//! Each start removes what is older, of every profile. What a person saved where they named is theirs to remove.
//!
//! | what | where | how long |
//! |---|---|---|
//! | drafts | `draft-N.txt` in the state folder of the profile | [`DRAFTS_KEPT_DAYS`] |
//! | replies whose answer was lost: key and digest, no text | `sending-N-DIGEST.json` there | [`DRAFTS_KEPT_DAYS`] |
//! | one answer for many whose answer was lost: key and ids, no text | `answer-all-DIGEST.json` there | [`DRAFTS_KEPT_DAYS`] |
//! | photos shown without a place | `munja` in the runtime folder, else the folder `photos` of the profile | [`PHOTOS_KEPT_DAYS`] |
//!
//! [`DRAFTS_KEPT_DAYS`]: crate::domain::privacy::DRAFTS_KEPT_DAYS

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::profile::Profile;
use crate::domain::privacy::{Elsewhere, MachineFile, PHOTOS_KEPT_DAYS, machine_file};

const DAY_SECS: u64 = 86_400;

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tidied {
    pub n_drafts: usize,
    pub n_photos: usize,
}

/// Where a photo is saved for which nobody named a place: the runtime folder, which is removed at the log-out from this machine,
/// else a folder of the profile.
pub fn photo_folder(profile: &Profile, runtime: Option<&str>) -> PathBuf {
    let runtime = runtime.map(|folder| PathBuf::from(folder).join("munja")).filter(|path| path.is_absolute());
    runtime.unwrap_or_else(|| profile.state_file("photos"))
}

/// Removes what is too old at `now`. What cannot be removed is tried again at the next start.
pub fn tidy(profile: &Profile, runtime: Option<&str>, now: SystemTime) -> Tidied {
    let mut done = Tidied::default();
    let remove = |path: &Path, kept_days: u64| {
        let modified = fs::metadata(path).and_then(|about| about.modified());
        let kept = Duration::from_secs(kept_days * DAY_SECS);
        let is_old = modified.is_ok_and(|at| now.duration_since(at).is_ok_and(|age| age > kept));
        is_old && fs::remove_file(path).is_ok()
    };
    for folder in profile.all_states() {
        for path in files(&folder) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let Some(is) = machine_file(name) else { continue };
            let is_removed = is.kept_days().is_some_and(|days| remove(&path, days));
            match is {
                MachineFile::Personal(Elsewhere::Drafts) => done.n_drafts += usize::from(is_removed),
                // Where an older version saved them.
                MachineFile::Personal(Elsewhere::ShownPhotos) => done.n_photos += usize::from(is_removed),
                _ => {}
            }
        }
        let photos = files(&folder.join("photos"));
        done.n_photos += photos.iter().filter(|path| remove(path, PHOTOS_KEPT_DAYS)).count();
    }
    if runtime.is_some() {
        let photos = files(&photo_folder(profile, runtime));
        done.n_photos += photos.iter().filter(|path| remove(path, PHOTOS_KEPT_DAYS)).count();
    }
    done
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.path()).collect());
    let all: Vec<PathBuf> = entries.unwrap_or_default();
    all.into_iter().filter(|path| path.is_file()).collect()
}
