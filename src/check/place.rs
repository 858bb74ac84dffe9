//! Where the database lies: on which kind of file system, with how much room, and whether another program holds it.

use std::path::Path;

use super::finding::{Finding, Severity};
use crate::config::Config;
use crate::daemon;
use crate::domain::alarm::operator::LEAST_ROOM;
use crate::ops::disk;
use crate::ops::lang::Lang;
use crate::store;

/// With less room an operator should do something soon: some weeks of texts with photos (bytes).
const ENOUGH_ROOM: u64 = 1 << 30;

pub(super) async fn findings(config: &Config, lang: Lang) -> Vec<Finding> {
    let database = config.database.clone();
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let network = disk::network(folder).map(|name| of_the_network(&database, name, lang));
    let room = disk::room(folder).and_then(|bytes| narrow(folder, bytes, lang));
    let locked = tokio::task::spawn_blocking({
        let database = database.clone();
        let keys = config.data_keys.clone();
        move || store::is_locked(&database, &keys)
    });
    // A look that fell over has seen no lock.
    let locked = locked.await.unwrap_or(false).then(|| locked_by_another(&database, lang));
    let root = daemon::owner_beside_root(&config.database).map(|user| of_root(&user, lang));
    root.into_iter().chain(network).chain(room).chain(locked).collect()
}

fn of_the_network(database: &Path, kind: &str, lang: Lang) -> Finding {
    let database = database.display();
    Finding::with(
        "database",
        Severity::Error,
        lang.pick(
            format!("{database} lies on a network file system ({kind}): locks and syncs do not hold there, and texts can be lost"),
            format!("{database} 파일이 네트워크 파일 시스템({kind})에 있습니다. 잠금과 동기화가 보장되지 않아 문자를 잃을 수 있습니다"),
        ),
        lang.pick(
            "stop munjad, move the database to a disk of this machine, and name it in database.path",
            "munjad 를 멈추고 데이터베이스를 이 서버의 디스크로 옮긴 뒤 database.path 에 적으십시오",
        ),
    )
}

/// Root may read everything, so that it does not see what the gateway's user may not.
fn of_root(user: &str, lang: Lang) -> Finding {
    Finding::with(
        "database",
        Severity::Warning,
        lang.pick(
            format!("this check runs as root: whether {user} may read these files was not seen"),
            format!(
                "root 로 점검하고 있어, 이 파일들을 {user} 사용자가 읽을 수 있는지는 확인하지 못했습니다"
            ),
        ),
        format!("sudo -u {user} munjad check ..."),
    )
}

fn narrow(folder: &Path, bytes: u64, lang: Lang) -> Option<Finding> {
    if bytes >= ENOUGH_ROOM {
        return None;
    }
    let (folder, mib) = (folder.display(), bytes >> 20);
    let severity = if bytes < LEAST_ROOM { Severity::Error } else { Severity::Warning };
    Some(Finding::with(
        "database",
        severity,
        lang.pick(
            format!("{folder} has {mib} MiB left: with a full disk no text can be stored"),
            format!("{folder} 에 {mib} MiB 남았습니다. 디스크가 가득 차면 문자를 저장할 수 없습니다"),
        ),
        lang.pick(
            format!(
                "free space there, or move the database to a larger disk (df -h {folder}; munjad db stats)"
            ),
            format!("공간을 비우거나 더 큰 디스크로 옮기십시오 (df -h {folder}, munjad db stats)"),
        ),
    ))
}

fn locked_by_another(database: &Path, lang: Lang) -> Finding {
    let database = database.display();
    Finding::with(
        "database",
        Severity::Error,
        lang.pick(
            format!("another program holds {database} locked: nothing can be written"),
            format!("다른 프로그램이 {database} 파일을 잠그고 있어 아무것도 쓸 수 없습니다"),
        ),
        lang.pick(
            format!("find it and end it: fuser -v '{database}'* (an open sqlite3, a backup program, a copy of munjad?)"),
            format!("찾아서 끝내십시오: fuser -v '{database}'* (열어 둔 sqlite3, 백업 프로그램, 다른 munjad 등)"),
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nearly_full_disk_is_a_warning_and_then_bad() {
        let of = |bytes| narrow(Path::new("/var/lib/munja"), bytes, Lang::En).map(|found| found.severity);
        assert_eq!(of(ENOUGH_ROOM), None);
        assert_eq!(of(ENOUGH_ROOM - 1), Some(Severity::Warning));
        assert_eq!(of(LEAST_ROOM - 1), Some(Severity::Error));
        let found = narrow(Path::new("/x"), 3 << 20, Lang::Ko).unwrap();
        assert!(found.message.contains("/x 에 3 MiB"), "{}", found.message);
    }

    #[test]
    fn a_network_is_named_with_its_kind() {
        let found = of_the_network(Path::new("/mnt/munja.db"), "nfs", Lang::En);
        assert!(found.severity == Severity::Error && found.message.contains("(nfs)"));
    }
}
