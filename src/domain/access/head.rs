//! What is written of the chain outside of it, a line each: the head of every day, and that a copy of the database was put back.
//!
//! A copy lacks the rows that were written after it was made, so the chain goes on from the copy's last row and has other rows under
//! the numbers of those. Heads of the lost rows then speak of another chain than this one. [`Outside`] tells which they are.

use super::day::Day;
use super::hash::{Hash, from_hex, to_hex};
use crate::domain::UnixMs;

/// Stands between a head and what a break says.
const BREAK: &str = " restored: ";

/// The last row at the end of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub day: String,
    pub at: UnixMs,
    /// 0: there was no row yet.
    pub seq: i64,
    pub hash: Hash,
}

impl Head {
    /// The row with this hash, as a head of the day that it was written in.
    pub fn of_row(seq: i64, hash: Hash, at: UnixMs) -> Head {
        Head { day: Day::of(at).date(), at, seq, hash }
    }

    /// The line in a file of heads: day, time, number and hash.
    pub fn to_line(&self) -> String {
        format!("{} {} {} {}", self.day, self.at, self.seq, to_hex(&self.hash))
    }

    /// Reads a line back; `None` for anything else.
    pub fn from_line(line: &str) -> Option<Head> {
        let mut words = line.split_whitespace();
        let (day, at, seq, hash) = (words.next()?, words.next()?, words.next()?, words.next()?);
        if words.next().is_some() {
            return None;
        }
        Some(Head {
            day: day.to_owned(),
            at: at.parse().ok()?,
            seq: seq.parse().ok()?,
            hash: from_hex(hash)?,
        })
    }
}

/// A copy of the database was put back: the chain goes on from the last row of the copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainBreak {
    /// The row that says so ([`Action::Restore`](super::Action::Restore)), the first one after the copy's last.
    pub row: Head,
    /// When the copy was made.
    pub copy_at: UnixMs,
    /// The last row of the copy, and its hash.
    pub last: i64,
    pub last_hash: Hash,
}

impl ChainBreak {
    /// The detail of its row.
    pub fn detail_of(copy_at: UnixMs, last: i64, last_hash: &Hash) -> String {
        let copy_at = jiff::Timestamp::from_millisecond(copy_at).unwrap_or_default();
        format!("copy of {copy_at} after row {last} {}", to_hex(last_hash))
    }

    /// The break that a row with this detail is; `None` if it is none.
    pub fn of(row: Head, detail: &str) -> Option<ChainBreak> {
        let (copy_at, last) = detail.strip_prefix("copy of ")?.split_once(" after row ")?;
        let (last, last_hash) = last.split_once(' ')?;
        let copy_at = copy_at.parse::<jiff::Timestamp>().ok()?.as_millisecond();
        Some(ChainBreak { row, copy_at, last: last.parse().ok()?, last_hash: from_hex(last_hash)? })
    }

    pub fn detail(&self) -> String {
        ChainBreak::detail_of(self.copy_at, self.last, &self.last_hash)
    }
}

/// A line in a file of heads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadLine {
    Head(Head),
    Break(ChainBreak),
}

impl HeadLine {
    pub fn to_line(&self) -> String {
        match self {
            HeadLine::Head(head) => head.to_line(),
            HeadLine::Break(of) => format!("{}{BREAK}{}", of.row.to_line(), of.detail()),
        }
    }

    /// Reads a line back; `None` for anything else.
    pub fn from_line(line: &str) -> Option<HeadLine> {
        match line.split_once(BREAK) {
            Some((row, detail)) => ChainBreak::of(Head::from_line(row)?, detail.trim()).map(HeadLine::Break),
            None => Head::from_line(line).map(HeadLine::Head),
        }
    }

    /// The head; of a break that of its row.
    pub fn head(&self) -> &Head {
        match self {
            HeadLine::Head(head) => head,
            HeadLine::Break(of) => &of.row,
        }
    }
}

