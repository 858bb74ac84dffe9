//! The end of personal data: every column has its class, what has outlived its time is forgotten, and who was erased is in no
//! file, does not come back, and is heard again when they write.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;
use crate::domain::data_key::DataKeys;
use crate::domain::inbound::{TWIN_MS, dated_key};
use crate::domain::lateness::Seen;
use crate::domain::media::MediaRef;
use crate::domain::opt_out::Wish;
use crate::domain::photo::{FileKind, Kept, PhotoKind};
use crate::domain::privacy::{COLUMNS, Retention};

const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;
/// Words that stand nowhere else.
const SECRET: &str = "은밀한 하소연: 옆집 고양이가 밤마다 노래합니다";
const ANSWER: &str = "은밀한 답장: 고양이에게 문자를 보내 보겠습니다";
const PHOTO: &[u8] = b"not really a photo, but one of a kind";

/// Every TEXT and BLOB column is in the list of `domain::privacy`, and every entry is a column.
#[test]
fn every_column_is_classed() {
    let bench = Bench::new();
    let sql = "SELECT m.name || '.' || c.name FROM sqlite_schema m, pragma_table_info(m.name) c
               WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND (c.type = 'TEXT' OR c.type = 'BLOB')";
    let mut select = bench.eye.prepare(sql).unwrap();
    let found = select.query_map([], |r| r.get(0)).unwrap().collect::<rusqlite::Result<BTreeSet<String>>>();
    let name = |table: &str, column: &str| format!("{table}.{column}");
    let known: BTreeSet<String> = COLUMNS
        .iter()
        .flat_map(|of| of.columns.split_whitespace().map(move |column| name(of.table, column)))
        .collect();
    assert_eq!(
        found.unwrap(),
        known,
        "class it in domain/privacy.rs, and empty it in store/privacy/forget.rs"
    );
}

impl Bench {
    /// A whole consultation: a text with its page, an answer that arrives, a note, the close.
    pub(super) async fn consultation(&self, key: &str, citizen: &str, minsu: i64, now: i64) -> i64 {
        let raw = format!("{{\"from\":\"{citizen}\",\"text\":\"{SECRET}\"}}");
        let item = dated(text(key, citizen, SECRET), now);
        self.store.accept_inbound(CARRIER, raw.into_bytes(), vec![item], None, now).await.unwrap();
        self.route(now).await;
        let id = self.value("SELECT conversation_id FROM inbox ORDER BY id DESC LIMIT 1");
        self.store.claim(id, minsu, MANY, now).await.unwrap().unwrap();
        let new = super::replies::new_reply(id, key, &[ANSWER]);
        self.store.answer_as(minsu, new, now).await.unwrap().unwrap();
        let note = Command::Note { text: SECRET.into() };
        self.store.by(id, minsu, note, &quiet(), now).await.unwrap().unwrap();
        self.all_leave(now).await;
        self.store
            .close(id, minsu, Closing { reason: Some(SECRET.into()), ..Closing::default() }, now)
            .await
            .unwrap()
            .unwrap();
        id
    }

    pub(super) async fn erase(
        &self,
        citizen: &str,
        even_open: bool,
        now: i64,
    ) -> std::result::Result<Erased, Obstacles> {
        let erasure = Erasure { number: PhoneNumber::parse(citizen), even_open };
        self.store.erase_citizen(erasure, &everybody(), &quiet(), now).await.unwrap()
    }

    async fn purge(&self, retention: &Arc<Retention>, now: i64) -> usize {
        let step = self.store.purge_conversations(retention, (i64::MIN, 0), now).await.unwrap();
        for what in Purged::ALL.into_iter().filter(|what| *what != Purged::Conversations) {
            self.store.purge_some(what, retention, now).await.unwrap();
        }
        step.n
    }
}

/// Every file below a folder in which one of these stands.
pub(super) fn files_with(folder: &Path, needles: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, needles));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let holds = |needle: &&&str| bytes.windows(needle.len()).any(|part| part == needle.as_bytes());
        found.extend(needles.iter().filter(holds).map(|needle| format!("{}: {needle}", path.display())));
    }
    found
}

