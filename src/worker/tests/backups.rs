//! How new the newest backup is, also while its folder hangs.

use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, mpsc};

use super::*;
use crate::worker::backups::{Read, run_with};

fn world(backup_folder: Option<PathBuf>) -> World {
    let settings = Settings { backup_folder, ..settings() };
    let carriers = carriers([Fake::named("one"), Fake::named("two")]);
    World::of(carriers, settings, Clock::following_tokio(START))
}

fn newest_at(world: &World) -> Option<i64> {
    world.context.health.backup().and_then(|seen| seen.newest_at)
}

/// Waits for a thread, while the paused clock stands.
async fn until_really(what: impl Fn() -> bool) {
    let began = std::time::Instant::now();
    while !what() {
        assert!(began.elapsed() < Duration::from_secs(60), "never came");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_hangs_stops_neither_the_loop_nor_what_was_known_before() {
    let mut world = world(Some("/mnt/backups".into()));
    let (release, held) = mpsc::channel::<()>();
    let (held, n_looks) = (Mutex::new(held), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&n_looks);
    let read: Read = Arc::new(move |_| match counted.fetch_add(1, Ordering::SeqCst) {
        0 => Ok(Some(START)),
        _ => {
            held.lock().unwrap().recv().unwrap();
            Ok(Some(START + 1_000))
        }
    });
    world.loops.spawn(run_with(world.context.clone(), read));
    until_really(|| newest_at(&world) == Some(START)).await;
    tokio::time::sleep(Duration::from_secs(90)).await;
    until_really(|| n_looks.load(Ordering::SeqCst) == 2).await;
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    assert_eq!(n_looks.load(Ordering::SeqCst), 2, "one look at a time");
    assert_eq!(newest_at(&world), Some(START));
    let backups = world.context.health.workers().into_iter().find(|w| w.role == Role::Backups).unwrap();
    assert!(!backups.is_late, "{:?}", backups.idle);
    release.send(()).unwrap();
    until_really(|| newest_at(&world) == Some(START + 1_000)).await;
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_cannot_be_read_has_no_backup_and_none_is_configured_without_a_folder() {
    let gone = tempfile::tempdir().unwrap().path().join("not-mounted");
    for (folder, is_configured) in [(Some(gone), true), (None, false)] {
        let mut world = world(folder);
        let (looked, mut looks) = tokio::sync::mpsc::unbounded_channel();
        let read: Read = Arc::new(move |folder| {
            looked.send(()).unwrap();
            Ok(crate::ops::backups::newest(folder)?.map(|copy| copy.made_at))
        });
        world.loops.spawn(run_with(world.context.clone(), read));
        until_really(|| world.context.health.backup().is_some()).await;
        if is_configured {
            looks.recv().await.unwrap();
        }
        let seen = world.context.health.backup().unwrap();
        assert_eq!((seen.is_configured, seen.newest_at), (is_configured, None));
    }
}
