//! Photos with the whole daemon over real sockets: in from a simulated phone (SMSGate), out by a simulated Bizgo.

use std::io::Cursor;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use image::{ImageFormat, Rgb, RgbImage};
use munja::api::wire::{ConversationDetail, MessageView, PhotoView, ReplyRequest, ReplyResponse};
use munja::domain::event::EventKind;
use munja::domain::media::PhotoLimits;
use munja::domain::photo::{MAX_BYTES, MAX_FILM_BYTES, PhotoKind, measure};
use munja::sim::{DialectKind, Endpoint, Fault, FaultRule, Sim, SimOptions};
use munja::store::{Store, StoreOptions};

use crate::harness::{
    CITIZEN, Carrier, Desk, Gateway, add_minsu, config_text, until, until_async, write_config,
};

/// An Android phone with the SMSGate app.
pub struct Phone(Carrier);

impl Phone {
    pub async fn start() -> Phone {
        let options = SimOptions {
            dialect: DialectKind::named("smsgate").unwrap(),
            api_key: "sms".to_owned(),
            api_secret: "SIM-KEY".to_owned(),
            mo_number: "01099990000".to_owned(),
            others_per_sec: 100_000,
            ..SimOptions::default()
        };
        Phone(Carrier::with(options).await)
    }

    fn sim(&self) -> &Sim {
        &self.0.sim
    }

    /// A citizen sends these, and no word.
    pub fn sends(&self, photos: &[&[u8]]) {
        let photos = photos.iter().map(|photo| Bytes::copy_from_slice(photo)).collect();
        self.sim().text_with_photos(CITIZEN, "", photos);
    }

    /// How often a photo was asked for.
    fn n_asked(&self) -> u64 {
        self.sim().ledger().requests.get("media").copied().unwrap_or(0)
    }

    fn config(&self) -> (&'static str, String) {
        let section = format!(
            "inbound = [\"smsgate\"]\noutbound = \"bizgo\"\n[carrier.smsgate]\nuser = \"sms\"\n\
             base_url = \"http://127.0.0.1:{}\"\npassword_file = \"key\"\nnumber = \"01099990000\"\n\
             sender = \"062120\"\nother_requests_per_sec = 1000\ntimeout_secs = 2",
            self.0.port
        );
        ("name = \"bizgo\"", section)
    }
}

pub fn picture(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb([(x * 7) as u8, (y * 5) as u8, (x ^ y) as u8]));
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub async fn gateway(phone: &Phone) -> Gateway {
    let (from, to) = phone.config();
    Gateway::with_files(Carrier::start().await, "", (from, &to), &[]).await
}

impl Gateway {
    /// The photos of the citizen's texts.
    async fn states(&self) -> Vec<String> {
        self.photos_in().await.into_iter().map(|photo| photo.state).collect()
    }

    async fn photos_in(&self) -> Vec<PhotoView> {
        let detail: Result<ConversationDetail, _> = self.desk.get("/v1/conversations/1").await;
        let messages = detail.map(|detail| detail.messages).unwrap_or_default();
        messages.iter().filter_map(MessageView::inbound).flat_map(|text| text.photos.clone()).collect()
    }
}

impl Desk {
    /// A photo's type and bytes.
    pub async fn photo(&self, id: i64) -> (String, Vec<u8>) {
        let url = format!("http://127.0.0.1:{}/v1/photos/{id}", self.port);
        let answer = self.ask(self.http.get(url)).await;
        let content_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
        (content_type, answer.bytes().await.unwrap().to_vec())
    }

    pub async fn hand_in(&self, file: Vec<u8>) -> PhotoView {
        let url = format!("http://127.0.0.1:{}/v1/photos", self.port);
        self.ask(self.http.post(url).body(file)).await.json().await.unwrap()
    }

