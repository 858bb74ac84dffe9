//! Personal data over the whole gateway: nothing of it in what a run writes beside the database, and one person's rights by the
//! operator's commands while the gateway runs.

use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use munja::api::wire::{ConversationDetail, ConversationList};
use munja::domain::privacy::file_kind;
use munja::store::files_of;
use serde_json::{Value, json};

use crate::harness::{BOUND, Carrier, Desk, Gateway, config_text, until_async, write_config};

const NUMBER: &str = "01077123456";
/// The number as carriers and people spell it; without what stands before, so that 0, 82 and +82 are found, too.
const SPELLED: [&str; 5] = ["1077123456", "10-7712-3456", "10-771-23456", "10 7712 3456", "10.7712.3456"];
const OTHER: &str = "01088123456";
/// Words that stand nowhere else.
const WORDS: &str = "은밀한 하소연: 옆집 고양이가 밤마다 노래합니다";
const ANSWER: &str = "은밀한 답장: 고양이에게 말해 보겠습니다";

pub fn munjad(folder: &Path, args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_munjad"))
        .args(args)
        .arg("--config")
        .arg(folder.join("gateway.toml"))
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn parsed(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)))
}

/// Runs a command off the async threads.
async fn command(folder: &Path, args: &[&str], input: &str) -> Output {
    let (folder, input) = (folder.to_owned(), input.to_owned());
    let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
    let run = move || munjad(&folder, &args.iter().map(String::as_str).collect::<Vec<_>>(), &input);
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// Every file below a folder in which one of these stands. Looked for by another program: a process that closes a handle of a database
/// drops the locks of the gateway that runs in it.
fn files_with(folder: &Path, needles: &[&str]) -> Vec<String> {
    let mut grep = Command::new("grep");
    grep.args(["-rlaF", "--null-data"]);
    grep.args(needles.iter().flat_map(|needle| ["-e", *needle])).arg("--").arg(folder).env("LC_ALL", "C");
    let found = grep.output().unwrap();
    assert!(found.status.code().is_some_and(|code| code < 2), "{}", said(&found));
    String::from_utf8(found.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// A whole consultation at the desk.
async fn consultation(desk: &Desk, n: i64) {
    let path = format!("/v1/conversations/{n}");
    let shown: ConversationDetail = desk.post(&format!("{path}/claim"), &Value::Null).await.unwrap();
    desk.reply(&shown, ANSWER, &format!("key-{n}")).await.unwrap();
    let close = json!({ "last_seen": shown.last_inbound_id, "reason": WORDS });
    desk.post::<Value>(&format!("{path}/close"), &close).await.unwrap();
}

/// Show, export and erase, by commands beside the running gateway; the carrier goes on listing the old text all the while.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_shown_exported_and_erased_while_the_gateway_runs() {
    let gateway = Gateway::on(Carrier::start().await, "[service]\ncategory_required = false\n").await;
    let folder = gateway.folder.path().to_owned();
    gateway.sim().text(NUMBER, &format!("{WORDS} 900101-1234567"));
    gateway.until(|b| b.n_routed == 1).await;
    let shown: ConversationDetail = gateway.desk.get("/v1/conversations/1").await.unwrap();
    assert!(shown.messages[0].text().ends_with("900101-1******"), "masked at the desk");
    let why = ["--reason", "asked by letter"];
    let refused = command(&folder, &["citizen", "erase", NUMBER, why[0], why[1]], "").await;
    assert!(
        !refused.status.success()
            && said(&refused).contains("open conversations: 1: close them")
            && !said(&refused).contains("not left"),
        "{}",
        said(&refused)
    );
    consultation(&gateway.desk, 1).await;
    let under_way = ["held", "queued", "sending", "in_doubt"];
    gateway.until(|b| b.n_outbound("delivered") >= 1 && under_way.iter().all(|s| b.n_outbound(s) == 0)).await;

    let seen =
        command(&folder, &["citizen", "show", "-", why[0], why[1], "--json"], &format!("{NUMBER}\n")).await;
    let seen = parsed(&seen);
    assert_eq!(
        (seen["conversations"][0]["n_texts_in"].as_i64(), seen["number"].as_str()),
        (Some(1), Some("010-****-3456"))
    );
    let file = folder.join("theirs.json");
    let to = file.to_str().unwrap();
    let exported = command(&folder, &["citizen", "export", NUMBER, "--to", to, why[0], why[1]], "").await;
    assert!(exported.status.success(), "{}", said(&exported));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(WORDS) && text.contains(ANSWER) && !text.contains("1234567"), "{text}");
    let theirs: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(theirs["conversations"][0]["close_reason"], WORDS, "{text}");
    let again = command(&folder, &["citizen", "export", NUMBER, "--to", to, why[0], why[1]], "").await;
    assert!(!again.status.success() && said(&again).contains("exists already"), "{}", said(&again));
    let copy = folder.join("munja.db.v5-backup");
    std::fs::write(&copy, format!("an old copy with {NUMBER}")).unwrap();
    let erase = ["citizen", "erase", NUMBER, why[0], why[1]];
    let erased = command(&folder, &[&erase[..], &["--json", "--keep-copies"]].concat(), "").await;
    let report = parsed(&erased);
    assert_eq!(erased.status.code(), Some(3), "a copy is left: {report}");
    assert_eq!(report["n_conversations"], 1, "{report}");
    assert_eq!(report["copies"].as_array().unwrap().len(), 1, "what a copy still holds is named: {report}");
    // So is the export that lies there, until it is gone.
    let left =
        json!([{ "path": to, "n_bytes": text.len(), "what": "holds_the_number", "looked_into": true }]);
    assert_eq!(report["files"], left, "{report}");
    assert_eq!(report["exported_at"].as_array().unwrap().len(), 2, "two were asked for: {report}");
    let again = command(&folder, &[&erase[..], &["--keep-copies"]].concat(), "").await;
    assert_eq!(again.status.code(), Some(3), "{}", said(&again));
    for sentence in [format!("{to} holds the number"), "does not know where those files lie".to_owned()] {
        assert!(said(&again).contains(&sentence), "{sentence}: {}", said(&again));
    }
    std::fs::remove_file(&file).unwrap();
    let removed = command(&folder, &erase, "").await;
    assert!(removed.status.success() && !copy.exists(), "{}", said(&removed));
    assert!(said(&removed).contains("they were erased at"), "{}", said(&removed));
    gateway.store.empty_log().await.unwrap();
    let left = files_with(&folder, &[&[WORDS, ANSWER][..], &SPELLED].concat());
    assert!(left.is_empty(), "{left:#?}");
    // What somebody packed is named, and stays.
    let packed = folder.join("munja.db.2026-01-01.gz");
    std::fs::write(&packed, "packed").unwrap();
    let again = command(&folder, &erase, "").await;
    assert_eq!(again.status.code(), Some(3), "{}", said(&again));
    assert!(said(&again).contains("2026-01-01.gz may hold them") && packed.exists(), "{}", said(&again));
    std::fs::remove_file(&packed).unwrap();
    let nobody = command(&folder, &["citizen", "erase", OTHER, why[0], why[1]], "").await;
    assert_eq!(nobody.status.code(), Some(1), "{}", said(&nobody));
    assert!(said(&nobody).contains("Nothing is stored of this number"), "{}", said(&nobody));

    // The carrier lists the old text at every walk. A new one of theirs is heard.
    gateway.sim().text(NUMBER, "다시 여쭙니다");
    until_async(&gateway.store, || async {
        let waiting: ConversationList = gateway.desk.get("/v1/conversations?state=waiting").await.unwrap();
        waiting.conversations.len() == 1
    })
    .await;
    let all: ConversationList = gateway.desk.get("/v1/conversations?state=closed").await.unwrap();
    assert_eq!((all.conversations.len(), all.conversations[0].citizen.as_str()), (1, "erased"));
    gateway.store.empty_log().await.unwrap();
    let left = files_with(&folder, &[WORDS, ANSWER]);
    assert!(left.is_empty(), "{left:#?}");
}

/// Why somebody was answered, or was not: in order, without a word of theirs or ours, and known to the access log.
#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_somebodys_texts_is_told_in_order() {
    let gateway = Gateway::on(Carrier::start().await, "[service]\ncategory_required = false\n").await;
    let folder = gateway.folder.path().to_owned();
    gateway.sim().text(NUMBER, &format!("살려주세요 {WORDS}"));
    gateway.until(|b| b.n_routed == 1).await;
    let _: ConversationDetail = gateway.desk.get("/v1/conversations/1").await.unwrap();
    consultation(&gateway.desk, 1).await;
    // The help text and the answer.
    gateway.until(|b| b.n_outbound("delivered") == 2).await;
    let why = ["citizen", "why", NUMBER, "--reason", "asked by letter"];
    let told = said(&command(&folder, &why, "").await);
    let in_order = [
        "a text came in: look soon (desk ",
        "automatic text (",
        "김민수 took it",
        "answer of 김민수: arrived",
        "김민수 closed it",
        "Conversation 1 now: closed",
    ];
    let mut from = 0;
    for sentence in in_order {
        let found =
            told[from..].find(sentence).unwrap_or_else(|| panic!("no {sentence} after {from}: {told}"));
        from += found;
    }
    assert!(told.contains("minsu opened it for the first time"), "{told}");
    assert!(![WORDS, ANSWER, "살려", NUMBER].iter().any(|personal| told.contains(personal)), "{told}");
    let json = parsed(&command(&folder, &[&why[..], &["--json"]].concat(), "").await);
    let steps = json["steps"].as_array().unwrap();
    assert_eq!(steps.iter().filter(|step| step["what"] == "text_out").count(), 2, "{json}");
    let log = said(&command(&folder, &["audit", "who-saw", "--number", NUMBER], "").await);
    assert!(log.contains("citizen why") && log.contains("asked by letter"), "{log}");
}

