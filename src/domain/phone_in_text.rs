//! Phone numbers in what people type as a reason, however they spell them.

use std::borrow::Cow;
use std::ops::Range;

use super::digits::{Group, Reading, is_dash, until_settled};
use super::phone::{PhoneKind, PhoneNumber};
use super::spelling::Spelling;

/// The text with a star for every digit of the phone numbers in it. Numbers of services stay.
pub(super) fn masked_whole(text: &str, spelling: Spelling) -> Cow<'_, str> {
    until_settled(text, |text| {
        let reading = spelling.read(text);
        let hidden: Vec<usize> =
            places_in(&reading).into_iter().flat_map(|at| reading.alphanumeric(at)).collect();
        (!hidden.is_empty()).then(|| reading.starred(text, &hidden))
    })
}

/// Whether the digits of a number stand in a text, whatever stands among them.
pub fn stands_in(text: &str, number: &PhoneNumber) -> bool {
    Spelling::ALL.iter().any(|spelling| holds(&spelling.read(text), number))
}

/// The text without any digit, if those of the number stand in it.
pub(super) fn without(text: &str, number: &PhoneNumber) -> String {
    Spelling::ALL.iter().fold(text.to_owned(), |text, spelling| {
        let reading = spelling.read(&text);
        if !holds(&reading, number) {
            return text;
        }
        let digits: Vec<usize> =
            reading.groups.iter().flat_map(|group| reading.alphanumeric(group.at.clone())).collect();
        reading.starred(&text, &digits)
    })
}

fn holds(reading: &Reading, number: &PhoneNumber) -> bool {
    const FEWEST_DIGITS: usize = 8;
    let all = |reading: &Reading| -> Vec<u8> {
        reading.groups.iter().flat_map(|group| group.digits.iter().copied()).collect()
    };
    // Without its 0, which is not there after 82.
    let sought: Vec<u8> =
        all(&Reading::of(number.reveal())).into_iter().skip_while(|digit| *digit == 0).collect();
    sought.len() >= FEWEST_DIGITS && all(reading).windows(sought.len()).any(|part| part == sought)
}

/// Where numbers of people stand in a text (characters of the reading).
fn places_in(reading: &Reading) -> Vec<Range<usize>> {
    let (mut found, mut from) = (Vec::new(), 0);
    while from < reading.groups.len() {
        let n = number_at(reading, from).unwrap_or(0);
        let taken =
            reading.groups.get(from..from + n).and_then(|of| Some(of.first()?.at.start..of.last()?.at.end));
        found.extend(taken);
        from += n.max(1);
    }
    found
}

/// How many groups of digits the number takes that begins with this one; the most that make one.
fn number_at(reading: &Reading, from: usize) -> Option<usize> {
    const MOST_GROUPS: usize = 11;
    let first = reading.groups.get(from)?;
    let is_abroad = char_before(reading, first.at.start) == Some('+');
    // A number in several groups begins with the prefix of a network, a city or a country.
    let is_prefix = matches!(first.digits[..], [0, 0 | 2] | [0, _, _, ..] | [8, 2, ..] | [1, 0, ..]);
    let joints: Vec<Joint> =
        (from..from + MOST_GROUPS - 1).map_while(|at| Joint::after(reading, at)).collect();
    (1..=joints.len() + 1).rev().find(|n| {
        let Some(taken) = reading.groups.get(from..from + n) else { return false };
        let digits: String =
            taken.iter().flat_map(|group| &group.digits).map(|digit| char::from(b'0' + digit)).collect();
        let lens: Vec<usize> = taken.iter().map(|group| group.digits.len()).collect();
        let joints = joints.get(..n - 1).unwrap_or_default();
        let rarest = joints.iter().max().copied().unwrap_or(Joint::Usual);
        // `01-0123-4567-8`, but not after the year or month of a date.
        let is_odd = || {
            matches!(first.digits[..], [0] | [0, 1])
                && digits.len() == 11
                && digits.starts_with("010")
                && !char_before(reading, first.at.start).is_some_and(|c| is_dash(c) || ".:/".contains(c))
        };
        let may_begin = *n == 1 || is_prefix || is_abroad || is_odd();
        let is_sure = match rarest {
            Joint::Usual => true,
            Joint::Rare => (is_prefix || is_odd()) && !has_ended(taken, joints) && !is_amount(&lens),
            Joint::Word => digits.starts_with("01") && matches!(lens[..], [3, 3 | 4, 4] | [3, 8] | [7, 4]),
        };
        if !may_begin || !is_sure || is_case(reading, from, &lens) || is_address(reading, from, &lens) {
            return false;
        }
        // `10-1234-5678`, as it is written after a country.
        let may_lack_zero =
            digits.starts_with("10") && matches!(lens[..], [10] | [2, 8] | [6, 4] | [2, 4, 4]);
        let sign = if is_abroad && rarest == Joint::Usual { "+" } else { "" };
        is_of_person(&format!("{sign}{digits}")) || (may_lack_zero && is_of_person(&format!("0{digits}")))
    })
}