#[tokio::test]
async fn what_has_outlived_its_time_is_forgotten_and_counts_on() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let old = bench.consultation("a", MINSU, minsu, T0).await;
    let young = bench.consultation("b", JIYEONG, minsu, T0 + YEAR).await;
    let retention = Arc::new(Retention::default());
    let now = T0 + 5 * YEAR + 2 * DAY;
    assert_eq!(bench.store.count_purgeable(&retention, now).await.unwrap(), 1);
    assert_eq!(bench.purge(&retention, now).await, 1);
    assert_eq!(bench.purge(&retention, now).await, 0, "once");
    let shown = bench.store.shown(old).await;
    assert!(shown.summary.citizen.is_erased() && shown.summary.citizen.to_string() == "erased");
    let words = |message: &Message| match message {
        Message::In { text, .. } | Message::Out { text, .. } => text.reveal().to_owned(),
    };
    assert!(shown.messages.iter().all(|message| words(message).is_empty()) && shown.messages.len() == 2);
    assert_eq!((shown.summary.opened_at, shown.summary.closed_at), (T0, Some(T0)), "figures stay");
    assert_eq!(words(&bench.store.shown(young).await.messages[0]), SECRET);
    // Everything of theirs but what is young.
    bench.outside(&format!("DELETE FROM raw_page WHERE received_at > {T0}"));
    assert_eq!(bench.value::<i64>(&format!("SELECT count(*) FROM inbox WHERE citizen = '{MINSU}'")), 0);
    let notes = format!("SELECT text FROM note WHERE conversation_id = {old}");
    assert_eq!(bench.value::<String>(&notes), "");
}

#[tokio::test]
async fn a_category_has_its_own_time() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.consultation("a", MINSU, minsu, T0).await;
    bench.consultation("b", JIYEONG, minsu, T0).await;
    bench.outside(&format!("UPDATE conversation SET category = '복지/기타' WHERE id = {id}"));
    let retention =
        Arc::new(Retention { by_category: vec![("복지".into(), YEAR)], ..Retention::default() });
    assert_eq!(bench.purge(&retention, T0 + YEAR).await, 0);
    assert_eq!(bench.purge(&retention, T0 + YEAR + 1).await, 1);
    assert!(bench.store.shown(id).await.summary.citizen.is_erased());
}

#[tokio::test]
async fn what_is_held_open_or_under_way_stays() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let (retention, now) = (Arc::new(Retention::default()), T0 + 6 * YEAR);
    let held = bench.consultation("a", MINSU, minsu, T0).await;
    let of_citizen = bench.consultation("b", JIYEONG, minsu, T0).await;
    let unsent = bench.consultation("c", "01044440000", minsu, T0).await;
    bench.queue("01044440000", Lane::Reply, T0).await;
    bench.text_in("01055550000", T0).await;
    let (store, operator) = (&bench.store, everybody());
    let citizen = HeldWhat::Citizen(PhoneNumber::parse(JIYEONG));
    store.hold_for_law(HeldWhat::Conversation(held), "court".into(), &operator, T0).await.unwrap();
    store.hold_for_law(citizen.clone(), "court".into(), &operator, T0).await.unwrap();
    assert!(store.hold_for_law(citizen.clone(), "again".into(), &operator, T0).await.is_err());
    assert_eq!(store.legal_holds(&operator).await.unwrap().len(), 2);
    assert_eq!(bench.purge(&retention, now).await, 0);
    let obstacles = bench.erase(JIYEONG, true, now).await.unwrap_err();
    assert_eq!(obstacles.held_for.as_deref(), Some("court"));
    store.end_hold(citizen, "over".into(), &operator, now).await.unwrap();
    store.end_hold(HeldWhat::Conversation(held), "over".into(), &operator, now).await.unwrap();
    assert_eq!(bench.purge(&retention, now).await, 2);
    let is_erased = async |id| bench.store.shown(id).await.summary.citizen.is_erased();
    assert!(is_erased(held).await && is_erased(of_citizen).await && !is_erased(unsent).await);
    let counselor = bench.store.person(minsu).await;
    assert!(bench.store.legal_holds(&counselor).await.is_err(), "for the operator only");
}

