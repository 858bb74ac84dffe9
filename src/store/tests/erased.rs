//! Who was erased stays away after a restore, by whatever way they might come back; and the list of who was erased beside the
//! database keeps that promise, or says that it cannot.

use super::privacy::files_with;
use super::recovery::listed;
use super::*;
use crate::domain::access::Who;
use crate::domain::data_key::DataKeys;
use crate::domain::key_mark::KeyMark;
use crate::domain::recovery::Listed;
use crate::domain::search::{Place, Words};

const DAY: i64 = 24 * HOUR;
/// What they write after they were erased.
const YOUNG: &str = "막차가 23시인가요?";

/// A copy of a database, as `munjad backup` makes it.
struct Copy(TempDir);

impl Copy {
    fn path(&self) -> PathBuf {
        self.0.path().join("munja.db")
    }

    /// Of the database as it is at `made_at`; it will be put back at `put_back_at`.
    fn of(bench: &Bench, made_at: i64, put_back_at: i64) -> Copy {
        let copy = Copy(tempfile::tempdir().unwrap());
        let held = copy_database(&bench.path(), &copy.path(), &DataKeys::none()).unwrap();
        let of = ReplacedCopy {
            made_at,
            last_event_seq: held.last_event_seq,
            carrier: CARRIER.to_owned(),
            by: Who::operator("root".into()),
        };
        Store::begin_recovery(&copy.path(), &of, &DataKeys::none(), put_back_at).unwrap();
        copy
    }

    /// Put back where that database was: its key and its list of who was erased lie there.
    fn put_back(self, bench: &Bench) -> Bench {
        std::fs::copy(key_file(&bench.path()), key_file(&self.path())).unwrap();
        std::fs::copy(erased_file(&bench.path()), erased_file(&self.path())).unwrap();
        let store = Store::open(&self.path(), &StoreOptions::default()).unwrap();
        assert!(store.has_its_pseudonym_key());
        let eye = Connection::open(self.path()).unwrap();
        Bench { store, eye, folder: self.0 }
    }
}

/// A consultation, a copy with it, the erasure a day later; the copy is put back after so many days. With the conversation's number.
async fn erased_and_put_back(days: i64) -> (Bench, i64) {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.consultation("a", MINSU, minsu, T0).await;
    let copy = Copy::of(&bench, T0 + MINUTE, T0 + days * DAY);
    bench.erase(MINSU, false, T0 + DAY).await.unwrap();
    (copy.put_back(&bench), id)
}

impl Bench {
    async fn honour(&self, now: i64) -> Honoured {
        self.store.honour_erasures(&quiet(), now).await.unwrap()
    }

    /// Answered with `네, 23시입니다`, and closed.
    async fn answered_and_closed(&self, id: i64, minsu: i64, now: i64) {
        self.store.claim(id, minsu, MANY, now).await.unwrap().unwrap();
        let new = super::replies::new_reply(id, "young", &["네, 23시입니다"]);
        self.store.answer_as(minsu, new, now).await.unwrap().unwrap();
        let closing = Closing { reason: Some("다시 물어봄".into()), ..Closing::default() };
        self.store.close(id, minsu, closing, now).await.unwrap().unwrap();
    }