/// What files of heads say together of a chain. Each has its lines in the order in which they were written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outside {
    /// Heads of rows that the chain must have.
    pub heads: Vec<Head>,
    /// Breaks that the chain must have.
    pub breaks: Vec<ChainBreak>,
    /// Heads of rows that were lost with a copy that was put back.
    pub lost: Vec<Head>,
}

impl Outside {
    pub fn of(files: &[Vec<HeadLine>]) -> Outside {
        let mut breaks: Vec<&ChainBreak> = Vec::new();
        for line in files.iter().flatten() {
            if let HeadLine::Break(of) = line
                && !breaks.contains(&of)
            {
                breaks.push(of);
            }
        }
        breaks.sort_by_key(|of| of.row.at);
        let (mut kept, mut lost) = (Vec::new(), Vec::new());
        for file in files {
            let (of_file, gone) = trace(with_all(file, &breaks));
            kept.extend(of_file);
            lost.extend(gone);
        }
        // A copy of the file that is older than a break may know less of it.
        kept.retain(|line| !lost.contains(line));
        let mut outside = Outside::default();
        for line in kept {
            outside.heads.push(line.head().clone());
            if let HeadLine::Break(of) = line
                && !outside.breaks.contains(&of)
            {
                outside.breaks.push(of);
            }
        }
        for line in lost {
            if let HeadLine::Head(head) = line
                && !outside.lost.contains(&head)
            {
                outside.lost.push(head);
            }
        }
        outside
    }

    /// The newest head that a chain of `last` rows lacks, and that was written after `since`.
    pub fn beyond(&self, last: i64, since: UnixMs) -> Option<&Head> {
        self.heads.iter().filter(|head| head.seq > last && head.at > since).max_by_key(|head| head.at)
    }
}

/// The lines of a file with all breaks, those that only another file has where they belong by their time.
fn with_all(file: &[HeadLine], breaks: &[&ChainBreak]) -> Vec<HeadLine> {
    let mut lines = file.to_vec();
    for of in breaks {
        let line = HeadLine::Break((*of).clone());
        if !lines.contains(&line) {
            let later = lines.iter().position(|line| line.head().at > of.row.at);
            lines.insert(later.unwrap_or(lines.len()), line);
        }
    }
    lines
}

