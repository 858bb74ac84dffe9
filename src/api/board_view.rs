//! The board's figures as [`wire`](super::wire) types: what is open now, and the days, for all desks and for each.

use super::wire::{
    BoardCarrier, BoardCounselor, BoardDanger, BoardDay, BoardDesk, BoardHeld, BoardTarget, BoardTimes,
    BoardView, CarrierStatus,
};
use super::{ApiContext, ApiSettings, view};
use crate::domain::UnixMs;
use crate::domain::board::{
    DANGER_ACKED, DANGER_ANSWERED, DangerWaits, FIRST_REPLY, RECEIPT, Target, Times, Wait, danger_waits,
    times,
};
use crate::domain::desk::Desk;
use crate::domain::presence::Presence;
use crate::store::{BoardNow, BoardOpened, StoreError};

const HOURS: usize = 24;

/// What was read of today and of the same weekday a week ago.
#[derive(Debug, Clone, Default)]
pub(super) struct Days {
    pub(super) today: crate::store::BoardDay,
    pub(super) before: crate::store::BoardDay,
    /// Milliseconds from the one day to the other.
    pub(super) apart_ms: i64,
}

/// Everything the board shows.
pub(super) async fn board(context: &ApiContext, days: &Days) -> Result<BoardView, StoreError> {
    let now = context.store.board_now().await?;
    let (settings, now_at) = (context.settings(), context.now());
    let desks = &settings.policy.desks;
    let colleagues = context.store.colleagues(context.today(), now_at).await?;
    let recovery = context.store.recovery().await?.as_ref().map(view::recovery);
    let counting = Counting { now: &now, days, now_at, settings: &settings };
    Ok(BoardView {
        seq: now.seq,
        now_at,
        time_zone: desks.first().calendar.rules().time_zone.clone(),
        all: counting.all(),
        desks: desks.all().iter().map(|desk| counting.desk(desk)).collect(),
        dangers: now.dangers.iter().map(danger).collect(),
        counselors: colleagues.iter().filter(|one| one.presence != Presence::Off).map(counselor).collect(),
        held: now.held.iter().map(held).collect(),
        carriers: (context.health)().carriers.into_iter().map(carrier).collect(),
        receipt_targets: RECEIPT.iter().map(target).collect(),
        reply_targets: FIRST_REPLY.iter().map(target).collect(),
        danger_acked_targets: DANGER_ACKED.iter().map(target).collect(),
        danger_answered_targets: DANGER_ANSWERED.iter().map(target).collect(),
        recovery: recovery.map(|recovery| recovery.state),
    })
}

struct Counting<'b> {
    now: &'b BoardNow,
    days: &'b Days,
    now_at: UnixMs,
    settings: &'b ApiSettings,
}

