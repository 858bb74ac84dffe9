//! Up to when a restored database knows who was erased, whether a later backup knows more, and what to do about it: whoever was erased
//! after that comes back.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::admin::backup::{Verified, age_in_words, erased_in};
use crate::admin::{Say, line};
use crate::domain::UnixMs;
use crate::ops::backups::copies;
use crate::store::{erased_file, newest_erasure, newest_erasure_beside};

/// What the list of who was erased is worth.
pub(super) struct Erasures {
    /// Erasures after this are not known. The database itself knows those from before the backup.
    pub known_until: UnixMs,
    /// Neither the backup has a list, nor does one lie beside the place of the database.
    pub is_without_list: bool,
    pub later: Option<Later>,
}

/// A later backup.
pub(super) struct Later {
    pub file: PathBuf,
    /// Until when its list goes; `None`: it is encrypted, and was not looked into.
    pub until: Option<UnixMs>,
}

/// Looks at the list in the backup, the one beside the place of the database, and those in later backups in these folders. Blocks.
pub(super) fn look(
    verified: &Verified,
    database: &Path,
    folders: &[Option<&Path>],
) -> anyhow::Result<Erasures> {
    let made_at = verified.manifest.made_at;
    let of_backup = verified.erased.as_deref().and_then(newest_erasure);
    let known_until = newest_erasure_beside(database)?.max(of_backup).map_or(made_at, |at| at.max(made_at));
    let is_without_list = verified.erased.is_none() && !erased_file(database).exists();
    let folders = folders.iter().flatten();
    let mut later: Vec<_> = folders.flat_map(|folder| copies(folder).unwrap_or_default()).collect();
    later.retain(|copy| copy.made_at > made_at);
    later.sort_by_key(|copy| copy.made_at);
    // A list only grows: the newest backup has the longest.
    let later = later.pop().and_then(|copy| {
        let until = if copy.is_encrypted() { None } else { Some(newest_erasure(&erased_in(&copy.path)?)?) };
        Some(Later { file: copy.path, until })
    });
    let later = later.filter(|later| later.until.is_none_or(|until| until > known_until));
    Ok(Erasures { known_until, is_without_list, later })
}

fn minute(at: UnixMs) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or_default();
    format!("{} UTC", at.strftime("%Y-%m-%d %H:%M"))
}

/// Says who comes back, and how to prevent it.
pub(super) fn tell(of: &Erasures, database: &Path, now: UnixMs, say: Say) {
    let file = erased_file(database);
    let (file, until, age) =
        (file.display(), minute(of.known_until), age_in_words(now - of.known_until, say));
    if of.is_without_list {
        line(&say.pick(
            format!("No {file} lies beside it, and none is in the backup."),
            format!("옆에 {file} 파일이 없고 백업에도 없습니다."),
        ));
    }
    line(&say.pick(
        format!(
            "Erasures of people are known up to {until} ({age} ago). WHOEVER WAS ERASED AFTER THAT COMES BACK, from the backup and from the \
             carriers' lists, unless a newer list lies at {file} before the start: the munja.db-erased of the old machine, or the one in a later \
             backup (tar -xOf BACKUP munja.db-erased)."
        ),
        format!(
            "시민 정보를 삭제한 기록은 {until}({age} 전)까지만 남아 있습니다. 그 뒤에 삭제한 시민의 정보는 백업과 통신사 목록에서 되살아납니다. 막으려면 시작하기 전에 더 \
             새로운 목록을 {file} 에 두십시오. 이전 서버의 munja.db-erased 나 더 나중 백업에 든 것입니다(tar -xOf 백업 munja.db-erased)."
        ),
    ));
    let Some(later) = &of.later else { return };
    let name = later.file.display();
    line(&match later.until.map(minute) {
        Some(until) => say.pick(
            format!("This later backup has a newer list, up to {until}: {name}"),
            format!("다음 백업에 더 새로운 목록이 있습니다({until}까지): {name}"),
        ),
        None => say.pick(
            format!(
                "This later backup may have a newer list (it is encrypted, and was not looked into): {name}"
            ),
            format!(
                "다음 백업에 더 새로운 목록이 있을 수 있습니다(암호화되어 있어 열어 보지 않았습니다): {name}"
            ),
        ),
    });
}
