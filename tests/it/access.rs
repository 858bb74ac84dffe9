//! Access as people meet it: the operator's and the counselor's programs, a running gateway, real sockets.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use munja::config::Config;
use munja::domain::totp::TotpSecret;
use rcgen::{CertificateParams, KeyPair};
use serde_json::Value;

use crate::control::{munjad, said};
use crate::harness::{Carrier, Gateway, add_minsu, config_text, start_daemon, write_config};

const FIRST: &str = "처음 정해 준 말 하나";
const OWN: &str = "돌고래가 춤춘 바다";

/// Runs `munjad` with this input and expects this exit code; returns what it said.
fn operator(code: i32, input: &str, args: &[&str], config: &Path) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_munjad"));
    command.args(args).arg("--config").arg(config).env("LC_ALL", "C");
    let output = tokio::task::block_in_place(|| {
        assert_cmd::Command::from_std(command).write_stdin(input).output().unwrap()
    });
    assert_eq!(output.status.code(), Some(code), "{args:?}: {}", said(&output));
    said(&output)
}

/// A counselor's home and the address of the gateway.
struct Home {
    folder: tempfile::TempDir,
    server: String,
}

impl Home {
    fn at(server: String) -> Home {
        Home { folder: tempfile::tempdir().unwrap(), server }
    }

    fn run(&self, input: &str, args: &[&str]) -> Output {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("munja"));
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("LANG", "C")
            .env("MUNJA_SERVER", &self.server);
        command.args(args);
        tokio::task::block_in_place(|| {
            assert_cmd::Command::from_std(command).write_stdin(input).output().unwrap()
        })
    }

    /// Runs it and expects this exit code; returns what it said.
    #[track_caller]
    fn does(&self, code: i32, input: &str, args: &[&str]) -> String {
        let output = self.run(input, args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", said(&output));
        said(&output)
    }
}

fn config_of(gateway: &Gateway) -> PathBuf {
    gateway.folder.path().join("gateway.toml")
}