    /// What else may stand in a conversation, once of before and once of `now`.
    async fn with_rows_of_both_times(&self, id: i64, minsu: i64, now: i64) {
        self.store
            .by(id, minsu, Command::Note { text: "새 메모".into() }, &quiet(), now)
            .await
            .unwrap()
            .unwrap();
        for (boss, at, word) in [("boss", T0, "옛"), ("chief", now, "새")] {
            let boss = self.counselor(boss).await;
            self.outside(&format!(
                "INSERT INTO reminder (conversation_id, counselor_id, due_at, text, created_at)
                     VALUES ({id}, {minsu}, {at}, '{word} 알림', {at});
                 INSERT INTO survey (conversation_id, asked_at, answered_at, comment)
                     VALUES ({id}, {at}, {at}, '{word} 말');
                 INSERT INTO review (conversation_id, counselor_id, reviewer_id, reviewed_at, comment, answer, answered_at)
                     VALUES ({id}, {minsu}, {boss}, {at}, '{word} 말', '{word} 말', {at});
                 INSERT INTO draft (counselor_id, conversation_id, text, based_on, begun_at, saved_at)
                     VALUES ({boss}, {id}, '{word} 글', 1, {at}, {at});
                 INSERT INTO photo (inbox_id, position, carrier, handle, state, created_at, what, trouble)
                     SELECT id, 0, carrier, 'handle', 'lost', {at}, 'photo', 'gone' FROM inbox
                     WHERE conversation_id = {id} AND received_at = {at}"
            ));
        }
    }

    /// How many texts, answers and notes with these words are found.
    async fn found(&self, words: &str) -> usize {
        let filter = SearchFilter { words: Words::parse(words), ..SearchFilter::default() };
        self.store.search(filter, Place::START, 50, &everybody()).await.unwrap().hits.len()
    }

    fn assert_nowhere(&self) {
        let left = files_with(self.folder.path(), &[MINSU, "10-1111-0000"]);
        assert!(left.is_empty(), "{left:#?}");
    }
}

#[tokio::test]
async fn a_carriers_list_of_sent_texts_brings_nobody_back() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    bench.consultation("a", MINSU, minsu, T0).await;
    bench.consultation("b", JIYEONG, minsu, T0).await;
    let copy = Copy::of(&bench, T0 + MINUTE, T0 + 2 * DAY);
    bench.consultation("c", MINSU, minsu, T0 + HOUR).await;
    assert!(bench.erase(MINSU, false, T0 + DAY).await.unwrap().not_kept.is_none());
    let back = copy.put_back(&bench);
    assert_eq!(back.honour(T0 + 2 * DAY).await.n, 1);
    let before = |name, mark| listed(name, Some(mark), MINSU, T0 + HOUR);
    let sent = vec![
        before("m", KeyMark::Answer),
        before("n", KeyMark::Notice("receipt")),
        listed("o", Some(KeyMark::Answer), JIYEONG, T0 + HOUR),
    ];
    for n_new in [1, 0] {
        let found = back.read_back(sent.clone(), T0 + 2 * DAY).await;
        assert_eq!((found.n_erased, found.n_answers, found.n_notices), (2, n_new, 0));
        assert_eq!(back.recovery().await.lists[0].n_erased, 2, "and the operator sees it");
    }
    back.assert_nowhere();
    assert_eq!(back.value::<i64>("SELECT count(*) FROM conversation WHERE close_reason = 'recovery'"), 0);
    // Nor does the nightly comparison miss them, or whom it has.
    let named = |text: &Listed| (text.carrier_message_id.clone(), text.to.clone().unwrap(), text.at);
    let left_out = back.store.left_out(CARRIER, sent.iter().map(named).collect()).await.unwrap();
    assert_eq!(left_out, ["m", "n"].map(str::to_owned).into());
    // Who has written again since, and was answered, is somebody else.
    let after = vec![listed("p", Some(KeyMark::Answer), MINSU, T0 + DAY + HOUR)];
    let found = back.read_back(after, T0 + 2 * DAY).await;
    assert_eq!((found.n_erased, found.n_answers), (0, 1));
    assert_eq!(back.value::<i64>(&format!("SELECT count(*) FROM outbox WHERE citizen = '{MINSU}'")), 1);
}

