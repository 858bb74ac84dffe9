//! Photos: wanted with their text, kept only once they are on disk, lost aloud, and sent with an answer.

use super::*;
use crate::domain::media::{MediaRef, PhotoLimits, What};
use crate::domain::photo::{
    FileKind, FilmKind, Kept, Loss, LostAs, MAX_PHOTOS, Measured, PhotoKind, PhotoState, VoiceKind,
};

const IS: Measured = Measured { kind: PhotoKind::Jpeg, width: 40, height: 30 };
const KEPT: Kept = Kept { kind: FileKind::Photo(PhotoKind::Jpeg), pixels: Some((40, 30)) };

fn photo(why: Loss) -> LostAs {
    LostAs { what: What::Photo, why }
}

fn media(n: usize) -> Vec<MediaRef> {
    let one = |n| MediaRef {
        handle: format!("handle-{n}"),
        name: Some("../../etc/passwd".to_owned()),
        content_type: Some("image/jpeg".to_owned()),
        n_bytes: None,
    };
    (0..n).map(one).collect()
}

pub(super) fn text_with(key: &str, citizen: &str, n_photos: usize) -> InboundItem {
    let InboundItem::Text(text) = text(key, citizen, "") else { unreachable!() };
    InboundItem::Text(InboundText { media: media(n_photos), ..text })
}

fn bytes(of: &str) -> Arc<[u8]> {
    of.as_bytes().into()
}

impl Bench {
    /// A text with photos comes in; the numbers of the photos.
    async fn photos_in(&self, key: &str, n: usize, now: i64) -> Vec<i64> {
        self.accept(vec![text_with(key, MINSU, n)], now).await.unwrap();
        self.store.wanted_photos(100, now).await.unwrap().iter().map(|photo| photo.id).collect()
    }

    async fn tell(&self, now: i64) -> usize {
        self.store.report_lost_photos(&talkative(), now).await.unwrap()
    }

    /// Hands in a photo and sends it with an answer; the text that leaves.
    async fn photo_out(&self, counselor: i64, key: &str) -> (i64, Decided<WrittenReply>) {
        let conversation = self.text_in(MINSU, T0).await;
        self.store.claim(conversation, counselor, MANY, T0).await.unwrap().unwrap();
        let photo = self.store.hand_in(counselor, bytes("jpeg"), IS, T0).await.unwrap();
        let photos = Some(ReplyPhotos { ids: vec![photo.id], limits: Some(PhotoLimits::KOREAN) });
        let new = NewReply { photos, ..super::replies::new_reply(conversation, key, &["약도"]) };
        (conversation, self.store.answer_as(counselor, new, T0).await.unwrap())
    }
}

/// Does once what happens to photos all day.
pub(super) async fn a_day(bench: &Bench, counselor: i64) {
    let wanted = bench.store.wanted_photos(9, T0).await.unwrap();
    bench.store.keep_photo(wanted[0].id, bytes("a photo"), KEPT, T0).await.unwrap();
    bench.store.put_off_photo(wanted[1].id, T0).await.unwrap();
    bench.store.lose_photo(wanted[2].id, photo(Loss::Gone)).await.unwrap();
    bench.tell(T0).await;
    bench.store.photo(wanted[0].id, &everybody()).await.unwrap().unwrap();
    let handed_in = bench.store.hand_in(counselor, bytes("jpeg"), IS, T0).await.unwrap();
    let text = bench.queue(MINSU, Lane::Reply, T0).await;
    let attached =
        bench.store.write(move |conn| crate::store::photo::attach(conn, text, &[handed_in.id], T0));
    attached.await.unwrap();
    for text in bench.lease(1, T0).await {
        bench.store.photos_of(&text).await.unwrap();
        bench.outcome(&text, not_taken(T0), T0).await;
    }
    bench.store.sweep_photos(T0).await.unwrap();
}

