//! Where personal data lies, and how long it stays: the one list of it. Every text and blob column of the database stands here,
//! every kind of file beside it, and every place elsewhere ([`ELSEWHERE`]): backups, exports, and what counselors' machines keep. Tests
//! compare the list with `schema.sql`, with what a run leaves, and with what the programs write. Retention ([`Retention`]) is the
//! operator's, by kind and by category of the consultation.

mod backups;
mod elsewhere;

pub use backups::BackupsEnd;
pub use elsewhere::{
    DRAFTS_KEPT_DAYS, ELSEWHERE, Elsewhere, End, MachineFile, Owner, PHOTOS_KEPT_DAYS, Place, machine_file,
};

use super::UnixMs;

/// What a column holds of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Holds {
    /// Words of a citizen, or about one.
    Words,
    /// A citizen's phone number.
    Number,
    /// What could be traced back to either: hashes without a key, file names, a carrier's handles.
    Trace,
    /// A keyed hash: names nobody without the key of the installation.
    Pseudonym,
    /// Names, log-ins and phones of our own staff.
    Staff,
    /// Hashes of passwords and tokens.
    Secret,
    Nothing,
}

/// How long it stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Keeps {
    /// Until its conversation has been closed for the time of its category.
    Conversation,
    /// Pages of carriers as they came: for so many days.
    RawPage,
    /// Items that could not be read: for so many days once somebody has dealt with them, at the latest with the texts.
    Quarantine,
    /// What a citizen wished: as long as a conversation of theirs is kept. Then opt-out and restriction stay by pseudonym.
    Citizen,
    /// Until the legal hold ends.
    LegalHold,
    /// What remains of what was erased.
    Remainder,
    /// As long as the access log is kept (`[audit] keep_days`): the law wants it, also of who was erased. What was done stays
    /// after that, without its reason.
    AccessLog,
    /// As long as the account, or the phone in the configuration.
    Staff,
    /// For good, or not of a person.
    Always,
}

/// A table with columns (separated by spaces) that hold the same and stay as long.
pub struct Columns {
    pub table: &'static str,
    pub columns: &'static str,
    pub holds: Holds,
    pub keeps: Keeps,
}

const fn row(table: &'static str, columns: &'static str, holds: Holds, keeps: Keeps) -> Columns {
    Columns { table, columns, holds, keeps }
}

