//! Which reading is reported: many citizens' conversations opened without doing anything for them, many citizens' texts shown by
//! searches, and either while every desk is closed. A report is a question to somebody's supervisor, no proof: who trains or checks others reads
//! much, too.

use std::collections::BTreeMap;

use super::Action;
use crate::domain::pseudonym::Pseudonym;

/// From how many citizens on a person's day is reported; 0: never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Opened without any change to a conversation of theirs.
    pub unanswered: u32,
    /// Shown by searches without any change to a conversation of theirs.
    pub searched: u32,
    /// Opened or shown by a search while every desk was closed, without any change to a conversation of theirs.
    pub outside_hours: u32,
}

/// One row of the log as far as it matters here: one person and one citizen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    pub login: String,
    pub action: Action,
    pub citizen: Pseudonym,
    pub is_outside: bool,
}

/// Whose reading is reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspect {
    pub login: String,
    /// Citizens whose data they opened without doing anything for them.
    pub n_unanswered: u32,
    /// Citizens whose texts their searches showed, and for whom they did nothing either.
    pub n_searched: u32,
    /// Those among all of these whom they read while every desk was closed.
    pub n_outside: u32,
}

#[derive(Default)]
struct Seen {
    was_opened: bool,
    was_found: bool,
    was_served: bool,
    was_outside: bool,
}

/// A day's reading, one row after another.
#[derive(Default)]
pub struct Tally(BTreeMap<String, BTreeMap<Pseudonym, Seen>>);

impl Tally {
    pub fn add(&mut self, reading: Reading) {
        let (opens, finds) = match reading.action {
            Action::View | Action::Photo | Action::Reveal | Action::Print | Action::Export => (true, false),
            Action::Search => (false, true),
            Action::Change => (false, false),
            // A list shows what everybody has before them all day.
            _ => return,
        };
        let seen = self.0.entry(reading.login).or_default().entry(reading.citizen).or_default();
        seen.was_opened |= opens;
        seen.was_found |= finds;
        seen.was_served |= !opens && !finds;
        seen.was_outside |= (opens || finds) && reading.is_outside;
    }

    /// Whom the rule reports, by login.
    pub fn suspects(&self, rule: Rule) -> Vec<Suspect> {
        let is_over = |n: u32, least: u32| least > 0 && n >= least;
        let suspect = |(login, citizens): (&String, &BTreeMap<Pseudonym, Seen>)| {
            let unserved = || citizens.values().filter(|seen| !seen.was_served);
            let n_unanswered = count(unserved().filter(|seen| seen.was_opened));
            let n_searched = count(unserved().filter(|seen| seen.was_found));
            let n_outside = count(unserved().filter(|seen| seen.was_outside));
            let is_reported = is_over(n_unanswered, rule.unanswered)
                || is_over(n_searched, rule.searched)
                || is_over(n_outside, rule.outside_hours);
            is_reported.then(|| Suspect { login: login.clone(), n_unanswered, n_searched, n_outside })
        };
        self.0.iter().filter_map(suspect).collect()
    }
}

fn count<'a>(seen: impl Iterator<Item = &'a Seen>) -> u32 {
    u32::try_from(seen.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Login, action, citizen, and whether every desk was closed.
    type Line = (&'static str, Action, u8, bool);
    /// A day, and what is reported of the first.
    type Case = (&'static [Line], Option<(u32, u32, u32)>);

    fn tally(rows: &[Line]) -> Tally {
        let mut tally = Tally::default();
        for (login, action, citizen, is_outside) in rows {
            let citizen = Pseudonym([*citizen; 16]);
            tally.add(Reading {
                login: (*login).to_owned(),
                action: *action,
                citizen,
                is_outside: *is_outside,
            });
        }
        tally
    }

    #[test]
    fn who_reads_without_answering_is_reported() {
        let rule = Rule { unanswered: 2, searched: 3, outside_hours: 1 };
        let cases: &[Case] = &[
            (&[("a", Action::View, 1, false)], None),
            (&[("a", Action::View, 1, false), ("a", Action::View, 1, false)], None),
            (&[("a", Action::View, 1, false), ("a", Action::Photo, 2, false)], Some((2, 0, 0))),
            // Whoever does something for them reads to do it, also later.
            (
                &[
                    ("a", Action::View, 1, false),
                    ("a", Action::View, 2, false),
                    ("a", Action::Change, 2, false),
                ],
                None,
            ),
            (&[("a", Action::View, 1, true)], Some((1, 0, 1))),
            (&[("a", Action::View, 1, true), ("a", Action::Change, 1, true)], None),
            (&[("a", Action::List, 1, true), ("a", Action::List, 2, true)], None),
            (&[("a", Action::View, 1, false), ("b", Action::View, 2, false)], None),
            // What a search shows is counted apart: it shows many at once.
            (&[("a", Action::Search, 1, false), ("a", Action::Search, 2, false)], None),
            (
                &[
                    ("a", Action::Search, 1, false),
                    ("a", Action::Search, 2, false),
                    ("a", Action::Search, 2, false),
                    ("a", Action::Search, 3, false),
                ],
                Some((0, 3, 0)),
            ),
            (
                &[
                    ("a", Action::Search, 1, false),
                    ("a", Action::Search, 2, false),
                    ("a", Action::Search, 3, false),
                    ("a", Action::Change, 3, false),
                ],
                None,
            ),
            (&[("a", Action::Search, 1, false), ("a", Action::View, 1, false)], None),
            (
                &[
                    ("a", Action::Search, 1, false),
                    ("a", Action::View, 1, false),
                    ("a", Action::View, 2, false),
                ],
                Some((2, 1, 0)),
            ),
            (&[("a", Action::Search, 1, true)], Some((0, 1, 1))),
            (&[("a", Action::Search, 1, true), ("a", Action::Change, 1, false)], None),
        ];
        for (rows, expected) in cases {
            let found = tally(rows).suspects(rule);
            let counts =
                found.first().map(|suspect| (suspect.n_unanswered, suspect.n_searched, suspect.n_outside));
            assert_eq!(counts, *expected, "{rows:?}");
        }
    }

    #[test]
    fn zero_never_reports() {
        let rows = tally(&[("a", Action::View, 1, true), ("a", Action::View, 2, true)]);
        assert_eq!(rows.suspects(Rule { unanswered: 0, searched: 0, outside_hours: 0 }), []);
        assert_eq!(rows.suspects(Rule { unanswered: 0, searched: 0, outside_hours: 2 }).len(), 1);
        let found = tally(&[("a", Action::Search, 1, false), ("a", Action::Search, 2, false)]);
        assert_eq!(found.suspects(Rule { unanswered: 1, searched: 0, outside_hours: 1 }), []);
        assert_eq!(found.suspects(Rule { unanswered: 0, searched: 2, outside_hours: 0 }).len(), 1);
    }
}
