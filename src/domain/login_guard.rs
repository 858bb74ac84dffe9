//! Wrong passwords: who is locked out, and for how long. Counted for each login *and* each peer, so that nobody can lock
//! somebody else out by guessing.
//!
//! A peer is a device that has logged in as this person before (it shows its old token), or an address. All strangers
//! together have a count too, or guesses could be spread over many addresses; it never locks a device out that is known.
//! Whether the login exists makes no difference. Kept in memory.

use std::collections::BTreeMap;

use super::UnixMs;
use super::clock;

/// Wrong passwords of one peer in a row before it is locked out of the login for a while.
pub const MAX_FAILED_LOGINS: u32 = 5;
/// The same of all strangers together.
pub const MAX_FAILED_BY_STRANGERS: u32 = 50;
/// How long a lock-out lasts, and how long a wrong password counts (milliseconds).
pub const LOCK_OUT_MS: i64 = 15 * 60 * 1000;
/// So many counts are kept; then the oldest is forgotten.
const MOST_COUNTS: usize = 4_096;
/// Who has too many tries under way asks again after this (milliseconds).
const UNDER_WAY_MS: i64 = 1_000;

/// Where a log-in comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LoginPeer {
    /// A device that has logged in as this person before, by the hash of its token.
    Known(Vec<u8>),
    /// An address, or the Unix socket.
    Stranger(String),
}

impl LoginPeer {
    pub fn is_known(&self) -> bool {
        matches!(self, LoginPeer::Known(_))
    }
}

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    Right,
    Wrong,
    /// It could not be found out.
    Neither,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    n_wrong: u32,
    n_under_way: u32,
    locked_until: Option<UnixMs>,
    last_at: UnixMs,
}

impl Count {
    fn is_over(&self, now: UnixMs) -> bool {
        self.n_under_way == 0 && clock::has_passed(self.last_at, LOCK_OUT_MS, now)
    }

    fn locked_until(&self, now: UnixMs) -> Option<UnixMs> {
        self.locked_until.filter(|until| !clock::is_due(*until, LOCK_OUT_MS, now))
    }

    /// Forgets what has been too long ago.
    fn age(&mut self, now: UnixMs) {
        if clock::has_passed(self.last_at, LOCK_OUT_MS, now) || self.locked_until(now).is_none() {
            self.locked_until = None;
        }
        if clock::has_passed(self.last_at, LOCK_OUT_MS, now) {
            self.n_wrong = 0;
        }
    }
}

/// A count's key: the login and the peer, or all strangers.
type Key = (String, Option<LoginPeer>);

/// All counts.
#[derive(Debug, Default)]
pub struct LoginGuard(BTreeMap<Key, Count>);

impl LoginGuard {
    /// Begins a try, which counts as wrong until it has ended: tries at the same time bring nothing more. `Err`: not before
    /// this time.
    pub fn begin(&mut self, login: &str, peer: &LoginPeer, now: UnixMs) -> Result<(), UnixMs> {
        self.make_room(now);
        let keys = keys(login, peer);
        for (key, most) in &keys {
            let Some(count) = self.0.get_mut(key) else {
                continue;
            };
            count.age(now);
            if let Some(until) = count.locked_until(now) {
                return Err(until);
            }
            if count.n_wrong + count.n_under_way >= *most {
                return Err(now + UNDER_WAY_MS);
            }
        }
        for (key, _) in keys {
            let count = self.0.entry(key).or_default();
            count.n_under_way += 1;
            count.last_at = now;
        }
        Ok(())
    }

    /// Ends a try; returns until when the peer is locked out now, if it is.
    pub fn end(&mut self, login: &str, peer: &LoginPeer, tried: Tried, now: UnixMs) -> Option<UnixMs> {
        let mut locked = None;
        for (key, most) in keys(login, peer) {
            let is_own = key.1.is_some();
            let Some(count) = self.0.get_mut(&key) else {
                continue;
            };
            count.n_under_way = count.n_under_way.saturating_sub(1);
            match tried {
                Tried::Right if is_own => count.n_wrong = 0,
                Tried::Wrong => count.n_wrong += 1,
                Tried::Right | Tried::Neither => {}
            }
            if count.n_wrong >= most {
                (count.n_wrong, count.locked_until) = (0, Some(now + LOCK_OUT_MS));
            }
            locked = locked.max(count.locked_until(now));
        }
        locked
    }

    /// Forgets all wrong passwords for this login. Returns whether anybody was locked out of it.
    pub fn unlock(&mut self, login: &str, now: UnixMs) -> bool {
        let mut was_locked = false;
        for (_, count) in self.0.iter_mut().filter(|((of, _), _)| of == login) {
            was_locked |= count.locked_until(now).is_some();
            (count.n_wrong, count.locked_until) = (0, None);
        }
        was_locked
    }

    /// Forgets what is over, and if that is not enough the older half; never a try that is under way.
    fn make_room(&mut self, now: UnixMs) {
        if self.0.len() + 2 <= MOST_COUNTS {
            return;
        }
        self.0.retain(|_, count| !count.is_over(now));
        if self.0.len() + 2 <= MOST_COUNTS {
            return;
        }
        let mut times: Vec<UnixMs> = self.0.values().map(|count| count.last_at).collect();
        let half = times.len() / 2;
        let (_, middle, _) = times.select_nth_unstable(half);
        let middle = *middle;
        self.0.retain(|_, count| count.n_under_way > 0 || count.last_at > middle);
    }
}