    pub async fn reply_with(&self, to: &ConversationDetail, photos: Vec<i64>, key: &str) -> ReplyResponse {
        let request = ReplyRequest {
            text: "정류장 약도입니다.".into(),
            last_seen: to.last_inbound_id,
            photos,
            ..ReplyRequest::default()
        };
        let url = format!("http://127.0.0.1:{}/v1/conversations/1/replies", self.port);
        let request = self.http.post(url).json(&request).header("idempotency-key", key);
        self.ask(request).await.json().await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_comes_in_byte_by_byte_although_the_phone_stumbles() {
    let phone = Phone::start().await;
    let (png, jpeg) = (picture(ImageFormat::Png, 50, 40), picture(ImageFormat::Jpeg, 30, 20));
    phone.sim().add_fault(FaultRule::at(Endpoint::Media, Fault::ErrorBefore { status: 503 }).times(1));
    phone.sim().add_fault(FaultRule::at(Endpoint::Media, Fault::Truncate { at: 40 }).times(1));
    phone.sends(&[&png, &jpeg]);
    let gateway = gateway(&phone).await;
    until_async(&gateway.store, || async { gateway.states().await == ["kept", "kept"] }).await;
    let photos = gateway.photos_in().await;
    assert_eq!(gateway.desk.photo(photos[0].id).await, ("image/png".to_owned(), png));
    assert_eq!(gateway.desk.photo(photos[1].id).await, ("image/jpeg".to_owned(), jpeg));
    assert_eq!(phone.n_asked(), 4, "what is kept is not asked for again");
    // One file each, of names nobody chose, beside the database.
    let names: Vec<String> = files(&gateway.folder.path().join("munja.db-photos"));
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names.iter().all(|name| name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit())));
    // Nothing is lost, and nobody is told so.
    gateway.until(|b| b.n_outbound("delivered") == 1).await;
    assert!(gateway.sim().ledger().messages[0].text.contains("문자를 받았습니다"));
}

