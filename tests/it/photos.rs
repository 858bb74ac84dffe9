//! Photos with the whole daemon over real sockets: in from a phone (SMSGate), out by the simulated carrier (Bizgo).

use std::collections::{BTreeMap, VecDeque};
use std::io::Cursor;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path as InPath, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use image::{ImageFormat, Rgb, RgbImage};
use jiff::Timestamp;
use munja::api::wire::{ConversationDetail, MessageView, PhotoView, ReplyRequest, ReplyResponse};
use munja::domain::media::PhotoLimits;
use munja::domain::photo::{MAX_BYTES, PhotoKind, measure};
use munja::sim::{Endpoint, Fault, FaultRule};
use munja::store::{Store, StoreOptions};
use serde_json::{Value, json};

use crate::harness::{
    CITIZEN, Carrier, Desk, Gateway, add_minsu, config_text, until, until_async, write_config,
};

/// How the phone answers for an attachment: each in turn, the last one from then on.
type Answers = VecDeque<(u16, Vec<u8>)>;

#[derive(Default)]
struct Held {
    inbox: Vec<Value>,
    attachments: BTreeMap<u64, Answers>,
    /// Attachments asked for, in order.
    asked: Vec<u64>,
    victim: Option<Child>,
}

/// An Android phone with the SMSGate app, as far as photos need it.
#[derive(Clone)]
pub struct Phone {
    port: u16,
    held: Arc<Mutex<Held>>,
}

impl Phone {
    pub async fn start() -> Phone {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let phone = Phone { port: listener.local_addr().unwrap().port(), held: Arc::default() };
        let app = Router::new()
            .route("/inbox", get(async |State(phone): State<Phone>| phone.inbox()))
            .route("/inbox/{id}/attachments/{part}", get(attachment))
            .with_state(phone.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        phone
    }

    fn inbox(&self) -> String {
        json!(self.held.lock().unwrap().inbox).to_string()
    }

    /// A citizen sends these; each is what the phone says of an attachment, and how it hands it over.
    fn message(&self, parts: Vec<(Value, Answers)>) {
        let mut held = self.held.lock().unwrap();
        let first = held.attachments.len() as u64;
        let mut attachments = Vec::new();
        for (n, (mut said, answers)) in (first..).zip(parts) {
            said["partId"] = n.into();
            held.attachments.insert(n, answers);
            attachments.push(said);
        }
        let id = format!("mms:{}", held.inbox.len());
        held.inbox.push(json!({
            "id": id, "type": "MMS_DOWNLOADED", "sender": CITIZEN, "contentPreview": "MMS content",
            "createdAt": Timestamp::now().to_string(), "attachments": attachments,
        }));
    }

    /// A citizen sends a photo.
    pub fn sends(&self, photo: Vec<u8>) {
        self.message(vec![(said("a.jpg"), VecDeque::from([(200, photo)]))]);
    }

    fn asked(&self) -> Vec<u64> {
        self.held.lock().unwrap().asked.clone()
    }

    fn config(&self) -> (&'static str, String) {
        let section = format!(
            "inbound = [\"smsgate\"]\noutbound = \"bizgo\"\n[carrier.smsgate]\nuser = \"sms\"\n\
             base_url = \"http://127.0.0.1:{}\"\npassword_file = \"key\"\nnumber = \"01099990000\"\n\
             sender = \"062120\"\nother_requests_per_sec = 1000\ntimeout_secs = 2",
            self.port
        );
        ("name = \"bizgo\"", section)
    }
}

async fn attachment(State(phone): State<Phone>, InPath((_, part)): InPath<(String, u64)>) -> Response {
    let mut held = phone.held.lock().unwrap();
    held.asked.push(part);
    if let Some(mut victim) = held.victim.take() {
        victim.kill().unwrap();
        victim.wait().unwrap();
    }
    let answers = held.attachments.entry(part).or_default();
    let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
    let (status, bytes) = answer.unwrap_or((404, Vec::new()));
    (StatusCode::from_u16(status).unwrap(), bytes).into_response()
}

pub fn picture(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb([(x * 7) as u8, (y * 5) as u8, (x ^ y) as u8]));
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn said(name: &str) -> Value {
    json!({ "name": name, "contentType": "image/jpeg", "size": 0 })
}

pub async fn gateway(phone: &Phone) -> Gateway {
    let (from, to) = phone.config();
    Gateway::with_files(Carrier::start().await, "", (from, &to), &[]).await
}

impl Gateway {
    /// The photos of the citizen's texts.
    async fn photos_in(&self) -> Vec<PhotoView> {
        let detail: Result<ConversationDetail, _> = self.desk.get("/v1/conversations/1").await;
        let messages = detail.map(|detail| detail.messages).unwrap_or_default();
        messages.into_iter().filter(|text| text.author.is_none()).flat_map(|text| text.photos).collect()
    }
}

impl Desk {
    /// A photo's type and bytes.
    pub async fn photo(&self, id: i64) -> (String, Vec<u8>) {
        let url = format!("http://127.0.0.1:{}/v1/photos/{id}", self.port);
        let answer = self.http.get(url).bearer_auth(&self.token).send().await.unwrap();
        let content_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
        (content_type, answer.bytes().await.unwrap().to_vec())
    }