/// Every TEXT and BLOB column of `schema.sql`.
pub const COLUMNS: &[Columns] = {
    use Holds::{Nothing, Number, Pseudonym, Secret, Staff, Trace, Words};
    use Keeps as K;
    &[
        row("conversation", "citizen", Number, K::Conversation),
        row("conversation", "close_reason referred_to", Words, K::Conversation),
        row(
            "conversation",
            "our_number language state desk previous_desk danger category category_version",
            Nothing,
            K::Always,
        ),
        row("inbox", "citizen", Number, K::Conversation),
        row("inbox", "text rules", Words, K::Conversation),
        row("inbox", "carrier_message_key", Trace, K::Conversation),
        row("inbox", "carrier our_number state trouble purpose", Nothing, K::Always),
        row("outbox", "citizen", Number, K::Conversation),
        row("outbox", "text", Words, K::Conversation),
        row(
            "outbox",
            "client_key from_number kind state carrier carrier_message_id code notice",
            Nothing,
            K::Always,
        ),
        row("reply", "request_digest", Trace, K::Conversation),
        row("reply", "idempotency_key", Nothing, K::Always),
        row("photo", "claimed_name", Words, K::Conversation),
        row("photo", "handle sha256", Trace, K::Conversation),
        row("photo", "carrier claimed_type state what kind trouble", Nothing, K::Always),
        row("note", "text", Words, K::Conversation),
        row("note", "kind", Nothing, K::Always),
        row("reminder", "text", Words, K::Conversation),
        row("draft", "text", Words, K::Conversation),
        row("draft", "origin", Nothing, K::Always),
        row("survey", "comment", Words, K::Conversation),
        row("citizen", "number", Number, K::Citizen),
        row("citizen", "restriction_reason preference", Words, K::Citizen),
        row("raw_page", "body", Words, K::RawPage),
        row("raw_page", "carrier kind", Nothing, K::Always),
        row("quarantine", "raw", Words, K::Quarantine),
        row("quarantine", "digest", Trace, K::Quarantine),
        row("quarantine", "carrier kind reason", Nothing, K::Always),
        row("legal_hold", "citizen", Number, K::LegalHold),
        row("legal_hold", "reason", Words, K::LegalHold),
        row("erased_citizen", "pseudonym", Pseudonym, K::Remainder),
        row("erased_text", "key", Pseudonym, K::Remainder),
        row("erased_text", "carrier", Nothing, K::Always),
        row("privacy_act", "pseudonym", Pseudonym, K::Remainder),
        row("privacy_act", "what", Nothing, K::Always),
        // The access log has the same reason: it is blanked here as soon as the person is erased.
        row("privacy_act", "reason", Words, K::AccessLog),
        row("counselor", "login name", Staff, K::Staff),
        row("counselor", "password_hash", Secret, K::Staff),
        row("counselor", "role desks", Nothing, K::Always),
        row("token", "hash", Secret, K::Staff),
        row("duty_line", "number", Staff, K::Staff),
        row("duty_code", "number", Staff, K::Staff),
        row("duty_code", "code", Nothing, K::Always),
        row("duty_wrong_code", "number", Staff, K::Staff),
        row("alarm_push", "called", Staff, K::Staff),
        row("alarm_push", "way what state trouble", Nothing, K::Always),
        row("event", "kind detail desk category", Nothing, K::Always),
        row("closed_figure", "month desk name", Nothing, K::Always),
        row("receipt", "carrier carrier_message_id client_key status code", Nothing, K::Always),
        row("test_text", "client_key carrier carrier_message_id", Nothing, K::Always),
        row("inbound_cursor", "carrier page", Nothing, K::Always),
        row("carrier_hold", "carrier", Nothing, K::Always),
        row("carrier_comparison", "carrier direction", Nothing, K::Always),
        row("possible_loss", "carrier reason", Nothing, K::Always),
        row("operator_alarm", "trouble", Nothing, K::Always),
        row("purge_run", "what", Nothing, K::Always),
        row("access", "login origin", Staff, K::AccessLog),
        // A reason is what somebody wrote to justify what they did: it may name anybody.
        row("access", "reason", Words, K::AccessLog),
        row("access", "subjects", Pseudonym, K::AccessLog),
        row("access", "role action detail previous hash", Nothing, K::AccessLog),
        row("access_anchor", "hash", Nothing, K::Always),
        row("access_head", "day hash", Nothing, K::Always),
        row("installation", "pseudonym_fingerprint", Pseudonym, K::Always),
        row("counselor", "totp_secret", Secret, K::Staff),
        row("token", "peer", Staff, K::Staff),
        row("recovery_code", "hash", Secret, K::Staff),
        row("service_token", "hash", Secret, K::Staff),
        row("service_token", "purpose name", Nothing, K::Always),
        row("account_change", "by_from old_value new_value", Staff, K::Staff),
        row("account_change", "what", Nothing, K::Always),
        row("desk_exception", "desk", Nothing, K::Always),
        row("presence", "state", Nothing, K::Staff),
        // The letters of texts, answers and notes, in runs of three.
        row("search_text_data", "block", Words, K::Conversation),
        row("search_answer_data", "block", Words, K::Conversation),
        row("search_note_data", "block", Words, K::Conversation),
        row("search_progress", "source", Nothing, K::Always),
        row("bulletin", "text desk", Nothing, K::Always),
        row("edited_list", "list content", Nothing, K::Always),
        row("edited_list", "reason", Words, K::AccessLog),
        row("review", "comment answer", Words, K::Conversation),
        row("review_mark", "point", Nothing, K::Always),
        row("recovery", "state", Nothing, K::Always),
        row("recovery", "reason", Words, K::AccessLog),
        row("recovery_list", "carrier direction trouble", Nothing, K::Always),
        row("recovery_text", "what", Nothing, K::Always),
    ]
};