#[tokio::test]
async fn a_text_is_kept_with_what_came_with_it_once() {
    let bench = Bench::new();
    assert_eq!(bench.photos_in("a", 2, T0).await.len(), 2);
    assert_eq!(bench.photos_in("a", 2, T0 + 1).await.len(), 2, "the same text again brings nothing");
    let wanted = bench.store.wanted_photos(1, T0).await.unwrap().remove(0);
    assert_eq!((wanted.carrier.as_str(), wanted.media.handle.as_str()), (CARRIER, "handle-0"));
    assert_eq!((wanted.since, wanted.n_attempts), (T0, 0));
    bench.store.put_off_photo(wanted.id, T0 + 500).await.unwrap();
    assert_eq!(bench.store.wanted_photos(9, T0 + 499).await.unwrap().len(), 1);
    let due = bench.store.wanted_photos(9, T0 + 500).await.unwrap();
    assert_eq!((due[1].id, due[1].n_attempts), (wanted.id, 1));
}

#[tokio::test]
async fn a_phones_plan_of_a_message_is_no_photo() {
    let bench = Bench::new();
    let InboundItem::Text(mut text) = text_with("a", MINSU, 2) else { unreachable!() };
    text.media[0].content_type = Some("Application/smil; charset=utf-8".to_owned());
    bench.accept(vec![InboundItem::Text(text)], T0).await.unwrap();
    assert_eq!(bench.value::<String>("SELECT group_concat(handle) FROM photo"), "handle-1");
}

#[tokio::test]
async fn more_than_we_take_is_one_loss() {
    let bench = Bench::new();
    assert_eq!(bench.photos_in("a", 5_000, T0).await.len(), MAX_PHOTOS);
    assert_eq!(bench.count("photo"), 1 + MAX_PHOTOS as i64);
    assert_eq!(bench.value::<String>("SELECT trouble FROM photo WHERE state = 'lost'"), "too_many");
}

#[tokio::test]
async fn a_photo_counts_as_kept_only_once_its_bytes_are_on_disk() {
    let bench = Bench::new();
    let photos = bench.photos_in("a", 1, T0).await;
    bench.route(T0).await;
    // The last life ended between the file and the row.
    bench.store.put_file(bytes("a photo")).await.unwrap();
    assert_eq!(bench.store.wanted_photos(9, T0).await.unwrap().len(), 1, "it is fetched again");
    bench.store.keep_photo(photos[0], bytes("a photo"), KEPT, T0 + 1).await.unwrap();
    let (info, found) = bench.store.photo(photos[0], &everybody()).await.unwrap().unwrap();
    assert_eq!(found.unwrap().bytes().unwrap(), b"a photo");
    assert_eq!((info.what, info.kept), (What::Photo, Some(KeptAs { is: KEPT, n_bytes: 7 })));
    assert_eq!(bench.n_events("kind = 'photo_kept' AND conversation_id = 1 AND message_id = 1"), 1);
    assert_eq!(bench.value::<String>("SELECT handle || coalesce(claimed_name, '') FROM photo"), "");
    // Whatever comes now comes too late.
    let late = bench.store.keep_photo(photos[0], bytes("another"), KEPT, T0 + 2).await;
    assert!(matches!(late, Err(StoreError::Conflict(_))), "{late:?}");
    assert!(matches!(
        bench.store.lose_photo(photos[0], photo(Loss::Gone)).await,
        Err(StoreError::Conflict(_))
    ));
    let detail = bench.store.shown(1).await;
    assert!(matches!(&detail.messages[0], Message::In { photos, .. } if photos == &[info]));
    assert_eq!(detail.summary.n_last_photos, 1);
}

