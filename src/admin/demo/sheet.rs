//! The balance sheet: the store's figures beside the carrier's ledger. They must agree, line by line.

use std::time::Duration;

use serde_json::json;

use super::super::{Say, line};
use crate::sim::Sim;
use crate::store::{Balance, Store};

/// Both sides, once everything has settled.
pub(super) struct Sheet {
    balance: Balance,
    n_waiting: i64,
    n_texts: i64,
    n_taken: i64,
    n_taken_twice: i64,
    n_delivered: i64,
}

/// Waits until nothing is open any more, at most for `bound`.
pub(super) async fn settle(store: &Store, sim: &Sim, all_answered: bool, bound: Duration) {
    let settled = async {
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let (Ok(balance), Ok(counts)) = (store.balance().await, store.counts(0).await) else {
                continue;
            };
            let is_in = balance.n_routed == n_texts(sim);
            let is_out = counts.n_queued + counts.n_in_doubt + counts.n_unreceipted == 0;
            if is_in
                && is_out
                && sim.n_open_reports() == 0
                && (!all_answered || counts.n_waiting + counts.n_active == 0)
            {
                return;
            }
        }
    };
    // What has not settled by then shows on the sheet.
    drop(tokio::time::timeout(bound, settled).await);
}

fn n_texts(sim: &Sim) -> i64 {
    i64::try_from(sim.ledger().texts.len()).unwrap_or(i64::MAX)
}

impl Sheet {
    pub(super) async fn of(store: &Store, sim: &Sim) -> anyhow::Result<Sheet> {
        let ledger = sim.ledger();
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        Ok(Sheet {
            balance: store.balance().await?,
            n_waiting: store.counts(0).await?.n_waiting,
            n_texts: count(ledger.texts.len()),
            n_taken: count(ledger.messages.len()),
            n_taken_twice: count(ledger.taken_twice().len()),
            n_delivered: count(ledger.n_delivered()),
        })
    }

    /// Texts to citizens that the carrier must have.
    fn n_submitted(&self) -> i64 {
        ["accepted", "delivered", "undelivered", "unconfirmed"]
            .iter()
            .map(|s| self.balance.n_outbound(s))
            .sum()
    }

    fn n_failed(&self) -> i64 {
        ["failed", "expired", "undelivered"].iter().map(|s| self.balance.n_outbound(s)).sum()
    }

    /// Both sides agree; `all_answered`: and nobody was left waiting.
    pub(super) fn balances(&self, all_answered: bool) -> bool {
        let in_doubt = self.balance.n_outbound("in_doubt");
        let left = self.n_submitted();
        self.n_texts == self.balance.n_received
            && self.balance.n_routed == self.balance.n_received
            && (left..=left + in_doubt).contains(&self.n_taken)
            && self.n_delivered == self.balance.n_outbound("delivered")
            && self.n_taken_twice == 0
            && (!all_answered || self.n_waiting + in_doubt == 0)
    }

    pub(super) fn print(&self, say: Say) -> anyhow::Result<()> {
        let b = &self.balance;
        if say.json {
            let sheet = json!({
                "texts_in": self.n_texts, "stored": b.n_received, "routed": b.n_routed, "answered": b.n_replies,
                "waiting": self.n_waiting, "taken_by_carrier": self.n_taken, "accepted": self.n_submitted(),
                "taken_twice": self.n_taken_twice, "delivered_by_carrier": self.n_delivered,
                "delivered": b.n_outbound("delivered"), "in_doubt": b.n_outbound("in_doubt"), "failed": self.n_failed(),
                "balances": self.balances(false),
            });
            line(&serde_json::to_string_pretty(&sheet)?);
            return Ok(());
        }
        let row = |en: &str, ko: &str, carrier: Option<i64>, ours: i64| {
            let carrier = carrier.map_or(String::new(), |n| n.to_string());
            let name = say.pick(en, ko);
            // Hangul takes two columns.
            let pad = 34usize.saturating_sub(unicode_width::UnicodeWidthStr::width(name));
            line(&format!("  {name}{:pad$}{carrier:>10}{ours:>10}", ""));
        };
        line(&format!(
            "\n  {:34}{:>10}{:>10}",
            "",
            say.pick("carrier", "통신사"),
            say.pick("gateway", "게이트웨이")
        ));
        row("texts in / stored", "받은 문자 / 보관", Some(self.n_texts), b.n_received);
        row("put into conversations", "상담에 배정", None, b.n_routed);
        row("answers written", "상담사 답변", None, b.n_replies);
        row("citizens still waiting", "아직 기다리는 시민", None, self.n_waiting);
        row(
            "texts out (answers and receipts)",
            "보낸 문자 (답변·접수 안내)",
            Some(self.n_taken),
            self.n_submitted(),
        );
        row("delivered", "도착", Some(self.n_delivered), b.n_outbound("delivered"));
        row("in doubt", "불확실", None, b.n_outbound("in_doubt"));
        row("failed", "실패", None, self.n_failed());
        row("sent twice", "두 번 보냄", Some(self.n_taken_twice), 0);
        line(if self.balances(false) {
            say.pick("  It balances.", "  맞습니다.")
        } else {
            say.pick("  IT DOES NOT BALANCE.", "  맞지 않습니다.")
        });
        Ok(())
    }
}
