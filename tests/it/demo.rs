//! `munjad demo`: however it is ended, nothing of it stays in the home of whoever tried it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::harness::BOUND;

/// A demo for a second terminal, once it says how to use that: by then its log-in is kept.
fn start(home: &Path) -> Child {
    let mut demo = Command::new(env!("CARGO_BIN_EXE_munjad"))
        .args(["demo", "--per-minute", "1"])
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("XDG_STATE_HOME")
        .env("HOME", home)
        .env("LC_ALL", "C")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    while !lines.next().expect("it says how to end it").unwrap().contains("Ctrl-C") {}
    // As a closed terminal: what it says from here on, nobody reads.
    demo
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(files(&entry.path())),
            false => found.push(entry.path().display().to_string()),
        }
    }
    found
}

#[test]
fn a_demo_that_is_ended_from_outside_leaves_no_log_in() {
    for how in ["-TERM", "-HUP", "-INT"] {
        let home = tempfile::tempdir().unwrap();
        let mut demo = start(home.path());
        let kept = files(home.path());
        assert!(kept.iter().any(|path| path.ends_with("demo.json")), "{how}: {kept:?}");
        // The second one does not wait for what is under way.
        for _ in 0..2 {
            let sent = Command::new("kill").args([how, &demo.id().to_string()]).status().unwrap();
            assert!(sent.success());
            std::thread::sleep(std::time::Duration::from_millis(200));
            if demo.try_wait().unwrap().is_some() {
                break;
            }
        }
        let until = std::time::Instant::now() + BOUND;
        while demo.try_wait().unwrap().is_none() {
            assert!(std::time::Instant::now() < until, "{how}: it does not end");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        assert_eq!(files(home.path()), Vec::<String>::new(), "{how}");
    }
}