/// The test: erase, then look into every file.
#[tokio::test]
async fn who_was_erased_is_in_no_file() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    bench.consultation("a", MINSU, minsu, T0).await;
    let InboundItem::Text(with_photo) = text("p", MINSU, SECRET) else { unreachable!() };
    let media = MediaRef {
        handle: "handle".into(),
        name: Some("고양이.jpg".into()),
        content_type: Some("image/jpeg".into()),
        n_bytes: None,
    };
    let with_photo = InboundText { media: vec![media], sent_at: T0 + DAY, ..with_photo };
    bench.accept(vec![InboundItem::Text(with_photo)], T0 + DAY).await.unwrap();
    bench.route(T0 + DAY).await;
    let wanted = bench.store.wanted_photos(9, T0 + DAY).await.unwrap()[0].id;
    let kept = Kept { kind: FileKind::Photo(PhotoKind::Jpeg), pixels: Some((4, 3)) };
    bench.store.keep_photo(wanted, PHOTO, kept, T0 + DAY).await.unwrap();
    let broken = format!("<broken from=\"+82 10-1111-0000\">{SECRET}");
    bench.accept(vec![unreadable(&broken)], T0 + DAY).await.unwrap();
    let others = bench.consultation("b", JIYEONG, minsu, T0 + DAY).await;
    // A text that was deleted before still lies in pages that nobody uses.
    assert!(!files_with(bench.folder.path(), &[SECRET, MINSU]).is_empty());

    let obstacles = bench.erase(MINSU, false, T0 + 2 * DAY).await.unwrap_err();
    assert_eq!(obstacles.open.len(), 1, "{obstacles:?}");
    let erased = bench.erase(MINSU, true, T0 + 2 * DAY).await.unwrap();
    let done = &erased.forgotten;
    assert_eq!((done.n_conversations, done.n_texts_in, done.n_texts_out, done.n_photos), (1, 2, 1, 1));
    assert_eq!((erased.n_raw_pages, erased.n_unreadable), (1, 1));
    // The other consultation has the same words: its own are told apart by the number.
    bench.outside(&format!(
        "UPDATE inbox SET text = '-' WHERE conversation_id = {others};
         UPDATE outbox SET text = '-' WHERE conversation_id = {others};
         UPDATE note SET text = '-' WHERE conversation_id = {others};
         UPDATE raw_page SET body = x'';
         UPDATE reply SET request_digest = x'';
         UPDATE conversation SET close_reason = NULL WHERE id = {others}"
    ));
    bench.store.rewrite().await.unwrap();
    assert!(bench.store.empty_log().await.unwrap());
    let photo = std::str::from_utf8(PHOTO).unwrap();
    let left = files_with(bench.folder.path(), &[MINSU, "10-1111-0000", SECRET, ANSWER, "고양이", photo]);
    assert!(left.is_empty(), "{left:#?}");
    let empty = bench
        .store
        .subject((Act::Show, PhoneNumber::parse(MINSU)), "check".into(), &everybody(), T0 + 3 * DAY)
        .await;
    let empty = empty.unwrap();
    assert!(empty.is_empty() && empty.erased_at == Some(T0 + 2 * DAY));
    let acts: Vec<_> = empty.acts.iter().map(|act| act.what.as_str()).collect();
    assert_eq!(acts, ["erase", "show"]);
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM conversation"), 2, "figures stay");
}

/// Whoever is not known is not erased, and nothing says that they were.
#[tokio::test]
async fn nobody_is_erased_of_whom_nothing_is_stored() {
    let bench = Bench::new();
    let erasure = Erasure { number: PhoneNumber::parse(MINSU), even_open: true };
    let done = bench.store.erase_citizen(erasure, &everybody(), &quiet(), T0).await;
    assert!(matches!(done, Err(StoreError::NotFound)), "{done:?}");
    assert_eq!((bench.count("privacy_act"), bench.count("erased_citizen")), (0, 0));
    assert!(!beside(&bench.path(), "-erased").exists());
}

/// Whoever is asked for by a number is somebody; by what a carrier calls a sender, only who is known here so.
#[tokio::test]
async fn a_sender_is_known_as_the_carrier_calls_them() {
    let bench = Bench::new();
    bench.text_in("KakaoBank", T0).await;
    let token =
        PhoneNumber::erased(&bench.store.pseudonyms().of_citizen(&PhoneNumber::parse("KakaoBank")).to_hex());
    for is_erased in [false, true] {
        for (typed, expected) in [
            ("KakaoBank", true),
            ("Kakao", false),
            ("010-9999-0000", true),
            ("123", false),
            (token.reveal(), false),
        ] {
            let number = PhoneNumber::parse(typed);
            assert_eq!(bench.store.means_somebody(&number).await.unwrap(), expected, "{typed} {is_erased}");
        }
        if !is_erased {
            bench.erase("KakaoBank", true, T0 + DAY).await.unwrap();
        }
    }
}

