//! Health of the loops and carriers: progress, restarts, breakers, readiness. Read by the watchdog, `munja status` and
//! the pace of polling. Kept in memory only: nothing here is needed after a crash.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::calls::CarrierCalls;
use super::{Carriers, Role};
use crate::carrier::{CarrierError, ErrorKind, PushRefused};
use crate::domain::UnixMs;
use crate::domain::breaker::{Breaker, Permit, Sign};
use crate::domain::clock::{self, AGREES_MS, BELIEVED_AFTER_MS};
use crate::domain::hearing::{Facts, Hearing, Way, judge};
use crate::domain::lateness::{Dates, Seen};

/// A loop without progress for this long is late. Longer than any wait and any time-out of the loops.
pub const LATE_AFTER: Duration = Duration::from_secs(150);

/// Health of one loop.
#[derive(Debug, Clone)]
pub struct WorkerHealth {
    pub role: Role,
    pub n_restarts: i64,
    pub last_progress_at: UnixMs,
    /// How long its last progress is ago.
    pub idle: Duration,
    pub is_late: bool,
}

/// Health of one carrier.
#[derive(Debug, Clone, Default)]
pub struct CarrierHealth {
    /// Its breaker is open: it does not answer or refuses us, and only a probe leaves now and then.
    pub is_open: bool,
    /// It refuses our key or account: an operator has to mend it.
    pub is_refused: bool,
    /// An operator has paused it.
    pub is_paused: bool,
    /// When what it answered to a question for texts was last stored, or held nothing new.
    pub last_poll_ok_at: Option<UnixMs>,
    pub last_error: Option<String>,
    pub clock_ahead_ms: Option<i64>,
    /// Its texts are dated so much too early (milliseconds); 0 for dates that can be believed.
    pub dates_behind_ms: i64,
    /// Whether its texts reach us, as the loop that watches over it has last found.
    pub hearing: Hearing,
    /// When it last called us with a text; at first, when its last text came.
    pub last_call_at: Option<UnixMs>,
}

struct CarrierEntry {
    health: CarrierHealth,
    dates: Dates,
    breaker: Breaker,
    /// Monotonic, as are the next two: setting the clock makes nobody deaf.
    asked_since: Instant,
    last_answer: Option<Instant>,
    /// It has said that it offers no list of texts.
    has_no_list: bool,
    /// First and last failure of passes through its list since one has ended; what failed last.
    failing: Option<(Instant, Instant, String)>,
    /// It was deaf when the last run of the daemon ended, and has answered nothing since.
    was_deaf: bool,
    /// Its calls that were refused: how many and when last, by reason.
    refused_calls: Vec<(PushRefused, u64, UnixMs)>,
    /// How it was last judged: may it be asked, can it call, how long is it waited for (milliseconds).
    ways: Option<(bool, bool, i64)>,
}

impl Default for CarrierEntry {
    fn default() -> Self {
        CarrierEntry {
            health: CarrierHealth::default(),
            dates: Dates::default(),
            breaker: Breaker::default(),
            asked_since: Instant::now(),
            last_answer: None,
            has_no_list: false,
            failing: None,
            was_deaf: false,
            refused_calls: Vec::new(),
            ways: None,
        }
    }
}

impl CarrierEntry {
    fn poll_answered(&mut self) {
        self.last_answer = Some(Instant::now());
        self.has_no_list = false;
        self.was_deaf = false;
        self.health.last_error = None;
    }

    fn poll_failed(&mut self, error: &CarrierError) {
        self.has_no_list = error.kind == ErrorKind::NotOffered;
        // Not a failure, and nothing an operator has to mend.
        self.health.last_error = (!self.has_no_list).then(|| error.to_string());
        let now = Instant::now();
        let since = self.failing.as_ref().map_or(now, |(since, ..)| *since);
        self.failing = (!self.has_no_list).then(|| (since, now, error.to_string()));
    }

    /// Judges again what has been judged before: a poll has ended.
    fn judge_again(&mut self) {
        if let Some((may_be_asked, can_call, deaf_after_ms)) = self.ways {
            self.health.hearing = self.hearing(may_be_asked, can_call, deaf_after_ms);
        }
    }

