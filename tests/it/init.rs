//! `munjad init`: what is there stays, a service makes its database once, and with a key it is encrypted from the first byte.

use std::path::Path;
use std::process::{Command, Output};

use munja::domain::data_key::{CAN_ENCRYPT, DataKey, DataKeys};
use munja::store::is_plain;

use crate::harness::{config_text, write_config};

/// `credentials`: the folder in which systemd hands over credentials.
fn munjad(args: &[&str], config: &Path, credentials: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_munjad"));
    command.args(args).arg("--config").arg(config).env("LC_ALL", "C").env_remove("CREDENTIALS_DIRECTORY");
    if let Some(folder) = credentials {
        command.env("CREDENTIALS_DIRECTORY", folder);
    }
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn init_touches_nothing_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("gateway.toml");
    assert!(munjad(&["init"], &config, None).status.success());
    let before = std::fs::read(&config).unwrap();
    let again = munjad(&["init"], &config, None);
    assert!(!again.status.success() && said(&again).contains("already"), "{}", said(&again));
    assert_eq!(std::fs::read(&config).unwrap(), before);
}

#[test]
fn a_service_makes_its_database_once() {
    let folder = tempfile::tempdir().unwrap();
    let config = write_config(folder.path(), &config_text(9, ""));
    assert!(said(&munjad(&["init", "--database-only"], &config, None)).contains("Made the database"));
    let again = munjad(&["init", "--database-only"], &config, None);
    assert!(again.status.success() && said(&again).is_empty(), "{}", said(&again));
}

/// A refused init leaves nothing: the next one must not take what it left for a database that is there.
#[test]
fn with_a_key_that_cannot_be_read_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let config = write_config(folder.path(), &config_text(9, ""));
    std::fs::write(folder.path().join("munja.db-pseudonym-key"), "no key\n").unwrap();
    let names = || {
        let all = std::fs::read_dir(folder.path()).unwrap();
        all.map(|entry| entry.unwrap().file_name()).collect::<std::collections::BTreeSet<_>>()
    };
    let before = names();
    for _ in 0..2 {
        let refused = munjad(&["init", "--database-only"], &config, None);
        assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
        assert!(said(&refused).contains("64 hexadecimal digits"), "{}", said(&refused));
        assert_eq!(names(), before);
    }
    std::fs::remove_file(&config).unwrap();
    let refused = munjad(&["init"], &config, None);
    assert!(!refused.status.success() && !config.exists(), "{}", said(&refused));
}

/// The database is encrypted where the program can do that; else nothing is written at all, and the package is named.
fn assert_never_plain(made: &Output, database: &Path) {
    let said = said(made);
    if CAN_ENCRYPT {
        assert!(made.status.success() && database.exists() && !is_plain(database), "{said}");
    } else {
        assert!(!made.status.success() && said.contains("munja-sqlcipher"), "{said}");
        assert!(!database.exists());
    }
}

#[test]
fn with_a_key_no_plain_database_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let key = DataKeys::written(&[DataKey::new([7; 32])]);
    let named = folder.path().join("named");
    std::fs::create_dir(&named).unwrap();
    std::fs::write(named.join("database.key"), &key).unwrap();
    let text = config_text(9, "");
    let with_key = text.replace("[database]", "[database]\nkey_file = \"database.key\"");
    assert_ne!(with_key, text);
    let config = write_config(&named, &with_key);
    assert_never_plain(&munjad(&["init", "--database-only"], &config, None), &named.join("munja.db"));

    let credentials = folder.path().join("credentials");
    std::fs::create_dir(&credentials).unwrap();
    std::fs::write(credentials.join("database_key"), &key).unwrap();
    let config = folder.path().join("by-credential/gateway.toml");
    let made = munjad(&["init"], &config, Some(&credentials));
    assert_never_plain(&made, &config.with_file_name("munja.db"));
    assert_eq!(config.exists(), CAN_ENCRYPT);

    std::fs::write(credentials.join("database_key"), "no key").unwrap();
    let config = folder.path().join("by-nonsense/gateway.toml");
    let refused = munjad(&["init"], &config, Some(&credentials));
    assert!(!refused.status.success() && !config.parent().unwrap().exists(), "{}", said(&refused));
}
