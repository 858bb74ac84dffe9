//! Secrets that systemd hands to the service (`LoadCredential=`), found by name.
//!
//! The service itself is told where they lie. A command of `munjad` that an operator calls beside it is not, and looks where the
//! service gets them from: the copies of the running service, else the file that the service's unit names. Both are readable by
//! root alone, who may read them anyway.

use std::fs;
use std::path::{Path, PathBuf};

/// The service's unit, as it is called in the package and in `systemd/`.
const UNIT: &str = "munjad.service";
/// Where systemd keeps the copies of the running service.
const COPIES: &str = "/run/credentials";
/// Where units lie; what stands in the first replaces the next.
const UNITS: [&str; 4] =
    ["/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];

/// The file that holds the credential `name`; `None` if there is none.
pub(super) fn find(name: &str) -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("CREDENTIALS_DIRECTORY") {
        return Some(Path::new(&folder).join(name)).filter(|path| path.exists());
    }
    beside_the_service(name, Path::new(COPIES), &UNITS.map(Path::new))
}

fn beside_the_service(name: &str, copies: &Path, units: &[&Path]) -> Option<PathBuf> {
    let copy = copies.join(UNIT).join(name);
    if copy.exists() {
        return Some(copy);
    }
    let unit = units.iter().find_map(|folder| fs::read_to_string(folder.join(UNIT)).ok());
    let drop_ins = units.iter().flat_map(|folder| drop_ins(&folder.join(format!("{UNIT}.d"))));
    // The last one wins.
    unit.into_iter().chain(drop_ins).filter_map(|text| loaded_from(&text, name)).reduce(|_, last| last)
}

/// The texts of the files that add to the unit, in the order of their names.
fn drop_ins(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "conf")).collect();
    paths.sort();
    paths.iter().filter_map(|path| fs::read_to_string(path).ok()).collect()
}

/// The file of `LoadCredential=NAME:PATH`. One that is encrypted cannot be read from where it lies.
fn loaded_from(unit: &str, name: &str) -> Option<PathBuf> {
    let lines = unit.lines().filter_map(|line| line.trim().strip_prefix("LoadCredential="));
    let paths = lines.filter_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':'));
    paths.map(str::trim).filter(|path| path.starts_with('/')).map(PathBuf::from).reduce(|_, last| last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_running_service_and_then_its_unit_are_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let [copies, etc, lib] = ["run", "etc", "lib"].map(|name| folder.path().join(name));
        let find = |name| beside_the_service(name, &copies, &[&etc, &lib]);
        assert_eq!(find("bizgo_api_key"), None);
        fs::create_dir_all(etc.join("munjad.service.d")).unwrap();
        fs::create_dir_all(&lib).unwrap();
        let unit = "[Service]\nLoadCredential=bizgo_api_key:/etc/munja/key\nLoadCredential=other:relative\n";
        fs::write(lib.join(UNIT), unit).unwrap();
        assert_eq!(find("bizgo_api_key"), Some("/etc/munja/key".into()));
        assert_eq!((find("bizgo_api"), find("other")), (None, None));
        fs::write(
            etc.join("munjad.service.d/key.conf"),
            "[Service]\nLoadCredential=bizgo_api_key:/etc/own\n",
        )
        .unwrap();
        assert_eq!(find("bizgo_api_key"), Some("/etc/own".into()));
        let running = copies.join(UNIT);
        fs::create_dir_all(&running).unwrap();
        fs::write(running.join("bizgo_api_key"), "x").unwrap();
        assert_eq!(find("bizgo_api_key"), Some(running.join("bizgo_api_key")));
    }
}