/// What stands between two groups of one number, by how seldom it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Joint {
    Usual,
    /// A mark or a particle that also parts numbers in a list, so only a whole Korean number is believed.
    Rare,
    /// A word: `010 그리고 1234 5678`.
    Word,
}

impl Joint {
    /// `None` where two groups have nothing to do with each other.
    fn after(reading: &Reading, group: usize) -> Option<Joint> {
        const LONGEST: usize = 4;
        const LONGEST_RARE: usize = 6;
        let (one, next) = (reading.groups.get(group)?, reading.groups.get(group + 1)?);
        let gap = reading.gap(group);
        let is_usual = |c: &char| is_dash(*c) || " \t._()/~·*".contains(*c);
        let is_rare = |c: &char| !c.is_alphanumeric() || matches!(c, 'x' | 'X');
        if gap.len() <= LONGEST && gap.iter().all(is_usual) {
            return Some(Joint::Usual);
        }
        // `10:30 11:30`, `2, 3, 4`.
        if gap.len() > LONGEST_RARE || one.digits.len().max(next.digits.len()) < 3 {
            return None;
        }
        let word: String = gap.iter().filter(|c| !is_rare(c)).collect();
        let is_korean = word.chars().all(|c| matches!(c, '가'..='힣'));
        match word.as_str() {
            "" | "에" | "의" | "국" | "국에" => Some(Joint::Rare),
            // `2026년`, `15번`.
            _ => (is_korean && !word.starts_with(&COUNTED[..])).then_some(Joint::Word),
        }
    }
}

/// Words after a number that counts something begin so.
const COUNTED: [char; 23] = [
    '년', '월', '일', '호', '번', '시', '분', '초', '원', '건', '명', '회', '개', '층', '동', '차', '조',
    '항', '쪽', '세', '장', '점', '만',
];

/// Whether a number ends before a mark that is rare within one: `062-120, 1588-1234` are two.
fn has_ended(taken: &[Group], joints: &[Joint]) -> bool {
    let is_mixed = joints.contains(&Joint::Usual);
    joints.iter().enumerate().filter(|(_, joint)| **joint != Joint::Usual).any(|(i, _)| {
        let before = taken.iter().take(i + 1).flat_map(|group| &group.digits);
        let before: String = before.map(|digit| char::from(b'0' + digit)).collect();
        let kind = PhoneNumber::parse(&before).kind();
        is_of_person(&before) || (is_mixed && kind == PhoneKind::Service)
    })
}

/// `82,212,345,678` won.
fn is_amount(lens: &[usize]) -> bool {
    matches!(lens, [_, rest @ ..] if !rest.is_empty() && rest.iter().all(|len| *len == 3))
}

/// `2026-010-12345678`, `2026-10-12345678`, `2026. 02. 12. 12345`: the number of a file or a date, after its year.
fn is_case(reading: &Reading, from: usize, lens: &[usize]) -> bool {
    let is_year = |group: usize| {
        let digits = reading.groups.get(group).map(|year| year.digits.as_slice());
        let is_joined = match reading.gap(group) {
            [c] => is_dash(*c) || matches!(c, '.' | '/'),
            ['.', ' '] => true,
            _ => false,
        };
        is_joined && matches!(digits, Some([1, 9, _, _] | [2, 0, _, _]))
    };
    matches!(lens, [3, 8] | [2, _, ..]) && from.checked_sub(1).is_some_and(is_year)
}

/// `82.112.123.123`: an IPv4 address.
fn is_address(reading: &Reading, from: usize, lens: &[usize]) -> bool {
    lens.len() == 4
        && lens.iter().all(|len| *len <= 3)
        && (from..from + 3).all(|group| reading.gap(group) == ['.'])
        && reading.groups.get(from).is_some_and(|first| first.digits[0] != 0)
}

fn char_before(reading: &Reading, at: usize) -> Option<char> {
    reading.chars.get(at.checked_sub(1)?).copied()
}

fn is_of_person(number: &str) -> bool {
    matches!(PhoneNumber::parse(number).kind(), PhoneKind::Mobile | PhoneKind::Landline | PhoneKind::Foreign)
}
