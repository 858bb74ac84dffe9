//! Several carriers: the standby takes over, an operator steers, and our list is compared with theirs.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use image::ImageFormat;
use munja::api::wire::StatusResponse;
use munja::carrier::{Accepted, Caps, Carrier as Driver, Reconciled, Result};
use munja::config::Config;
use munja::daemon::{self, Daemon, Options};
use munja::domain::media::PhotoLimits;
use munja::domain::outbound::OutboundText;
use munja::domain::phone::{PhoneNumber, Senders};
use munja::domain::photo::measure;
use munja::domain::receipt::Receipt;
use munja::ops::clock::Clock;
use munja::sim::{DialectKind, Endpoint, Fault, FaultRule, SimOptions};
use munja::store::StoreOptions;
use munja::worker::{CarrierInUse, Carriers};
use serde_json::Value;

use crate::harness::{
    CITIZEN, Carrier, Desk, Gateway, add_minsu, config_text, until, until_async, write_config,
};
use crate::photos::picture;

/// What the second takes of photos.
const LESS: PhotoLimits = PhotoLimits { n: 1, n_bytes: 20_000, width: 320, height: 320 };

/// A second carrier of the same kind, under another name; it only sends.
struct StandIn(Arc<dyn Driver>);

#[async_trait]
impl Driver for StandIn {
    fn name(&self) -> &'static str {
        "standin"
    }

    fn caps(&self) -> Caps {
        Caps { photos_out: Some(LESS), ..self.0.caps() }
    }

    async fn send(&self, text: &OutboundText) -> Result<Accepted> {
        self.0.send(text).await
    }

    async fn reconcile(&self, text: &OutboundText) -> Result<Reconciled> {
        self.0.reconcile(text).await
    }

    async fn poll_reports(&self) -> Result<munja::carrier::ReportPage> {
        self.0.poll_reports().await
    }

    async fn ack_reports(&self, token: &str) -> Result<()> {
        self.0.ack_reports(token).await
    }

    async fn status(&self, id: &str) -> Result<Option<Receipt>> {
        self.0.status(id).await
    }

    async fn check(&self) -> Result<Option<i64>> {
        self.0.check().await
    }
}

/// A gateway with a carrier and a standby.
struct Pair {
    first: Carrier,
    second: Carrier,
    _folder: tempfile::TempDir,
    daemon: Daemon,
    desk: Desk,
}

impl Pair {
    async fn start() -> Pair {
        let first = Carrier::start().await;
        let senders = vec!["0621234567".to_owned()];
        let second =
            Carrier::with(SimOptions { sender_numbers: senders, ..first.sim.options().clone() }).await;
        let folder = tempfile::tempdir().unwrap();
        let config = Config::load(&write_config(folder.path(), &config_text(first.port, ""))).unwrap();
        let other = tempfile::tempdir().unwrap();
        let other = Config::load(&write_config(other.path(), &config_text(second.port, ""))).unwrap();
        let clock = Clock::system();
        let preferred = daemon::make_carrier(&config.carriers.setups[0], &clock).unwrap();
        let standby = daemon::make_carrier(&other.carriers.setups[0], &clock).unwrap();
        let carriers = Carriers {
            inbound: vec![Arc::clone(&preferred)],
            outbound: CarrierInUse {
                carrier: preferred,
                senders: Senders::single(PhoneNumber::parse("062120")),
            },
            standby: Some(CarrierInUse {
                carrier: Arc::new(StandIn(standby)),
                senders: Senders::single(PhoneNumber::parse("0621234567")),
            }),
        };
        let store = StoreOptions { create: true, ..StoreOptions::default() };
        let options = Options { store, carriers: Some(carriers), ..Options::default() };
        let daemon = Daemon::start(config, options).await.unwrap();
        add_minsu(daemon.store()).await;
        let desk = Desk::login(daemon.listen().unwrap().port()).await;
        Pair { first, second, _folder: folder, daemon, desk }
    }

    async fn states(&self) -> Vec<String> {
        let status: StatusResponse = self.desk.get("/v1/status").await.unwrap();
        status.carriers.into_iter().map(|c| format!("{} {}", c.name, c.state)).collect()
    }

