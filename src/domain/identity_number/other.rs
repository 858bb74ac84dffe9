//! Licences, cards, accounts and passports.

use std::ops::Range;

use super::kind::IdentityNumber;
use super::signs::{Gap, WORD_CHARS, has_word, is_tight};
use crate::domain::digits::Reading;

/// Names of banks, before an account number within [`WORD_CHARS`] or right after it.
const BANKS: [&str; 26] = [
    "국민",
    "신한",
    "농협",
    "우리은행",
    "하나은행",
    "기업은행",
    "ibk",
    "카카오뱅크",
    "카뱅",
    "토스",
    "케이뱅크",
    "새마을",
    "신협",
    "우체국",
    "광주은행",
    "전북은행",
    "수협",
    "제일은행",
    "씨티",
    "부산은행",
    "대구은행",
    "경남은행",
    "제주은행",
    "산업은행",
    "우리 은행",
    "하나 은행",
];
/// Words that only before a number say that it is an account's.
const ACCOUNT_WORDS: [&str; 7] = ["계좌", "통장", "입금", "송금", "이체", "은행", "account"];
/// Regions by whose names licences begin that are older than the numbers for them.
const REGIONS: [&str; 17] = [
    "서울", "부산", "경기", "강원", "충북", "충남", "전북", "전남", "경북", "경남", "제주", "대구", "인천",
    "광주", "대전", "울산", "세종",
];
/// Words before a number that is no card's: of a parcel.
const PARCEL_WORDS: [&str; 4] = ["송장", "등기", "택배", "tracking"];

/// A licence, a card or an account; the longest reading first. How many groups it takes.
pub(super) fn other_number(reading: &Reading, from: usize) -> Option<(IdentityNumber, usize)> {
    const MOST_GROUPS: usize = 5;
    (1..=MOST_GROUPS).rev().find_map(|n| {
        let taken = reading.groups.get(from..from + n)?;
        if taken.iter().any(|group| group.is_in_word) {
            return None;
        }
        let gaps = || (from..from + n - 1).map(|group| reading.gap(group));
        let lens: Vec<usize> = taken.iter().map(|group| group.digits.len()).collect();
        let digits: Vec<u8> = taken.iter().flat_map(|group| group.digits.iter().copied()).collect();
        let before = reading.before(taken.first()?.at.start, WORD_CHARS);
        let is_joined = gaps().all(|gap| matches!(Gap::of(gap), Gap::Joint | Gap::Spaces));
        if is_joined && is_card(&lens, &digits) && !has_word(&before, &PARCEL_WORDS) {
            return Some((IdentityNumber::Card, n));
        }
        if !gaps().all(is_tight) {
            return None;
        }
        if is_licence(&lens, &digits, &before) {
            return Some((IdentityNumber::Licence, n));
        }
        let after = reading.after(taken.last()?.at.end, WORD_CHARS);
        let after = after.trim_start_matches(|c: char| c == ' ' || "(,-/".contains(c));
        let has_bank = has_word(&before, &BANKS)
            || has_word(&before, &ACCOUNT_WORDS)
            || BANKS.iter().any(|bank| after.starts_with(bank));
        (has_bank && is_account(&lens, &digits)).then_some((IdentityNumber::Account, n))
    })
}

/// Twelve digits that begin with the number of a region; or ten after the name of one, as on older licences.
fn is_licence(lens: &[usize], digits: &[u8], before: &str) -> bool {
    let before = before.trim_end();
    let is_named = before.contains("면허") && !before.ends_with(|c: char| c.is_ascii_digit() || c == '-');
    let is_after_region = REGIONS.iter().any(|region| before.ends_with(region));
    let has_region = || (11..=28).contains(&(digits[0] * 10 + digits[1]));
    match lens {
        [2, 2, 6, 2] => has_region(),
        [12] => is_named && has_region(),
        [2, 6, 2] => is_named || is_after_region,
        [10] => is_named && is_after_region,
        _ => false,
    }
}

/// In fours (or 4-6-5 and 4-6-4), or in one word of 15 or 16 digits, that begin as cards do; with a sound check digit.
fn is_card(lens: &[usize], digits: &[u8]) -> bool {
    let is_grouped = matches!(lens, [4, 4, 4, 4] | [4, 6, 5] | [4, 6, 4] | [4, 4, 4, 4, 3] | [4, 4, 4, 1]);
    let is_whole = lens.len() == 1 && (15..=16).contains(&digits.len());
    // Years, which stand in fours, too, begin with 1 or 20.
    let begins_so = matches!(digits, [3..=6 | 9, ..] | [2, 2..=7, ..]);
    (is_grouped || is_whole) && begins_so && passes_luhn(digits)
}

fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, digit)| match u32::from(*digit) {
            d if i % 2 == 1 && d > 4 => d * 2 - 9,
            d if i % 2 == 1 => d * 2,
            d => d,
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|d| *d != 0)
}

/// Ten to sixteen digits that are no phone number and no date.
fn is_account(lens: &[usize], digits: &[u8]) -> bool {
    let is_phone = digits.starts_with(&[0, 1]) && matches!(digits.len(), 10 | 11)
        || digits.starts_with(&[0, 7, 0]) && digits.len() == 11
        || matches!(lens, [2 | 3, 3 | 4, 4]) && digits[0] == 0;
    let is_date = matches!(lens, [4, 1 | 2, 1 | 2, ..]) && matches!(digits, [1, 9, ..] | [2, 0, ..]);
    (10..=16).contains(&digits.len()) && !is_phone && !is_date
}

/// M12345678, and since 2021 M123A4567: words that are no part of a longer one.
pub(super) fn passports(reading: &Reading) -> Vec<Range<usize>> {
    let (chars, mut found, mut at) = (&reading.chars, Vec::new(), 0);
    while at < chars.len() {
        let word: String = chars.iter().skip(at).take_while(|c| c.is_ascii_alphanumeric()).collect();
        if is_passport(&word) {
            found.push(at..at + word.len());
        }
        at += word.len().max(1);
    }
    found
}

fn is_passport(word: &str) -> bool {
    let [first, rest @ ..] = word.as_bytes() else { return false };
    matches!(first.to_ascii_uppercase(), b'M' | b'S' | b'R' | b'O' | b'D' | b'G' | b'T')
        && rest.len() == 8
        && rest.iter().enumerate().all(|(i, b)| b.is_ascii_digit() || (i == 3 && b.is_ascii_alphabetic()))
}
