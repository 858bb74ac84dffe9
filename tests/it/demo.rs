//! `munjad demo`: however it is ended, nothing of it stays in the home of whoever tried it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use crate::harness::BOUND;

/// How long a demo may settle what is under way before it is told again.
const SETTLING: Duration = Duration::from_millis(200);

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
        let pid = demo.id().to_string();
        let (tell, ended) = channel();
        std::thread::spawn(move || tell.send(demo.wait()));
        let kill = || Command::new("kill").args([how, &pid]).status().unwrap().success();
        assert!(kill(), "{how}");
        // The second one does not wait for what is under way.
        if ended.recv_timeout(SETTLING).is_err() {
            kill();
            ended.recv_timeout(BOUND).expect("it does not end").unwrap();
        }
        assert_eq!(files(home.path()), Vec::<String>::new(), "{how}");
    }
}
