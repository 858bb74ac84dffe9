//! Resident and alien registration numbers.

use super::kind::IdentityNumber;
use super::signs::{Gap, WORD_CHARS, has_word, is_space, is_tight};
use crate::domain::digits::{Group, Reading, is_dash};

/// Words before a registration number, which then counts without a checksum, and with a line break or spaces in it.
const REGISTRATION_WORDS: [&str; 7] =
    ["주민", "외국인", "거소신고", "생년월일", "rrn", "resident registration", "alien registration"];
/// Words before the second half of a registration number that stands alone.
const SECOND_HALF_WORDS: [&str; 3] = ["뒷자리", "뒷 자리", "뒷번호"];
/// Words before a number that begins with a whole date and counts what came on it: a request, an order.
const CASE_WORDS: [&str; 9] =
    ["접수", "민원번호", "신청번호", "주문", "문서", "관리번호", "영수증", "예약", "송장"];

/// Resident and alien registration: a birth date, and seven digits of which the first says century and sex. Those seven also
/// alone, after words that say so. How many groups it takes.
pub(super) fn registration(reading: &Reading, from: usize) -> Option<(IdentityNumber, usize)> {
    let group = reading.groups.get(from)?;
    let before = reading.before(group.at.start, WORD_CHARS);
    let is_about = has_word(&before, &REGISTRATION_WORDS);
    let is_case = !is_about && has_word(&before, &CASE_WORDS);
    let kind = |sex: u8| match sex {
        5..=8 => IdentityNumber::Alien,
        _ => IdentityNumber::Resident,
    };
    if let [sex @ 1..=8, ..] = group.digits[..]
        && group.digits.len() == 7
        && has_word(&before, &SECOND_HALF_WORDS)
        && (is_about || before.contains("앞자리"))
    {
        return Some((kind(sex), 1));
    }
    if let Some(sex) = in_one_word(group, is_about) {
        return Some((kind(sex), 1));
    }
    for birth in births(reading, from).into_iter().filter(|birth| birth.is_date()) {
        let next = from + birth.n;
        let gap = Gap::of(reading.gap(next - 1));
        let Some((n, sex, is_half_plain)) = second_half(reading, next, gap == Gap::Joint || is_about) else {
            continue;
        };
        let is_plain = birth.is_plain && is_half_plain && !group.is_in_word;
        let is_one = match gap {
            Gap::Joint => true,
            Gap::Spaces => is_about || (is_plain && matches!(birth.century, None | Some(19))),
            Gap::Line => is_about,
            Gap::Apart => false,
        };
        // A whole year and the digit for the century say the same, or this is the number of something else.
        let is_of_century = match birth.century {
            Some(century) => is_about || (fits_century(century, sex) && !(century == 20 && is_case)),
            None => true,
        };
        if is_one && is_of_century {
            return Some((kind(sex), birth.n + n));
        }
    }
    None
}

/// The digit for century and sex of thirteen digits in one word, or fifteen with a whole year. Who was registered since October
/// 2020 has no checksum, and a tracking number has thirteen digits, too: so they count with their checksum, with a birth year
/// that has none, after words that say what they are, or typed one by one.
fn in_one_word(group: &Group, is_about: bool) -> Option<u8> {
    let (century, digits) = match group.digits.len() {
        13 => (None, group.digits.as_slice()),
        15 => (Some(group.digits[0] * 10 + group.digits[1]), group.digits.get(2..)?),
        _ => return None,
    };
    let sex = *digits.get(6)?;
    let is_young = century.is_none() && matches!(sex, 3 | 4 | 7 | 8) && digits[0] >= 2;
    let is_spelled = group.is_spelled && matches!(sex, 1..=8);
    let is_sure = is_about || is_young || is_spelled || has_checksum(digits, matches!(sex, 5..=8));
    let is_of_century = century.is_none_or(|century| fits_century(century, sex));
    let is_loose = is_about || !group.is_in_word;
    (is_sure && is_loose && is_of_century && is_date(digits)).then_some(sex)
}

/// A birth date before seven digits.
struct Birth {
    /// How many groups it takes.
    n: usize,
    /// Year, month and day, two digits each.
    digits: Vec<u8>,
    /// The first two digits of a whole year.
    century: Option<u8>,
    /// In one group.
    is_plain: bool,
}

