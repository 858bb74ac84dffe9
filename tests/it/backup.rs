//! Backups as an operator meets them: made beside a running gateway, listed, proved, encrypted, refused; and the commands for
//! the database itself.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use image::ImageFormat;
use serde_json::Value;

use crate::harness::{CITIZEN, Carrier, Gateway};
use crate::other_programs;
use crate::photos::picture;

/// Runs `munjad` and expects it to end so; returns what it said.
pub fn munjad(code: i32, args: &[&str]) -> String {
    let output: Output =
        Command::new(env!("CARGO_BIN_EXE_munjad")).args(args).env("LC_ALL", "C").output().unwrap();
    let [out, err] =
        [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert_eq!(output.status.code(), Some(code), "{args:?}\n{out}{err}");
    format!("{out}{err}")
}

/// Makes a backup as the configuration says; returns its file.
pub fn backup(config: &Path, more: &[&str]) -> PathBuf {
    let args = [&["backup", "--json", "--config", config.to_str().unwrap()], more].concat();
    let said: Value = serde_json::from_str(&munjad(0, &args)).unwrap();
    assert_eq!(said["verified"], true);
    PathBuf::from(said["file"].as_str().unwrap())
}

/// A gateway that has exchanged some texts and keeps a photo.
async fn busy_gateway() -> (Gateway, PathBuf) {
    let gateway = Gateway::on(Carrier::start().await, "[backup]\nfolder = \"copies\"\nkeep = 2\n").await;
    gateway.sim().text(CITIZEN, "막차가 언제예요?");
    gateway.until(|b| b.n_outbound("delivered") == 1).await;
    gateway.desk.hand_in(picture(ImageFormat::Jpeg, 30, 20)).await;
    let config = gateway.folder.path().join("gateway.toml");
    (gateway, config)
}

/// Reads the archive with Python's own modules and compares it with its manifest.
const SECOND_READER: &str = r#"
import hashlib, json, os, sqlite3, sys, tarfile, tempfile
tar = tarfile.open(sys.argv[1])
names = tar.getnames()
assert names[0] == "manifest.json", names
manifest = json.load(tar.extractfile("manifest.json"))
assert names[1:] == [f["name"] for f in manifest["files"]], names
for f in manifest["files"]:
    data = tar.extractfile(f["name"]).read()
    assert (len(data), hashlib.sha256(data).hexdigest()) == (f["bytes"], f["sha256"]), f["name"]
    if f["name"].startswith("photos/"):
        assert f["name"] == "photos/" + f["sha256"]
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "a.db")
    open(path, "wb").write(tar.extractfile("munja.db").read())
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA user_version").fetchone()[0] == manifest["schema_version"]
    for table, n in manifest["tables"].items():
        assert db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] == n, table
    texts, delivered = (db.execute(sql).fetchone()[0] for sql in (
        "SELECT count(*) FROM inbox", "SELECT count(*) FROM outbox WHERE state = 'delivered'"))
photos = sum(n.startswith("photos/") for n in names)
print(json.dumps({"texts": texts, "delivered": delivered, "photos": photos, "names": names}))
"#;

fn read_by_python(file: &Path) -> Option<Value> {
    let read = other_programs::run(Command::new("python3").args(["-c", SECOND_READER]).arg(file), b"")?;
    Some(serde_json::from_slice(&read.stdout).unwrap_or_else(|_| panic!("{}", other_programs::words(&read))))
}

/// Texts from citizens, texts that were delivered, and photos, by that reader.
fn counts(said: &Value) -> [i64; 3] {
    ["texts", "delivered", "photos"].map(|name| said[name].as_i64().unwrap())
}

