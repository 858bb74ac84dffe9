//! `munjad check` names what an operator has to look after, and how: the program itself, alone and beside a running gateway.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use munja::sim::{DialectKind, Endpoint, Fault, FaultRule, SimOptions};
use serde_json::Value;

use crate::control::{munjad, said};
use crate::harness::{Carrier, Gateway, config_text, until_async, write_config};

/// The findings about `subject`, each as `severity message -> remedy`, and the exit code.
fn findings(config: &Path, subject: &str) -> (Vec<String>, Option<i32>) {
    let output = tokio::task::block_in_place(|| munjad(&["check", "--json"], config));
    let all: Vec<Value> =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let shown =
        |f: &Value| format!("{} {} -> {}", word(f, "severity"), word(f, "message"), word(f, "remedy"));
    let of_it = all.iter().filter(|finding| word(finding, "subject") == subject);
    (of_it.map(shown).collect(), output.status.code())
}

#[track_caller]
fn expect(found: &[String], words: &[&str]) {
    let is_there = found.iter().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(is_there, "{words:?} in {found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_configuration_is_created_or_named_and_no_key_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let (found, code) = findings(&folder.path().join("gateway.toml"), "config");
    assert_eq!((found.len(), code), (1, Some(3)));
    expect(&found, &["bad", "there is no such file", "--config", "munjad init --config"]);
    assert!(!found[0].contains("mend this key"), "{found:?}");
}

/// Before the first start nothing is wrong; a database that is lost is.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_the_first_start_makes_is_no_error() {
    let carrier = Carrier::start().await;
    let folder = tempfile::tempdir().unwrap();
    let config = write_config(folder.path(), &config_text(carrier.port, ""));
    let before = |subject| findings(&config, subject);
    expect(&before("database").0, &["warn", "nothing shows that there ever was one", "start the service"]);
    std::fs::write(folder.path().join("munja.db.made"), "").unwrap();
    let (found, code) = before("database");
    expect(&found, &["bad", "is gone", "munjad restore"]);
    assert_eq!(code, Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_missing_files_are_named_in_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let more = "[service]\ntexts = \"no-texts.toml\"\nreplies = \"no-replies.toml\"\n[triage]\nfiles = [\"no-list.toml\"]\n\
                [calendar]\nics = [\"no-days.ics\"]\n[log]\nlevel = \"loud\"";
    let text = config_text(9, more).replace("\"key\"", "\"no-key\"");
    let config = write_config(folder.path(), &text);
    let (found, code) = findings(&config, "config");
    assert_eq!(code, Some(3));
    for name in ["no-key", "no-texts.toml", "no-replies.toml", "no-list.toml"] {
        expect(&found, &["bad", name, "mend its path"]);
    }
    // A key that is wrong beside them is named, too.
    expect(&found, &["log.level", "must be error", "mend this key"]);
    let run = munjad(&["run"], &config);
    let shown = said(&run);
    assert!(shown.contains("no-key") && shown.contains("no-list.toml"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_an_operator_is_named_and_a_wrong_clock_is_bad() {
    let gateway = Gateway::start().await;
    let config = gateway.folder.path().join("gateway.toml");
    let key = gateway.folder.path().join("key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    gateway.sim().add_fault(FaultRule::at(Endpoint::Mo, Fault::BrokenMo).times(1));
    gateway.sim().text("01011112222", "한 통");
    gateway.until(|b| b.n_quarantined == 1).await;
    tokio::task::block_in_place(|| munjad(&["carrier", "pause", "bizgo"], &config));
    expect(&findings(&config, "secrets").0, &["bad", "644", &format!("chmod 600 '{}'", key.display())]);
    expect(&findings(&config, "quarantine").0, &["warn", "set aside", ": 1", "munjad quarantine list"]);
    expect(&findings(&config, "carrier").0, &["warn", "paused since", "munjad carrier resume bizgo"]);
    expect(&findings(&config, "hearing").0, &["ok", "reach the running gateway"]);
    let eleven = 11 * 60 * 1_000;
    gateway.sim().add_fault(FaultRule::anywhere(Fault::ClockSkew { ms: eleven }));
    let (found, code) = findings(&config, "clock");
    assert_eq!(code, Some(3), "{found:?}");
    expect(&found, &["bad", "min apart", "timedatectl"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_sounds_well_beside_a_carrier_that_refuses_and_korean_is_korean() {
    let gateway = Gateway::start().await;
    let config = gateway.folder.path().join("gateway.toml");
    gateway.sim().add_fault(FaultRule::anywhere(Fault::ExpiredKey));
    until_async(&gateway.store, || async {
        gateway.daemon.as_ref().unwrap().health().carrier("bizgo").last_error.is_some()
    })
    .await;
    expect(&findings(&config, "carrier").0, &["bad", "bizgo: "]);
    let (found, _) = findings(&config, "hearing");
    assert!(found.iter().all(|line| !line.starts_with("ok")), "{found:?}");
    for args in [vec!["check"], vec!["carrier", "status"], vec!["carrier", "test", "bizgo"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_munjad"));
        command.args(&args).arg("--config").arg(&config).env("LC_ALL", "ko_KR.UTF-8");
        let shown = said(&tokio::task::block_in_place(|| command.output().unwrap()));
        assert!(!shown.contains("refuse") && !shown.contains("the carrier"), "{args:?}: {shown}");
        assert!(shown.contains("거절했습니다"), "{args:?}: {shown}");
    }
}

const DOOR: &str = "[webhook]\nlisten = \"127.0.0.1:0\"\npublic_url = \"https://munja.example.kr\"";

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_the_running_gateway_refused_are_told_with_what_mends_them() {
    let carrier = Carrier::start().await;
    let secret = ("[polling]", "webhook_secret_file = \"webhook\"\n[polling]");
    let gateway = Gateway::with_files(carrier, DOOR, secret, &[("webhook", "SIM-WEBHOOK-SECRET\n")]).await;
    let config = gateway.folder.path().join("gateway.toml");
    assert_eq!(findings(&config, "webhook").0, Vec::<String>::new());
    let door = format!("http://{}/push/bizgo", gateway.daemon.as_ref().unwrap().webhook().unwrap());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for _ in 0..2 {
        client.post(&door).body("{}").send().await.unwrap();
    }
    let (found, _) = findings(&config, "webhook");
    expect(
        &found,
        &["warn", "since the start: 2", "token or signature", "[carrier.bizgo]", "systemctl reload"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_can_never_arrive_is_bad_and_never_is_not_silence() {
    let folder = tempfile::tempdir().unwrap();
    let dialect = DialectKind::named("kannel").unwrap();
    let carrier = Carrier::with(SimOptions { dialect, ..SimOptions::default() }).await;
    for (name, secret) in [("password", "SIM-SECRET"), ("token", "SIM-WEBHOOK-SECRET")] {
        std::fs::write(folder.path().join(name), secret).unwrap();
    }
    let written = |callback: &str, door: &str| {
        let text = format!(
            "[database]\npath = \"munja.db\"\n[carrier]\nname = \"kannel\"\n[carrier.kannel]\n\
             base_url = \"http://127.0.0.1:{}\"\nuser = \"SIM-KEY\"\npassword_file = \"password\"\n\
             number = \"062120\"\ncallback_url = \"{callback}\"\npush_token_file = \"token\"\n{door}\n",
            carrier.port
        );
        write_config(folder.path(), &text)
    };
    let door = "[webhook]\nlisten = \"127.0.0.1:6199\"\npublic_url = \"https://munja.example.kr\"";
    let wrong = written("http://127.0.0.1:6198/push/kannel", door);
    let (found, code) = findings(&wrong, "webhook");
    assert_eq!(code, Some(3));
    expect(
        &found,
        &[
            "bad",
            "can never arrive",
            "http://127.0.0.1:6199/push/kannel",
            "https://munja.example.kr/push/kannel",
        ],
    );
    let doorless = written("http://127.0.0.1:6199/push/kannel", "");
    expect(&findings(&doorless, "webhook").0, &["bad", "nobody listens", "webhook.listen"]);
    let right = written("http://127.0.0.1:6199/push/kannel", door);
    assert_eq!(findings(&right, "webhook").0, Vec::<String>::new());
    expect(&findings(&right, "hearing").0, &["warn", "none has ever come", "text the number"]);
}

/// Who is called for a danger and for trouble: hours without anybody, accounts that are gone, a program that cannot run.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_called_is_examined() {
    let alarm = "[alarm]\nphones = [{ name = \"김당직\", number = \"010-9000-0001\", hours = \"Mo-Fr 09:00-18:00\", login = \"gone\" }]\n\
                 command = [\"/no/such/program\"]\n";
    let gateway = Gateway::on(Carrier::start().await, alarm).await;
    let config = gateway.folder.path().join("gateway.toml");
    let (found, code) = findings(&config, "alarm");
    assert_eq!(code, Some(3), "{found:?}");
    expect(&found, &["bad", "/no/such/program", "chmod +x"]);
    expect(
        &found,
        &["warn", "nobody is on duty for a danger", "18:00 - ", "(Asia/Seoul)", "hours, weeks and dates"],
    );
    expect(&found, &["warn", "no duty phone is texted for trouble of the gateway", "kind = \"operator\""]);
    expect(&found, &["warn", "no account has the log-in name gone", "munjad user list"]);
    assert_eq!(found.len(), 4, "{found:#?}");
    let sound = "[alarm]\nphones = [{ name = \"김당직\", number = \"010-9000-0001\", hours = \"24/7\", login = \"minsu\" },\
                 { name = \"관리자\", number = \"010-9000-0009\", kind = \"operator\" }]\ncommand = [\"/bin/true\"]\n";
    let text = std::fs::read_to_string(&config).unwrap().replace(alarm, sound);
    std::fs::write(&config, text).unwrap();
    let (found, _) = findings(&config, "alarm");
    expect(&found, &["ok", "at every hour of the coming week for a danger", "(1 phones)"]);
    expect(&found, &["ok", "for trouble of the gateway"]);
    assert_eq!(found.len(), 2, "{found:#?}");
}

/// Own words that make automatic texts cost an LMS, and a centre that is not named.
#[tokio::test(flavor = "multi_thread")]
async fn texts_that_grew_and_an_interpreter_that_is_missing_are_named() {
    let gateway = Gateway::on(Carrier::start().await, "").await;
    let config = gateway.folder.path().join("gateway.toml");
    let (found, _) = findings(&config, "texts");
    assert_eq!(found.len(), 1, "{found:?}");
    expect(&found, &["warn", "no sign-language interpreter centre", "[service] interpreter"]);
    let own = "[ko]\nname = \"[빛고을광역시청 수어·문자 상담]\"\n";
    std::fs::write(gateway.folder.path().join("texts.toml"), own).unwrap();
    let more = "[service]\ntexts = \"texts.toml\"\ninterpreter = \"빛고을수어통역센터 062-1\"\n";
    let text = std::fs::read_to_string(&config).unwrap() + more;
    std::fs::write(&config, text).unwrap();
    let (found, _) = findings(&config, "texts");
    assert_eq!(found.len(), 1, "{found:?}");
    expect(&found, &["warn", "leave as LMS: ko.receipt (", "more", "shorten name, help"]);
}
