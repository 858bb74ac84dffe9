//! A whole folder, or an image of the machine, that was put back: what the mark says that came with it, and what heads elsewhere say.

use std::path::Path;

use super::*;
use crate::domain::access::chain::{Head, HeadLine};
use crate::domain::recovery::{PutByHand, RecoveryState};

const DAY: i64 = 24 * HOUR;

fn lines(heads: &[&Head]) -> Vec<HeadLine> {
    heads.iter().map(|head| HeadLine::Head((*head).clone())).collect()
}

impl Bench {
    /// Puts the database aside as it is, for later.
    fn kept(&self, aside: &Path) -> PathBuf {
        let copy = aside.join("copy");
        copy_database(&self.path(), &copy, &DataKeys::none()).unwrap();
        copy
    }

    fn mark(&self) -> PathBuf {
        beside(&self.path(), ".reached")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_put_back_with_its_mark_begins_a_recovery_once() {
    let bench = Bench::new();
    bench.queue("01011110001", Lane::Reply, HOUR).await;
    bench.marked().await;
    let aside = tempfile::tempdir().unwrap();
    let (copy, mark) = (bench.kept(aside.path()), std::fs::read(bench.mark()).unwrap());
    if bench.mark().metadata().unwrap().created().is_err() {
        println!("not run: this file system keeps no birth of files");
        return;
    }
    bench.all_leave(2 * HOUR).await;
    // The clock of files ticks every few milliseconds.
    tokio::time::sleep(Duration::from_millis(50)).await;
    bench.marked().await;

    let bench = bench.replaced(&copy);
    std::fs::write(bench.mark(), &mark).unwrap();
    assert_eq!(bench.store.put_by_hand(&[]).await.unwrap(), Some(PutByHand::WithItsMark));
    let noticed = bench.store.notice_put_by_hand(CARRIER, &[], 3 * HOUR).await.unwrap();
    assert_eq!(noticed.map(|(found, _)| found), Some(PutByHand::WithItsMark));
    let of = bench.recovery().await;
    assert_eq!((of.state, of.n_doubted), (RecoveryState::Reading, 1));
    assert_eq!(bench.lease(10, 4 * HOUR).await.len(), 0, "nothing leaves");
    bench.marked().await;
    assert_eq!(bench.store.put_by_hand(&[]).await.unwrap(), None, "once");

    // The mark of an older version, which does not say when it was born, and none at all.
    let text = std::fs::read_to_string(bench.mark()).unwrap();
    let unborn: String =
        text.lines().filter(|line| !line.starts_with("born ")).map(|l| format!("{l}\n")).collect();
    std::fs::write(bench.mark(), unborn).unwrap();
    assert_eq!(bench.store.put_by_hand(&[]).await.unwrap(), None);
    std::fs::remove_file(bench.mark()).unwrap();
    assert_eq!(bench.store.put_by_hand(&[]).await.unwrap(), None, "a folder that was moved without its mark");
}

/// An image has the files themselves, with all that is known of them: only what lies elsewhere tells.
#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_noticed_by_heads_that_lie_elsewhere() {
    let bench = Bench::new();
    bench.log(3, T0).await;
    let before = bench.end_day(T0 + HOUR).await;
    bench.queue("01011110001", Lane::Reply, T0 + HOUR).await;
    let aside = tempfile::tempdir().unwrap();
    let copy = bench.kept(aside.path());
    bench.log(2, T0 + 3 * HOUR).await;
    let after = bench.end_day(T0 + DAY).await;
    let file = lines(&[&before, &after]);
    assert_eq!(bench.store.put_by_hand(&file).await.unwrap(), None, "the newest state");
    assert!(bench.store.notice_put_by_hand(CARRIER, &file, T0 + DAY).await.unwrap().is_none());

    let bench = bench.replaced(&copy);
    drop(std::fs::remove_file(bench.mark()));
    assert_eq!(bench.store.put_by_hand(&[]).await.unwrap(), None, "no head was written since");
    assert_eq!(bench.store.put_by_hand(&file[..1]).await.unwrap(), None, "no head was written since");
    let foreign = lines(&[&Head { hash: [9; 32], ..before.clone() }, &after]);
    assert_eq!(bench.store.put_by_hand(&foreign).await.unwrap(), None, "of another database");
    let now = T0 + 2 * DAY;
    let (found, chain_break) =
        bench.store.notice_put_by_hand(CARRIER, &file, now).await.unwrap().expect("noticed");
    let PutByHand::Older { reached_at, last_at } = found else { panic!("{found:?}") };
    assert!(reached_at == after.at && last_at >= T0 + HOUR && last_at < after.at, "{found:?}");
    assert_eq!((bench.recovery().await.copy_made_at, chain_break.last), (last_at, 3));
    // The next starts find nothing new, whether or not the line of the break could be written there.
    assert_eq!(bench.store.put_by_hand(&file).await.unwrap(), None);
    let with_break = [file.clone(), vec![HeadLine::Break(chain_break)]].concat();
    assert_eq!(bench.store.put_by_hand(&with_break).await.unwrap(), None);
    let found = bench.check(HeadFiles { own: Some(with_break), ..HeadFiles::default() }).await;
    assert!(found.is_sound() && found.lost == [after], "{found:?}");
}

/// Rows that only the log has lost are tampering, which `munjad audit verify` finds: no recovery explains them away.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_was_cut_is_no_copy_that_was_put_back() {
    let bench = Bench::new();
    bench.log(3, T0).await;
    let before = bench.end_day(T0 + HOUR).await;
    bench.log(2, T0 + 3 * HOUR).await;
    let after = bench.end_day(T0 + DAY).await;
    bench.outside(
        "DELETE FROM access WHERE seq > 3; UPDATE sqlite_sequence SET seq = 3 WHERE name = 'access'",
    );
    let file = lines(&[&before, &after]);
    assert_eq!(bench.store.put_by_hand(&file).await.unwrap(), None);
    assert!(!bench.check(HeadFiles { own: Some(file), ..HeadFiles::default() }).await.is_sound());
}