/// Follows the breaks: the lines that speak of the chain as it is after the last of them, and the other ones. A copy that was made
/// before an earlier break undoes that break, too.
fn trace(lines: Vec<HeadLine>) -> (Vec<HeadLine>, Vec<HeadLine>) {
    let (mut kept, mut before): (Vec<HeadLine>, Vec<(UnixMs, Vec<HeadLine>)>) = Default::default();
    for line in &lines {
        if let HeadLine::Break(of) = line {
            while let Some((_, earlier)) = before.pop_if(|(at, _)| *at > of.copy_at) {
                kept = earlier;
            }
            before.push((of.row.at, kept.clone()));
            kept.retain(|line| line.head().seq <= of.last);
        }
        kept.push(line.clone());
    }
    let lost = lines.into_iter().filter(|line| !kept.contains(line)).collect();
    (kept, lost)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: UnixMs = 3_600_000;
    const T0: UnixMs = 1_796_096_120_348;

    /// A head that was written in that hour; `chain` tells chains apart.
    fn head(hour: i64, seq: i64, chain: u8) -> HeadLine {
        HeadLine::Head(Head::of_row(seq, [chain; 32], T0 + hour * HOUR))
    }

    fn put_back(hour: i64, copy_hour: i64, last: i64) -> HeadLine {
        let row = Head::of_row(last + 1, [100 + hour as u8; 32], T0 + hour * HOUR);
        HeadLine::Break(ChainBreak { row, copy_at: T0 + copy_hour * HOUR, last, last_hash: [1; 32] })
    }

    fn seqs(heads: &[Head]) -> Vec<(i64, u8)> {
        heads.iter().map(|head| (head.seq, head.hash[0])).collect()
    }

    #[test]
    fn lines_are_read_back() {
        for line in [head(1, 18, 7), put_back(2, 1, 17)] {
            assert_eq!(HeadLine::from_line(&line.to_line()), Some(line.clone()));
            assert_eq!(HeadLine::from_line(&format!(" {}\r\n", line.to_line())), Some(line));
        }
        let sound = put_back(0, -1, 17).to_line();
        let hash = "01".repeat(32);
        assert!(
            sound.ends_with(&format!("restored: copy of 2026-12-01T02:35:20.348Z after row 17 {hash}")),
            "{sound}"
        );
        for wrong in [
            sound.replace("after row 17", "after row x"),
            sound.replace("copy of", "copy"),
            sound.replace("2026-12-01T", "yesterday "),
            format!("{sound} x"),
            sound.replacen(' ', "", 1),
        ] {
            assert_eq!(HeadLine::from_line(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn heads_between_the_copy_and_the_restore_are_lost_and_no_others() {
        let file = vec![head(0, 10, 1), head(24, 20, 1), put_back(30, 5, 15), head(48, 18, 2)];
        let outside = Outside::of(&[file]);
        assert_eq!(seqs(&outside.heads), [(10, 1), (16, 130), (18, 2)]);
        assert_eq!((seqs(&outside.lost), outside.breaks.len()), (vec![(20, 1)], 1));
        assert_eq!(Outside::of(&[]), Outside::default());
    }

    #[test]
    fn a_chain_that_ends_before_a_head_lacks_it_unless_that_was_lost_before() {
        let file = vec![head(0, 10, 1), head(24, 20, 1), head(48, 30, 1)];
        let beyond = |file: &[HeadLine], last, since_hour: i64| {
            Outside::of(&[file.to_vec()]).beyond(last, T0 + since_hour * HOUR).map(|head| head.seq)
        };
        assert_eq!(beyond(&file, 30, 0), None);
        assert_eq!(beyond(&file, 29, 0), Some(30));
        assert_eq!(beyond(&file, 12, 0), Some(30));
        assert_eq!(beyond(&file, 12, 50), None, "a restore that the file does not know");
        assert_eq!(beyond(&[file, vec![put_back(50, 5, 15)]].concat(), 16, 0), None, "one that it knows");
        assert_eq!(beyond(&[], 0, 0), None);
    }

    /// A copy of the file on another machine, or what was taken out of the service's log, has no line of the break.
    #[test]
    fn another_file_without_the_break_is_read_by_its_times() {
        let own = vec![head(0, 10, 1), put_back(30, 5, 15)];
        let other = vec![head(0, 10, 1), head(24, 20, 1), head(48, 18, 2)];
        let outside = Outside::of(&[own, other]);
        assert_eq!(seqs(&outside.lost), [(20, 1)]);
        assert!(seqs(&outside.heads).contains(&(18, 2)) && outside.breaks.len() == 1);
    }

    #[test]
    fn a_second_copy_of_the_same_chain_loses_more() {
        let file =
            vec![head(0, 10, 1), head(24, 20, 1), put_back(30, 5, 15), head(48, 18, 2), put_back(50, 35, 17)];
        let outside = Outside::of(&[file]);
        assert_eq!(seqs(&outside.lost), [(20, 1), (18, 2)]);
        assert_eq!(seqs(&outside.heads), [(10, 1), (16, 130), (18, 150)]);
    }

    /// The wrong copy was put back first; the right one is from before that, and younger.
    #[test]
    fn a_copy_from_before_the_first_break_undoes_it() {
        let file =
            vec![head(0, 10, 1), head(24, 20, 1), put_back(30, 5, 15), head(31, 16, 2), put_back(32, 25, 22)];
        let outside = Outside::of(&[file]);
        assert_eq!(seqs(&outside.heads), [(10, 1), (20, 1), (23, 132)], "head 20 counts again");
        assert_eq!(seqs(&outside.lost), [(16, 2)]);
        assert_eq!(outside.breaks.len(), 1, "the first one is not in the chain");
    }
}