/// The counts that a try belongs to, each with its most.
fn keys(login: &str, peer: &LoginPeer) -> Vec<(Key, u32)> {
    let own = ((login.to_owned(), Some(peer.clone())), MAX_FAILED_LOGINS);
    let all = (!peer.is_known()).then(|| ((login.to_owned(), None), MAX_FAILED_BY_STRANGERS));
    std::iter::once(own).chain(all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = 1_782_867_600_000;

    fn stranger(n: usize) -> LoginPeer {
        LoginPeer::Stranger(format!("192.0.2.{n}"))
    }

    fn device() -> LoginPeer {
        LoginPeer::Known(vec![1])
    }

    /// One try at a time; returns until when the peer is locked out.
    fn guess(guard: &mut LoginGuard, peer: &LoginPeer, tried: Tried, now: UnixMs) -> Option<UnixMs> {
        match guard.begin("minsu", peer, now) {
            Ok(()) => guard.end("minsu", peer, tried, now),
            Err(until) => Some(until),
        }
    }

    #[test]
    fn the_fifth_wrong_password_locks_this_peer_and_nobody_else() {
        let mut guard = LoginGuard::default();
        let (thief, owner) = (stranger(1), stranger(2));
        let until = Some(NOW + LOCK_OUT_MS);
        let locked: Vec<_> = (0..6).map(|_| guess(&mut guard, &thief, Tried::Wrong, NOW)).collect();
        assert_eq!(locked, [None, None, None, None, until, until]);
        assert_eq!(guess(&mut guard, &thief, Tried::Right, NOW + LOCK_OUT_MS - 1), until);
        assert_eq!(guess(&mut guard, &owner, Tried::Right, NOW), None);
        assert_eq!(guess(&mut guard, &device(), Tried::Right, NOW), None);
        assert_eq!(guess(&mut guard, &thief, Tried::Right, NOW + LOCK_OUT_MS), None, "it ends");
    }

    #[test]
    fn a_right_password_starts_anew_and_a_wrong_one_is_forgotten() {
        let mut guard = LoginGuard::default();
        for _ in 0..20 {
            for _ in 0..4 {
                assert_eq!(guess(&mut guard, &device(), Tried::Wrong, NOW), None);
            }
            assert_eq!(guess(&mut guard, &device(), Tried::Right, NOW), None);
        }
        for n in 0..20 {
            assert_eq!(guess(&mut guard, &device(), Tried::Wrong, NOW + n * LOCK_OUT_MS), None, "{n}");
        }
    }

    #[test]
    fn many_addresses_bring_no_more_guesses_and_lock_no_known_device_out() {
        let mut guard = LoginGuard::default();
        let n_free =
            (0..500).filter(|n| guess(&mut guard, &stranger(*n), Tried::Wrong, NOW).is_none()).count();
        assert_eq!(n_free, MAX_FAILED_BY_STRANGERS as usize - 1);
        assert!(guess(&mut guard, &stranger(999), Tried::Right, NOW).is_some());
        assert_eq!(guess(&mut guard, &device(), Tried::Right, NOW), None);
    }

    #[test]
    fn tries_at_the_same_time_count_at_once() {
        let mut guard = LoginGuard::default();
        let peer = stranger(1);
        let begun = (0..20).filter(|_| guard.begin("minsu", &peer, NOW).is_ok()).count();
        assert_eq!(begun, 5);
        assert_eq!(guard.begin("minsu", &peer, NOW), Err(NOW + UNDER_WAY_MS));
        for _ in 0..5 {
            guard.end("minsu", &peer, Tried::Neither, NOW);
        }
        assert_eq!(guess(&mut guard, &peer, Tried::Right, NOW), None, "what is undecided counts as nothing");
    }

    #[test]
    fn whoever_is_unlocked_may_try_again_from_everywhere() {
        let mut guard = LoginGuard::default();
        for _ in 0..5 {
            guess(&mut guard, &stranger(1), Tried::Wrong, NOW);
            guess(&mut guard, &device(), Tried::Wrong, NOW);
        }
        assert!(!guard.unlock("jiyeong", NOW), "nobody guessed at theirs");
        assert!(guess(&mut guard, &device(), Tried::Right, NOW).is_some());
        assert!(guard.unlock("minsu", NOW) && !guard.unlock("minsu", NOW));
        assert_eq!(guess(&mut guard, &stranger(1), Tried::Right, NOW), None);
        assert_eq!(guess(&mut guard, &device(), Tried::Right, NOW), None);
    }

    #[test]
    fn a_lock_of_a_clock_that_was_ahead_does_not_last() {
        let mut guard = LoginGuard::default();
        let ahead = NOW + 10 * 86_400_000;
        for _ in 0..5 {
            guess(&mut guard, &device(), Tried::Wrong, ahead);
        }
        assert_eq!(guess(&mut guard, &device(), Tried::Right, NOW), None);
    }

    #[test]
    fn memory_is_bounded() {
        let mut guard = LoginGuard::default();
        for n in 0..20_000 {
            let login = format!("login{n}");
            guard.begin(&login, &stranger(n), NOW + n as i64).unwrap();
            guard.end(&login, &stranger(n), Tried::Wrong, NOW + n as i64);
        }
        assert!(guard.0.len() <= MOST_COUNTS, "{}", guard.0.len());
    }
}