/// What a file or folder beside the database is, by what follows the database's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Database,
    /// The write-ahead log and its index: what is committed and not folded in yet.
    Log,
    /// Photos, films and voice messages, named by their hashes.
    Photos,
    /// A whole database as it once was: of a migration, or one that is being encrypted.
    Copy,
    /// A copy that somebody packed or encrypted: it is not looked into, and may hold anybody.
    Packed,
    /// A whole database that was saved from one whose file was lost: it may hold texts of others that are nowhere else.
    Saved,
    /// The key for pseudonyms.
    Key,
    /// What was erased, by pseudonym: so that a restore does not bring it back.
    Erased,
    /// Locks, sockets and marks. No personal data.
    Mark,
}

impl FileKind {
    /// Whether it holds personal data.
    pub fn is_personal(self) -> bool {
        self.is_copy() || matches!(self, Self::Database | Self::Log | Self::Photos)
    }

    /// Whether it is a whole database beside the one in use.
    pub fn is_copy(self) -> bool {
        matches!(self, Self::Copy | Self::Saved | Self::Packed)
    }
}

/// What the file is whose name is that of the database and `ending`; `None` for one that is not listed.
pub fn file_kind(ending: &str) -> Option<FileKind> {
    let is_copy = ending.starts_with(".v") && ending.trim_end_matches(".partial").ends_with("-backup");
    let is_saved = ending.starts_with(".saved-") || ending.starts_with(".rescued");
    match ending {
        "" => Some(FileKind::Database),
        "-wal" | "-shm" | "-journal" => Some(FileKind::Log),
        "-photos" => Some(FileKind::Photos),
        "-pseudonym-key" => Some(FileKind::Key),
        "-erased" => Some(FileKind::Erased),
        ".lock" | ".control" | ".made" | ".damaged" | ".reached" => Some(FileKind::Mark),
        _ if ending.starts_with(".asking") => Some(FileKind::Mark),
        // A database, or a copy of one, that is being encrypted.
        _ if ending.trim_end_matches("-journal").ends_with(".recrypt") => Some(FileKind::Copy),
        _ if is_copy => Some(FileKind::Copy),
        _ if is_saved => Some(FileKind::Saved),
        _ => None,
    }
}

/// Endings of archives and of packed files. Parts and dates may follow them (`munja.db.tar.001`).
const PACKED: [&str; 17] = [
    "tar", "gz", "tgz", "bz2", "tbz", "xz", "txz", "zst", "lz4", "lzma", "lz", "br", "7z", "zip", "rar",
    "cpio", "Z",
];
/// Endings of files that are encrypted as a whole.
const SEALED: [&str; 5] = ["age", "gpg", "pgp", "asc", "enc"];

/// Beginnings of archives, of packed and of encrypted files, and of pages whose text is packed (PDF).
const PACKED_BEGINNINGS: [&[u8]; 10] = [
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"age-encryption.org/",
    b"-----BEGIN PGP ",
    b"%PDF-",
];

/// The folder with the photos of an export is named after its file, with this behind.
pub const PHOTOS_OF_EXPORT: &str = ".photos";

/// Whether a file begins as archives, packed and encrypted files do.
pub fn begins_packed(beginning: &[u8]) -> bool {
    PACKED_BEGINNINGS.iter().any(|begins| beginning.starts_with(begins))
}

/// What a file that is not listed is by its name, which holds the database's: a copy that was packed or encrypted. `None` for one that
/// may be read as it is, or that is ours and holds nobody.
pub fn packed_kind(file: &str, database: &str) -> Option<FileKind> {
    let (_, ending) = file.split_once(database)?;
    (is_packed(ending) && !is_of_nobody(ending)).then_some(FileKind::Packed)
}

/// Whether it is encrypted as a whole, by its name.
pub fn is_sealed(file: &str) -> bool {
    file.rsplit('.').next().is_some_and(|ending| SEALED.contains(&ending))
}

/// Whether a name says that the file is packed or encrypted.
pub fn is_packed(name: &str) -> bool {
    name.split('.').skip(1).any(|part| PACKED.contains(&part) || SEALED.contains(&part))
}