/// A database whose rows were changed with `secure_delete` on needs no rewriting: what was erased is overwritten where it lay.
#[tokio::test]
async fn erasing_overwrites_what_it_removes() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    for n in 0..40 {
        bench.consultation(&format!("k{n}"), JIYEONG, minsu, T0 + n).await;
        bench
            .outside("UPDATE inbox SET text = 'x'; UPDATE note SET text = 'x'; UPDATE outbox SET text = 'x'");
    }
    bench.outside("UPDATE conversation SET close_reason = NULL; UPDATE raw_page SET body = x''; UPDATE reply SET request_digest = x''");
    bench.consultation("mine", MINSU, minsu, T0 + DAY).await;
    bench.store.rewrite().await.unwrap();
    bench.erase(MINSU, false, T0 + 2 * DAY).await.unwrap();
    assert!(bench.store.empty_log().await.unwrap());
    let left = files_with(bench.folder.path(), &[MINSU, SECRET, ANSWER]);
    assert!(left.is_empty(), "{left:#?}");
}

/// The test: erase, then walk. What the carrier lists again is known; what is new is heard, and STOP holds.
#[tokio::test]
async fn a_walk_brings_nobody_back_and_stop_still_holds() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.consultation("a", MINSU, minsu, T0).await;
    bench.store.by(id, minsu, Command::Wish(Wish::OptOut), &quiet(), T0).await.unwrap().unwrap();
    let erased = bench.erase(MINSU, false, T0 + DAY).await.unwrap();
    assert!(erased.opted_out_at.is_some());
    assert_eq!(bench.count("citizen"), 0);
    // A deep walk lists the old text, beside a new one of somebody else.
    let raw = format!("{{\"from\":\"{MINSU}\",\"text\":\"{SECRET}\"}}").into_bytes();
    let listed = vec![dated(text("a", MINSU, SECRET), T0), dated(text("z", JIYEONG, "네"), T0 + DAY)];
    let walked = bench.store.accept_inbound(CARRIER, raw, listed, None, T0 + DAY).await.unwrap();
    assert_eq!((walked.n_new, walked.n_known), (1, 1), "it counts as received, and is acked");
    assert_eq!(
        bench.value::<i64>("SELECT max(length(body)) FROM raw_page WHERE received_at > 0"),
        0,
        "its page is not kept"
    );
    bench.route(T0 + DAY).await;
    assert_eq!(bench.value::<i64>(&format!("SELECT count(*) FROM inbox WHERE citizen = '{MINSU}'")), 0);
    // They write again: a new conversation, and the wish of before.
    bench
        .accept(vec![dated(text("new", MINSU, "버스가 안 와요"), T0 + 2 * DAY)], T0 + 2 * DAY)
        .await
        .unwrap();
    bench.store.route_received(9, T0 + 2 * DAY, &talkative()).await.unwrap();
    let again: i64 = bench.value(&format!("SELECT id FROM conversation WHERE citizen = '{MINSU}'"));
    assert_eq!(bench.conversation_state(again), "waiting");
    assert!(bench.store.shown(again).await.citizen.opted_out_at.is_some(), "STOP still holds");
    assert_eq!(
        bench.value::<i64>(&format!("SELECT count(*) FROM outbox WHERE conversation_id = {again}")),
        0
    );
}

#[tokio::test]
async fn a_twin_of_an_erased_text_is_known_and_another_text_is_not() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let key = |at: i64, hash: &str| dated_key("text:7", at, hash);
    bench.consultation(&key(T0, "ff"), MINSU, minsu, T0).await;
    bench.erase(MINSU, false, T0 + DAY).await.unwrap();
    let seen = Seen { by_two_clocks: true, ..Seen::from(T0 + DAY) };
    let accept = async |key: String| {
        let items = vec![dated(text(&key, MINSU, "네"), T0)];
        bench.store.accept_inbound(CARRIER, b"{}".to_vec(), items, None, seen).await.unwrap().n_new
    };
    assert_eq!(accept(key(T0 + TWIN_MS, "ff")).await, 0);
    assert_eq!(accept(key(T0 + TWIN_MS + 1, "ff")).await, 1);
    assert_eq!(accept(key(T0, "fe")).await, 1);
}

