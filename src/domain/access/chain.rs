//! The chain of the access log: each row holds the hash of the row before it, and its own hash covers both.
//!
//! The hash is SHA-256 over twelve fields: the hash of the row before, `seq`, `at`, `role`, `login`, `origin`, `action`,
//! `conversation_id`, `item_id`, `reason`, `detail`, `subjects`. Before each field stands its length in four bytes, most
//! significant first. Numbers are decimal digits, an absent one is empty; words are UTF-8; `subjects` are bytes. The first row
//! of all follows 32 zero bytes. `tests/audit-verify.py` computes the same without a line of this program.
//!
//! Whoever can write the file can also compute the whole chain anew. That is found by heads that were written elsewhere.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

pub use super::hash::{BEGINNING, Hash, from_hex, to_hex};
pub use super::head::{ChainBreak, Head, HeadLine, Outside};
use super::{Action, LEAST_KEPT_DAYS, Record};
use crate::domain::UnixMs;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// How far a row's number may have been moved for that to be recognised.
const MOST_MOVED: i64 = 10_000;
/// A head may be so much younger than its row (milliseconds): it is written once a day, later where the gateway stood still.
const HEAD_LAG_MS: i64 = 30 * DAY_MS;
/// The clocks of the gateway and of whoever verifies may be so far apart (milliseconds).
const CLOCKS_APART_MS: i64 = DAY_MS;

/// A row as it stands in the file, whatever has become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub seq: i64,
    pub record: Record,
    pub previous: Vec<u8>,
    pub hash: Vec<u8>,
}

/// Stands for the rows that were removed after their time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The last row that was removed, its hash and its time.
    pub seq: i64,
    pub hash: Hash,
    pub last_at: UnixMs,
    pub expired_at: UnixMs,
}

impl Anchor {
    /// The detail of the row that says that they were removed ([`Action::Expire`]).
    pub fn to_detail(&self) -> String {
        format!("through {} {}", self.seq, to_hex(&self.hash))
    }
}

/// What is wrong with the log, at the first row where anything is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// Rows are gone.
    Missing { from: i64, to: i64 },
    /// Numbers are missing, and the row after them does not prove that they were ever given: rows are gone, or that row was put
    /// there under a number of its own.
    Gap { from: i64, to: i64 },
    /// A row's content is not what was written.
    Changed { seq: i64 },
    /// A row stands at a place that is not its own: rows were exchanged, inserted or renumbered.
    Moved { seq: i64, was: i64 },
    /// A row that does not follow the row before it: one of the two was put there later.
    Unlinked { seq: i64 },
    /// A row that stands before the beginning.
    Inserted { seq: i64 },
    /// A row that was put between two others: the one after it was written under its number.
    Between { seq: i64 },
    /// The chain up to this row was written anew: a head of that day says otherwise.
    Rewritten { seq: i64, day: String },
    /// The newest rows are gone.
    Truncated { last: i64, expected: i64 },
    /// The oldest rows are gone, and nothing says that their time was over.
    NoBeginning { first: i64 },
    /// The oldest rows are gone, and no row of the log says that this was their removal after their time.
    Unconfirmed { seq: i64 },
    /// The oldest rows were removed before their time.
    TooEarly { seq: i64 },
    /// The journal has a head of that day, and the table of heads has none like it.
    HeadGone { seq: i64, day: String },
    /// A row that says that a copy was put back does not say after which row it stands; or a file of heads says that this row is one,
    /// and it is none.
    FalseBreak { seq: i64 },
}

impl Damage {
    /// The word in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Damage::Missing { .. } => "missing",
            Damage::Gap { .. } => "gap",
            Damage::Changed { .. } => "changed",
            Damage::Moved { .. } => "moved",
            Damage::Unlinked { .. } => "unlinked",
            Damage::Inserted { .. } | Damage::Between { .. } => "inserted",
            Damage::Rewritten { .. } => "rewritten",
            Damage::Truncated { .. } => "truncated",
            Damage::NoBeginning { .. } => "no_beginning",
            Damage::Unconfirmed { .. } => "unconfirmed",
            Damage::TooEarly { .. } => "too_early",
            Damage::HeadGone { .. } => "head_gone",
            Damage::FalseBreak { .. } => "false_restore",
        }
    }

    /// The first row that is concerned.
    pub fn seq(&self) -> i64 {
        match self {
            Damage::Missing { from: seq, .. }
            | Damage::Gap { from: seq, .. }
            | Damage::Changed { seq }
            | Damage::Moved { seq, .. }
            | Damage::Unlinked { seq }
            | Damage::Inserted { seq }
            | Damage::Between { seq }
            | Damage::HeadGone { seq, .. }
            | Damage::FalseBreak { seq }
            | Damage::Rewritten { seq, .. }
            | Damage::Truncated { last: seq, .. }
            | Damage::NoBeginning { first: seq }
            | Damage::Unconfirmed { seq }
            | Damage::TooEarly { seq } => *seq,
        }
    }
}