/// A text of the copy is in doubt and stands in the way, until the list has told what became of it.
#[tokio::test]
async fn who_cannot_be_erased_at_the_start_is_erased_after_the_lists() {
    let bench = Bench::new();
    let id = bench.queue(MINSU, Lane::Reply, T0).await;
    let copy = Copy::of(&bench, T0, T0 + 2 * DAY);
    let key: String = bench.value(&format!("SELECT client_key FROM outbox WHERE id = {id}"));
    bench.all_leave(T0 + MINUTE).await;
    bench.erase(MINSU, true, T0 + DAY).await.unwrap();
    let back = copy.put_back(&bench);
    assert_eq!(back.state(id), "in_doubt");
    let now = T0 + 2 * DAY;
    let again = back.honour(now).await;
    assert_eq!((again.n, again.n_left), (0, 1));
    let mut ours = listed("x", None, MINSU, T0 + MINUTE);
    ours.key = crate::domain::outbound::ClientKey::parse(&key);
    let other = listed("y", Some(KeyMark::Answer), MINSU, T0 + HOUR);
    let found = back.read_back(vec![ours, other], now).await;
    assert_eq!((found.n_settled, found.n_erased, found.n_answers), (1, 1, 0), "the file knows of them");
    let again = back.honour(now).await;
    assert_eq!((again.n, again.n_left), (1, 0));
    back.assert_nowhere();
}

/// The list was not there, or torn, while the carrier's lists were read: it is put right afterwards.
#[tokio::test]
async fn a_list_that_is_mended_later_still_counts() {
    let bench = Bench::new();
    let copy = Copy::of(&bench, T0 - MINUTE, T0 + 2 * DAY);
    let minsu = bench.counselor("minsu").await;
    bench.consultation("a", MINSU, minsu, T0).await;
    bench.consultation("b", "01022220000", minsu, T0).await;
    bench.erase(MINSU, false, T0 + DAY).await.unwrap();
    bench.erase("01022220000", false, T0 + DAY).await.unwrap();
    let back = copy.put_back(&bench);
    let list = std::fs::read(erased_file(&back.path())).unwrap();
    std::fs::remove_file(erased_file(&back.path())).unwrap();
    let now = T0 + 2 * DAY;
    assert_eq!(back.honour(now).await.n, 0);
    // The carrier lists a text of the one, and what was sent to the other. The first has written again.
    let again = vec![dated(text("a", MINSU, "네"), T0)];
    back.store.accept_inbound(CARRIER, b"x".to_vec(), again, None, now).await.unwrap();
    back.route(now).await;
    let sent = listed("n", Some(KeyMark::Answer), "01022220000", T0 + HOUR);
    assert_eq!(back.read_back(vec![sent], now).await.n_erased, 0);
    std::fs::write(erased_file(&back.path()), list).unwrap();
    let honoured = back.honour(now).await;
    assert_eq!((honoured.n, honoured.n_left), (2, 0));
    back.assert_nowhere();
    assert!(files_with(back.folder.path(), &["01022220000", "10-2222-0000"]).is_empty());
}

/// What stands in no conversation: a text that was not routed yet, an item that could not be read, and the carrier's page.
#[tokio::test]
async fn what_stands_in_no_conversation_brings_nobody_back() {
    let bench = Bench::new();
    let raw = format!("<from {MINSU}>");
    bench.accept(vec![unreadable(&raw)], T0).await.unwrap();
    bench.accept(vec![text("a", MINSU, "네")], T0).await.unwrap();
    let copy = Copy::of(&bench, T0, T0 + 2 * DAY);
    bench.route(T0).await;
    bench.erase(MINSU, true, T0 + DAY).await.unwrap();
    let back = copy.put_back(&bench);
    let now = T0 + 2 * DAY;
    assert_eq!(back.honour(now).await.n_left, 1, "it is being routed");
    back.route(now).await;
    assert_eq!(back.honour(now).await.n, 1);
    back.assert_nowhere();
    // The carrier lists both again.
    let again = vec![unreadable(&raw), dated(text("a", MINSU, "네"), T0)];
    let walked = back.store.accept_inbound(CARRIER, raw.into_bytes(), again, None, now).await.unwrap();
    assert_eq!((walked.n_new, walked.n_quarantined), (0, 0));
    back.assert_nowhere();
}

