//! What this machine keeps for a counselor has a place and an age: drafts of replies two weeks, photos that were saved to be looked at
//! a day. Each start removes what is older, of every profile. What a person saved where they named is theirs to remove.
//!
//! | what | where | how long |
//! |---|---|---|
//! | drafts | `draft-N.txt` in the state folder of the profile | [`DRAFTS_FOR`] |
//! | replies whose answer was lost: key and digest, no text | `sending-N-DIGEST.json` there | [`DRAFTS_FOR`] |
//! | one answer for many whose answer was lost: key and ids, no text | `answer-all-DIGEST.json` there | [`DRAFTS_FOR`] |
//! | photos shown without a place | `munja` in the runtime folder, else the folder `photos` of the profile | [`PHOTOS_FOR`] |

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::profile::Profile;

/// A draft is kept for so long after its last change.
pub const DRAFTS_FOR: Duration = Duration::from_secs(14 * 86_400);
/// A saved photo is kept for so long.
pub const PHOTOS_FOR: Duration = Duration::from_secs(86_400);

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
    let is_old = |path: &Path, keep: Duration| {
        let modified = fs::metadata(path).and_then(|about| about.modified());
        modified.is_ok_and(|at| now.duration_since(at).is_ok_and(|age| age > keep))
    };
    let remove = |path: &Path, keep: Duration| is_old(path, keep) && fs::remove_file(path).is_ok();
    for folder in profile.all_states() {
        for path in files(&folder) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            // Also the copies that editors leave: `.draft-12.txt.swp`, `#draft-12.txt#`.
            if name.trim_start_matches(['.', '#']).starts_with("draft-") {
                done.n_drafts += usize::from(remove(&path, DRAFTS_FOR));
            } else if name.starts_with("sending-") || name.starts_with("answer-all-") {
                remove(&path, DRAFTS_FOR);
            } else if is_photo(name) {
                // Where an older version saved them.
                done.n_photos += usize::from(remove(&path, PHOTOS_FOR));
            } else if name.starts_with(".tmp") {
                // Left by a program that was killed while it wrote.
                remove(&path, PHOTOS_FOR);
            }
        }
        let photos = files(&folder.join("photos"));
        done.n_photos += photos.iter().filter(|path| remove(path, PHOTOS_FOR)).count();
    }
    if runtime.is_some() {
        let photos = files(&photo_folder(profile, runtime));
        done.n_photos += photos.iter().filter(|path| remove(path, PHOTOS_FOR)).count();
    }
    done
}

/// A name that [`FileKind::file_name`](crate::domain::photo::FileKind::file_name) gives.
fn is_photo(name: &str) -> bool {
    ["photo-", "film-", "voice-"].iter().any(|kind| name.starts_with(kind))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.path()).collect());
    let all: Vec<PathBuf> = entries.unwrap_or_default();
    all.into_iter().filter(|path| path.is_file()).collect()
}