    fn hearing(&self, may_be_asked: bool, can_call: bool, deaf_after_ms: i64) -> Hearing {
        let ms = |at: Instant| i64::try_from((at - self.asked_since).as_millis()).unwrap_or(i64::MAX);
        let is_asked = may_be_asked && !self.has_no_list;
        // Where a later page fails again and again, an answered first page is no proof that all texts are read.
        let is_recent =
            |last: &Instant| i64::try_from(last.elapsed().as_millis()).unwrap_or(0) < deaf_after_ms;
        let failing = self.failing.as_ref().filter(|(_, last, _)| is_recent(last));
        let last_whole = match failing {
            Some((since, ..)) => self.last_answer.map(|at| at.min(*since)),
            None => self.last_answer,
        };
        let facts = Facts {
            way: if is_asked { Way::Asked } else { Way::Called { is_open: can_call } },
            asked_since: 0,
            last_answer_at: last_whole.map(ms),
            refusal: self.health.last_error.as_deref().or(failing.map(|(_, _, why)| why.as_str())),
        };
        // A new start is no reason to take the alarm back.
        judge(&facts, ms(Instant::now()), if self.was_deaf { 0 } else { deaf_after_ms })
    }
}

/// Whether backups are made here, and how new the newest is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackupHealth {
    /// The configuration says where.
    pub is_configured: bool,
    /// When the newest copy there was made; `None` if there is none that can be seen.
    pub newest_at: Option<UnixMs>,
}

struct Progress {
    /// Monotonic, for the watchdog.
    last: Instant,
    /// The same time by the system clock, for display.
    last_at: UnixMs,
    n_restarts: i64,
}

/// Health of all loops and carriers, shared by them.
pub struct HealthRegistry {
    workers: Mutex<Vec<(Role, Progress)>>,
    carriers: Mutex<BTreeMap<&'static str, CarrierEntry>>,
    born: Instant,
    clock_trouble_ms: Mutex<Option<i64>>,
    disk_room: Mutex<Option<u64>>,
    backup: Mutex<Option<BackupHealth>>,
    last_text_in_at: AtomicI64,
    last_text_out_at: AtomicI64,
    /// Polled carriers that have not been asked yet.
    unasked: watch::Sender<BTreeSet<&'static str>>,
    /// What the carriers' calls cost, and how they end.
    pub calls: CarrierCalls,
    /// Wakes the loop that asks about texts in doubt: there is a new one.
    pub doubt: Notify,
    /// Wakes the sender: the configuration was read again, and a carrier out of order may be tried.
    pub reloaded: Notify,
}

impl HealthRegistry {
    pub fn new(carriers: &Carriers, now: UnixMs) -> Self {
        let roles = Role::all(carriers);
        let polled = |role: &Role| match role {
            Role::Poller(carrier) => Some(*carrier),
            _ => None,
        };
        let unasked = roles.iter().filter_map(polled).collect();
        let fresh = |role| (role, Progress { last: Instant::now(), last_at: now, n_restarts: 0 });
        let names = carriers.all().into_iter().map(|carrier| carrier.name());
        HealthRegistry {
            workers: Mutex::new(roles.into_iter().map(fresh).collect()),
            carriers: Mutex::new(names.map(|name| (name, CarrierEntry::default())).collect()),
            born: Instant::now(),
            clock_trouble_ms: Mutex::new(None),
            disk_room: Mutex::new(None),
            backup: Mutex::new(None),
            calls: CarrierCalls::default(),
            last_text_in_at: AtomicI64::new(i64::MIN / 2),
            last_text_out_at: AtomicI64::new(i64::MIN / 2),
            unasked: watch::Sender::new(unasked),
            doubt: Notify::new(),
            reloaded: Notify::new(),
        }
    }

    /// Records progress of a loop.
    pub(super) fn progress(&self, role: Role, now: UnixMs) {
        if let Some((_, progress)) = lock(&self.workers).iter_mut().find(|(known, _)| *known == role) {
            progress.last = Instant::now();
            progress.last_at = now;
        }
    }

    pub(super) fn restarted(&self, role: Role) {
        if let Some((_, progress)) = lock(&self.workers).iter_mut().find(|(known, _)| *known == role) {
            progress.n_restarts += 1;
        }
    }

    /// Health of each loop, in the order they are started.
    pub fn workers(&self) -> Vec<WorkerHealth> {
        let health = |(role, p): &(Role, Progress)| WorkerHealth {
            role: *role,
            n_restarts: p.n_restarts,
            last_progress_at: p.last_at,
            idle: p.last.elapsed(),
            is_late: p.last.elapsed() > LATE_AFTER,
        };
        lock(&self.workers).iter().map(health).collect()
    }