fn files(folder: &Path) -> Vec<String> {
    let entries = |folder: &Path| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let all = entries(folder).flat_map(|folder| entries(&folder).collect::<Vec<_>>());
    all.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_had_is_told_to_both_once() {
    let phone = Phone::start().await;
    phone.sim().add_fault(FaultRule::at(Endpoint::Media, Fault::ErrorBefore { status: 404 }));
    phone.sends(&[&picture(ImageFormat::Jpeg, 9, 9)]);
    let gateway = gateway(&phone).await;
    until_async(&gateway.store, || async { gateway.states().await == ["lost"] }).await;
    assert_eq!(phone.n_asked(), 3);
    phone.sim().clear_faults();
    let large = vec![0xff; MAX_FILM_BYTES + 1];
    phone.sends(&[b"<html>your session has expired</html>", &large, &picture(ImageFormat::Jpeg, 8, 8)]);
    until_async(&gateway.store, || async { gateway.states().await == ["lost", "lost", "lost", "kept"] })
        .await;
    let why: Vec<_> = gateway.photos_in().await.into_iter().filter_map(|photo| photo.why).collect();
    assert_eq!(why, ["gone", "broken", "too_large"]);
    assert_eq!(phone.n_asked(), 3 + 3 + 1, "too large is not even asked for");
    // The receipt text, and one word about the photos of each text.
    gateway.until(|b| b.n_outbound("delivered") == 3).await;
    let told = gateway.sim().ledger().messages;
    let lost: Vec<_> = told.iter().filter(|text| text.text.contains("사진을 받")).collect();
    assert_eq!((lost.len(), lost[0].to.as_str(), lost[0].kind.as_str()), (2, CITIZEN, "SMS"));
    let events = gateway.store.events_after(0, 1_000).await.unwrap();
    assert!(
        events.iter().any(|event| event.kind == EventKind::PhotoLost && event.conversation_id == Some(1))
    );
    assert_eq!(events.iter().filter(|event| event.kind == EventKind::PhotoKept).count(), 1);
}

/// A box of an MP4.
fn part(name: &str, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(8 + content.len()).unwrap().to_be_bytes();
    [&length, name.as_bytes(), content].concat()
}

/// A film with one track of pictures.
fn film(n_bytes: usize) -> Vec<u8> {
    let handler = [&[0; 8], b"vide".as_slice(), &[0; 12]].concat();
    let track = part("trak", &part("mdia", &part("hdlr", &handler)));
    [part("ftyp", b"3gp5\0\0\0\0"), part("moov", &track), part("mdat", &vec![7; n_bytes])].concat()
}

/// A film too large to be fetched beside others, a voice message between two photos.
#[tokio::test(flavor = "multi_thread")]
async fn a_film_and_a_voice_message_come_in_byte_by_byte() {
    let phone = Phone::start().await;
    let film = film(MAX_BYTES);
    let voice = [b"#!AMR\n".as_slice(), &[[0x3c].as_slice(), &[9; 31]].concat().repeat(50)].concat();
    let jpeg = picture(ImageFormat::Jpeg, 9, 9);
    phone.sends(&[&jpeg, &film, &voice, &jpeg]);
    let gateway = gateway(&phone).await;
    until_async(&gateway.store, || async { gateway.states().await == ["kept"; 4] }).await;
    let came = gateway.photos_in().await;
    let what: Vec<_> = came.iter().map(|one| one.what.as_str()).collect();
    assert_eq!(what, ["photo", "film", "voice", "photo"]);
    assert_eq!(gateway.desk.photo(came[1].id).await, ("video/3gpp".to_owned(), film));
    assert_eq!(gateway.desk.photo(came[2].id).await, ("audio/amr".to_owned(), voice));
    assert_eq!((came[1].width, came[2].height, came[3].width), (None, None, Some(9)));
    assert_eq!(phone.n_asked(), 4, "each is asked for once");
    gateway.until(|b| b.n_outbound("delivered") == 1).await;
    assert!(gateway.sim().ledger().messages[0].text.contains("받았습니다"), "the receipt and nothing else");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_never_taken_is_called_what_it_is_and_not_asked_for_again() {
    let phone = Phone::start().await;
    phone.sends(&[b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\nEND:VCARD\r\n"]);
    let gateway = gateway(&phone).await;
    until_async(&gateway.store, || async { gateway.states().await == ["lost"] }).await;
    let lost = gateway.photos_in().await.remove(0);
    assert_eq!((lost.what.as_str(), lost.why.as_deref()), ("contact", Some("not_taken")));
    gateway.until(|b| b.n_outbound("delivered") == 2).await;
    let told = gateway.sim().ledger().messages;
    let refused: Vec<_> =
        told.iter().filter(|text| text.text.contains("연락처를 받을 수 없습니다")).collect();
    assert_eq!((refused.len(), refused[0].kind.as_str()), (1, "SMS"));
    assert!(refused[0].text.ends_with("글로 써 주세요.") && !refused[0].text.contains("다시"));
}

fn spawn(config: &Path) -> Child {
    let mut munjad = Command::new(env!("CARGO_BIN_EXE_munjad"));
    munjad.args(["run", "--config"]).arg(config);
    munjad.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Killed (SIGKILL) when the photo is asked for, or has been handed over.
async fn killed_over_a_photo(when_done: bool) {
    let (phone, carrier) = (Phone::start().await, Carrier::start().await);
    let jpeg = picture(ImageFormat::Jpeg, 64, 64);
    phone.sends(&[&jpeg]);
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = phone.config();
    let config = write_config(folder.path(), &config_text(carrier.port, "").replace(from, &to));
    let store = Store::open(&folder.path().join("munja.db"), &StoreOptions::default()).unwrap();
    let counselor = crate::harness::person(add_minsu(&store).await);
    let child = Arc::new(Mutex::new(Some(spawn(&config))));
    let victim = Arc::clone(&child);
    phone.sim().watch(Some(Arc::new(move |at, is_done| {
        let is_the_moment = (at, is_done) == (Endpoint::Media, when_done);
        if let Some(mut child) = victim.lock().unwrap().take_if(|_| is_the_moment) {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    })));
    until_async(&store, || async { child.lock().unwrap().is_none() }).await;
    assert_eq!(store.wanted_photos(9, i64::MAX).await.unwrap().len(), 1, "its text is here and it is not");
    let mut second = spawn(&config);
    let is_kept = || async {
        store.photo(1, &counselor).await.is_ok_and(|found| found.is_ok_and(|(_, file)| file.is_some()))
    };
    until_async(&store, is_kept).await;
    until(&store, |b| b.n_routed == 1).await;
    second.kill().unwrap();
    second.wait().unwrap();
    let (_, file) = store.photo(1, &counselor).await.unwrap().unwrap();
    assert_eq!(file.unwrap().bytes().unwrap(), jpeg);
    assert_eq!(phone.n_asked(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_dies_over_a_photo_fetches_it_again() {
    killed_over_a_photo(false).await;
    killed_over_a_photo(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_goes_out_as_the_carrier_takes_it_once() {
    let gateway = Gateway::start().await;
    let conversation = gateway.claimed("정류장이 어디예요?").await;
    let photo = gateway.desk.hand_in(picture(ImageFormat::Png, 1_900, 700)).await;
    let (kind, jpeg) = gateway.desk.photo(photo.id).await;
    let is = measure(&jpeg).unwrap();
    assert_eq!((kind.as_str(), is.kind), ("image/jpeg", PhotoKind::Jpeg));
    let most = PhotoLimits::KOREAN;
    assert!(jpeg.len() <= most.n_bytes && is.width <= most.width && is.height <= most.height, "{is:?}");
    // An upload that fails, and an answer that is lost after the text was taken.
    let upload = FaultRule::at(Endpoint::Upload, Fault::ErrorBefore { status: 503 }).times(1);
    let lost = FaultRule::at(Endpoint::Send, Fault::ResetAfter).times(1);
    [upload, lost].into_iter().for_each(|rule| gateway.sim().add_fault(rule));
    let answer = gateway.desk.reply_with(&conversation, vec![photo.id], "a").await;
    let again = gateway.desk.reply_with(&conversation, vec![photo.id], "a").await;
    assert_eq!((answer.repeated, again.repeated, answer.reply_id), (false, true, again.reply_id));
    let [MessageView::Out(mms)] = &answer.messages[..] else { panic!("{answer:?}") };
    assert_eq!((mms.kind.as_str(), mms.photos.len()), ("mms", 1));
    gateway.until(|b| b.n_outbound("delivered") == 2).await;
    let ledger = gateway.sim().ledger();
    assert!(ledger.taken_twice().is_empty());
    let mms: Vec<_> = ledger.messages.iter().filter(|text| text.kind == "MMS").collect();
    assert_eq!((mms.len(), mms[0].photos.as_slice()), (1, &[jpeg.len()][..]));
    assert_eq!(gateway.sim().photos_of(&mms[0].msg_key), [jpeg]);
}

/// The file vanished from the disk: the text fails aloud and leaves without its photo at no time.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_whose_photo_is_damaged_does_not_leave_without_it() {
    let gateway = Gateway::start().await;
    let conversation = gateway.claimed("정류장이 어디예요?").await;
    gateway.until(|b| b.n_outbound("delivered") == 1).await;
    let photo = gateway.desk.hand_in(picture(ImageFormat::Png, 40, 40)).await;
    std::fs::remove_dir_all(gateway.folder.path().join("munja.db-photos")).unwrap();
    gateway.desk.reply_with(&conversation, vec![photo.id], "a").await;
    gateway.until(|b| b.n_outbound("failed") == 1).await;
    tokio::time::timeout(Duration::from_secs(5), gateway.until(|b| b.n_outbound("delivered") == 1))
        .await
        .unwrap();
    assert_eq!(gateway.sim().ledger().messages.len(), 1);
}