#[tokio::test]
async fn an_unreadable_item_is_not_set_aside_again() {
    let bench = Bench::new();
    let raw = format!("<from {MINSU}>");
    bench.accept(vec![unreadable(&raw)], T0).await.unwrap();
    bench.erase(MINSU, false, T0 + 1).await.unwrap();
    assert_eq!(bench.accept(vec![unreadable(&raw)], T0 + 2).await.unwrap().n_quarantined, 0);
    assert_eq!(bench.accept(vec![unreadable("<other>")], T0 + 2).await.unwrap().n_quarantined, 1);
    assert_eq!(bench.store.quarantined(&everybody()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn danger_and_texts_in_doubt_are_obstacles_whatever_is_said() {
    let bench = Bench::new();
    bench.text_in(MINSU, T0).await;
    bench.accept(vec![text("d", MINSU, "살려주세요")], T0 + 1).await.unwrap();
    assert_eq!(bench.erase(MINSU, true, T0 + 2).await.unwrap_err().unrouted.len(), 1);
    bench.route(T0 + 2).await;
    assert_eq!(bench.erase(MINSU, true, T0 + 3).await.unwrap_err().in_danger.len(), 1);
    let doubt = bench.in_doubt(JIYEONG, T0).await;
    let obstacles = bench.erase(JIYEONG, true, T0 + 3).await.unwrap_err();
    assert_eq!((obstacles.in_doubt, obstacles.open.len()), (vec![doubt.id], 1));
    // What has not left is taken back.
    let queued = bench.queue("01044440000", Lane::Reply, T0).await;
    assert_eq!(bench.erase("01044440000", false, T0 + 3).await.unwrap_err().unsent, [queued]);
    bench.erase("01044440000", true, T0 + 3).await.unwrap();
    assert_eq!(bench.state(queued), "cancelled");
    assert_eq!(bench.value::<String>(&format!("SELECT text FROM outbox WHERE id = {queued}")), "");
}

/// An answer that turns out to be lost opens its conversation again, but not one whose citizen is gone.
#[tokio::test]
async fn a_late_receipt_opens_nothing() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.consultation("a", MINSU, minsu, T0).await;
    bench.erase(MINSU, false, T0 + DAY).await.unwrap();
    let carrier_id: String = bench.value("SELECT carrier_message_id FROM outbox");
    let raw = format!("{{\"to\":\"{MINSU}\"}}").into_bytes();
    let late = vec![receipt(&carrier_id, None, ReceiptStatus::Undelivered, "9")];
    bench.store.apply_receipts(CARRIER, raw, late, T0 + DAY).await.unwrap();
    assert_eq!(bench.conversation_state(id), "closed");
    assert_eq!(bench.value::<String>("SELECT state FROM outbox"), "undelivered");
    assert!(files_with(bench.folder.path(), &[&format!("\"to\":\"{MINSU}\"")]).is_empty());
}

#[tokio::test]
async fn an_older_copy_that_is_put_back_brings_nobody_back() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    bench.consultation("a", MINSU, minsu, T0).await;
    let stays = bench.consultation("b", JIYEONG, minsu, T0).await;
    // Put back in a folder of its own: the first database may still be closing.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("munja.db");
    copy_database(&bench.path(), &path, &DataKeys::none()).unwrap();
    bench.consultation("c", MINSU, minsu, T0 + HOUR).await;
    bench.erase(MINSU, false, T0 + DAY).await.unwrap();
    std::fs::copy(key_file(&bench.path()), key_file(&path)).unwrap();
    std::fs::copy(erased_file(&bench.path()), erased_file(&path)).unwrap();
    let store = Store::open(&path, &StoreOptions::default()).unwrap();
    let bench = Bench { eye: Connection::open(&path).unwrap(), store, folder };
    assert_eq!(bench.value::<i64>(&format!("SELECT count(*) FROM inbox WHERE citizen = '{MINSU}'")), 1);
    let pages = || {
        bench.value::<i64>(&format!(
            "SELECT count(*) FROM raw_page WHERE instr(body, CAST('{MINSU}' AS BLOB)) > 0"
        ))
    };
    assert_eq!(pages(), 1);
    let again = bench.store.honour_erasures(&quiet(), T0 + 2 * DAY).await.unwrap();
    assert_eq!(pages(), 0, "nor do the carriers' pages of the copy");
    assert_eq!((again.n, again.n_left, again.is_in_files), (1, 0, false));
    // While the gateway runs, in every file: nothing waits for its end.
    let left = files_with(bench.folder.path(), &[MINSU, "10-1111-0000"]);
    assert!(left.is_empty(), "{left:#?}");
    assert_eq!(bench.store.honour_erasures(&quiet(), T0 + 2 * DAY).await.unwrap().n, 0);
    assert_eq!(bench.value::<i64>(&format!("SELECT count(*) FROM inbox WHERE citizen = '{MINSU}'")), 0);
    assert_eq!(bench.store.shown(stays).await.summary.citizen, PhoneNumber::parse(JIYEONG));
    // A text that the copy never had is known as well: a walk does not bring it.
    let listed = vec![dated(text("c", MINSU, SECRET), T0 + HOUR)];
    let walked =
        bench.store.accept_inbound(CARRIER, b"{}".to_vec(), listed, None, T0 + 2 * DAY).await.unwrap();
    assert_eq!((walked.n_new, walked.n_known), (0, 1));
}

#[tokio::test]
async fn wishes_without_a_conversation_stay_by_pseudonym() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.consultation("a", MINSU, minsu, T0).await;
    bench.store.by(id, minsu, Command::Wish(Wish::OptOut), &quiet(), T0).await.unwrap().unwrap();
    let retention = Arc::new(Retention::default());
    bench.purge(&retention, T0 + YEAR).await;
    assert_eq!(bench.count("citizen"), 1, "as long as a conversation of theirs");
    bench.purge(&retention, T0 + 6 * YEAR).await;
    assert_eq!((bench.count("citizen"), bench.count("erased_citizen")), (0, 1));
    bench.text_in(MINSU, T0 + 6 * YEAR).await;
    assert_eq!(bench.count("citizen"), 1, "and they are heard again");
}