    /// Whether no loop is late.
    pub fn all_on_time(&self) -> bool {
        self.workers().iter().all(|w| !w.is_late)
    }

    /// Resolves once every polled carrier has been asked, whether it answered or not. A carrier that only calls us is not
    /// waited for.
    pub async fn ready(&self) {
        // Fails only if the sender is gone, and we hold it.
        drop(self.unasked.subscribe().wait_for(BTreeSet::is_empty).await);
    }

    /// Whether it is polled and has not been asked yet.
    pub(super) fn is_unasked(&self, carrier: &str) -> bool {
        self.unasked.borrow().contains(carrier)
    }

    /// Records how a question for texts ended; with an answer, how far the carrier's clock is ahead, if it tells. That the answer is
    /// on disk, [`poll_stored`](Self::poll_stored) says.
    pub(super) fn poll_ended(&self, carrier: &'static str, result: Result<Option<i64>, &CarrierError>) {
        let mut carriers = lock(&self.carriers);
        let entry = carriers.entry(carrier).or_default();
        match result {
            Ok(clock_ahead_ms) => {
                entry.poll_answered();
                entry.health.clock_ahead_ms = clock_ahead_ms.or(entry.health.clock_ahead_ms);
            }
            Err(error) => entry.poll_failed(error),
        }
        entry.judge_again();
        drop(carriers);
        self.unasked.send_if_modified(|unasked| unasked.remove(carrier));
    }

    /// Records that what a poll brought is on disk. An answer that cannot be stored is no texts that came in.
    pub(super) fn poll_stored(&self, carrier: &'static str, now: UnixMs) {
        lock(&self.carriers).entry(carrier).or_default().health.last_poll_ok_at = Some(now);
    }

    /// How far our clock is ahead of the true time, as far as the carriers' clocks tell (milliseconds); never less than 0. `None`
    /// while no carrier that could tell it has been heard.
    pub(super) fn our_clock_ahead_ms(&self) -> Option<i64> {
        let carriers = lock(&self.carriers);
        let told = carriers.values().filter_map(|entry| entry.health.clock_ahead_ms);
        // The one that speaks best of our clock.
        if let Some(carrier_ahead) = told.max() {
            return Some(if carrier_ahead >= -AGREES_MS { 0 } else { -carrier_ahead });
        }
        let is_heard = carriers.values().any(|entry| entry.last_answer.is_some());
        let waits =
            !self.unasked.borrow().is_empty() || carriers.values().any(|entry| entry.failing.is_some());
        let is_patient =
            i64::try_from(self.born.elapsed().as_millis()).unwrap_or(i64::MAX) < BELIEVED_AFTER_MS;
        (is_heard || !waits || !is_patient).then_some(0)
    }

    /// Whether what cannot be undone may be done by our clock: it has not jumped, and is not ahead of the carriers' clocks. Where none of
    /// them tells the time, one has at least been heard, so that a start with a wrong clock is given the time to be found out.
    pub(super) fn is_clock_sure(&self) -> bool {
        if self.clock_trouble_ms().is_some() {
            return false;
        }
        let carriers = lock(&self.carriers);
        if let Some(ahead) = carriers.values().filter_map(|entry| entry.health.clock_ahead_ms).max() {
            return ahead >= -AGREES_MS;
        }
        let waits =
            !self.unasked.borrow().is_empty() || carriers.values().any(|entry| entry.failing.is_some());
        carriers.values().any(|entry| entry.last_answer.is_some()) || !waits
    }

    /// How far the carriers' clocks are ahead of ours, where they tell (milliseconds).
    pub(super) fn carriers_ahead_ms(&self) -> Vec<i64> {
        lock(&self.carriers).values().filter_map(|entry| entry.health.clock_ahead_ms).collect()
    }

    /// Records how far the machine's clock is ahead of the gateway's time, where it jumped and is not believed (milliseconds).
    pub(super) fn set_clock_trouble(&self, apart_ms: Option<i64>) {
        *lock(&self.clock_trouble_ms) = apart_ms;
    }

    /// The same.
    pub fn clock_trouble_ms(&self) -> Option<i64> {
        *lock(&self.clock_trouble_ms)
    }

    /// Records how much can still be written to the disk of the database (bytes).
    pub(super) fn set_disk_room(&self, room: Option<u64>) {
        *lock(&self.disk_room) = room;
    }

