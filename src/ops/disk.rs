//! Room on a disk.

use std::path::Path;

/// The bytes that a program of this user can still write where `path` lies; `None` if that cannot be told.
pub fn room(path: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(path).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_room_and_a_missing_one_tells_nothing() {
        assert!(room(Path::new("/")).is_some());
        assert_eq!(room(Path::new("/nowhere/at/all")), None);
    }
}