#[tokio::test]
async fn a_file_that_went_missing_is_damage() {
    let bench = Bench::new();
    let photos = bench.photos_in("a", 1, T0).await;
    bench.store.keep_photo(photos[0], bytes("a photo"), KEPT, T0).await.unwrap();
    std::fs::remove_dir_all(bench.folder.path().join("munja.db-photos")).unwrap();
    let found = bench.store.photo(photos[0], &everybody()).await;
    assert!(matches!(found, Err(StoreError::Corrupt(_))), "{found:?}");
    assert!(matches!(bench.store.photo(99, &everybody()).await, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn a_loss_is_told_once_to_both() {
    let bench = Bench::new();
    let photos = bench.photos_in("a", 3, T0).await;
    for one in &photos[..2] {
        bench.store.lose_photo(*one, photo(Loss::Gone)).await.unwrap();
    }
    assert_eq!(bench.tell(T0).await, 0, "not before its text stands in a conversation");
    bench.route(T0).await;
    assert_eq!((bench.tell(T0).await, bench.tell(T0).await), (1, 0));
    assert_eq!((bench.count("outbox"), bench.n_events("kind = 'photo_lost' AND detail = 'gone'")), (1, 1));
    assert_eq!(bench.value::<i64>("SELECT lane FROM outbox"), Lane::Notice.as_i64());
    // The third of the same text, hours later: the counselor hears of it, the citizen has been told.
    bench.store.lose_photo(photos[2], photo(Loss::NotInTime)).await.unwrap();
    assert_eq!(bench.tell(T0 + 6 * HOUR).await, 1);
    assert_eq!((bench.count("outbox"), bench.n_events("kind = 'photo_lost'")), (1, 2));
    // Another text, sent after the citizen was told: a minute later and long after.
    for (key, now, n) in
        [("b", T0 + 7 * HOUR, 2), ("c", T0 + 7 * HOUR + MINUTE, 3), ("d", T0 + 2 * 24 * HOUR, 4)]
    {
        let one = bench.photos_in(key, 1, now).await[0];
        bench.store.lose_photo(one, photo(Loss::TooLarge)).await.unwrap();
        bench.route(now).await;
        assert_eq!(bench.tell(now).await, 1, "{key}");
        assert_eq!(bench.count("outbox"), n, "{key}");
    }
}

/// Two texts come, and the photo of one is lost before that of the other: one notice speaks for both.
#[tokio::test]
async fn one_notice_speaks_for_all_that_came_before_it() {
    let bench = Bench::new();
    let one = bench.photos_in("a", 1, T0).await[0];
    let other = *bench.photos_in("b", 1, T0 + 1).await.last().unwrap();
    bench.route(T0 + 1).await;
    for (lost, now) in [(one, T0 + MINUTE), (other, T0 + 2 * MINUTE)] {
        bench.store.lose_photo(lost, photo(Loss::Gone)).await.unwrap();
        assert_eq!(bench.tell(now).await, 1);
    }
    assert_eq!((bench.count("outbox"), bench.n_events("kind = 'photo_lost'")), (1, 2));
}

#[tokio::test]
async fn a_late_text_loses_its_photos_without_a_text_to_the_citizen() {
    let bench = Bench::new();
    assert_eq!(bench.accept_late(text_with("a", MINSU, 1), HOUR, T0).await.n_late, 1);
    let one = bench.store.wanted_photos(1, T0).await.unwrap()[0].id;
    bench.route(T0).await;
    bench.store.lose_photo(one, photo(Loss::Gone)).await.unwrap();
    assert_eq!(bench.tell(T0).await, 1);
    assert_eq!((bench.count("outbox"), bench.n_events("kind = 'photo_lost'")), (0, 1));
}

#[tokio::test]
async fn a_machine_is_not_texted() {
    let bench = Bench::new();
    bench.accept(vec![text_with("a", "1588-1234", MAX_PHOTOS + 1)], T0).await.unwrap();
    bench.route(T0).await;
    assert_eq!(bench.tell(T0).await, 1);
    assert_eq!((bench.count("outbox"), bench.n_events("kind = 'photo_lost'")), (0, 1));
}

#[tokio::test]
async fn a_text_that_gets_another_number_keeps_its_photos_and_takes_them_with_it() {
    let bench = Bench::new();
    bench.photos_in("a", 2, T0).await;
    bench.outside("PRAGMA foreign_keys = ON; UPDATE inbox SET id = 70");
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM photo WHERE inbox_id = 70"), 2);
    bench.outside("PRAGMA foreign_keys = ON; DELETE FROM inbox");
    assert_eq!(bench.count("photo"), 0);
}

#[tokio::test]
async fn a_photo_goes_with_an_answer() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let (_, outcome) = bench.photo_out(minsu, "k").await;
    let Ok(WrittenReply { messages, .. }) = outcome else { panic!("{outcome:?}") };
    let [Message::Out { kind: OutboundKind::Mms, photos, .. }] = &messages[..] else {
        panic!("{messages:?}")
    };
    assert_eq!(photos.len(), 1);
    assert_eq!(bench.value::<String>("SELECT kind FROM outbox"), "lms");

    let leased = bench.lease(9, T0).await.remove(0);
    assert_eq!((leased.kind, leased.photos.len()), (OutboundKind::Mms, 0));
    let photos = bench.store.photos_of(&leased).await.unwrap();
    assert_eq!((photos[0].name.as_str(), photos[0].jpeg.as_ref()), ("photo1.jpg", b"jpeg".as_slice()));

    // Nobody knows whether it left, and a person sends it again: with its photo.
    bench.outcome(&leased, Outcome::NoAnswer { ask_at: T0, code: None }, T0).await;
    assert_eq!(bench.store.in_doubt_due(9, T0).await.unwrap()[0].text.kind, OutboundKind::Mms);
    bench.answer(&leased, LookupResult::CannotTell, T0).await;
    bench.store.settle_by(leased.id, minsu, true, T0).await.unwrap().unwrap();
    let again = bench.lease(9, T0).await.remove(0);
    assert_ne!(again.id, leased.id);
    assert_eq!(bench.store.photos_of(&again).await.unwrap(), photos);
}

#[tokio::test]
async fn only_ones_own_photos_as_the_carrier_takes_them() {
    let bench = Bench::new();
    let (minsu, jiyeong) = (bench.counselor("minsu").await, bench.counselor("jiyeong").await);
    let conversation = bench.text_in(MINSU, T0).await;
    bench.store.claim(conversation, minsu, MANY, T0).await.unwrap().unwrap();
    let mine = bench.store.hand_in(minsu, bytes("mine"), IS, T0).await.unwrap().id;
    assert_eq!(bench.store.hand_in(minsu, bytes("mine"), IS, T0).await.unwrap().id, mine);
    let theirs = bench.store.hand_in(jiyeong, bytes("mine"), IS, T0).await.unwrap().id;
    assert_ne!(theirs, mine);
    let (me, other) = (bench.store.person(minsu).await, bench.store.person(jiyeong).await);
    assert!(bench.store.photo(mine, &me).await.unwrap().is_ok());
    assert!(matches!(bench.store.photo(mine, &other).await, Err(StoreError::NotFound)));
    let limits = PhotoLimits::KOREAN;
    let takes = Some(limits);
    for (ids, limits) in [
        (vec![theirs], takes),
        (vec![mine, 99], takes),
        (vec![mine, mine], takes),
        (vec![mine], Some(PhotoLimits { n_bytes: 3, ..limits })),
        (vec![mine], Some(PhotoLimits { width: 39, ..limits })),
        (vec![mine], Some(PhotoLimits { n: 0, ..limits })),
        (vec![mine], None),
    ] {
        let photos = Some(ReplyPhotos { ids: ids.clone(), limits });
        let new = NewReply { photos, ..super::replies::new_reply(conversation, "k", &["약도"]) };
        let outcome = bench.store.answer_as(minsu, new, T0).await.unwrap();
        assert_eq!(outcome, Err(Refusal::NoSuchPhoto), "{ids:?} {limits:?}");
    }
    assert_eq!((bench.count("outbox"), bench.count("reply")), (0, 0));
}

#[tokio::test]
async fn what_was_handed_in_is_forgotten_after_a_day_and_what_was_sent_is_not() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    bench.photo_out(minsu, "k").await.1.unwrap();
    bench.store.sweep_photos(T0 + 24 * HOUR).await.unwrap();
    assert_eq!(bench.count("photo"), 2);
    bench.store.sweep_photos(T0 + 24 * HOUR + 1).await.unwrap();
    assert_eq!(
        bench.value::<i64>("SELECT count(*) FROM photo WHERE outbox_id IS NOT NULL"),
        bench.count("photo")
    );
    let leased = bench.lease(9, T0).await.remove(0);
    assert_eq!(bench.store.photos_of(&leased).await.unwrap().len(), 1);
    assert_eq!(
        PhotoState::from_word(&bench.value::<String>("SELECT state FROM photo")),
        Some(PhotoState::Kept)
    );
}

fn film(kind: FilmKind) -> Kept {
    Kept { kind: FileKind::Film(kind), pixels: None }
}

#[tokio::test]
async fn films_and_voices_are_kept_like_photos_and_have_no_width() {
    let bench = Bench::new();
    let ids = bench.photos_in("a", 3, T0).await;
    bench.route(T0).await;
    let voice = Kept { kind: FileKind::Voice(VoiceKind::Amr), pixels: None };
    for (id, is) in ids.iter().zip([film(FilmKind::ThreeGp), voice, KEPT]) {
        bench.store.keep_photo(*id, bytes("its bytes"), is, T0).await.unwrap();
        let (info, file) = bench.store.photo(*id, &everybody()).await.unwrap().unwrap();
        assert_eq!((info.what, info.kept), (is.kind.what(), Some(KeptAs { is, n_bytes: 9 })));
        assert_eq!(file.unwrap().n_bytes(), 9);
    }
    let kinds = "SELECT group_concat(what || ' ' || kind || ' ' || coalesce(width, '-')) FROM photo";
    assert_eq!(bench.value::<String>(kinds), "film 3gp -,voice amr -,photo jpg 40");
}

#[tokio::test]
async fn the_database_refuses_what_no_rule_allows() {
    let bench = Bench::new();
    let id = bench.photos_in("a", 1, T0).await[0];
    bench.store.keep_photo(id, bytes("a film"), film(FilmKind::Mp4), T0).await.unwrap();
    let path = bench.folder.path().join("munja.db");
    let db = rusqlite::Connection::open(path).unwrap();
    for change in [
        "kind = 'exe'",
        "kind = 'amr'",
        "what = 'photo'",
        "what = 'song'",
        "width = 1",
        "n_bytes = 52428801",
        "n_bytes = NULL",
        "what = 'contact'",
    ] {
        let refused = db.execute(&format!("UPDATE photo SET {change}"), []);
        assert!(refused.unwrap_err().to_string().contains("CHECK"), "{change}");
    }
    db.execute("UPDATE photo SET kind = 'webm', n_bytes = 52428800", []).unwrap();
}

/// What the citizen is told of a lost file, in the words of their language.
#[tokio::test]
async fn a_loss_is_called_what_it_was() {
    let cases: [(&[(What, Loss)], &str); 8] = [
        (&[(What::Photo, Loss::Gone)], "사진을 받지 못했습니다. 사진을 다시 보내거나 글로 써 주세요."),
        (&[(What::Film, Loss::NotInTime)], "영상을 받지 못했습니다. 영상을 다시 보내거나 글로 써 주세요."),
        (&[(What::Voice, Loss::Broken)], "음성을 받지 못했습니다. 음성을 다시 보내거나 글로 써 주세요."),
        (&[(What::Film, Loss::TooLarge)], "영상을 받을 수 없습니다. 글로 써 주세요."),
        (&[(What::Contact, Loss::NotTaken)], "연락처를 받을 수 없습니다. 글로 써 주세요."),
        (&[(What::Pdf, Loss::NotTaken)], "파일을 받을 수 없습니다. 글로 써 주세요."),
        (
            &[(What::Contact, Loss::NotTaken), (What::Film, Loss::Gone)],
            "영상을 받지 못했습니다. 영상을 다시 보내거나 글로 써 주세요.",
        ),
        (
            &[(What::Photo, Loss::Gone), (What::Film, Loss::Gone)],
            "파일을 받지 못했습니다. 파일을 다시 보내거나 글로 써 주세요.",
        ),
    ];
    for (lost, expected) in cases {
        let bench = Bench::new();
        let ids = bench.photos_in("a", lost.len(), T0).await;
        bench.route(T0).await;
        for (id, (what, why)) in ids.iter().zip(lost) {
            bench.store.lose_photo(*id, LostAs { what: *what, why: *why }).await.unwrap();
        }
        assert_eq!(bench.tell(T0).await, 1);
        let told = bench.value::<String>("SELECT text FROM outbox WHERE notice = 'photo_lost'");
        assert!(told.ends_with(expected), "{told}");
    }
}

/// The files of photos that lie on disk.
fn on_disk(bench: &Bench) -> Vec<std::path::PathBuf> {
    let inside = |folder: &std::path::Path| -> Vec<std::path::PathBuf> {
        std::fs::read_dir(folder)
            .map_or_else(|_| Vec::new(), |all| all.map(|one| one.unwrap().path()).collect())
    };
    inside(&bench.folder.path().join("munja.db-photos")).iter().flat_map(|folder| inside(folder)).collect()
}

/// A photo whose file a clock wrote that was ahead, and one that is still being fetched when its person is erased.
#[tokio::test]
async fn no_photo_of_who_was_erased_is_left_whatever_the_clock_said() {
    let bench = Bench::new();
    let ids = bench.photos_in("1", 2, T0).await;
    bench.route(T0).await;
    bench.store.keep_photo(ids[0], bytes("a photo"), KEPT, T0).await.unwrap();
    let ahead = std::time::SystemTime::now() + std::time::Duration::from_secs(40 * 86_400);
    std::fs::File::open(&on_disk(&bench)[0]).unwrap().set_modified(ahead).unwrap();
    bench.erase(MINSU, true, T0 + 1).await.unwrap();
    assert!(on_disk(&bench).is_empty());
    let late = bench.store.keep_photo(ids[1], bytes("another"), KEPT, T0 + 2).await;
    assert!(matches!(late, Err(StoreError::NotFound)), "{late:?}");
    assert!(on_disk(&bench).is_empty());
}

/// An erasure that is cut off after its transaction: the file is removed by the next sweep, however young it was.
#[tokio::test]
async fn an_erasure_that_was_cut_off_leaves_its_photos_to_the_next_sweep() {
    let bench = Bench::new();
    let ids = bench.photos_in("1", 2, T0).await;
    bench.route(T0).await;
    bench.store.keep_photo(ids[0], bytes("a photo"), KEPT, T0).await.unwrap();
    bench.store.keep_photo(ids[1], bytes("another"), KEPT, T0).await.unwrap();
    let files = Arc::clone(&bench.store.files);
    let cut_off = bench.store.write(move |conn| {
        let sql = "DELETE FROM photo WHERE id = ?1 RETURNING sha256";
        let hash: crate::store::photo::Hash = conn.query_row(sql, [ids[0]], |r| r.get(0))?;
        let sql = "SELECT sha256 FROM photo WHERE id = ?1";
        let named = conn.query_row(sql, [ids[1]], |r| r.get(0))?;
        crate::store::photo::let_go(conn, &files, &[hash, named].into())
    });
    cut_off.await.unwrap();
    assert_eq!(on_disk(&bench).len(), 2);
    assert_eq!(bench.store.sweep_photos(T0).await.unwrap(), 1);
    assert_eq!(on_disk(&bench).len(), 1, "what a row names stays");
}
