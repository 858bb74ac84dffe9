//! The Unix sockets that the configuration names: the gateway makes the socket, and not its folder.

use std::path::Path;

use rustix::fs::{Access, access};

use super::finding::{Finding, Severity};
use crate::config::Config;
use crate::ops::lang::Lang;

/// The folder that systemd makes for the service and takes away with it (`RuntimeDirectory=` of munjad.service).
const OF_THE_SERVICE: &str = "/run/munja";

pub(super) fn findings(config: &Config, lang: Lang) -> Vec<Finding> {
    let named = [("api.socket", &config.api.socket), ("metrics.socket", &config.metrics.socket)];
    let named = named.into_iter().filter_map(|(key, path)| Some((key, path.as_deref()?)));
    let is_booted = Path::new("/run/systemd/system").is_dir();
    named.filter_map(|(key, path)| socket(key, path, is_booted, lang)).collect()
}

fn socket(key: &str, path: &Path, has_systemd: bool, lang: Lang) -> Option<Finding> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let shown = folder.display();
    if !folder.is_dir() {
        if has_systemd && folder == Path::new(OF_THE_SERVICE) {
            return None;
        }
        return Some(Finding::with(
            "config",
            Severity::Error,
            lang.pick(
                format!("{key}: there is no folder {shown}: the gateway could not start"),
                format!("{key}: {shown} 폴더가 없어 게이트웨이를 시작할 수 없습니다"),
            ),
            lang.pick(
                format!("make it for the service's user; below /run it is gone after a restart of the machine: under systemd use {OF_THE_SERVICE}, which the service makes"),
                format!("서비스 사용자가 쓸 수 있게 만드십시오. /run 아래는 서버를 다시 시작하면 사라집니다. systemd 에서는 서비스가 만드는 {OF_THE_SERVICE} 를 쓰십시오"),
            ),
        ));
    }
    let error = access(folder, Access::WRITE_OK | Access::EXEC_OK).err()?;
    Some(Finding::with(
        "config",
        Severity::Warning,
        lang.pick(
            format!("{key}: this user cannot make a socket in {shown}: {error}"),
            format!("{key}: 이 사용자는 {shown} 에 소켓을 만들 수 없습니다: {error}"),
        ),
        lang.pick(
            "run the check as the service's user, or give that user the folder",
            "서비스 사용자로 점검하거나, 그 폴더의 권한을 서비스 사용자에게 주십시오",
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_without_its_folder_is_bad_unless_the_service_makes_it() {
        let folder = tempfile::tempdir().unwrap();
        let of = |path: &Path, has_systemd| socket("api.socket", path, has_systemd, Lang::En);
        assert_eq!(of(&folder.path().join("munja.sock"), false), None);
        let found = of(&folder.path().join("no/munja.sock"), true).unwrap();
        assert!(
            found.severity == Severity::Error && found.message.contains("there is no folder"),
            "{found:?}"
        );
        if !Path::new(OF_THE_SERVICE).exists() {
            let path = Path::new(OF_THE_SERVICE).join("munja.sock");
            assert!(of(&path, false).is_some() && of(&path, true).is_none());
        }
    }
}