/// The hash of a row.
pub fn hash_of(seq: i64, previous: &[u8], record: &Record) -> Hash {
    let mut hash = Sha256::new();
    let mut field = |bytes: &[u8]| {
        hash.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        hash.update(bytes);
    };
    let number = |n: Option<i64>| n.map_or_else(String::new, |n| n.to_string());
    field(previous);
    field(seq.to_string().as_bytes());
    field(record.at.to_string().as_bytes());
    field(record.who.role.as_bytes());
    field(record.who.login.as_bytes());
    field(record.who.origin.as_bytes());
    field(record.action.as_bytes());
    field(number(record.conversation_id).as_bytes());
    field(number(record.item_id).as_bytes());
    field(record.reason.as_bytes());
    field(record.detail.as_bytes());
    field(&record.subjects);
    hash.finalize().into()
}

/// Checks rows in order, one at a time. Whatever is found first ends it.
#[derive(Debug)]
pub struct Verifier {
    next: i64,
    previous: Hash,
    anchor: Option<Anchor>,
    is_confirmed: bool,
    /// A row that is not as it was written: the next one says whether it was changed or put in between.
    suspect: Option<i64>,
    /// By the number of their rows; of several for one row the earliest.
    heads: BTreeMap<i64, Head>,
    /// Breaks that were written down elsewhere, by the number of their rows.
    breaks: BTreeMap<i64, ChainBreak>,
    n_heads: usize,
    n_rows: u64,
}

impl Verifier {
    /// `heads`: those that were written down, here or elsewhere; `now`: by the clock of whoever verifies. `TooEarly` where the anchor
    /// removed what had to be kept.
    pub fn new(anchor: Option<Anchor>, heads: Vec<Head>, now: UnixMs) -> Result<Verifier, Damage> {
        let mut known: BTreeMap<i64, Head> = BTreeMap::new();
        let n_heads = heads.len();
        for head in heads.into_iter().filter(|head| head.seq > 0) {
            let told = known.entry(head.seq).or_insert_with(|| head.clone());
            if told.hash != head.hash {
                return Err(Damage::Rewritten { seq: head.seq, day: head.day });
            }
            if head.at < told.at {
                *told = head;
            }
        }
        let (next, previous) = anchor.as_ref().map_or((1, BEGINNING), |a| (a.seq + 1, a.hash));
        let verifier = Verifier {
            next,
            previous,
            anchor,
            is_confirmed: false,
            suspect: None,
            heads: known,
            breaks: BTreeMap::new(),
            n_heads,
            n_rows: 0,
        };
        verifier.check_anchor(now)?;
        Ok(verifier)
    }

    /// With breaks that were written down elsewhere, and whose rows are among the heads.
    pub fn expecting(self, breaks: Vec<ChainBreak>) -> Verifier {
        Verifier { breaks: breaks.into_iter().map(|of| (of.row.seq, of)).collect(), ..self }
    }

    fn check_anchor(&self, now: UnixMs) -> Result<(), Damage> {
        let Some(anchor) = &self.anchor else {
            return Ok(());
        };
        let before = anchor.expired_at - i64::from(LEAST_KEPT_DAYS) * DAY_MS;
        if let Some(head) = self.heads.get(&anchor.seq).filter(|head| head.hash != anchor.hash) {
            return Err(Damage::Rewritten { seq: anchor.seq, day: head.day.clone() });
        }
        let newest = self.heads.range(..=anchor.seq).next_back();
        let is_young = newest.is_some_and(|(_, head)| head.at > before + HEAD_LAG_MS);
        // Whoever may write the file also chooses this time: from a day in the future every row would be old enough to go.
        let is_to_come = anchor.expired_at > now.saturating_add(CLOCKS_APART_MS);
        match anchor.last_at > before || is_young || is_to_come {
            true => Err(Damage::TooEarly { seq: anchor.seq }),
            false => Ok(()),
        }
    }