#[tokio::test]
async fn receipts_of_texts_that_the_copy_does_not_know_bring_nobody_back() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    bench.consultation("a", MINSU, minsu, T0).await;
    let copy = Copy::of(&bench, T0 + MINUTE, T0 + 2 * DAY);
    bench.erase(MINSU, false, T0 + DAY).await.unwrap();
    let back = copy.put_back(&bench);
    let now = T0 + 2 * DAY;
    back.honour(now).await;
    let page = |to: &str| format!("{{\"to\":\"{to}\"}}");
    let items = |n: &str, raw: String| {
        let unknown = receipt(n, None, ReceiptStatus::Unknown, "99");
        vec![unknown, ReceiptItem::Unreadable { raw, reason: "no id".into() }]
    };
    for (n, to, n_kept) in [("1", "+82 10-1111-0000", 0), ("2", JIYEONG, 1)] {
        let raw = page(to);
        let applied = back.store.apply_receipts(CARRIER, raw.clone().into_bytes(), items(n, raw), now).await;
        assert_eq!(
            (applied.as_ref().unwrap().n_unknown, applied.unwrap().n_quarantined),
            (1, n_kept),
            "{to}"
        );
    }
    back.assert_nowhere();
    assert!(!files_with(back.folder.path(), &[JIYEONG]).is_empty(), "pages of others are kept");
}

#[tokio::test]
async fn what_began_after_the_erasure_stays() {
    let (back, _) = erased_and_put_back(40).await;
    let younger = back.text_in(MINSU, T0 + 39 * DAY).await;
    assert_eq!(back.honour(T0 + 40 * DAY).await.n, 1);
    let of_minsu = format!("SELECT group_concat(id) FROM conversation WHERE citizen = '{MINSU}'");
    assert_eq!(back.value::<String>(&of_minsu), younger.to_string());
    assert_eq!(back.conversation_state(younger), "waiting");
}

/// A conversation of the copy that the citizen wrote in again, after the erasure: what is of before goes, and nothing else.
#[tokio::test]
async fn what_came_after_the_erasure_stays_in_the_same_conversation() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let id = bench.consultation("a", MINSU, minsu, T0).await;
    let copy = Copy::of(&bench, T0 + MINUTE, T0 + 2 * HOUR);
    bench.erase(MINSU, false, T0 + HOUR).await.unwrap();
    let back = copy.put_back(&bench);
    let now = T0 + 3 * HOUR;
    back.accept(vec![dated(text("y", MINSU, YOUNG), now)], now).await.unwrap();
    back.route(now).await;
    assert_eq!(back.conversation_state(id), "waiting", "the same one");
    assert_eq!(back.honour(now).await.n_left, 1, "somebody is to answer it first");
    back.answered_and_closed(id, minsu, now).await;
    back.with_rows_of_both_times(id, minsu, now).await;
    while back.store.index_some().await.unwrap() > 0 {}
    let honoured = back.honour(now + HOUR).await;
    assert_eq!((honoured.n, honoured.n_left), (1, 0));
    for (columns, table, expected) in [
        ("text || ' ' || (citizen = '01011110000')", "inbox", " 0|막차가 23시인가요? 1"),
        (
            "text || ' ' || (citizen = '01011110000') || ' ' || state",
            "outbox",
            " 1 accepted|네, 23시입니다 1 queued",
        ),
        ("length(request_digest) > 0", "reply", "0|1"),
        ("text", "note", "|새 메모"),
        ("text", "reminder", "|새 알림"),
        ("comment", "survey", "|새 말"),
        ("comment || '/' || answer", "review", "/|새 말/새 말"),
        ("text", "draft", "새 글"),
    ] {
        let sql = format!(
            "SELECT group_concat(found, '|') FROM (SELECT {columns} AS found FROM {table} WHERE conversation_id = {id} ORDER BY rowid)"
        );
        let sql = if table == "draft" { sql.replace("rowid", "begun_at") } else { sql };
        assert_eq!(back.value::<String>(&sql), expected, "{table}");
    }
    let photos = "SELECT group_concat(i.carrier_message_key) FROM photo p JOIN inbox i ON i.id = p.inbox_id";
    assert_eq!(back.value::<String>(photos), "y");
    let stays = format!(
        "SELECT citizen || ' ' || close_reason || ' ' || (erased_at IS NULL) FROM conversation WHERE id = {id}"
    );
    assert_eq!(back.value::<String>(&stays), format!("{MINSU} 다시 물어봄 1"));
    assert_eq!((back.found("고양이").await, back.found("23시").await), (0, 2));
    assert_eq!(back.honour(now + HOUR).await.n, 0, "once");
    assert_eq!(back.store.examine_all(true, false).await.unwrap().troubles, []);
    // Nothing of it is in the way when they ask to be erased again.
    back.store.end_recovery("looked at".into(), true, now + HOUR).await.unwrap();
    back.erase(MINSU, true, now + 2 * HOUR).await.unwrap();
    back.store.rewrite().await.unwrap();
    assert!(back.store.empty_log().await.unwrap());
    back.assert_nowhere();
}