impl Counting<'_> {
    fn all(&self) -> BoardDesk {
        let is_open = |desk: &Desk| desk.calendar.at(self.now_at).is_open();
        BoardDesk { is_open: self.settings.policy.desks.all().iter().any(is_open), ..self.counted(|_| true) }
    }

    fn desk(&self, desk: &Desk) -> BoardDesk {
        let state = desk.calendar.at(self.now_at);
        let (is_open, until_at) = (state.is_open(), state.changes_at(self.now_at));
        let counted = self.counted(|key| key == desk.key);
        BoardDesk { key: desk.key.clone(), name: desk.name.clone(), is_open, until_at, ..counted }
    }

    /// The figures of the desks whose key fits.
    fn counted(&self, fits: impl Fn(&str) -> bool) -> BoardDesk {
        let waiting = || self.now.waiting.iter().filter(|(key, _)| fits(key)).map(|(_, queue)| queue);
        let held = || self.now.held.iter().filter(|held| fits(&held.desk));
        let (today, before) = (&self.days.today, &self.days.before);
        let a_week_ago = self.now_at - self.days.apart_ms;
        let receipts = today.receipts.iter().filter(|(key, _)| fits(key));
        let receipts: Vec<Wait> = receipts.map(|(_, took)| Wait::Over(*took)).collect();
        let opened = today.opened.iter().filter(|opened| fits(&opened.desk));
        let replies: Vec<Wait> = opened.filter_map(|opened| self.wait(opened)).collect();
        let dangers = today.dangers.iter().filter(|(key, _)| fits(key));
        let dangers: Vec<DangerWaits> =
            dangers.flat_map(|(_, steps)| danger_waits(steps, self.now_at)).collect();
        let acked: Vec<Wait> = dangers.iter().filter_map(|danger| danger.acked).collect();
        let answered: Vec<Wait> = dangers.iter().filter_map(|danger| danger.answered).collect();
        BoardDesk {
            key: String::new(),
            name: String::new(),
            is_open: false,
            until_at: None,
            n_waiting: waiting().map(|queue| queue.n).sum(),
            oldest_waiting_since_at: waiting().filter_map(|queue| queue.oldest_since).min(),
            n_active: held().map(|held| held.n_active).sum(),
            n_answered: held().map(|held| held.n_answered).sum(),
            today: day(today, &fits, UnixMs::MAX),
            before: day(before, &fits, a_week_ago),
            before_whole: day(before, &fits, UnixMs::MAX),
            hours: self.hours(&today.texts, &fits),
            hours_before: self.hours(&before.texts, &fits),
            receipt: board_times(times(&receipts, RECEIPT)),
            first_reply: board_times(times(&replies, FIRST_REPLY)),
            danger_acked: board_times(times(&acked, DANGER_ACKED)),
            danger_answered: board_times(times(&answered, DANGER_ANSWERED)),
        }
    }

    /// How long the citizen waited for the first reply; `None` if it ended without one.
    fn wait(&self, opened: &BoardOpened) -> Option<Wait> {
        let calendar = &self.settings.policy.desks.get_or_first(&opened.desk).calendar;
        match opened.replied_at {
            Some(at) => Some(Wait::Over(calendar.open_ms_between(opened.at, at))),
            None if opened.is_over => None,
            None => Some(Wait::Lasting(calendar.open_ms_between(opened.at, self.now_at))),
        }
    }

    fn hours(&self, texts: &[(String, UnixMs)], fits: impl Fn(&str) -> bool) -> Vec<i64> {
        let calendar = &self.settings.policy.desks.first().calendar;
        let mut hours = vec![0; HOURS];
        for (_, at) in texts.iter().filter(|(key, _)| fits(key)) {
            let hour = usize::try_from(calendar.hour_at(*at)).unwrap_or(0);
            hours[hour.min(HOURS - 1)] += 1;
        }
        hours
    }
}

/// What came until then.
fn day(day: &crate::store::BoardDay, fits: impl Fn(&str) -> bool, until: UnixMs) -> BoardDay {
    let texts = day.texts.iter().filter(|(key, at)| fits(key) && *at <= until);
    let opened = day.opened.iter().filter(|opened| fits(&opened.desk) && opened.at <= until);
    BoardDay { n_texts: count(texts), n_opened: count(opened) }
}

fn count(all: impl Iterator) -> i64 {
    i64::try_from(all.count()).unwrap_or(i64::MAX)
}

fn board_times(times: Times) -> BoardTimes {
    BoardTimes { n: times.n, median_ms: times.median_ms, percent: times.percent }
}

fn target(target: &Target) -> BoardTarget {
    BoardTarget { within_ms: target.within_ms, percent: target.percent }
}

fn danger(row: &crate::store::BoardDanger) -> BoardDanger {
    BoardDanger {
        conversation_id: row.conversation_id,
        desk: row.desk.clone(),
        since_at: row.since,
        is_ringing: row.is_ringing,
        held_by: row.held_by.clone(),
        acked_by: row.acked_by.clone(),
        n_calls: row.n_calls,
    }
}

fn counselor(row: &crate::store::Colleague) -> BoardCounselor {
    BoardCounselor {
        counselor_id: row.counselor.id,
        name: row.counselor.name.clone(),
        desks: row.desks.to_word(),
        presence: row.presence.as_str().to_owned(),
        since_at: row.since,
    }
}

fn held(row: &crate::store::BoardHeld) -> BoardHeld {
    BoardHeld {
        counselor_id: row.counselor_id,
        name: row.name.clone(),
        desk: row.desk.clone(),
        n_active: row.n_active,
        n_answered: row.n_answered,
    }
}

fn carrier(status: CarrierStatus) -> BoardCarrier {
    let CarrierStatus { name, receives, sends, state, hearing, deaf_since_at, .. } = status;
    BoardCarrier { name, receives, sends, state, hearing, deaf_since_at }
}