    pub async fn hand_in(&self, file: Vec<u8>) -> PhotoView {
        let url = format!("http://127.0.0.1:{}/v1/photos", self.port);
        let request = self.http.post(url).bearer_auth(&self.token).body(file);
        request.send().await.unwrap().json().await.unwrap()
    }

    pub async fn reply_with(&self, to: &ConversationDetail, photos: Vec<i64>, key: &str) -> ReplyResponse {
        let request = ReplyRequest {
            text: "정류장 약도입니다.".into(),
            last_seen: to.last_inbound_id,
            force: false,
            photos,
        };
        let url = format!("http://127.0.0.1:{}/v1/conversations/1/replies", self.port);
        let request = self.http.post(url).bearer_auth(&self.token).json(&request);
        request.header("idempotency-key", key).send().await.unwrap().json().await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_comes_in_byte_by_byte_although_the_phone_stumbles() {
    let phone = Phone::start().await;
    let (png, jpeg) = (picture(ImageFormat::Png, 50, 40), picture(ImageFormat::Jpeg, 30, 20));
    let stumbling = VecDeque::from([(503, Vec::new()), (200, jpeg.clone())]);
    phone.message(vec![
        (said("../../../etc/cron.d/x.jpg"), VecDeque::from([(200, png.clone())])),
        (said("b.jpg"), stumbling),
    ]);
    let gateway = gateway(&phone).await;
    until_async(&gateway.store, || async {
        gateway.photos_in().await.iter().filter(|photo| photo.state == "kept").count() == 2
    })
    .await;
    let photos = gateway.photos_in().await;
    assert_eq!(gateway.desk.photo(photos[0].id).await, ("image/png".to_owned(), png));
    assert_eq!(gateway.desk.photo(photos[1].id).await, ("image/jpeg".to_owned(), jpeg));
    assert_eq!(
        phone.asked().iter().filter(|part| **part == 0).count(),
        1,
        "what is kept is not asked for again"
    );
    // One file each, of names nobody chose, beside the database.
    let names: Vec<String> = files(&gateway.folder.path().join("munja.db-photos"));
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names.iter().all(|name| name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit())));
    // Nothing is lost, and nobody is told so.
    gateway.until(|b| b.n_outbound("delivered") == 1).await;
    assert!(gateway.sim().ledger().messages[0].text.contains("잘 받았습니다"));
}

fn files(folder: &Path) -> Vec<String> {
    let entries = |folder: &Path| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let all = entries(folder).flat_map(|folder| entries(&folder).collect::<Vec<_>>());
    all.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_had_is_told_to_both_once() {
    let phone = Phone::start().await;
    let large = json!({ "name": "c.jpg", "contentType": "image/jpeg", "size": 9 << 20 });
    let page = b"<html>your session has expired</html>".to_vec();
    phone.message(vec![
        (said("a.jpg"), VecDeque::from([(404, Vec::new())])),
        (said("b.jpg"), VecDeque::from([(200, page)])),
        (large, VecDeque::new()),
        (said("d.jpg"), VecDeque::from([(200, picture(ImageFormat::Jpeg, 8, 8))])),
        (said("e.jpg"), VecDeque::from([(200, vec![0xff; MAX_BYTES + 1])])),
    ]);
    let gateway = gateway(&phone).await;
    until_async(&gateway.store, || async {
        gateway.photos_in().await.iter().filter(|photo| photo.state != "wanted").count() == 5
    })
    .await;
    let why: Vec<_> = gateway.photos_in().await.into_iter().map(|photo| photo.why).collect();
    let word = |word: &str| Some(word.to_owned());
    assert_eq!(why, [word("gone"), word("not_a_photo"), word("too_large"), None, word("too_large")]);
    assert_eq!(phone.asked().iter().filter(|part| **part == 4).count(), 1, "nor asked for again");
    assert_eq!(phone.asked().iter().filter(|part| **part == 2).count(), 0, "too large is not even asked for");
    // The receipt text, and one word about photos.
    gateway.until(|b| b.n_outbound("delivered") == 2).await;
    let told = gateway.sim().ledger().messages;
    let lost: Vec<_> = told.iter().filter(|text| text.text.contains("사진을 받지 못했습니다")).collect();
    assert_eq!((lost.len(), lost[0].to.as_str(), lost[0].kind.as_str()), (1, CITIZEN, "SMS"));
    let events = gateway.store.events_after(0, 1_000).await.unwrap();
    assert!(events.iter().any(|event| event.kind == "photo_lost" && event.conversation_id == Some(1)));
    assert_eq!(events.iter().filter(|event| event.kind == "photo_kept").count(), 1);
}

fn spawn(config: &Path) -> Child {
    let mut munjad = Command::new(env!("CARGO_BIN_EXE_munjad"));
    munjad.args(["run", "--config"]).arg(config);
    munjad.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Killed (SIGKILL) when the photo is asked for, with its answer under way.
#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_dies_over_a_photo_fetches_it_again() {
    let (phone, carrier) = (Phone::start().await, Carrier::start().await);
    let jpeg = picture(ImageFormat::Jpeg, 64, 64);
    phone.message(vec![(said("a.jpg"), VecDeque::from([(200, jpeg.clone())]))]);
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = phone.config();
    let config = write_config(folder.path(), &config_text(carrier.port, "").replace(from, &to));
    let store = Store::open(&folder.path().join("munja.db"), &StoreOptions::default()).unwrap();
    let counselor = add_minsu(&store).await.id;
    phone.held.lock().unwrap().victim = Some(spawn(&config));
    until_async(&store, || async { !phone.asked().is_empty() }).await;
    assert_eq!(store.wanted_photos(9, i64::MAX).await.unwrap().len(), 1, "its text is here and it is not");
    let mut second = spawn(&config);
    until_async(&store, || async { store.photo(1, counselor).await.is_ok_and(|(_, bytes)| bytes.is_some()) })
        .await;
    second.kill().unwrap();
    second.wait().unwrap();
    assert_eq!(store.photo(1, counselor).await.unwrap().1, Some(jpeg));
    assert_eq!(phone.asked(), [0, 0]);
    until(&store, |b| b.n_routed == 1).await;
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
    let [MessageView { kind, photos, .. }] = &answer.messages[..] else { panic!("{answer:?}") };
    assert_eq!((kind.as_deref(), photos.len()), (Some("mms"), 1));
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