    /// The same, as it was last measured; `None` if it cannot be.
    pub fn disk_room(&self) -> Option<u64> {
        *lock(&self.disk_room)
    }

    /// Records what is known of backups.
    pub(super) fn set_backup(&self, backup: BackupHealth) {
        *lock(&self.backup) = Some(backup);
    }

    /// The same, as it was last looked at; `None` before the first look.
    pub fn backup(&self) -> Option<BackupHealth> {
        *lock(&self.backup)
    }

    /// How long each carrier's last answer to a question for texts is ago.
    pub fn poll_ages(&self) -> Vec<(&'static str, Duration)> {
        let carriers = lock(&self.carriers);
        let age = |(name, entry): (&&'static str, &CarrierEntry)| Some((*name, entry.last_answer?.elapsed()));
        carriers.iter().filter_map(age).collect()
    }

    /// The carriers that are polled and have not been asked yet.
    pub fn unasked(&self) -> Vec<String> {
        self.unasked.borrow().iter().map(|name| (*name).to_owned()).collect()
    }

    /// What is known of the clocks when a carrier's texts are seen.
    pub(super) fn seen(&self, carrier: &str, at: UnixMs) -> Seen {
        let CarrierHealth { clock_ahead_ms, dates_behind_ms, .. } = self.carrier(carrier);
        Seen { carrier_ahead_ms: clock_ahead_ms, dates_behind_ms, ..Seen::from(at) }
    }

    /// Records the youngest new text of a poll that followed another one at once, dated `sent_at`. Returns how much too early
    /// the carrier dates its texts, if that has just been proven.
    pub(super) fn note_date(&self, carrier: &'static str, sent_at: UnixMs, now: UnixMs) -> Option<i64> {
        let seen = Seen { dates_behind_ms: 0, ..self.seen(carrier, now) };
        let mut carriers = lock(&self.carriers);
        let entry = carriers.entry(carrier).or_default();
        entry.dates.note(now, seen.age_of(sent_at));
        let before = std::mem::replace(&mut entry.health.dates_behind_ms, entry.dates.behind_ms());
        Some(entry.health.dates_behind_ms).filter(|behind| before == 0 && *behind > 0)
    }

    /// Judges whether a carrier's texts reach us. `may_be_asked`: it lists texts, as far as we know; `can_call`: it may call us
    /// with texts.
    pub(super) fn judge_hearing(
        &self,
        carrier: &'static str,
        (may_be_asked, can_call): (bool, bool),
        deaf_after_ms: i64,
    ) -> Hearing {
        let mut carriers = lock(&self.carriers);
        let entry = carriers.entry(carrier).or_default();
        entry.ways = Some((may_be_asked, can_call, deaf_after_ms));
        entry.judge_again();
        entry.health.hearing.clone()
    }

    /// Records that a pass through the carrier's list has come to its end.
    pub(super) fn pass_ended(&self, carrier: &'static str) {
        let mut carriers = lock(&self.carriers);
        let entry = carriers.entry(carrier).or_default();
        if entry.failing.take().is_some() {
            entry.judge_again();
        }
    }

    /// Records that the carrier was deaf when the last run of the daemon ended: it stays so until it answers.
    pub(super) fn was_deaf(&self, carrier: &'static str) {
        let mut carriers = lock(&self.carriers);
        let entry = carriers.entry(carrier).or_default();
        entry.was_deaf = entry.last_answer.is_none();
    }

    /// Records when the carrier last called us with a text.
    pub fn called(&self, carrier: &'static str, at: UnixMs) {
        let mut carriers = lock(&self.carriers);
        let last = &mut carriers.entry(carrier).or_default().health.last_call_at;
        *last = (*last).max(Some(at));
    }

    /// Records that a call of the carrier was refused.
    pub(super) fn refused_call(&self, carrier: &'static str, why: PushRefused, at: UnixMs) {
        let mut carriers = lock(&self.carriers);
        let refused = &mut carriers.entry(carrier).or_default().refused_calls;
        match refused.iter_mut().find(|(known, ..)| *known == why) {
            Some((_, n, last_at)) => (*n, *last_at) = (*n + 1, at),
            None => refused.push((why, 1, at)),
        }
    }

    /// The carrier's calls that were refused since the start: the reason, how many, when last.
    pub fn refused_calls(&self, carrier: &str) -> Vec<(PushRefused, u64, UnixMs)> {
        lock(&self.carriers).get(carrier).map(|entry| entry.refused_calls.clone()).unwrap_or_default()
    }

    /// Health of each carrier, by name.
    pub fn carriers(&self) -> BTreeMap<&'static str, CarrierHealth> {
        lock(&self.carriers).iter().map(|(name, entry)| (*name, entry.health.clone())).collect()
    }