/// A copy of the key or of the list of who was erased, which people keep elsewhere as well.
fn is_of_nobody(ending: &str) -> bool {
    ["-pseudonym-key", "-erased"].iter().any(|of| ending.starts_with(of))
}

/// A day (milliseconds).
pub const DAY_MS: i64 = 86_400_000;
/// A database up to this size (bytes) is rewritten while the gateway runs: about two seconds (8 s a GB), less than half of what its
/// writer waits for another program before it refuses.
pub const REWRITTEN_AT_ONCE: u64 = 256 << 20;
/// Hours of the night in which the daily purge may begin.
const NIGHT_HOURS: i64 = 3;
/// It begins at any hour when it has not run for so long: a gateway that is off at night purges, too.
const OVERDUE_MS: i64 = 2 * DAY_MS;
/// It does not begin twice in one night.
const REST_MS: i64 = 20 * 3_600_000;

/// How long what is kept (milliseconds).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// Texts, from the close of their conversation.
    pub texts_ms: i64,
    /// The same for categories, each as `group/item` or `group`.
    pub by_category: Vec<(String, i64)>,
    /// Pages of carriers as they came.
    pub raw_ms: i64,
    /// Unreadable items, once an operator has dealt with them.
    pub quarantine_ms: i64,
    /// Copies of whole databases beside the database.
    pub copies_ms: i64,
    /// Reasons of what was done with somebody's data: as long as the access log, which has them, too.
    pub reasons_ms: i64,
    /// When the daily purge begins (hour, in the first desk's time zone).
    pub hour: i64,
}

impl Default for Retention {
    /// What Korea's 110 centre does: five years for consultations.
    fn default() -> Retention {
        Retention {
            texts_ms: 1_825 * DAY_MS,
            by_category: Vec::new(),
            raw_ms: 30 * DAY_MS,
            quarantine_ms: 90 * DAY_MS,
            copies_ms: 90 * DAY_MS,
            reasons_ms: 730 * DAY_MS,
            hour: 3,
        }
    }
}

impl Retention {
    /// How long texts of a consultation about `category` are kept: by the category itself, else by its group.
    pub fn of(&self, category: Option<&str>) -> i64 {
        let Some(category) = category else {
            return self.texts_ms;
        };
        let named = |name: &str| self.by_category.iter().find(|(known, _)| known == name).map(|(_, ms)| *ms);
        let group = category.split('/').next().unwrap_or_default();
        named(category).or_else(|| named(group)).unwrap_or(self.texts_ms)
    }

    /// The shortest time of all categories: nothing that was closed later can be due.
    pub fn shortest_ms(&self) -> i64 {
        self.by_category.iter().map(|(_, ms)| *ms).fold(self.texts_ms, i64::min)
    }

    /// The longest time that texts of any category are kept.
    pub fn longest_ms(&self) -> i64 {
        self.by_category.iter().map(|(_, ms)| *ms).fold(self.texts_ms, i64::max)
    }

    /// Whether a conversation about `category`, closed at `closed_at`, has outlived its time.
    pub fn is_over(&self, category: Option<&str>, closed_at: UnixMs, now: UnixMs) -> bool {
        closed_at < now - self.of(category)
    }

