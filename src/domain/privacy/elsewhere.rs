//! Personal data outside the folder of the database: whose it is to look after, and how it ends. What `munja` keeps on a counselor's
//! machine goes by [`machine_file`], and by the ages here.

use super::Holds;

/// Days for which `munja` keeps what is written and not sent, after its last change.
pub const DRAFTS_KEPT_DAYS: u64 = 14;
/// Days for which `munja` keeps a photo, film or voice message that it shows.
pub const PHOTOS_KEPT_DAYS: u64 = 1;

/// A kind of place outside the folder of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Elsewhere {
    /// What `munjad backup` made, encrypted or not: in `[backup] folder`, or where `--to` said.
    Backups,
    /// Folders in which a backup or a restore works, and what one that was killed left of them.
    WorkFolders,
    /// Backups that somebody carried to another machine.
    BackupsCarriedAway,
    /// What was written on request: `munjad citizen export`, `audit export`, `quarantine show`, `munja evidence`, photos with `--save`.
    Exports,
    /// Answers that are written and not sent, on a counselor's machine.
    Drafts,
    /// Answers of which nobody knows whether the server has them: keys and digests, on a counselor's machine.
    LostAnswers,
    /// Photos, films and voice messages that were shown on a counselor's machine.
    ShownPhotos,
    /// Server, name and token of a log-in, on a counselor's machine.
    LogIns,
    /// Draft and token of the web desk, in a tab of the browser.
    BrowserTab,
}

impl Elsewhere {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Backups => "backups",
            Self::WorkFolders => "work_folders",
            Self::BackupsCarriedAway => "backups_carried_away",
            Self::Exports => "exports",
            Self::Drafts => "drafts",
            Self::LostAnswers => "lost_answers",
            Self::ShownPhotos => "shown_photos",
            Self::LogIns => "log_ins",
            Self::BrowserTab => "browser_tab",
        }
    }
}

/// Who looks after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Owner {
    Operator,
    /// Whoever asked for it.
    Asker,
    Counselor,
}

impl Owner {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Asker => "asker",
            Self::Counselor => "counselor",
        }
    }
}

/// How it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum End {
    /// `munjad backup` removes it ([`super::BackupsEnd`]).
    Backup,
    /// With the run; one that was killed leaves it to the next run.
    Run,
    /// Whoever owns it removes it after `[privacy] backups_kept_days`.
    OwnersBackup,
    /// Whoever owns it removes it.
    ByHand,
    /// Each start of `munja` removes what is older than so many days.
    Days(u64),
    /// At the log-out; a token that opens nothing any more names the device until the next log-in.
    LogOut,
    /// With the tab.
    Tab,
}

/// A place, what it holds, who looks after it, and how it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub what: Elsewhere,
    pub holds: Holds,
    pub owner: Owner,
    pub end: End,
}

const fn place(what: Elsewhere, holds: Holds, owner: Owner, end: End) -> Place {
    Place { what, holds, owner, end }
}

/// Every such place.
pub const ELSEWHERE: &[Place] = {
    use Holds::{Secret, Trace, Words};
    use Owner::{Asker, Counselor, Operator};
    &[
        place(Elsewhere::Backups, Words, Operator, End::Backup),
        place(Elsewhere::WorkFolders, Words, Operator, End::Run),
        place(Elsewhere::BackupsCarriedAway, Words, Operator, End::OwnersBackup),
        place(Elsewhere::Exports, Words, Asker, End::ByHand),
        place(Elsewhere::Drafts, Words, Counselor, End::Days(DRAFTS_KEPT_DAYS)),
        place(Elsewhere::LostAnswers, Trace, Counselor, End::Days(DRAFTS_KEPT_DAYS)),
        place(Elsewhere::ShownPhotos, Words, Counselor, End::Days(PHOTOS_KEPT_DAYS)),
        place(Elsewhere::LogIns, Secret, Counselor, End::LogOut),
        place(Elsewhere::BrowserTab, Words, Counselor, End::Tab),
    ]
};

/// What a file is that `munja` keeps for a profile, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MachineFile {
    /// It stands in [`ELSEWHERE`].
    Personal(Elsewhere),
    /// Left by a program that was killed while it wrote: it may be any of them.
    Unfinished,
    /// Nothing of a person: how far somebody has read.
    Plain,
}

impl MachineFile {
    /// How many days it is kept; `None`: no age ends it.
    pub fn kept_days(self) -> Option<u64> {
        let what = match self {
            MachineFile::Personal(what) => what,
            MachineFile::Unfinished => Elsewhere::ShownPhotos,
            MachineFile::Plain => return None,
        };
        ELSEWHERE.iter().filter(|place| place.what == what).find_map(|place| match place.end {
            End::Days(days) => Some(days),
            _ => None,
        })
    }
}

/// What the file or folder of this name is, in the folder in which `munja` remembers things; `None` for one that is not listed.
pub fn machine_file(name: &str) -> Option<MachineFile> {
    // Also the copies that editors leave: `.draft-12.txt.swp`, `#draft-12.txt#`.
    if name.trim_start_matches(['.', '#']).starts_with("draft-") {
        return Some(MachineFile::Personal(Elsewhere::Drafts));
    }
    let begins = |all: &[&str]| all.iter().any(|beginning| name.starts_with(beginning));
    match name {
        "device.json" => Some(MachineFile::Personal(Elsewhere::LogIns)),
        "photos" => Some(MachineFile::Personal(Elsewhere::ShownPhotos)),
        "seen.json" => Some(MachineFile::Plain),
        _ if begins(&["sending-", "answer-all-"]) => Some(MachineFile::Personal(Elsewhere::LostAnswers)),
        // As `domain::photo::FileKind::file_name` calls them.
        _ if begins(&["photo-", "film-", "voice-"]) => Some(MachineFile::Personal(Elsewhere::ShownPhotos)),
        _ if begins(&[".tmp"]) => Some(MachineFile::Unfinished),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::photo::FileKind;

    #[test]
    fn each_place_stands_there_once() {
        let all: BTreeSet<Elsewhere> = ELSEWHERE.iter().map(|place| place.what).collect();
        assert_eq!(all.len(), ELSEWHERE.len());
    }

    #[test]
    fn a_file_of_a_counselors_machine_has_its_age() {
        for (name, days) in [
            ("draft-12.txt", Some(14)),
            ("draft-12-desk.txt", Some(14)),
            ("draft-list-replies-2.toml", Some(14)),
            (".draft-12.txt.swp", Some(14)),
            ("#draft-12.txt#", Some(14)),
            ("sending-12-abc.json", Some(14)),
            ("answer-all-abc.json", Some(14)),
            (".tmpAbC", Some(1)),
            ("device.json", None),
            ("seen.json", None),
        ] {
            assert_eq!(machine_file(name).expect(name).kept_days(), days, "{name}");
        }
        for kind in FileKind::ALL {
            let name = kind.file_name(7);
            assert_eq!(machine_file(&name), Some(MachineFile::Personal(Elsewhere::ShownPhotos)), "{name}");
        }
        assert_eq!(machine_file("notes.txt"), None);
    }
}