/// What is masked is shown to who holds the conversation, with a reason.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_masked_is_revealed_with_a_reason() {
    let gateway = Gateway::on(Carrier::start().await, "").await;
    gateway.sim().text(NUMBER, "면허 11-22-333333-44 입니다");
    gateway.until(|b| b.n_routed == 1).await;
    let list: ConversationList = gateway.desk.get("/v1/conversations").await.unwrap();
    assert!(!list.conversations[0].preview.contains("333333"), "{}", list.conversations[0].preview);
    let ask = json!({ "reason": "면허 확인", "what": "texts" });
    let path = "/v1/conversations/1/reveal";
    let refused = gateway.desk.post::<Value>(path, &ask).await.unwrap_err();
    assert_eq!(refused.code, "not_claimed");
    gateway.desk.post::<Value>("/v1/conversations/1/claim", &Value::Null).await.unwrap();
    let shown: Value = gateway.desk.post(path, &ask).await.unwrap();
    assert_eq!(shown["texts"][0]["text"], "면허 11-22-333333-44 입니다");
    assert_eq!(
        (&shown["texts"][0]["holds"], &shown["number"]),
        (&json!(["licence"]), &json!("010-****-3456"))
    );
    let detail: ConversationDetail = gateway.desk.get("/v1/conversations/1").await.unwrap();
    assert_eq!(
        (detail.messages[0].text(), detail.messages[0].n_masked()),
        ("면허 11-**-******-** 입니다", 1)
    );
    assert!(detail.notes.iter().any(|note| note.kind == "reveal_texts" && note.text == "면허 확인"));
}

