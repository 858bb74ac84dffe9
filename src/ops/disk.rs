//! Room on a disk, whether the disk is another machine's, and whether it is mounted at all.

use std::path::{Path, PathBuf};

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

/// The folder above `path`, or `path` itself, on which `/etc/fstab` mounts a disk and nothing is mounted now.
pub fn unmounted(path: &Path) -> Option<PathBuf> {
    let read = |file| std::fs::read_to_string(file).ok();
    // The real place of the folder, as far as it is there.
    let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
    let real = folder.zip(path.file_name()).map(|(folder, name)| folder.join(name));
    let real = real.or_else(|| std::path::absolute(path).ok())?;
    unmounted_in(&real, &read("/etc/fstab")?, &read("/proc/self/mountinfo")?)
}

fn unmounted_in(path: &Path, wanted: &str, mounted: &str) -> Option<PathBuf> {
    let place = |line: &str, n: usize| line.split_ascii_whitespace().nth(n).map(unescaped);
    let mounted: Vec<PathBuf> = mounted.lines().filter_map(|line| place(line, 4)).collect();
    let wanted = wanted.lines().filter(|line| !line.trim_start().starts_with('#'));
    let mut wanted = wanted.filter_map(|line| place(line, 1));
    wanted.find(|point| point.is_absolute() && path.starts_with(point) && !mounted.contains(point))
}

/// A path as these tables write it: `\040` is a space.
fn unescaped(word: &str) -> PathBuf {
    let escapes = [("\\040", " "), ("\\011", "\t"), ("\\134", "\\")];
    PathBuf::from(escapes.iter().fold(word.to_owned(), |path, (code, sign)| path.replace(code, sign)))
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
    fn a_disk_that_fstab_names_and_nobody_has_mounted_is_found() {
        let wanted = "# /dev/sdz1 /srv ext4\nUUID=1 / ext4 defaults 0 1\nUUID=2 /srv/munja ext4 nofail 0 2\n\
                      UUID=3 none swap sw 0 0\nUUID=4 /mnt/new\\040disk/ ext4 nofail 0 2\n";
        let root = "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n";
        let of =
            |path: &str, mounted: &str| unmounted_in(Path::new(path), wanted, &format!("{root}{mounted}"));
        let munja = "/srv/munja/munja.db";
        assert_eq!(of(munja, ""), Some("/srv/munja".into()));
        assert_eq!(of("/srv/munja/a/b/munja.db", ""), Some("/srv/munja".into()));
        assert_eq!(of("/mnt/new disk/munja.db", ""), Some("/mnt/new disk".into()));
        assert_eq!(of(munja, "30 22 8:2 / /srv/munja rw - ext4 /dev/sdb1 rw\n"), None);
        assert_eq!(
            of("/mnt/new disk/munja.db", "31 22 8:3 / /mnt/new\\040disk rw - ext4 /dev/sdc1 rw\n"),
            None
        );
        for elsewhere in ["/srv/munja2/munja.db", "/var/lib/munja/munja.db", "/srv/munja.db"] {
            assert_eq!(of(elsewhere, ""), None, "{elsewhere}");
        }
        assert_eq!(unmounted(Path::new("/proc/self/munja.db")), None);
    }

    #[test]
    fn file_systems_of_other_machines_are_known_by_number() {
        assert_eq!((network_name(0x6969), network_name(0xEF53)), (Some("nfs"), None));
        assert_eq!((network(Path::new("/proc")), network(Path::new("/nowhere/at/all"))), (None, None));
    }
}