/// A text of before that the carrier listed again while nothing said that it was erased: by its time it is young, by its key it is not.
#[tokio::test]
async fn a_text_that_was_listed_again_goes_and_the_talk_around_it_stays() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let copy = Copy::of(&bench, T0 - MINUTE, T0 + 2 * HOUR);
    bench.consultation("a", MINSU, minsu, T0).await;
    bench.erase(MINSU, false, T0 + HOUR).await.unwrap();
    let back = copy.put_back(&bench);
    let list = std::fs::read(erased_file(&back.path())).unwrap();
    std::fs::remove_file(erased_file(&back.path())).unwrap();
    let now = T0 + 3 * HOUR;
    for (key, words, sent_at) in [("y", YOUNG, now), ("a", "고양이가 밤마다 노래합니다", T0)] {
        back.accept(vec![dated(text(key, MINSU, words), sent_at)], now).await.unwrap();
        back.route(now).await;
    }
    let id: i64 = back.value("SELECT min(id) FROM conversation");
    back.answered_and_closed(id, minsu, now).await;
    std::fs::write(erased_file(&back.path()), list).unwrap();
    assert_eq!(back.honour(now + HOUR).await.n, 1);
    let texts = format!(
        "SELECT group_concat(text, '|') FROM (SELECT text FROM inbox WHERE conversation_id = {id} ORDER BY id)"
    );
    assert_eq!(back.value::<String>(&texts), format!("{YOUNG}|"));
    let of_minsu = format!("SELECT count(*) FROM conversation WHERE citizen = '{MINSU}'");
    assert_eq!(back.value::<i64>(&of_minsu), 1);
    assert_eq!(back.value::<String>("SELECT text FROM outbox ORDER BY id DESC LIMIT 1"), "네, 23시입니다");
}

/// What cannot be read, and came after the erasure, is still to be looked at by a person.
#[tokio::test]
async fn an_item_that_came_later_is_not_emptied() {
    let (back, _) = erased_and_put_back(40).await;
    let later = format!("<from {MINSU} later>");
    back.accept(vec![unreadable(&later)], T0 + 39 * DAY).await.unwrap();
    assert_eq!(back.honour(T0 + 40 * DAY).await.n, 1);
    let left = "SELECT count(*) FROM quarantine WHERE settled_at IS NULL AND raw LIKE '%later%'";
    assert_eq!(back.value::<i64>(left), 1);
}