#[tokio::test]
async fn pages_and_copies_have_their_own_time() {
    let bench = Bench::new();
    for n in 0..3 {
        bench.accept(vec![text(&n.to_string(), MINSU, "네")], T0 + n * DAY).await.unwrap();
    }
    let copy = beside(&bench.path(), ".v3-backup");
    std::fs::write(&copy, "a database of old").unwrap();
    let retention = Arc::new(Retention { raw_ms: DAY, ..Retention::default() });
    bench.purge(&retention, T0 + 10 * DAY).await;
    assert_eq!(bench.count("raw_page"), 1, "the newest stays: its id is not given again");
    assert!(copy.exists());
    let old = std::time::SystemTime::now() - Duration::from_secs(91 * 86_400);
    std::fs::File::options().write(true).open(&copy).unwrap().set_modified(old).unwrap();
    bench.purge(&retention, T0 + 10 * DAY).await;
    assert!(!copy.exists());
}

/// Many conversations are purged in many short steps.
#[tokio::test]
async fn a_purge_goes_on_where_it_stopped() {
    let bench = Bench::new();
    bench.outside(&format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450)
         INSERT INTO conversation (citizen, our_number, state, opened_at, closed_at, last_inbound_at)
         SELECT '0101111' || (1000 + i), '062120', 'closed', {T0}, {T0} + i / 100, {T0} FROM n"
    ));
    let (retention, now) = (Arc::new(Retention::default()), T0 + 6 * YEAR);
    let (mut n, mut steps, mut place) = (0, 0, (i64::MIN, 0));
    loop {
        let step = bench.store.purge_conversations(&retention, place, now).await.unwrap();
        (n, steps) = (n + step.n, steps + 1);
        match step.next {
            Some(next) => place = next,
            None => break,
        }
    }
    assert_eq!(n, 450);
    assert!(steps >= 3, "{steps}");
    assert_eq!(
        bench.value::<i64>("SELECT count(DISTINCT citizen) FROM conversation"),
        450,
        "told apart as before"
    );
}

/// Another key would not recognise who was erased: none is made beside a database that has had one.
#[tokio::test]
async fn a_missing_key_is_not_replaced() {
    let bench = Bench::new();
    let path = bench.path();
    let key = crate::store::key_file(&path);
    assert!(bench.store.has_its_pseudonym_key() && key.exists());
    std::fs::rename(&key, bench.folder.path().join("away")).unwrap();
    let without = Store::open(&path, &StoreOptions::default()).unwrap();
    assert!(!without.has_its_pseudonym_key() && !key.exists());
    std::fs::rename(bench.folder.path().join("away"), &key).unwrap();
    assert!(Store::open(&path, &StoreOptions::default()).unwrap().has_its_pseudonym_key());
}

