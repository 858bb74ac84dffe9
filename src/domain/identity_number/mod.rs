//! Numbers that name a person or open an account, inside free text: resident and alien registration, passport, driver's
//! licence, payment card, bank account. They are found by their form, their checksum where there is one, and the words before
//! them, and are masked wherever a text is shown ([`masked`]). Phone numbers, dates and tracking numbers are none.
//!
//! Sources: resident registration number, 주민등록법 시행규칙 (birth date, a digit for sex and century, a checksum until
//! October 2020, random digits since then, also for people born before); alien registration the same with 5 to 8; passports, 여권법 시행규칙 (a letter and
//! eight digits, since 2021 with a letter among them); licences, eleven or twelve digits that begin with a region of 11 to 28;
//! cards, ISO/IEC 7812 (Luhn). Accounts have no common form: they count only with a bank's name or `계좌` before them.

mod kind;
mod other;
mod registration;
mod signs;

use std::borrow::Cow;
use std::ops::Range;

use super::digits::{Reading, until_settled};
use super::spelling::Spelling;
pub use kind::IdentityNumber;
use other::{other_number, passports};
use registration::registration;

/// A number in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    kind: IdentityNumber,
    /// Its characters in the reading.
    at: Range<usize>,
}

/// No number of these kinds has fewer.
const FEWEST_DIGITS: usize = 7;

/// The kinds of all such numbers in `text`, in order.
pub fn kinds(text: &str) -> Vec<IdentityNumber> {
    find(&Reading::of(text)).into_iter().map(|found| found.kind).collect()
}

/// Whether a text may go to many citizens: a number by which somebody is known is sent to one, never to others.
pub fn may_go_to_many(text: &str) -> bool {
    places(text).is_empty()
}

/// Where such numbers stand in `text` (bytes), in order.
pub fn places(text: &str) -> Vec<Range<usize>> {
    let reading = Reading::of(text);
    find(&reading).iter().map(|found| reading.bytes(&found.at)).collect()
}

/// The text with stars for what such numbers hide. What says least about a person stays: a birth date and the first digit after
/// it, a passport's letter, a licence's region, the last four digits of a card.
pub fn masked(text: &str) -> Cow<'_, str> {
    until_settled(text, |text| hidden(text, Spelling::Typed, shown_of))
}

/// The text with a star for every letter and digit of such numbers.
pub(super) fn masked_whole(text: &str, spelling: Spelling) -> Cow<'_, str> {
    until_settled(text, |text| hidden(text, spelling, |_, _| (0, 0)))
}

/// One round of hiding; `None` where there is nothing to hide.
fn hidden(
    text: &str,
    spelling: Spelling,
    shown: fn(IdentityNumber, usize) -> (usize, usize),
) -> Option<String> {
    let reading = spelling.read(text);
    let found = find(&reading);
    let hidden = |one: &Found| {
        let all = reading.alphanumeric(one.at.clone());
        let (head, tail) = shown(one.kind, all.len());
        all.get(head..all.len() - tail).unwrap_or_default().to_vec()
    };
    let places: Vec<usize> = found.iter().flat_map(hidden).collect();
    (!places.is_empty()).then(|| reading.starred(text, &places))
}

/// How many characters stay at the beginning and at the end.
fn shown_of(kind: IdentityNumber, n: usize) -> (usize, usize) {
    match kind {
        // The birth date, and of the second half what says century and sex.
        IdentityNumber::Resident | IdentityNumber::Alien => (n.saturating_sub(6), 0),
        IdentityNumber::Passport => (1, 0),
        IdentityNumber::Licence => (2, 0),
        IdentityNumber::Card => (0, 4),
        IdentityNumber::Account => (0, 2),
    }
}

/// Every such number, in order; none overlaps another. Registration numbers first: what else holds their digits is less sure.
fn find(reading: &Reading) -> Vec<Found> {
    let n_digits: usize = reading.groups.iter().map(|group| group.digits.len()).sum();
    if n_digits < FEWEST_DIGITS {
        return Vec::new();
    }
    let mut found = Vec::new();
    let is_free = |found: &[Found], at: &Range<usize>| {
        found.iter().all(|one| one.at.end <= at.start || at.end <= one.at.start)
    };
    for read in [registration, other_number] {
        let mut from = 0;
        while from < reading.groups.len() {
            let (kind, n) = read(reading, from).unwrap_or((IdentityNumber::Resident, 0));
            let at = reading
                .groups
                .get(from..from + n)
                .and_then(|of| Some(of.first()?.at.start..of.last()?.at.end));
            let one = at.filter(|at| is_free(&found, at)).map(|at| Found { kind, at });
            from += if one.is_some() { n } else { 1 };
            found.extend(one);
        }
    }
    let passports = passports(reading).into_iter().map(|at| Found { kind: IdentityNumber::Passport, at });
    let passports: Vec<Found> = passports.filter(|one| is_free(&found, &one.at)).collect();
    found.extend(passports);
    found.sort_by_key(|one| one.at.start);
    found
}

#[cfg(test)]
mod tests;