fn server_of(gateway: &Gateway) -> String {
    format!("http://127.0.0.1:{}", gateway.desk.port)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operators_password_is_changed_at_the_first_log_in() {
    let gateway = Gateway::start().await;
    let (config, home) = (config_of(&gateway), Home::at(server_of(&gateway)));
    let add = ["user", "add", "jiyeong", "--name", "지영", "--password-stdin"];
    assert!(operator(1, "short\n", &add, &config).contains("10 to 128"));
    assert!(operator(1, "password1234\n", &add, &config).contains("everybody tries first"));
    operator(0, &format!("{FIRST}\n"), &add, &config);
    assert!(operator(1, &format!("{FIRST}\n"), &add, &config).contains("munjad user enable"));
    let login = ["login", "--user", "jiyeong", "--password-stdin"];
    // Nobody gives another one: the log-in is good for nothing else.
    let asked = home.does(0, &format!("{FIRST}\n"), &login);
    assert!(asked.contains("Choose one of your own"), "{asked}");
    assert!(home.does(3, "", &["list"]).contains("munja passwd"));
    let changed = home.does(0, &format!("{FIRST}\n{OWN}\n"), &login);
    assert!(changed.contains("is changed"), "{changed}");
    home.does(0, "", &["list"]);
    home.does(3, &format!("{FIRST}\n"), &login);
    // The operator sets another one: every session ends.
    operator(0, &format!("{FIRST}\n"), &["user", "passwd", "jiyeong", "--password-stdin"], &config);
    home.does(3, "", &["list"]);
    home.does(0, &format!("{FIRST}\n"), &login);
    assert!(home.does(6, &format!("wrong\n{OWN}\n"), &["passwd", "--password-stdin"]).contains("is wrong"));
    home.does(0, &format!("{FIRST}\n{OWN}\n"), &["passwd", "--password-stdin"]);
    home.does(0, "", &["list"]);
    let history = operator(0, "", &["user", "history", "jiyeong"], &config);
    for told in ["added counselor, all desks", "password changed", "password set", "munjad user passwd, "] {
        assert!(history.contains(told), "{told}: {history}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_disables_enables_unlocks_and_ends_sessions() {
    let gateway = Gateway::start().await;
    let (config, home) = (config_of(&gateway), Home::at(server_of(&gateway)));
    let login = ["login", "--user", "minsu", "--password-stdin"];
    home.does(0, "long-enough\n", &login);
    let tokens: Value =
        serde_json::from_str(&operator(0, "", &["user", "tokens", "minsu", "--json"], &config)).unwrap();
    assert_eq!(tokens.as_array().map(Vec::len), Some(2), "the test's own, and this one");
    assert!(tokens.to_string().contains("127.0.0.1"));
    operator(0, "", &["user", "revoke", "minsu", &tokens[0]["id"].to_string()], &config);
    home.does(3, "", &["whoami"]);
    operator(1, "", &["user", "revoke", "minsu", "999"], &config);
    operator(0, "", &["user", "disable", "minsu"], &config);
    home.does(3, "long-enough\n", &login);
    assert!(operator(0, "", &["user", "enable", "minsu"], &config).contains("may log in again"));
    home.does(0, "long-enough\n", &login);
    // Another device guesses, and is locked out; the running gateway alone knows of it.
    let thief = Home::at(server_of(&gateway));
    for _ in 0..4 {
        thief.does(3, "wrong\n", &login);
    }
    assert!(thief.does(3, "wrong\n", &login).contains("locked"));
    assert!(thief.does(3, "long-enough\n", &login).contains("locked"));
    assert!(operator(0, "", &["user", "unlock", "minsu"], &config).contains("may try again"));
    thief.does(0, "long-enough\n", &login);
    assert!(operator(0, "", &["user", "unlock", "minsu"], &config).contains("was not locked out"));
    operator(1, "", &["user", "unlock", "nobody"], &config);
    assert!(home.does(0, "", &["sessions"]).contains("(this one)"));
    assert!(home.does(0, "", &["sessions", "end", "--others"]).contains("1 other"));
    thief.does(3, "", &["whoami"]);
    gateway.daemon.unwrap().stop().await;
    assert!(operator(0, "", &["user", "unlock", "minsu"], &config).contains("No gateway runs"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_logs_in_with_a_second_factor_and_sees_no_text() {
    let gateway = Gateway::start().await;
    let (config, home) = (config_of(&gateway), Home::at(server_of(&gateway)));
    let add = ["user", "add", "audit", "--role", "auditor", "--password-stdin"];
    operator(0, &format!("{FIRST}\n"), &add, &config);
    let login = ["login", "--user", "audit", "--password-stdin"];
    assert!(home.does(0, &format!("{FIRST}\n{OWN}\n"), &login).contains("munja totp enable"));
    home.does(3, "", &["accounts"]);
    // The secret is shown before its code is asked for: an answer to it has to see it first.
    let shown = home.run(&format!("{OWN}\n000000\n"), &["totp", "enable", "--password-stdin", "--json"]);
    assert_eq!(shown.status.code(), Some(3), "{}", said(&shown));
    let setup: Value = serde_json::from_slice(&shown.stdout).unwrap();
    let secret = TotpSecret::from_base32(setup["secret"].as_str().unwrap()).unwrap();
    let now = munja::ops::clock::Clock::system().now_ms();
    let token: Value =
        serde_json::from_slice(&fs::read(home.folder.path().join(".config/munja/default.json")).unwrap())
            .unwrap();
    let confirm = gateway
        .desk
        .http
        .post(format!("{}/v1/totp/confirm", home.server))
        .bearer_auth(token["token"].as_str().unwrap())
        .json(&serde_json::json!({ "code": secret.code_at(now) }));
    assert_eq!(confirm.send().await.unwrap().status(), 200);
    assert!(home.does(0, "", &["accounts"]).contains("auditor"));
    assert!(home.does(0, "", &["account", "audit", "history"]).contains("second factor set up"));
    home.does(0, "", &["audit", "show"]);
    assert!(home.does(0, "", &["audit", "show", "--login", "audit"]).contains("rows"));
    assert!(home.does(6, "", &["list"]).contains("role"));
    assert!(home.does(6, "", &["account", "minsu", "disable"]).contains("role"));
    let other = Home::at(server_of(&gateway));
    assert!(other.does(3, &format!("{OWN}\nwrong\n"), &login).contains("wrong"));
    operator(0, "", &["user", "totp", "reset", "audit"], &config);
    other.does(0, &format!("{OWN}\n"), &login);
    assert!(other.does(3, "", &["accounts"]).contains("munja totp enable"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_program_has_a_token_of_its_own() {
    let gateway = Gateway::start().await;
    let config = config_of(&gateway);
    let create = ["token", "create", "--purpose", "metrics", "--expires", "90d", "--json"];
    let made: Value = serde_json::from_str(&operator(0, "", &create, &config)).unwrap();
    let token = made["token"].as_str().unwrap().to_owned();
    let ask = async |path: &str| {
        let url = format!("{}{path}", server_of(&gateway));
        gateway.desk.http.get(url).bearer_auth(&token).send().await.unwrap().status().as_u16()
    };
    assert_eq!((ask("/v1/status").await, ask("/v1/conversations").await), (200, 403));
    assert!(operator(0, "", &["token", "list"], &config).contains("metrics"));
    operator(0, "", &["token", "revoke", &made["id"].to_string()], &config);
    assert_eq!(ask("/v1/status").await, 401);
    operator(1, "", &["token", "revoke", "7"], &config);
    operator(2, "", &["token", "create", "--purpose", "everything"], &config);
    operator(2, "", &["token", "create", "--purpose", "metrics", "--expires", "9999d"], &config);
}

/// Writes a new certificate for localhost and its key; the certificate vouches for itself.
pub fn certificate(folder: &Path) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    fs::write(folder.join("api.crt"), params.self_signed(&key).unwrap().pem()).unwrap();
    fs::write(folder.join("api.key"), key.serialize_pem()).unwrap();
    fs::set_permissions(folder.join("api.key"), fs::Permissions::from_mode(0o600)).unwrap();
}

pub const TLS: &str = "[api]\nlisten = \"0.0.0.0:0\"\ntls_certificate = \"api.crt\"\ntls_key = \"api.key\"";

#[tokio::test(flavor = "multi_thread")]
async fn counselors_connect_from_other_machines_by_a_certificate_that_is_read_again() {
    let carrier = Carrier::start().await;
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path());
    let text = config_text(carrier.port, "").replace("[api]\nlisten = \"127.0.0.1:0\"", TLS);
    let config = write_config(folder.path(), &text);
    let mut daemon = start_daemon(&config).await;
    add_minsu(daemon.store()).await;
    let home = Home::at(format!("https://localhost:{}", daemon.listen().unwrap().port()));
    let ca = folder.path().join("api.crt").display().to_string();
    let login = ["login", "--user", "minsu", "--password-stdin"];
    // The machine does not know who signed it.
    home.does(4, "long-enough\n", &login);
    home.does(0, "long-enough\n", &[&login[..], &["--ca", &ca]].concat());
    home.does(0, "", &["whoami"]);
    assert!(tokio::task::block_in_place(|| said(&munjad(&["check"], &config))).contains("is good until"));
    // What cannot be used changes nothing.
    fs::write(folder.path().join("api.crt"), "nothing").unwrap();
    let refused = daemon.reload(Config::load(&config).unwrap()).unwrap_err().to_string();
    assert!(refused.contains("api.crt holds no certificate"), "{refused}");
    home.does(0, "", &["whoami"]);
    certificate(folder.path());
    daemon.reload(Config::load(&config).unwrap()).unwrap();
    home.does(4, "", &["whoami"]);
    home.does(0, "long-enough\n", &[&login[..], &["--ca", &ca]].concat());
    home.does(2, "long-enough\n", &[&login[..], &["--ca", &config.display().to_string()]].concat());
    fs::set_permissions(folder.path().join("api.key"), fs::Permissions::from_mode(0o644)).unwrap();
    let refused = daemon.reload(Config::load(&config).unwrap()).unwrap_err().to_string();
    assert!(refused.contains("every user"), "{refused}");
    daemon.stop().await;
}

/// One rule: whatever is not encrypted stays on this machine.
#[test]
fn plain_text_is_refused_beyond_loopback_by_file_line_and_key() {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path());
    let said = |api: &str| {
        let text = config_text(1, "").replace("[api]\nlisten = \"127.0.0.1:0\"", &format!("[api]\n{api}"));
        let path = write_config(folder.path(), &text);
        Config::load(&path).map(|config| config.api).map_err(|error| error.to_string())
    };
    let cases = [
        ("listen = \"0.0.0.0:6120\"", "api.listen must be a loopback address, or api.tls_certificate"),
        ("tls_certificate = \"api.crt\"", "api.tls_key is missing"),
        ("tls_key = \"api.key\"", "api.tls_certificate is missing"),
        ("tls_certificate = \"api.crt\"\ntls_key = \"gone\"", "gone"),
    ];
    for (api, expected) in cases {
        let error = said(api).unwrap_err();
        assert!(error.replace(": ", " ").contains(expected), "{expected}: {error}");
    }
    let sound =
        said("listen = \"0.0.0.0:6120\"\ntls_certificate = \"api.crt\"\ntls_key = \"api.key\"").unwrap();
    assert!(sound.tls.is_some_and(|files| files.key.ends_with("api.key")));
}

/// The next line of the log that holds all of these; lines before it are skipped.
fn line_with(log: &mut impl BufRead, words: &[&str]) -> String {
    let mut line = String::new();
    while log.read_line(&mut line).unwrap() > 0 {
        if words.iter().all(|word| line.contains(word)) {
            return line;
        }
        line.clear();
    }
    panic!("the log ended without {words:?}");
}

/// The log names the peer, and a login only if there is such an account: people type passwords into that field.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_tells_of_failed_log_ins() {
    let carrier = Carrier::start().await;
    let folder = tempfile::tempdir().unwrap();
    let config = write_config(folder.path(), &config_text(carrier.port, ""));
    operator(0, "", &["init", "--database-only"], &config);
    operator(0, &format!("{FIRST}\n"), &["user", "add", "minsu", "--password-stdin"], &config);
    let mut child = Command::new(env!("CARGO_BIN_EXE_munjad"))
        .args(["run", "--config"])
        .arg(&config)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let task = tokio::task::spawn_blocking(move || {
        let line = line_with(&mut log, &["the API listens"]);
        (line, log)
    });
    let (line, mut log) = task.await.unwrap();
    let port: String =
        line.rsplit("127.0.0.1:").next().unwrap().chars().take_while(char::is_ascii_digit).collect();
    let home = Home::at(format!("http://127.0.0.1:{port}"));
    for (login, password) in [("hunter2-typed-here", "x"), ("minsu", "secret-typed-here")] {
        home.does(3, &format!("{password}\n"), &["login", "--user", login, "--password-stdin"]);
    }
    let told = tokio::task::block_in_place(|| {
        let first = line_with(&mut log, &["was refused", "no such login"]);
        first + &line_with(&mut log, &["was refused", "wrong password"])
    });
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(told.contains("minsu") && told.matches("127.0.0.1").count() == 2, "{told}");
    assert!(!told.contains("hunter2") && !told.contains("secret-typed"), "{told}");
}