    /// Takes the next row.
    pub fn row(&mut self, row: &Row) -> Result<(), Damage> {
        let seq = row.seq;
        if let Some(suspect) = self.suspect {
            let was_there = seq == suspect + 1 && place_of(row) == Some(suspect);
            return Err(match was_there {
                true => Damage::Between { seq: suspect },
                false => Damage::Changed { seq: suspect },
            });
        }
        if seq < self.next {
            return Err(Damage::Inserted { seq });
        }
        let hash = hash_of(seq, &row.previous, &row.record);
        if seq > self.next {
            return Err(self.gap(row, hash));
        }
        if row.hash != hash {
            return match place_of(row) {
                Some(was) if was == seq - 1 => Err(Damage::Between { seq: was }),
                Some(was) => Err(Damage::Moved { seq, was }),
                None => {
                    (self.suspect, self.next) = (Some(seq), seq + 1);
                    Ok(())
                }
            };
        }
        if row.previous != self.previous {
            return Err(Damage::Unlinked { seq });
        }
        if let Some(head) = self.heads.get(&seq).filter(|head| head.hash != hash) {
            return Err(Damage::Rewritten { seq, day: head.day.clone() });
        }
        self.check_break(row)?;
        if let Some(anchor) = &self.anchor
            && row.record.action == Action::Expire.as_str()
        {
            self.is_confirmed |= row.record.detail == anchor.to_detail();
        }
        (self.next, self.previous) = (seq + 1, hash);
        self.n_rows += 1;
        Ok(())
    }

    /// A row that says that a copy was put back follows the last row of the copy, and is the one that was written down elsewhere.
    fn check_break(&self, row: &Row) -> Result<(), Damage> {
        let is_break = row.record.action == Action::Restore.as_str();
        let found = break_of(row).map(|of| (of.copy_at, of.last, of.last_hash));
        let told = self.breaks.get(&row.seq).map(|of| (of.copy_at, of.last, of.last_hash));
        let follows = found.is_some_and(|(_, last, hash)| last == self.next - 1 && hash == self.previous);
        match (is_break && !follows) || (told.is_some() && told != found) {
            true => Err(Damage::FalseBreak { seq: row.seq }),
            false => Ok(()),
        }
    }

    /// What numbers that are missing before a row tell; `hash`: the one that it should have.
    fn gap(&self, row: &Row, hash: Hash) -> Damage {
        let (from, to) = (self.next, row.seq - 1);
        match self.n_rows == 0 && self.anchor.is_none() {
            true => Damage::NoBeginning { first: row.seq },
            // The hash of a row that is not there.
            false if row.hash == hash && row.previous != self.previous => Damage::Missing { from, to },
            false => Damage::Gap { from, to },
        }
    }

    /// Ends it. `last_assigned`: the highest number that the database has ever given to a row.
    pub fn end(self, last_assigned: i64) -> Result<Verified, Damage> {
        if let Some(seq) = self.suspect {
            return Err(Damage::Changed { seq });
        }
        let last = self.next - 1;
        let told = self.heads.last_key_value().map_or(0, |(seq, _)| *seq);
        let expected = last_assigned.max(told);
        if expected > last {
            return Err(Damage::Truncated { last, expected });
        }
        match &self.anchor {
            Some(anchor) if !self.is_confirmed => Err(Damage::Unconfirmed { seq: anchor.seq }),
            _ => Ok(Verified { n_rows: self.n_rows, last, hash: self.previous, n_heads: self.n_heads }),
        }
    }
}

/// What was found sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    pub n_rows: u64,
    /// The number of the newest row, and its hash.
    pub last: i64,
    pub hash: Hash,
    /// Heads that it was compared with.
    pub n_heads: usize,
}

/// The break that a row is; `None` if it is none.
pub fn break_of(row: &Row) -> Option<ChainBreak> {
    let hash = row.hash.clone().try_into().ok()?;
    let head = Head::of_row(row.seq, hash, row.record.at);
    let is_break = row.record.action == Action::Restore.as_str();
    is_break.then(|| ChainBreak::of(head, &row.record.detail)).flatten()
}

/// The number under which a row was written, if it was another one not far away.
fn place_of(row: &Row) -> Option<i64> {
    let near = row.seq.saturating_sub(MOST_MOVED).max(1)..=row.seq.saturating_add(MOST_MOVED);
    near.into_iter().find(|seq| row.hash == hash_of(*seq, &row.previous, &row.record))
}

#[cfg(test)]
mod tests;