/// The same by the gateway; a counselor handed in one photo.
async fn counted_by(gateway: &Gateway) -> [i64; 3] {
    let balance = gateway.store.balance().await.unwrap();
    [balance.n_received, balance.n_outbound("delivered"), 1]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_beside_a_running_gateway_is_whole_and_any_program_reads_it() {
    let (gateway, config) = busy_gateway().await;
    let erased = "citizen 00112233445566778899aabbccddeeff 7 - -\n";
    fs::write(gateway.folder.path().join("munja.db-erased"), erased).unwrap();
    // As the package names it: by its whole path.
    let whole = format!("path = \"{}\" # ours", gateway.folder.path().join("munja.db").display());
    fs::write(&config, fs::read_to_string(&config).unwrap().replace("path = \"munja.db\"", &whole)).unwrap();
    let file = backup(&config, &[]);
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let bytes = fs::read(&file).unwrap();
    let has = |word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
    assert!(has("api_key_file = ") && !has("SIM-KEY"), "the configuration, without its secrets");
    if let Some(said) = read_by_python(&file) {
        assert_eq!(counts(&said), counted_by(&gateway).await);
        let names = said["names"].to_string();
        assert!(names.contains("munja.db-pseudonym-key") && names.contains("config/gateway.toml"), "{names}");
    }
    let at = config.to_str().unwrap();
    let listed = munjad(0, &["backups", "--config", at]);
    assert!(listed.contains("munja-backup-") && listed.contains("0 min old"), "{listed}");
    let shown = munjad(0, &["restore", file.to_str().unwrap(), "--check"]);
    assert!(shown.contains("The backup is sound") && shown.contains("1 photo"), "{shown}");
    assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "nothing else is left");
    // Whom the service has erased goes with it: an older copy that is put back there brings nobody back.
    let other = gateway.folder.path().join("other");
    let said = munjad(0, &["restore", file.to_str().unwrap(), "--to", other.to_str().unwrap()]);
    assert!(said.contains("api_key_file: key"), "what is not there is named: {said}");
    let restored = fs::read_to_string(other.join("gateway.toml")).unwrap();
    assert!(restored.contains("path = \"munja.db\" # ours"), "not the old database: {restored}");
    assert_eq!(fs::read_to_string(other.join("munja.db-erased")).unwrap(), erased);
    // Never over a database.
    let refused = munjad(1, &["restore", file.to_str().unwrap(), "--config", at]);
    assert!(refused.contains("nothing is overwritten"), "{refused}");
    // What has changed since is not a backup any more.
    let mut damaged = bytes.clone();
    let at = damaged.len() / 2;
    damaged[at] ^= 1;
    fs::write(&file, damaged).unwrap();
    let refused = munjad(1, &["restore", file.to_str().unwrap(), "--check"]);
    assert!(refused.contains("is not a whole backup"), "{refused}");
    gateway.daemon.unwrap().stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_is_missing_is_said_and_old_copies_go() {
    let (gateway, config) = busy_gateway().await;
    let folder = gateway.folder.path().join("copies");
    fs::create_dir(&folder).unwrap();
    for day in ["20200101", "20200102", "20200103"] {
        fs::write(folder.join(format!("munja-backup-{day}T000000Z.tar")), "old").unwrap();
    }
    fs::write(folder.join("mine.tar"), "mine").unwrap();
    fs::remove_dir_all(gateway.folder.path().join("munja.db-photos")).unwrap();
    let at = config.to_str().unwrap();
    let said = munjad(3, &["backup", "--config", at]);
    assert!(said.contains("made and proved") && said.contains("1 photos that the database names"), "{said}");
    assert!(said.contains("not encrypted"), "{said}");
    let mut left: Vec<_> = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name()).collect();
    left.sort();
    // The one before may be the last that has the photo.
    assert_eq!(left.len(), 4, "{left:?}");
    assert_eq!(left[..3], [".munja-newest-whole", "mine.tar", "munja-backup-20200103T000000Z.tar"]);
    let found = munjad(3, &["db", "check", "--photos", "--config", at]);
    assert!(found.contains("1 files are missing or damaged"), "{found}");
    gateway.daemon.unwrap().stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_backup_opens_with_its_key_alone() {
    let (gateway, config) = busy_gateway().await;
    let identity = gateway.folder.path().join("identity");
    let Some(made) = other_programs::run(Command::new("age-keygen").arg("-o").arg(&identity), b"") else {
        return;
    };
    let said = String::from_utf8_lossy(&made.stderr).into_owned();
    let recipient = said.split_whitespace().find(|word| word.starts_with("age1")).expect("a public key");
    let file = backup(&config, &["--recipient", recipient]);
    assert!(file.to_str().unwrap().ends_with(".tar.age"));
    let bytes = fs::read(&file).unwrap();
    assert!(bytes.starts_with(b"age-encryption.org/v1\n"));
    assert!(!bytes.windows(8).any(|window| window == b"SQLite f"));
    // The program age opens it, and Python reads what was in it.
    let opened = gateway.folder.path().join("opened.tar");
    let mut age = Command::new("age");
    age.args(["-d", "-i"]).arg(&identity).arg("-o").arg(&opened).arg(&file);
    let done = other_programs::run(&mut age, b"").expect("age, which made the key");
    assert!(done.status.success(), "{}", other_programs::words(&done));
    if let Some(said) = read_by_python(&opened) {
        assert_eq!(counts(&said), counted_by(&gateway).await);
    }
    let name = file.to_str().unwrap();
    let refused = munjad(1, &["restore", name, "--check"]);
    assert!(refused.contains("--identity"), "{refused}");
    let shown = munjad(0, &["restore", name, "--check", "--identity", identity.to_str().unwrap()]);
    assert!(shown.contains("The backup is sound"), "{shown}");
    let to = gateway.folder.path().join("elsewhere");
    let to = to.to_str().unwrap();
    munjad(0, &["restore", name, "--to", to, "--identity", identity.to_str().unwrap()]);
    assert!(Path::new(to).join("munja.db").exists() && Path::new(to).join("gateway.toml").exists());
    gateway.daemon.unwrap().stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_is_checked_measured_and_rewritten() {
    let (gateway, config) = busy_gateway().await;
    let at = config.to_str().unwrap();
    let said = munjad(0, &["db", "check", "--full", "--photos", "--config", at]);
    assert!(said.contains("The database is sound, 1 photo compared"), "{said}");
    let stats: Value = serde_json::from_str(&munjad(0, &["db", "stats", "--json", "--config", at])).unwrap();
    let tables = stats["tables"].as_array().unwrap();
    let inbox = tables.iter().find(|table| table["name"] == "inbox").unwrap();
    assert!(inbox["rows"] == 1 && inbox["newest_at"].is_i64(), "{inbox}");
    let refused = munjad(1, &["db", "vacuum", "--config", at]);
    assert!(refused.contains("stop it first"), "{refused}");
    let folder = gateway.folder;
    gateway.daemon.unwrap().stop().await;
    drop(gateway.store);
    let said = munjad(0, &["db", "vacuum", "--config", at]);
    assert!(said.contains("Rewrote"), "{said}");
    munjad(0, &["db", "check", "--full", "--config", at]);
    drop(folder);
}

#[test]
fn a_backup_needs_to_know_where() {
    let folder = tempfile::tempdir().unwrap();
    let config = crate::harness::write_config(folder.path(), &crate::harness::config_text(1, ""));
    let at = config.to_str().unwrap();
    munjad(1, &["backup", "--to", "x", "--config", at]);
    munjad(0, &["init", "--database-only", "--config", at]);
    let said = munjad(1, &["backup", "--config", at]);
    assert!(said.contains("--to DIR"), "{said}");
    munjad(2, &["restore", "x.tar"]);
    munjad(0, &["recovery", "status", "--config", at]);
    let none = munjad(1, &["recovery", "confirm", "--reason", "x", "--config", at]);
    assert!(none.contains("no recovery is on"), "{none}");
}