/// The log and the notes say what was shown: the number, the texts, nothing, or that it was refused.
#[tokio::test]
async fn what_is_shown_of_what_is_masked_is_told_apart() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let actor = bench.store.person(minsu).await;
    let id = bench.writes(MINSU, "제 번호는 900101-1234568 입니다", T0).await;
    let plain = bench.writes(JIYEONG, "버스가 안 와요", T0).await;
    let texts =
        async |id| bench.store.reveal_texts(id, "본인 확인".into(), &actor, &quiet(), T0).await.unwrap();
    assert_eq!(texts(id).await, Err(Refusal::NotHeld));
    for id in [id, plain] {
        bench.store.claim(id, minsu, MANY, T0).await.unwrap().unwrap();
    }
    assert_eq!((texts(id).await, texts(plain).await), (Ok(true), Ok(false)));
    let number = bench.store.reveal(id, "전화".into(), &actor, &quiet(), T0).await.unwrap();
    assert_eq!(number, Err(Refusal::NumberNotShown));
    let told: String = bench.value(
        "SELECT group_concat(conversation_id || ' ' || detail || ' ' || reason || ' ' || length(subjects), '; ')
         FROM (SELECT * FROM access WHERE action = 'reveal' ORDER BY seq)",
    );
    let expected = format!(
        "{id} texts: refused 본인 확인 0; {id} texts 본인 확인 24; {plain} texts: nothing masked 본인 확인 0; \
         {id} number: refused 전화 0"
    );
    assert_eq!(told, expected, "who was shown nothing names no citizen");
    let notes: String = bench.value("SELECT group_concat(conversation_id || ' ' || kind) FROM note");
    assert_eq!(notes, format!("{id} reveal_texts"));
}

/// What a supervisor wrote about a consultation, and what the counselor said to it, goes with the consultation's words; marks stay.
#[tokio::test]
async fn reviews_lose_their_words_with_the_consultation_and_keep_their_marks() {
    use crate::domain::review::Mark;
    let bench = Bench::new();
    let (minsu, boss) = (bench.counselor("minsu").await, bench.supervisor("boss").await);
    let (minsu_acts, boss_acts) = (bench.store.person(minsu).await, bench.store.person(boss).await);
    for (key, citizen) in [("a", MINSU), ("b", JIYEONG)] {
        let id = bench.consultation(key, citizen, minsu, T0).await;
        let marks = vec![Mark { point: "speed".into(), mark: 3, of: 5 }];
        let new = NewReview { conversation_id: id, counselor: None, marks, comment: SECRET.into() };
        let review = bench.store.write_review(new, &boss_acts, T0).await.unwrap().unwrap();
        if key == "a" {
            bench.store.answer_review(review, ANSWER.into(), &minsu_acts, T0).await.unwrap().unwrap();
        }
    }
    bench.erase(MINSU, false, T0 + DAY).await.unwrap();
    let of_minsu = bench.store.reviews(None, 10, &minsu_acts).await.unwrap();
    let words: Vec<_> =
        of_minsu.iter().map(|r| (r.comment.reveal(), r.answer.as_ref().map(MessageText::reveal))).collect();
    assert_eq!(words, [(SECRET, None), ("", Some(""))]);
    assert!(of_minsu.iter().all(|review| review.marks.len() == 1));
    let (sums, counts) = bench.store.review_sums((T0, T0 + 1), None, None).await.unwrap();
    assert_eq!((sums.len(), sums[0].marks, sums[0].of, counts[&minsu]), (1, 6, 10, 2));
    assert!(
        bench
            .store
            .reviews(None, 10, &bench.store.person(bench.counselor("other").await).await)
            .await
            .unwrap()
            .is_empty()
    );
    // Nothing new is said about words that are gone.
    let (erased, kept) = (of_minsu[1].conversation_id, of_minsu[0].id);
    let new = NewReview {
        conversation_id: erased,
        counselor: Some("minsu".into()),
        marks: Vec::new(),
        comment: String::new(),
    };
    assert_eq!(bench.store.write_review(new, &boss_acts, T0).await.unwrap(), Err(Refusal::NotReviewable));
    bench.erase(JIYEONG, false, T0 + DAY).await.unwrap();
    let late = bench.store.answer_review(kept, "늦은 답".into(), &minsu_acts, T0 + DAY).await.unwrap();
    assert_eq!(late, Err(Refusal::AlreadyAnswered));
}