/// A daemon of its own, which is killed with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Asks until the API has something; the process is another one, and tells nobody.
async fn until_listed(desk: &Desk, path: &str, n: usize) -> ConversationList {
    let asked = async {
        loop {
            if let Ok(list) = desk.get::<ConversationList>(path).await
                && list.conversations.len() >= n
            {
                return list;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(BOUND, asked).await.expect("never came")
}

/// The test: a full run at the loudest log level, then a look into all that it has written but the database.
#[tokio::test(flavor = "multi_thread")]
async fn no_text_and_no_number_is_written_anywhere_but_into_the_database() {
    let carrier = Carrier::start().await;
    let folder = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let text = config_text(carrier.port, "[log]\nlevel = \"trace\"\n[service]\ncategory_required = false\n");
    write_config(folder.path(), &text.replace("127.0.0.1:0", &format!("127.0.0.1:{port}")));
    let added = command(folder.path(), &["init", "--database-only"], "").await;
    assert!(added.status.success(), "{}", said(&added));
    let added = command(folder.path(), &["user", "add", "minsu", "--password-stdin"], "long-enough\n").await;
    assert!(added.status.success(), "{}", said(&added));
    // As if minsu had chosen another password already.
    let database = folder.path().join("munja.db");
    let chosen = rusqlite::Connection::open(&database)
        .unwrap()
        .execute("UPDATE counselor SET must_change_password = 0", []);
    assert_eq!(chosen.unwrap(), 1);
    let log: PathBuf = folder.path().join("the.log");
    let child = Command::new(env!("CARGO_BIN_EXE_munjad"))
        .args(["run", "--config"])
        .arg(folder.path().join("gateway.toml"))
        .env("MUNJA_LOG", "trace")
        .stdout(std::fs::File::create(folder.path().join("the.out")).unwrap())
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let connected = async {
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(BOUND, connected).await.expect("the daemon listens");
    let desk = Desk::login(port).await;
    carrier.sim.text(NUMBER, WORDS);
    carrier.sim.text(OTHER, &format!("살려주세요 {WORDS}"));
    until_listed(&desk, "/v1/conversations?state=open", 2).await;
    consultation(&desk, 1).await;
    // What is refused may not be quoted either.
    let _ =
        desk.post::<Value>("/v1/conversations/2/close", &json!({ "last_seen": 0, "reason": WORDS })).await;
    let _ = desk.get::<Value>(&format!("/v1/conversations?state={NUMBER}")).await;
    until_listed(&desk, "/v1/conversations?state=closed", 1).await;
    let why = ["--reason", "asked"];
    for args in [["citizen", "show", NUMBER], ["citizen", "erase", OTHER]] {
        let output = command(folder.path(), &[&args[..], &why[..]].concat(), "").await;
        for secret in [NUMBER, OTHER, WORDS] {
            assert!(!said(&output).contains(secret), "{}", said(&output));
        }
    }
    let pid = running.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(running.0.wait().unwrap().success());
    assert!(std::fs::metadata(&log).unwrap().len() > 1_000, "it has logged");
    let database = folder.path().join("munja.db");
    for entry in folder.path().read_dir().unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let kind = name.strip_prefix("munja.db").map(|ending| file_kind(ending).expect(&name));
        if kind.is_some_and(|kind| kind.is_personal()) || path.is_dir() {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        for secret in [NUMBER, OTHER, "1077123456", "010-7712-3456", "은밀한", "고양이", ANSWER] {
            let holds = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!holds, "{name} holds {secret}");
        }
    }
    // Every file beside the database is listed in domain/privacy.rs.
    let unknown: Vec<_> =
        files_of(&database).unwrap().into_iter().filter(|(_, kind)| kind.is_none()).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
