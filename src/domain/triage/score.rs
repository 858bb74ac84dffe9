//! Quality of the triage lists: recall and false alarms over labelled texts.

use super::judge::Triage;
use super::sample::PART_MARK;
use super::tier::Tier;

/// Number of texts, how many were judged tier 1, and how many tier 1 or 2.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub n: usize,
    pub n_danger: usize,
    pub n_seen: usize,
}

impl Tally {
    pub fn add(&mut self, tier: Option<Tier>) {
        self.n += 1;
        self.n_danger += usize::from(tier == Some(Tier::Danger));
        self.n_seen += usize::from(tier.is_some_and(|tier| tier <= Tier::Look));
    }
}

/// The tier of a text that came in one or several parts: the most urgent verdict on the way.
pub fn tier_of(triage: &Triage, text: &str) -> Option<Tier> {
    let mut recent = String::new();
    let mut tiers = Vec::new();
    for part in text.split(PART_MARK) {
        let verdict = triage.judge_behind(part, &recent);
        tiers.extend(verdict.tier());
        recent = if recent.is_empty() { part.to_owned() } else { format!("{recent} {part}") };
    }
    tiers.into_iter().min()
}

/// Share of `k` in `n` with its 95 % interval (Wilson), in percent.
pub fn share(k: usize, n: usize) -> (f64, f64, f64) {
    if n == 0 {
        return (0.0, 0.0, 100.0);
    }
    let (k, n, z) = (k as f64, n as f64, 1.959_964_f64);
    let p = k / n;
    let middle = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    (100.0 * p, 100.0 * (middle - half).max(0.0), 100.0 * (middle + half).min(1.0))
}
