//! People are called: the whole daemon over real sockets, with duty phones at the simulated carrier, a program and a
//! webhook.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use hmac::{Hmac, KeyInit, Mac};
use munja::api::wire::{ConversationDetail, DutyList};
use munja::domain::event::EventKind;
use munja::sim::{Endpoint, Fault, FaultRule, Sim};
use munja::store::{Store, StoreOptions};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::control::{munjad, said};
use crate::harness::{
    CITIZEN, Carrier, Gateway, add_minsu, assert_balanced, config_text, until_async, write_config,
};

const KIM: &str = "01090000001";
const LEE: &str = "01090000002";
const ADMIN: &str = "01090000009";
const DANGER: &str = "살려주세요 한빛아파트 3동";

/// A desk that opens once a year, so that it is night; dangers escalate after a second, and again each second.
fn night(more: &str) -> String {
    format!(
        "[desks.main]\nhours = \"Jan 01 09:00-09:01\"\n[service]\nescalation_secs = [1, 2]\n[alarm]\n\
         phones = [{{ name = \"김당직\", number = \"010-9000-0001\", hours = \"24/7\" }},\
         {{ name = \"이당직\", number = \"010-9000-0002\" }},\
         {{ name = \"관리자\", number = \"010-9000-0009\", kind = \"operator\" }}]\n{more}\n"
    )
}

/// What a phone got, in the order it left.
fn texts_to(sim: &Sim, number: &str) -> Vec<String> {
    let all = sim.ledger().messages.into_iter().filter(|message| message.to == number);
    all.map(|message| message.text).collect()
}

fn calls_to(sim: &Sim, number: &str) -> Vec<String> {
    texts_to(sim, number).into_iter().filter(|text| text.starts_with("긴급 문자")).collect()
}

/// The code in a call: `... 답장: 37 확인 ...`.
fn code(call: &str) -> String {
    let at = call.find(" 확인").unwrap_or_else(|| panic!("{call}"));
    call[at - 2..at].to_owned()
}

async fn show(gateway: &Gateway, id: i64) -> ConversationDetail {
    gateway.desk.get(&format!("/v1/conversations/{id}")).await.unwrap()
}

