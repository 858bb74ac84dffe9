//! The rule of absence against a carrier in numbers: a clock that differs, clocks that are set, lists in any order.

use proptest::prelude::*;

use super::*;

const FIRST: UnixMs = 1_782_831_600_000; // 2026-07-01T00:00:00+09:00
const MINUTE: i64 = 60_000;

/// A carrier whose answers show this skew.
fn seen(skews: &[i64]) -> SkewLog {
    let log = SkewLog::default();
    skews.iter().for_each(|skew| log.record(Skew::shown(FIRST + skew, FIRST, FIRST + 40)));
    log
}

/// What is concluded a minute after the try; `before` was seen before the question, `then` with the list.
fn concluded(before: &[i64], then: &[i64], is_whole: bool) -> (Look, Reconciled) {
    let log = seen(before);
    let look = Look::new(FIRST, FIRST + MINUTE, &log);
    then.iter().for_each(|skew| log.record(Skew::shown(FIRST + skew, FIRST, FIRST + 40)));
    let verdict = look.verdict(look.window, is_whole, &log);
    (look, verdict)
}

#[tokio::test]
async fn absent_only_with_a_date_a_sane_clock_and_the_whole_list() {
    use Reconciled::{Absent, CannotTell};
    /// What it is, skews seen before and with the list, whether it was read to its end, what follows.
    type Case = (&'static str, &'static [i64], &'static [i64], bool, Reconciled);
    let cases: [Case; 9] = [
        ("all of it", &[0], &[0], true, Absent),
        ("the first answer ever", &[], &[0], true, Absent),
        ("ten minutes behind", &[-10 * MINUTE], &[-10 * MINUTE], true, Absent),
        ("ten minutes ahead", &[], &[10 * MINUTE], true, Absent),
        ("not read to its end", &[0], &[0], false, CannotTell),
        ("no date", &[], &[], true, CannotTell),
        ("no date with this list", &[0], &[], true, CannotTell),
        ("hours apart", &[], &[2 * 60 * MINUTE], true, CannotTell),
        ("hours apart, a while ago", &[-2 * 60 * MINUTE], &[0], true, CannotTell),
    ];
    for (what, before, then, is_whole, expected) in cases {
        assert_eq!(concluded(before, then, is_whole).1, expected, "{what}");
    }
}

#[tokio::test]
async fn a_clock_that_was_just_set_is_noticed_in_the_answer() {
    // The window was made for a clock that agreed; the list's own answer says that it does not.
    assert_eq!(concluded(&[0], &[20 * MINUTE], true).1, Reconciled::CannotTell);
    assert_eq!(concluded(&[0], &[-20 * MINUTE], true).1, Reconciled::CannotTell);
}

#[tokio::test]
async fn a_window_that_was_cut_or_a_try_in_the_future_proves_nothing() {
    let log = seen(&[0]);
    let old = Look::new(FIRST - 40 * 1_440 * MINUTE, FIRST, &log);
    log.record(Skew { least: 0, most: 0 });
    assert_eq!(old.verdict(old.window, true, &log), Reconciled::Absent);
    let cut = old.window.at_most(27 * 1_440 * MINUTE);
    assert_eq!(old.verdict(cut, true, &log), Reconciled::CannotTell);
    let back = Look::new(FIRST + 1, FIRST, &log);
    log.record(Skew { least: 0, most: 0 });
    assert_eq!(back.verdict(back.window, true, &log), Reconciled::CannotTell);
}

/// A list in pages of `size`, some of whose texts are taken out after the first page.
fn walked(names: &[u32], size: usize, taken_out: usize) -> PagesRead {
    let (mut read, mut list) = (PagesRead::default(), names.to_vec());
    for n in 0.. {
        let page: Vec<String> = list.iter().skip(n * size).take(size).map(u32::to_string).collect();
        let is_last = page.len() < size;
        read.note(page, Some(list.len() as u64));
        if is_last {
            break;
        }
        if n == 0 {
            list.drain(..taken_out.min(list.len()));
        }
    }
    read
}

proptest! {
    /// Whatever the clocks do within reason, a text that was taken is inside every window that is called a proof.
    #[test]
    fn what_was_taken_is_never_called_absent(
        (before, at_send, then) in (-700_000..700_000_i64, -700_000..700_000_i64, -700_000..700_000_i64),
        (asked_after, is_known) in (0..7_200_000_i64, any::<bool>()),
    ) {
        let log = seen(&[before][..usize::from(is_known)]);
        // The carrier's clock at the try is one of what is seen, or was set since by less than `RESET_MS`.
        let dated = FIRST + at_send.clamp(then - RESET_MS, then + RESET_MS);
        let look = Look::new(FIRST, FIRST + asked_after, &log);
        log.record(Skew::shown((FIRST + then).div_euclid(1_000) * 1_000, FIRST, FIRST + 40));
        let is_listed = (look.window.since..=look.window.until).contains(&dated);
        let verdict = look.verdict(look.window, true, &log);
        prop_assert!(is_listed || verdict == Reconciled::CannotTell, "{look:?}");
    }

    #[test]
    fn numbered_pages_that_lost_a_text_are_not_all(names in prop::collection::btree_set(any::<u32>(), 0..60), size in 1..20_usize, taken_out in 0..9_usize) {
        let names: Vec<u32> = names.into_iter().collect();
        let read = walked(&names, size, taken_out);
        let missing = names.iter().skip(taken_out).any(|name| !read.names.contains(&name.to_string()));
        prop_assert!(!(missing && read.is_all()));
        prop_assert!(walked(&names, size, 0).is_all());
    }

    #[test]
    fn texts_that_join_the_list_hide_none(n in 0..40_u32, joined in 0..9_u32, size in 1..9_usize) {
        // Newest first, and more come after the first page.
        let list = |newest: u32| (0..newest).rev().map(|n| n.to_string()).collect::<Vec<_>>();
        let mut read = PagesRead::default();
        for page in 0..100 {
            let all = list(if page == 0 { n } else { n + joined });
            let names: Vec<String> = all.iter().skip(page * size).take(size).cloned().collect();
            let is_last = names.is_empty();
            read.note(names, Some(u64::from(n)));
            if is_last {
                break;
            }
        }
        prop_assert!(read.is_all());
        prop_assert!((0..n).all(|name| read.names.contains(&name.to_string())));
    }
}