impl Birth {
    fn is_date(&self) -> bool {
        self.century.is_none_or(|century| matches!(century, 18..=20)) && is_date(&self.digits)
    }
}

/// Six or eight digits, with nothing but spaces among them, or year, month and day with what parts them in a date.
fn births(reading: &Reading, from: usize) -> Vec<Birth> {
    let birth = |n: usize, mut digits: Vec<u8>| {
        let day = digits.split_off(digits.len() - 6);
        let century = digits.first().zip(digits.get(1)).map(|(tens, ones)| tens * 10 + ones);
        Birth { n, digits: day, century, is_plain: n == 1 }
    };
    let (mut found, mut digits) = (Vec::new(), Vec::new());
    for (n, group) in (1..).zip(reading.groups.get(from..).unwrap_or_default()) {
        if digits.len() > 7 || (n > 1 && !is_space(reading.gap(from + n - 2))) {
            break;
        }
        digits.extend(&group.digits);
        found.extend(matches!(digits.len(), 6 | 8).then(|| birth(n, digits.clone())));
    }
    if let Some([year, month, day]) = reading.groups.get(from..from + 3)
        && matches!(year.digits.len(), 2 | 4)
        && (1..=2).contains(&month.digits.len())
        && (1..=2).contains(&day.digits.len())
        && (from..from + 2).all(|group| is_date_gap(reading.gap(group)))
    {
        let two = |group: &Group| match group.digits[..] {
            [digit] => [0, digit].into(),
            _ => group.digits.clone(),
        };
        found.push(birth(3, [year.digits.clone(), two(month), two(day)].concat()));
    }
    found
}

/// What parts year, month and day: `-`, `.`, `/`, `년`, `월`, with a space or without.
fn is_date_gap(gap: &[char]) -> bool {
    let mut marks = gap.iter().filter(|c| !c.is_whitespace());
    let is_mark = |c: &char| is_dash(*c) || matches!(c, '.' | '/' | '년' | '월');
    gap.len() <= 2 && marks.next().is_some_and(is_mark) && marks.next().is_none()
}

/// Seven digits from a group on: how many groups, the first digit, and whether they stand as one usually writes them. Parted by
/// spaces only where what stands before makes them sure.
fn second_half(reading: &Reading, from: usize, is_sure: bool) -> Option<(usize, u8, bool)> {
    let first = reading.groups.get(from)?;
    let sex = *first.digits.first()?;
    let len = |group: usize| reading.groups.get(group).map_or(0, |group| group.digits.len());
    if len(from) == 7 || (len(from) == 1 && len(from + 1) == 6 && is_tight(reading.gap(from))) {
        return Some((if len(from) == 7 { 1 } else { 2 }, sex, true));
    }
    let (mut n, mut sum) = (1, len(from));
    while is_sure && sum < 7 && is_space(reading.gap(from + n - 1)) && len(from + n) > 0 {
        sum += len(from + n);
        n += 1;
    }
    (sum == 7).then_some((n, sex, false))
}

/// Whether the digits begin with year, month and day.
fn is_date(digits: &[u8]) -> bool {
    let [_, _, m1, m2, d1, d2, ..] = *digits else { return false };
    let (month, day) = (m1 * 10 + m2, d1 * 10 + d2);
    let days = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// Whether the digit for century and sex is one of a year that begins so.
fn fits_century(century: u8, sex: u8) -> bool {
    matches!((century, sex), (18, 0 | 9) | (19, 1 | 2 | 5 | 6) | (20, 3 | 4 | 7 | 8))
}

/// Weights 2 to 9, then 2 to 5; for aliens the result is two more.
fn has_checksum(digits: &[u8], is_alien: bool) -> bool {
    const WEIGHTS: [u32; 12] = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];
    let sum: u32 = WEIGHTS.iter().zip(digits).map(|(weight, digit)| weight * u32::from(*digit)).sum();
    let check = (11 - sum % 11) % 10;
    let check = if is_alien { (check + 2) % 10 } else { check };
    digits.get(12).is_some_and(|last| u32::from(*last) == check)
}