    /// Each text left once, whichever way.
    fn assert_once(&self, n: usize) {
        let (first, second) = (self.first.sim.ledger(), self.second.sim.ledger());
        assert!(first.taken_twice().is_empty() && second.taken_twice().is_empty());
        let mut all: Vec<_> =
            first.messages.iter().chain(&second.messages).map(|m| (&m.to, &m.text)).collect();
        all.sort();
        all.dedup();
        assert_eq!((all.len(), first.messages.len() + second.messages.len()), (n, n));
    }
}

fn at(endpoint: Endpoint, fault: Fault) -> FaultRule {
    FaultRule::at(endpoint, fault)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_standby_takes_over_and_gives_back() {
    let pair = Pair::start().await;
    // Its key is refused: surely nothing was taken.
    pair.first.sim.add_fault(at(Endpoint::Send, Fault::ExpiredKey));
    for n in 0..20 {
        pair.first.sim.text(&format!("0101111{n:04}"), "질문");
    }
    until(pair.daemon.store(), |b| b.n_outbound("delivered") == 20).await;
    assert_eq!(pair.states().await, ["bizgo refused", "standin works"]);
    let second = pair.second.sim.ledger();
    assert!(second.messages.iter().all(|m| m.from == "0621234567"), "from the number registered there");
    pair.assert_once(20);
    // An operator mends it.
    pair.first.sim.clear_faults();
    let n_before = second.messages.len();
    pair.daemon.health().reloaded.notify_one();
    pair.first.sim.text(CITIZEN, "이제 되나요?");
    until(pair.daemon.store(), |b| b.n_outbound("delivered") == 21).await;
    assert_eq!(pair.second.sim.ledger().messages.len(), n_before);
    pair.assert_once(21);
    pair.daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_leaves_by_the_standby_as_that_takes_it() {
    let pair = Pair::start().await;
    pair.first.sim.add_fault(at(Endpoint::Send, Fault::ExpiredKey));
    pair.first.sim.text(CITIZEN, "정류장이 어디예요?");
    until(pair.daemon.store(), |b| b.n_outbound("delivered") == 1).await;
    let found = pair.desk.post("/v1/conversations/next", &Value::Null).await.unwrap();
    let photo = pair.desk.hand_in(picture(ImageFormat::Png, 900, 600)).await;
    assert_eq!((photo.width, photo.height), (Some(900), Some(600)), "as the preferred one takes it");
    pair.desk.reply_with(&found, vec![photo.id], "a").await;
    until(pair.daemon.store(), |b| b.n_outbound("delivered") == 2).await;
    let ledger = pair.second.sim.ledger();
    let mms = ledger.messages.iter().find(|text| text.kind == "MMS").expect("left there");
    let [left] = &pair.second.sim.photos_of(&mms.msg_key)[..] else { panic!("{mms:?}") };
    let is = measure(left).unwrap();
    assert!(left.len() <= LESS.n_bytes && is.width <= LESS.width, "{is:?}");
    pair.assert_once(2);
    pair.daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_first_may_have_taken_never_leaves_by_the_standby() {
    let pair = Pair::start().await;
    // Taken, and then no answer: each try is in doubt, and the carrier counts as out of order after five.
    pair.first.sim.add_fault(at(Endpoint::Send, Fault::ResetAfter));
    for n in 0..200 {
        pair.first.sim.text(&format!("0101111{n:04}"), "질문");
    }
    until(pair.daemon.store(), |b| b.n_outbound("delivered") == 200).await;
    pair.assert_once(200);
    let n = |carrier: &Carrier| carrier.sim.ledger().messages.len();
    assert!(n(&pair.first) >= 5 && n(&pair.second) >= 1, "{} {}", n(&pair.first), n(&pair.second));
    pair.daemon.stop().await;
}

fn munjad(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_munjad"))
        .args(args)
        .arg("--config")
        .arg(folder.join("gateway.toml"))
        .env("LC_ALL", "C")
        .output()
        .unwrap()
}

fn json(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text)
        .unwrap_or_else(|e| panic!("{e}: {text}{}", String::from_utf8_lossy(&output.stderr)))
}

async fn munjad_of(folder: &Path, args: &[&str]) -> Output {
    let (folder, args) = (folder.to_owned(), args.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>());
    tokio::task::spawn_blocking(move || munjad(&folder, &args.iter().map(String::as_str).collect::<Vec<_>>()))
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_carrier_sends_nothing_and_still_receives() {
    let mut gateway = Gateway::start().await;
    let done = munjad_of(gateway.folder.path(), &["carrier", "pause", "bizgo"]).await;
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    until_async(&gateway.store, || async {
        gateway.desk.get::<StatusResponse>("/v1/status").await.unwrap().carriers[0].state == "paused"
    })
    .await;
    gateway.sim().text(CITIZEN, "안녕하세요");
    gateway.until(|b| b.n_routed == 1 && b.n_outbound("queued") == 1).await;
    // It stays so over a new start.
    gateway.restart().await;
    assert_eq!(gateway.desk.get::<StatusResponse>("/v1/status").await.unwrap().carriers[0].state, "paused");
    let status = json(&munjad_of(gateway.folder.path(), &["carrier", "status", "--json"]).await);
    assert!(status[0]["paused_since"].is_i64() && status[0]["answers"] == true, "{status}");
    assert!(gateway.sim().ledger().messages.is_empty());
    assert!(munjad_of(gateway.folder.path(), &["carrier", "resume", "bizgo"]).await.status.success());
    gateway.until(|b| b.n_outbound("delivered") == 1).await;
    let wrong = munjad_of(gateway.folder.path(), &["carrier", "pause", "pigeon"]).await;
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(!wrong.status.success() && said.contains("it has: bizgo"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn our_list_is_compared_with_the_carriers() {
    let gateway = Gateway::start().await;
    for n in 0..5 {
        gateway.sim().text(&format!("0101111{n:04}"), "질문");
    }
    gateway.until(|b| b.n_outbound("delivered") == 5).await;
    let compare = || munjad_of(gateway.folder.path(), &["carrier", "reconcile", "--since", "1h", "--json"]);
    let agreed = compare().await;
    let found = json(&agreed);
    assert_eq!(agreed.status.code(), Some(0), "{found}");
    for (n, direction) in ["in", "out"].into_iter().enumerate() {
        assert_eq!(found[n]["direction"], direction);
        assert_eq!((&found[n]["n_ours"], &found[n]["n_theirs"]), (&Value::from(5), &Value::from(5)));
    }
    // A text that left by another program on the same account.
    let other = tempfile::tempdir().unwrap();
    write_config(other.path(), &config_text(gateway.carrier.port, ""));
    assert!(munjad_of(other.path(), &["init", "--database-only"]).await.status.success());
    let test = ["carrier", "test", "bizgo", "--to", "01099998888", "--json"];
    let sent = munjad_of(other.path(), &test).await;
    assert_eq!(json(&sent)["receipt"], "delivered");
    let differs = compare().await;
    let found = json(&differs);
    assert_eq!(differs.status.code(), Some(3), "{found}");
    assert_eq!(found[0]["differences"], Value::Array(vec![]));
    assert_eq!(found[1]["differences"][0]["what"], "unknown");
    assert_eq!(found[1]["n_theirs"], 6);
    let shown = json(&munjad_of(gateway.folder.path(), &["carrier", "status", "--json", "--offline"]).await);
    assert_eq!(shown[0]["compared"][1]["n_differences"], 1);
    assert_eq!(shown[0]["answers"], Value::Null);
    let status: StatusResponse = gateway.desk.get("/v1/status").await.unwrap();
    let both = status.carriers[0].compared.iter().map(|c| (c.direction.as_str(), c.n_theirs, c.n_ours));
    assert_eq!(both.collect::<Vec<_>>(), [("in", 5, 5), ("out", 6, 5)]);
}

/// The operator loses nothing out of sight: a text that is gone from our database is named by the carrier's id and its time.
#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_not_here_is_named_without_its_words() {
    let carrier = Carrier::start().await;
    let hour_ago = Arc::new(AtomicI64::new(-3_600_000));
    let options = SimOptions {
        clock: Clock::system().moved_by(Arc::clone(&hour_ago)),
        ..carrier.sim.options().clone()
    };
    let carrier = Carrier::with(options).await;
    carrier.sim.text("01012345678", "아무도 못 본 문자");
    hour_ago.store(0, Ordering::SeqCst);
    // Nothing is fetched that is older than a moment, and nothing is walked through.
    let never = "full_walk_secs = 0.2\nfirst_look_back_secs = 0\ndeep_walk_hours = 0\n";
    let gateway = Gateway::with_files(carrier, "", ("full_walk_secs = 0.2\n", never), &[]).await;
    gateway.sim().text("01012345678", "질문");
    gateway.until(|b| b.n_routed == 1).await;
    let differs =
        munjad_of(gateway.folder.path(), &["carrier", "reconcile", "--since", "2h", "--json"]).await;
    let found = json(&differs);
    assert_eq!(differs.status.code(), Some(3), "{found}");
    assert_eq!((&found[0]["n_theirs"], &found[0]["n_ours"]), (&Value::from(2), &Value::from(1)));
    let difference = &found[0]["differences"][0];
    assert_eq!(difference["what"], "not_received");
    assert!(difference["at"].is_i64() && difference["carrier_message_id"].is_string(), "{found}");
    assert!(!found.to_string().contains("아무도") && !found.to_string().contains("12345678"), "{found}");
}

/// What may be lost for good is shown everywhere until somebody has looked into it.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_may_have_held_texts_is_shown_until_it_is_acknowledged() {
    let gateway = Gateway::start().await;
    let now = Clock::system().now_ms();
    gateway.store.note_possible_loss("bizgo", "no answer".to_owned(), now).await.unwrap();
    let seen = async || {
        let status: StatusResponse = gateway.desk.get("/v1/status").await.unwrap();
        let checked = munjad_of(gateway.folder.path(), &["check", "--json"]).await;
        let of_carriers =
            json(&munjad_of(gateway.folder.path(), &["carrier", "status", "--json", "--offline"]).await);
        let finding = json(&checked).to_string().contains("munjad carrier acknowledge bizgo");
        (
            status.carriers[0].possible_loss.is_some(),
            of_carriers[0]["possible_loss"]["n"] == 1,
            finding,
            checked.status.code() == Some(3),
        )
    };
    assert_eq!(seen().await, (true, true, true, true));
    let done = munjad_of(gateway.folder.path(), &["carrier", "acknowledge", "bizgo"]).await;
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(seen().await, (false, false, false, false));
    let again = munjad_of(gateway.folder.path(), &["carrier", "acknowledge", "bizgo"]).await;
    assert!(!again.status.success());
}

/// ClickSend at its one call a second: marking a hundred texts read took minutes, and the next call for help waited for it.
#[tokio::test(flavor = "multi_thread")]
async fn marking_read_at_one_call_a_second_delays_no_text() {
    let options = SimOptions {
        dialect: DialectKind::named("clicksend").unwrap(),
        api_key: "sms".to_owned(),
        api_secret: "SIM-KEY".to_owned(),
        others_per_sec: 1,
        ..SimOptions::default()
    };
    let clicksend = Carrier::with(options).await;
    for n in 0..60 {
        clicksend.sim.text(&format!("0101111{n:04}"), "질문");
    }
    let section = format!(
        "inbound = [\"clicksend\"]\noutbound = \"bizgo\"\n[carrier.clicksend]\nuser = \"sms\"\n\
         base_url = \"http://127.0.0.1:{}\"\napi_key_file = \"key\"\nnumber = \"062120\"\ntimeout_secs = 5",
        clicksend.port
    );
    let gateway = Gateway::with_files(Carrier::start().await, "", ("name = \"bizgo\"", &section), &[]).await;
    gateway.until(|b| b.n_received == 60).await;
    clicksend.sim.text("01022220000", "살려주세요");
    let asked = std::time::Instant::now();
    gateway.until(|b| b.n_received == 61).await;
    assert!(asked.elapsed() < std::time::Duration::from_secs(15), "{:?}", asked.elapsed());
    let n_acked = clicksend.sim.ledger().requests.get("mo_ack").copied().unwrap_or(0);
    assert!(n_acked < 60, "they were not marked read first: {n_acked}");
}