async fn n_events(store: &Store, kind: EventKind) -> usize {
    store.events_after(0, 10_000).await.unwrap().iter().filter(|event| event.kind == kind).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn at_night_duty_phones_are_texted_and_an_answer_with_the_code_counts() {
    let gateway = Gateway::on(Carrier::start().await, &night("ack_secs = 2")).await;
    gateway.sim().text(CITIZEN, DANGER);
    until_async(&gateway.store, || async { !calls_to(gateway.sim(), KIM).is_empty() }).await;
    until_async(&gateway.store, || async { !calls_to(gateway.sim(), LEE).is_empty() }).await;
    let call = calls_to(gateway.sim(), KIM).remove(0);
    assert!(call.starts_with("긴급 문자 1번이"), "{call}");
    for text in [texts_to(gateway.sim(), KIM), texts_to(gateway.sim(), LEE)].concat() {
        assert!(!text.contains("한빛") && !text.contains("1234"), "{text}");
    }
    gateway.sim().text(KIM, "00 확인 아님");
    gateway.sim().text(KIM, &format!("{} 확인", code(&call)));
    until_async(&gateway.store, || async { show(&gateway, 1).await.acked_by.is_some() }).await;
    assert_eq!(show(&gateway, 1).await.acked_by.as_deref(), Some("김당직"));
    until_async(&gateway.store, || async {
        texts_to(gateway.sim(), KIM).iter().any(|text| text.starts_with("1번을 확인했습니다."))
    })
    .await;
    let duty: DutyList = gateway.desk.get("/v1/duty").await.unwrap();
    assert_eq!(duty.phones.iter().map(|phone| phone.is_on_duty).collect::<Vec<_>>(), [true; 3]);
    assert_eq!((duty.alarms.len(), duty.alarms[0].acked_by.as_deref()), (1, Some("김당직")));
    assert_eq!(duty.phones[0].number, "010-****-0001");
    // Nothing reached the citizen: the alarm returns.
    until_async(&gateway.store, || async { n_events(&gateway.store, EventKind::Urgent).await == 2 }).await;
    // 119 was told: it ends.
    let code = code(calls_to(gateway.sim(), LEE).last().unwrap());
    gateway.sim().text(LEE, &format!("신고 {code}"));
    until_async(&gateway.store, || async { n_events(&gateway.store, EventKind::HandedOver).await == 1 })
        .await;
    let after = show(&gateway, 1).await;
    assert_eq!((after.summary.state.as_str(), after.summary.is_ringing), ("waiting", false));
    assert!(
        after.notes.iter().any(|note| note.kind == "handover" && note.author.as_deref() == Some("이당직"))
    );
    // The text that was no answer stands where a person reads it.
    let open: Value = gateway.desk.get("/v1/conversations?state=waiting").await.unwrap();
    let ids = open["conversations"].as_array().unwrap().iter().filter_map(|found| found["id"].as_i64());
    let staff = show(&gateway, ids.max().unwrap()).await;
    let words = staff.messages.iter().find_map(|text| text.inbound()).unwrap();
    assert_eq!((words.purpose.as_deref(), staff.summary.state.as_str()), (Some("staff"), "waiting"));
    let on_their_way = ["queued", "sending", "in_doubt", "accepted"];
    gateway.until(|b| b.n_routed == 4 && on_their_way.iter().all(|state| b.n_outbound(state) == 0)).await;
    assert_balanced(&gateway.store, gateway.sim()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_supervisors_answer_at_once_and_one_looks_after_it() {
    let gateway = Gateway::on(Carrier::start().await, &night("")).await;
    gateway.sim().text(CITIZEN, DANGER);
    until_async(&gateway.store, || async {
        !calls_to(gateway.sim(), KIM).is_empty() && !calls_to(gateway.sim(), LEE).is_empty()
    })
    .await;
    let [kim, lee] = [KIM, LEE].map(|number| code(&calls_to(gateway.sim(), number)[0]));
    gateway.sim().texts([(KIM, format!("{kim} 확인")), (LEE, format!("{lee} 확인"))]);
    until_async(&gateway.store, || async {
        let all = [texts_to(gateway.sim(), KIM), texts_to(gateway.sim(), LEE)].concat();
        let n = |word: &str| all.iter().filter(|text| text.contains(word)).count();
        n("확인했습니다") == 1 && n("이미 살피고 있습니다") == 1
    })
    .await;
    assert_eq!(n_events(&gateway.store, EventKind::Acked).await, 1);
}

/// A webhook of the operator's: whatever comes, with its headers. The first call is refused.
async fn webhook() -> (String, Arc<Mutex<Vec<(HeaderMap, Bytes)>>>) {
    let calls: Arc<Mutex<Vec<(HeaderMap, Bytes)>>> = Arc::default();
    let kept = Arc::clone(&calls);
    let take = move |headers: HeaderMap, body: Bytes| {
        let mut calls = kept.lock().unwrap();
        calls.push((headers, body));
        let status = if calls.len() == 1 { StatusCode::BAD_GATEWAY } else { StatusCode::NO_CONTENT };
        async move { status }
    };
    let router = axum::Router::new().route("/alarm", axum::routing::post(take));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/alarm", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, calls)
}

fn assert_signed(headers: &HeaderMap, body: &[u8]) {
    let word = |name: &str| headers[name].to_str().unwrap().to_owned();
    let mut mac = Hmac::<Sha256>::new_from_slice(b"0123456789abcdef").unwrap();
    mac.update(format!("{}.", word("munja-time")).as_bytes());
    mac.update(body);
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(word("munja-signature"), format!("sha256={hex}"));
}

/// The carrier takes nothing: program and webhook are called all the same, and the phone is texted once it is back.
#[tokio::test(flavor = "multi_thread")]
async fn with_the_carrier_down_command_and_webhook_go_and_the_text_waits() {
    let (url, calls) = webhook().await;
    let tools = tempfile::tempdir().unwrap();
    let (program, heard) = (tools.path().join("call-us"), tools.path().join("heard"));
    std::fs::write(&program, format!("#!/bin/sh\ncat >> {0}\necho >> {0}\n", heard.display())).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let ways = format!(
        "command = [\"{}\"]\nwebhook_url = \"{url}\"\nwebhook_secret_file = \"alarm_secret\"",
        program.display()
    );
    let files = [("alarm_secret", "0123456789abcdef\n")];
    let gateway = Gateway::with_files(Carrier::start().await, &night(&ways), ("", ""), &files).await;
    gateway.sim().add_fault(FaultRule::at(Endpoint::Send, Fault::ErrorBefore { status: 503 }));
    gateway.sim().text(CITIZEN, DANGER);
    until_async(&gateway.store, || async {
        heard.exists() && calls.lock().unwrap().iter().filter(|(_, body)| body.starts_with(b"{")).count() >= 3
    })
    .await;
    let ran = std::fs::read_to_string(&heard).unwrap();
    let first: Value = serde_json::from_str(ran.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&first["alarm"], &first["conversation"], &first["step"]),
        (&json!("danger"), &json!(1), &json!(1))
    );
    for (headers, body) in calls.lock().unwrap().iter() {
        assert_signed(headers, body);
        let body = String::from_utf8_lossy(body);
        assert!(!body.contains("한빛") && !body.contains("0101234"), "{body}");
    }
    assert!(!ran.contains("한빛") && !ran.contains("0101234"), "{ran}");
    // What was refused comes again, with the same id.
    let first_id = calls.lock().unwrap()[0].0["munja-alarm-id"].clone();
    until_async(&gateway.store, || async {
        calls.lock().unwrap().iter().filter(|(headers, _)| headers["munja-alarm-id"] == first_id).count() == 2
    })
    .await;
    assert!(texts_to(gateway.sim(), KIM).is_empty());
    gateway.sim().clear_faults();
    until_async(&gateway.store, || async { !calls_to(gateway.sim(), KIM).is_empty() }).await;
    assert!(gateway.sim().ledger().taken_twice().is_empty());
}

/// A webhook takes calls and never answers: the program is run at each step all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_hanging_webhook_does_not_delay_the_command() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tools = tempfile::tempdir().unwrap();
    let (program, heard) = (tools.path().join("call-us"), tools.path().join("heard"));
    std::fs::write(&program, format!("#!/bin/sh\ncat >> {0}\necho >> {0}\n", heard.display())).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let ways = format!(
        "command = [\"{}\"]\nwebhook_url = \"http://{}/alarm\"\nwebhook_secret_file = \"alarm_secret\"",
        program.display(),
        silent.local_addr().unwrap()
    );
    let files = [("alarm_secret", "0123456789abcdef\n")];
    let gateway = Gateway::with_files(Carrier::start().await, &night(&ways), ("", ""), &files).await;
    gateway.sim().text(CITIZEN, DANGER);
    let _called = silent.accept().await.unwrap();
    let began = Instant::now();
    let n_heard = || std::fs::read_to_string(&heard).unwrap_or_default().lines().count();
    until_async(&gateway.store, || async { n_heard() >= 3 }).await;
    assert!(began.elapsed() < Duration::from_secs(9), "while the webhook still waits: {:?}", began.elapsed());
}

fn spawn(config: &Path) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_munjad"));
    let command = command.args(["run", "--config"]).arg(config);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// The process dies while it hands over the first call, before or after the carrier took it: a new start texts the phone,
/// and once for each step.
async fn killed_while_calling(done: bool) {
    let carrier = Carrier::start().await;
    let folder = tempfile::tempdir().unwrap();
    // One step, and none after it while the test runs.
    let alarm =
        night("").replace("escalation_secs = [1, 2]", "escalation_secs = [1, 3600]\nreceipt_texts = false");
    let config = write_config(folder.path(), &config_text(carrier.port, &alarm));
    let store = Store::open(&folder.path().join("munja.db"), &StoreOptions::default()).unwrap();
    add_minsu(&store).await;
    let child = Arc::new(Mutex::new(Some(spawn(&config))));
    let (sends, victim) = (AtomicU32::new(0), Arc::clone(&child));
    carrier.sim.watch(Some(Arc::new(move |at, is_done| {
        // The first text is the citizen's, the second the call.
        let is_call = (at, is_done) == (Endpoint::Send, done) && sends.fetch_add(1, Ordering::SeqCst) == 1;
        if let Some(mut child) = victim.lock().unwrap().take_if(|_| is_call) {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    })));
    carrier.sim.text(CITIZEN, DANGER);
    until_async(&store, || async { child.lock().unwrap().is_none() }).await;
    carrier.sim.watch(None);
    let mut second = spawn(&config);
    until_async(&store, || async { store.balance().await.unwrap().n_outbound("delivered") == 2 }).await;
    second.kill().unwrap();
    second.wait().unwrap();
    assert_eq!(n_events(&store, EventKind::Escalated).await, 1);
    assert_eq!(calls_to(&carrier.sim, KIM).len(), 1, "texted, and not twice");
    assert_balanced(&store, &carrier.sim).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_escalation_and_text() {
    killed_while_calling(false).await;
    killed_while_calling(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_is_texted_when_the_gateway_is_deaf_or_restarted_in_a_loop() {
    let impatient = ("full_walk_secs = 0.2", "full_walk_secs = 0.2\ndeaf_after_secs = 1");
    let mut gateway = Gateway::with_files(Carrier::start().await, &night(""), impatient, &[]).await;
    gateway.sim().add_fault(FaultRule::at(Endpoint::Mo, Fault::ErrorBefore { status: 400 }));
    until_async(&gateway.store, || async { !texts_to(gateway.sim(), ADMIN).is_empty() }).await;
    assert!(texts_to(gateway.sim(), ADMIN)[0].contains("bizgo 문자를 못 받습니다"));
    let duty: DutyList = gateway.desk.get("/v1/duty").await.unwrap();
    assert_eq!(duty.troubles[0].trouble, "deaf:bizgo");
    gateway.sim().clear_faults();
    until_async(&gateway.store, || async { texts_to(gateway.sim(), ADMIN).len() == 2 }).await;
    assert!(texts_to(gateway.sim(), ADMIN)[1].contains("문제가 끝났습니다"));
    gateway.restart().await;
    gateway.restart().await;
    until_async(&gateway.store, || async {
        texts_to(gateway.sim(), ADMIN).iter().any(|text| text.contains("자꾸 다시 시작"))
    })
    .await;
    assert!(texts_to(gateway.sim(), KIM).is_empty(), "another list");
    let config = gateway.folder.path().join("gateway.toml");
    let tested = tokio::task::block_in_place(|| munjad(&["alarm", "test"], &config));
    assert!(tested.status.success(), "{}", said(&tested));
    until_async(&gateway.store, || async {
        texts_to(gateway.sim(), KIM).iter().any(|text| text.contains("시험 알림"))
    })
    .await;
    assert!(!said(&tested).contains("90000001"), "{}", said(&tested));
}

/// The number is shown to who holds the danger, and that is recorded; 119 is told in their name, and the alarm ends.
#[tokio::test(flavor = "multi_thread")]
async fn the_number_is_revealed_and_handed_over_by_name() {
    let gateway = Gateway::on(Carrier::start().await, &night("")).await;
    let reveal = json!({ "reason": "119에 알려야 함" });
    gateway.sim().text("01099998888", "막차 몇 시예요?");
    gateway.until(|b| b.n_routed == 1).await;
    gateway.sim().text(CITIZEN, DANGER);
    gateway.until(|b| b.n_routed == 2).await;
    let post = async |path: &str, body: &Value| gateway.desk.post::<Value>(path, body).await;
    let refused = post("/v1/conversations/2/reveal", &reveal).await.unwrap_err();
    assert_eq!(refused.code, "number_not_shown", "who does not hold it");
    post("/v1/conversations/1/claim", &Value::Null).await.unwrap();
    let refused = post("/v1/conversations/1/reveal", &reveal).await.unwrap_err();
    assert_eq!(refused.code, "number_not_shown", "no danger");
    post("/v1/conversations/2/claim", &Value::Null).await.unwrap();
    assert_eq!(
        post("/v1/conversations/2/reveal", &json!({ "reason": " " })).await.unwrap_err().code,
        "bad_request"
    );
    let shown = post("/v1/conversations/2/reveal", &reveal).await.unwrap();
    assert_eq!(shown["number"], CITIZEN);
    let act = "/v1/conversations/2/actions";
    post(act, &json!({ "action": "where" })).await.unwrap();
    assert_eq!(post(act, &json!({ "action": "where" })).await.unwrap_err().code, "not_asked");
    until_async(&gateway.store, || async {
        texts_to(gateway.sim(), CITIZEN).iter().any(|text| text.contains("지금 어디에 있습니까?"))
    })
    .await;
    let wrong = json!({ "action": "handover", "service": "911", "told": "x", "last_seen": 0 });
    assert_eq!(post(act, &wrong).await.unwrap_err().code, "bad_request");
    let last_seen = show(&gateway, 2).await.last_inbound_id;
    let told =
        json!({ "action": "handover", "service": "119", "told": "상황실 박소방", "last_seen": last_seen });
    post(act, &told).await.unwrap();
    let after = show(&gateway, 2).await;
    let kinds: Vec<&str> = after.notes.iter().map(|note| note.kind.as_str()).collect();
    assert_eq!(kinds, ["reveal", "handover"]);
    assert!(after.messages[0].inbound().unwrap().rules.is_some(), "why it is urgent");
    let events = gateway.store.events_after(0, 1_000).await.unwrap();
    assert!(events.iter().any(|e| e.kind == EventKind::Revealed && e.counselor.as_deref() == Some("minsu")));
    assert!(events.iter().all(|e| !e.detail.as_deref().unwrap_or_default().contains("12345678")));
    let duty: DutyList = gateway.desk.get("/v1/duty").await.unwrap();
    assert!(duty.alarms.is_empty(), "the alarm has ended");
}

/// A file system in memory, for as long as the test lasts.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// `None` where this user may mount nothing.
    fn new() -> Option<SmallDisk> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", "size=96m", "tmpfs"]).arg(folder.path()).output();
        mounted.is_ok_and(|mounted| mounted.status.success()).then_some(SmallDisk(folder))
    }

    /// Leaves so many MiB.
    fn fill(&self, left: usize) {
        let mut filler = std::fs::File::options().create(true).append(true).open(self.filler()).unwrap();
        let block = vec![0; 1 << 20];
        while munja::ops::disk::room(self.0.path()).unwrap() > (left as u64) << 20
            && std::io::Write::write_all(&mut filler, &block).is_ok()
        {}
    }

    fn clear(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> std::path::PathBuf {
        self.0.path().join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(self.0.path()).output());
    }
}

/// The operator is texted before the disk is full. Once it is, nothing is lost; with room again, what waited comes in and the
/// operator hears that it is over, without a hand on the gateway.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_calls_the_operator_and_heals_by_itself() {
    let Some(disk) = SmallDisk::new() else {
        eprintln!("not run: no small disk can be mounted by this user");
        return;
    };
    let path = format!("path = \"{}\"", disk.0.path().join("munja.db").display());
    let gateway =
        Gateway::with_files(Carrier::start().await, &night(""), ("path = \"munja.db\"", &path), &[]).await;
    disk.fill(32);
    until_async(&gateway.store, || async { !texts_to(gateway.sim(), ADMIN).is_empty() }).await;
    assert!(texts_to(gateway.sim(), ADMIN)[0].contains("디스크가 가득 찼습니다"));
    let duty: DutyList = gateway.desk.get("/v1/duty").await.unwrap();
    assert_eq!(duty.troubles[0].trouble, "disk_full");
    assert_eq!(n_events(&gateway.store, EventKind::OperatorCalled).await, 1);
    disk.fill(0);
    gateway.sim().text(CITIZEN, "디스크가 꽉 찬 동안 온 질문");
    // The carrier was asked, and what it said could not be kept.
    let n_asked = || gateway.sim().ledger().requests.get("mo").copied().unwrap_or(0);
    let before = n_asked();
    until_async(&gateway.store, || async { n_asked() > before + 2 }).await;
    disk.clear();
    gateway.until(|b| b.n_routed == 1).await;
    until_async(&gateway.store, || async {
        texts_to(gateway.sim(), ADMIN).iter().any(|text| text.contains("다시 자리가 있습니다"))
    })
    .await;
    let on_their_way = ["queued", "sending", "in_doubt", "accepted"];
    gateway.until(|b| on_their_way.iter().all(|state| b.n_outbound(state) == 0)).await;
    assert_balanced(&gateway.store, gateway.sim()).await;
}

/// While the disk takes nothing, no step of an alarm can be written down: command and webhook are called for a danger that
/// stands all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_danger_is_called_although_the_disk_is_full() {
    let Some(disk) = SmallDisk::new() else {
        eprintln!("not run: no small disk can be mounted by this user");
        return;
    };
    let (url, calls) = webhook().await;
    let path = format!("path = \"{}\"", disk.0.path().join("munja.db").display());
    let ways = night(&format!("webhook_url = \"{url}\"\nwebhook_secret_file = \"alarm_secret\""))
        .replace("escalation_secs = [1, 2]", "escalation_secs = [3600]");
    let files = [("alarm_secret", "0123456789abcdef\n")];
    let gateway =
        Gateway::with_files(Carrier::start().await, &ways, ("path = \"munja.db\"", &path), &files).await;
    gateway.sim().text(CITIZEN, DANGER);
    until_async(&gateway.store, || async { n_events(&gateway.store, EventKind::Urgent).await == 1 }).await;
    let dangers = || {
        let calls = calls.lock().unwrap();
        let bodies = calls.iter().filter_map(|(_, body)| serde_json::from_slice::<Value>(body).ok());
        bodies.filter(|body| body["alarm"] == "danger" && body["id"] == 0).collect::<Vec<_>>()
    };
    assert!(dangers().is_empty(), "no step has come");
    disk.fill(0);
    until_async(&gateway.store, || async { !dangers().is_empty() }).await;
    assert_eq!(dangers()[0]["conversation"], 1);
    disk.clear();
    until_async(&gateway.store, || async {
        let calls = calls.lock().unwrap();
        calls.iter().any(|(_, body)| String::from_utf8_lossy(body).contains("\"over\""))
    })
    .await;
}