    /// Health of one carrier; the default for one that is not in use.
    pub fn carrier(&self, name: &str) -> CarrierHealth {
        lock(&self.carriers).get(name).map(|entry| entry.health.clone()).unwrap_or_default()
    }

    /// What the carrier's breaker lets leave.
    pub(super) fn permit(&self, carrier: &str, now: UnixMs) -> Permit {
        lock(&self.carriers).get(carrier).map_or(Permit::All, |entry| entry.breaker.permit(now))
    }

    /// Records what a try to send showed of the carrier; returns whether its breaker is open now, if that has changed.
    pub(super) fn record_sign(&self, carrier: &'static str, sign: Sign, now: UnixMs) -> Option<bool> {
        let mut carriers = lock(&self.carriers);
        let entry = carriers.entry(carrier).or_default();
        let was_open = entry.breaker.is_open();
        entry.breaker.learn(sign, now);
        entry.health.is_open = entry.breaker.is_open();
        entry.health.is_refused = entry.health.is_open && (sign == Sign::Refused || entry.health.is_refused);
        (was_open != entry.health.is_open).then_some(entry.health.is_open)
    }

    /// Closes all breakers: an operator has changed something, and every carrier may be tried at once.
    pub(super) fn reset_breakers(&self) {
        for entry in lock(&self.carriers).values_mut() {
            entry.breaker.reset();
            (entry.health.is_open, entry.health.is_refused) = (false, false);
        }
    }

    /// Sets which carriers are paused: those that `holds` names, with the time since when.
    pub fn set_paused(&self, holds: &[(String, UnixMs)]) {
        for (name, entry) in lock(&self.carriers).iter_mut() {
            entry.health.is_paused = holds.iter().any(|(held, _)| held == name);
        }
    }

    pub(super) fn record_text_in(&self, now: UnixMs) {
        self.last_text_in_at.store(now, Ordering::Relaxed);
    }

    pub(super) fn record_text_out(&self, now: UnixMs) {
        self.last_text_out_at.store(now, Ordering::Relaxed);
    }

    /// Whether a text came or left within `within_ms`.
    pub(super) fn is_live(&self, within_ms: i64, now: UnixMs) -> bool {
        let last =
            self.last_text_in_at.load(Ordering::Relaxed).max(self.last_text_out_at.load(Ordering::Relaxed));
        !clock::has_passed(last, within_ms.saturating_add(1), now)
    }

    /// Whether a text left within `within_ms`.
    pub(super) fn has_sent(&self, within_ms: i64, now: UnixMs) -> bool {
        let last = self.last_text_out_at.load(Ordering::Relaxed);
        !clock::has_passed(last, within_ms.saturating_add(1), now)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;
    use crate::carrier::{ErrorKind, InboundClass};
    use crate::worker::tests::fake::{Fake, carriers};

    async fn is_ready(registry: &HealthRegistry) -> bool {
        timeout(Duration::from_secs(1), registry.ready()).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn ready_once_every_polled_carrier_was_asked_whether_it_answered_or_not() {
        let polled = |name| Fake { inbound: InboundClass::AckQueue, ..Fake::named(name) };
        let registry = HealthRegistry::new(&carriers([polled("one"), polled("two")]), 0);
        assert!(!is_ready(&registry).await);
        registry.poll_ended("one", Ok(None));
        assert!(!is_ready(&registry).await);
        registry.poll_ended("two", Err(&CarrierError::new(ErrorKind::NotSent, "no connection")));
        assert!(is_ready(&registry).await);
        assert!(is_ready(&registry).await, "and stays ready");
    }

    #[tokio::test(start_paused = true)]
    async fn a_carrier_that_only_calls_us_or_only_sends_is_not_waited_for() {
        let silent = |name, inbound| Fake { inbound, ..Fake::named(name) };
        let all = carriers([silent("one", InboundClass::PushOnly), silent("two", InboundClass::None)]);
        assert!(is_ready(&HealthRegistry::new(&all, 0)).await);
    }
}