    /// Whether the daily purge begins now: in the night, by the hour of the first desk; at any hour where it is overdue. A new
    /// database has nothing to purge, and waits for its first night.
    pub fn is_time(&self, hour_now: i64, last_at: Option<UnixMs>, now: UnixMs) -> bool {
        let is_night = (hour_now - self.hour).rem_euclid(24) < NIGHT_HOURS;
        match last_at {
            None => is_night,
            // A date in the future is of a clock that was wrong.
            Some(at) if at > now => is_night,
            Some(at) => (is_night && now - at >= REST_MS) || now - at >= OVERDUE_MS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retention() -> Retention {
        Retention {
            texts_ms: 1_825 * DAY_MS,
            by_category: vec![("복지".into(), 365 * DAY_MS), ("복지/수어통역".into(), 3_650 * DAY_MS)],
            raw_ms: 30 * DAY_MS,
            quarantine_ms: 90 * DAY_MS,
            copies_ms: 90 * DAY_MS,
            reasons_ms: 730 * DAY_MS,
            hour: 23,
        }
    }

    #[test]
    fn texts_stay_as_long_as_their_category_says() {
        let rule = retention();
        let days = |category: Option<&str>| rule.of(category) / DAY_MS;
        assert_eq!(days(None), 1_825);
        assert_eq!(days(Some("교통/버스노선")), 1_825);
        assert_eq!(days(Some("복지/복지시설")), 365);
        assert_eq!(days(Some("복지/수어통역")), 3_650);
        assert_eq!(days(Some("복지관")), 1_825, "another group");
        assert_eq!((rule.shortest_ms() / DAY_MS, rule.longest_ms() / DAY_MS), (365, 3_650));
        assert!(!rule.is_over(None, 0, 1_825 * DAY_MS));
        assert!(rule.is_over(None, 0, 1_825 * DAY_MS + 1));
    }

    #[test]
    fn it_is_purged_once_a_night_and_by_day_only_if_overdue() {
        let rule = retention();
        let now = 100 * DAY_MS;
        for (hour, last, expected) in [
            (23, None, true),
            (1, None, true),
            (2, None, false),
            (12, None, false),
            (0, Some(now - DAY_MS), true),
            (0, Some(now - 3_600_000), false),
            (12, Some(now - DAY_MS), false),
            (12, Some(now - 2 * DAY_MS), true),
            (12, Some(now + DAY_MS), false),
            (0, Some(now + DAY_MS), true),
        ] {
            assert_eq!(rule.is_time(hour, last, now), expected, "{hour} {last:?}");
        }
    }

    #[test]
    fn every_file_has_its_kind() {
        for (ending, personal) in [
            ("", true),
            ("-wal", true),
            ("-photos", true),
            (".v8-backup", true),
            (".v8-backup.partial", true),
            (".saved-1700000000", true),
            (".rescued", true),
            (".recrypt", true),
            (".v8-backup.recrypt", true),
            (".v8-backup.recrypt-journal", true),
            ("-pseudonym-key", false),
            ("-erased", false),
            (".lock", false),
            (".asking", false),
            (".reached", false),
        ] {
            assert_eq!(file_kind(ending).map(FileKind::is_personal), Some(personal), "{ending}");
        }
        // What may be nowhere else is no copy of an upgrade.
        assert_eq!(file_kind(".saved-1700000000"), Some(FileKind::Saved));
        assert_eq!(file_kind(".v8-backup"), Some(FileKind::Copy));
        assert_eq!(file_kind(".xlsx"), None);
        assert_eq!(file_kind(".verse"), None);
    }

    #[test]
    fn a_packed_copy_is_known_by_its_name() {
        for file in [
            "munja.db.gz",
            "munja.db.2026-01-01.gz",
            "munja.db-20260101.tar.xz",
            "munja.db.zst",
            "munja.db.age",
            "old-munja.db.zip",
            "munja.db.tar.001",
            "munja.db-photos.tar.gz",
            "munja.db-wal.gz",
        ] {
            assert_eq!(packed_kind(file, "munja.db"), Some(FileKind::Packed), "{file}");
        }
        for file in
            ["munja.db", "munja.db.bak", "munja.db.sql", "munja.gz", "munja.db-erased.gz", "munja.dbgz"]
        {
            assert_eq!(packed_kind(file, "munja.db"), None, "{file}");
        }
        assert!(is_sealed("munja.db.gz.age") && !is_sealed("munja.db.gz"));
    }

    #[test]
    fn no_column_stands_there_twice_and_personal_ones_have_an_end() {
        let mut seen = std::collections::BTreeSet::new();
        for of in COLUMNS {
            for column in of.columns.split_whitespace() {
                assert!(seen.insert((of.table, column)), "{}.{column}", of.table);
            }
            let is_personal = matches!(of.holds, Holds::Words | Holds::Number | Holds::Trace);
            assert!(!(is_personal && of.keeps == Keeps::Always), "{}.{}", of.table, of.columns);
        }
    }
}
