//! Room on a disk, and whether the disk is another machine's.

use std::path::Path;

/// The bytes that a program of this user can still write where `path` lies; `None` if that cannot be told.
pub fn room(path: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(path).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Kinds of file systems of other machines (`statfs(2)`), by their numbers.
const OF_THE_NETWORK: [(u64, &str); 10] = [
    (0x6969, "nfs"),
    (0x517B, "smb"),
    (0xFF53_4D42, "cifs"),
    (0xFE53_4D42, "smb2"),
    (0x00C3_6400, "ceph"),
    (0x5346_414F, "afs"),
    (0x0102_1997, "9p"),
    (0x7461_636F, "ocfs2"),
    (0x0116_1970, "gfs2"),
    (0x0BD0_0BD0, "lustre"),
];

/// The name of the network file system that `path` lies on; `None` on a local one, or where that cannot be told.
pub fn network(path: &Path) -> Option<&'static str> {
    // Some systems' numbers are signed and of 32 bits.
    let kind = u64::try_from(i128::from(rustix::fs::statfs(path).ok()?.f_type) & 0xFFFF_FFFF).ok()?;
    network_name(kind)
}

fn network_name(kind: u64) -> Option<&'static str> {
    OF_THE_NETWORK.iter().find(|(number, _)| *number == kind).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_room_and_a_missing_one_tells_nothing() {
        assert!(room(Path::new("/")).is_some());
        assert_eq!(room(Path::new("/nowhere/at/all")), None);
    }

    #[test]
    fn file_systems_of_other_machines_are_known_by_number() {
        assert_eq!((network_name(0x6969), network_name(0xEF53)), (Some("nfs"), None));
        assert_eq!((network(Path::new("/proc")), network(Path::new("/nowhere/at/all"))), (None, None));
    }
}
