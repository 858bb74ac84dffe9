//! Photos, films and voice messages on this machine: saved for their owner alone, and shown by the desktop's viewer.
//!
//! File names never come from the citizen's phone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;

use anyhow::anyhow;

use super::files::write_private;
use super::profile::Profile;
use super::tidy::photo_folder;
use crate::domain::media::What;
use crate::domain::photo::examine;

/// Saves the bytes of file number `id` where nobody named a place; a later start removes them. The bytes decide what it is, whatever the
/// server says of them.
pub fn keep_photo(
    profile: &Profile,
    runtime: Option<&str>,
    (id, bytes): (i64, &[u8]),
) -> anyhow::Result<PathBuf> {
    let is = examine(bytes, What::File).map_err(|_| anyhow!("no photo, film or voice message"))?;
    let path = photo_folder(profile, runtime).join(is.kind.file_name(id));
    if !fs::read(&path).is_ok_and(|there| there == bytes) {
        write_private(&path, bytes)?;
    }
    Ok(path)
}

/// Opens a file with the desktop's viewer, which goes on by itself; whether there is one.
pub fn view_file(path: &Path) -> bool {
    let mut viewer = Command::new("xdg-open");
    viewer.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = viewer.spawn() else {
        return false;
    };
    let (ended, told) = channel();
    std::thread::spawn(move || {
        // Nobody listens any more for the end of a viewer that stayed.
        let _ = ended.send(child.wait().is_ok_and(|status| status.success()));
    });
    // `xdg-open` says at once if nothing can open it.
    told.recv_timeout(AT_ONCE).unwrap_or(true)
}

/// How long a viewer may take to say that it cannot.
const AT_ONCE: std::time::Duration = std::time::Duration::from_millis(300);