/// A hold for the law is stronger than an erasure of before.
#[tokio::test]
async fn who_is_held_for_the_law_is_not_erased_again() {
    let (back, id) = erased_and_put_back(2).await;
    let (operator, now) = (Actor::operator("test"), T0 + 2 * DAY);
    let hold = || HeldWhat::Conversation(id);
    back.store.hold_for_law(hold(), "court".into(), &operator, now).await.unwrap();
    let honoured = back.honour(now).await;
    assert_eq!((honoured.n, honoured.n_left), (0, 1));
    back.store.end_hold(hold(), "over".into(), &operator, now).await.unwrap();
    assert_eq!(back.honour(now).await.n, 1);
    back.assert_nowhere();
}

/// The list is filled in from the database whenever it lacks something; nothing half is called done.
#[tokio::test]
async fn the_list_of_who_was_erased_is_filled_in_or_nobody_is_erased() {
    let bench = Bench::new();
    let (minsu, file) = (bench.counselor("minsu").await, erased_file(&bench.path()));
    bench.consultation("a", MINSU, minsu, T0).await;
    bench.consultation("b", JIYEONG, minsu, T0).await;
    // Root may write everything: a folder is in the way.
    std::fs::create_dir(&file).unwrap();
    let erasure = Erasure { number: PhoneNumber::parse(MINSU), even_open: false };
    let refused = bench.store.erase_citizen(erasure, &everybody(), &quiet(), T0 + DAY).await;
    assert!(refused.unwrap_err().to_string().contains("munja.db-erased cannot be written"));
    assert_eq!((bench.count("erased_citizen"), bench.count("privacy_act")), (0, 0), "nothing was changed");
    std::fs::remove_dir(&file).unwrap();
    bench.erase(MINSU, false, T0 + DAY).await.unwrap();
    let whole = std::fs::read(&file).unwrap();
    assert_eq!(bench.store.keep_erasures().await.unwrap(), 0);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(bench.store.n_erasures_lacking().await.unwrap(), 2, "the person and the text");
    let honoured = bench.honour(T0 + DAY).await;
    assert!(honoured.not_kept.is_none() && honoured.unreadable.is_empty());
    assert_eq!(std::fs::read(&file).unwrap(), whole);
    // Cut off by a crash: the next erasure stands on its own line, and the torn one is named and filled in.
    let torn = whole.len() - 20;
    std::fs::write(&file, &whole[..torn]).unwrap();
    bench.erase(JIYEONG, false, T0 + 2 * DAY).await.unwrap();
    let honoured = bench.honour(T0 + 2 * DAY).await;
    assert_eq!((honoured.unreadable.len(), honoured.n_left), (1, 0));
    assert_eq!(bench.store.n_erasures_lacking().await.unwrap(), 0);
    // A file that cannot be written later is said.
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    assert!(bench.store.keep_erasures().await.is_err());
}

/// What lies beside a database that is to be begun must go with it; else nothing is made.
#[test]
fn nothing_is_begun_beside_what_does_not_go_with_it() {
    let line = format!("citizen {} 7 - -\n", "ab".repeat(16));
    for (ending, content, expected) in [
        ("-pseudonym-key", "short", "64 hexadecimal digits"),
        ("-erased", line.as_str(), "munja.db-pseudonym-key"),
        ("-erased", "citizen ab", "munja.db-pseudonym-key"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("munja.db");
        std::fs::write(beside(&path, ending), content).unwrap();
        let refused = Store::open(&path, &StoreOptions::default()).err().expect("refused").to_string();
        assert!(refused.contains(expected), "{refused}");
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1, "nothing was made beside {ending}");
    }
    // With the key of then, or with nobody in the list, it is begun.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("munja.db");
    std::fs::write(erased_file(&path), "# nobody\n").unwrap();
    drop(Store::open(&path, &StoreOptions::default()).unwrap());
    std::fs::write(erased_file(&path), line).unwrap();
    for ending in ["", "-wal", "-shm", ".made"] {
        drop(std::fs::remove_file(beside(&path, ending)));
    }
    assert!(Store::open(&path, &StoreOptions::default()).unwrap().has_its_pseudonym_key());
}
