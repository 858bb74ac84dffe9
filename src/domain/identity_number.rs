//! Numbers that name a person or open an account, inside free text: resident and alien registration, passport, driver's
//! licence, payment card, bank account. They are found by their form, their checksum where there is one, and the words before
//! them, and are masked wherever a text is shown ([`masked`]). Phone numbers, dates and tracking numbers are none.
//!
//! Sources: resident registration number, 주민등록법 시행규칙 (birth date, a digit for sex and century, a checksum until
//! October 2020, random digits since then, also for people born before); alien registration the same with 5 to 8; passports, 여권법 시행규칙 (a letter and
//! eight digits, since 2021 with a letter among them); licences, eleven or twelve digits that begin with a region of 11 to 28;
//! cards, ISO/IEC 7812 (Luhn). Accounts have no common form: they count only with a bank's name or `계좌` before them.

use std::borrow::Cow;
use std::ops::Range;

/// Kind of number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdentityNumber {
    Resident,
    Alien,
    Passport,
    Licence,
    Card,
    Account,
}

impl IdentityNumber {
    pub const ALL: [IdentityNumber; 6] =
        [Self::Resident, Self::Alien, Self::Passport, Self::Licence, Self::Card, Self::Account];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::Alien => "alien",
            Self::Passport => "passport",
            Self::Licence => "licence",
            Self::Card => "card",
            Self::Account => "account",
        }
    }
}

/// A number in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    kind: IdentityNumber,
    /// Its bytes in the text.
    at: Range<usize>,
}

/// Names before an account number, within [`WORD_CHARS`].
const BANK_WORDS: [&str; 31] = [
    "계좌",
    "통장",
    "입금",
    "송금",
    "이체",
    "국민",
    "신한",
    "농협",
    "우리은행",
    "하나은행",
    "기업은행",
    "ibk",
    "카카오뱅크",
    "카뱅",
    "토스뱅크",
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
    "은행",
    "account",
];
/// Words before a registration number, which then counts without a checksum, and a line break in it.
const REGISTRATION_WORDS: [&str; 3] = ["주민", "외국인등록", "외국인 등록"];
/// Words that hold one of those and say something else.
const OTHER_WORDS: [&str; 3] = ["주민센터", "주민자치", "주민세"];
/// Words before the second half of a registration number that stands alone.
const SECOND_HALF_WORDS: [&str; 3] = ["뒷자리", "뒷 자리", "뒷번호"];
/// Regions by whose names licences begin that are older than the numbers for them.
const REGIONS: [&str; 17] = [
    "서울", "부산", "경기", "강원", "충북", "충남", "전북", "전남", "경북", "경남", "제주", "대구", "인천",
    "광주", "대전", "울산", "세종",
];
/// Words before a number that is no card's: of a parcel.
const PARCEL_WORDS: [&str; 4] = ["송장", "등기", "택배", "tracking"];
/// So many characters before a number may hold a word that says what it is.
const WORD_CHARS: usize = 20;

/// The kinds of all such numbers in `text`, in order.
pub fn kinds(text: &str) -> Vec<IdentityNumber> {
    find(&narrow(text)).into_iter().map(|found| found.kind).collect()
}

/// Whether a text may go to many citizens: a number by which somebody is known is sent to one, never to others.
pub fn may_go_to_many(text: &str) -> bool {
    places(text).is_empty()
}

/// Where such numbers stand in `text` (bytes), in order.
pub fn places(text: &str) -> Vec<Range<usize>> {
    let narrow = narrow(text);
    // Characters of another width are as many, and take other bytes.
    let place = |at: usize| {
        let n = narrow.get(..at).unwrap_or_default().chars().count();
        text.char_indices().nth(n).map_or(text.len(), |(at, _)| at)
    };
    find(&narrow).into_iter().map(|found| place(found.at.start)..place(found.at.end)).collect()
}

/// Digits and hyphens of double width, as Korean keyboards type them too, as the usual ones.
fn narrow(text: &str) -> Cow<'_, str> {
    let is_wide = |c: char| matches!(c, '\u{ff10}'..='\u{ff19}' | '\u{ff0d}');
    if !text.contains(is_wide) {
        return Cow::Borrowed(text);
    }
    let usual = |c: char| if is_wide(c) { char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c) } else { c };
    Cow::Owned(text.chars().map(usual).collect())
}

/// Every such number in `text`, in order; none overlaps another.
fn find(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut runs = Runs { text, at: 0 };
    while let Some(run) = runs.next() {
        if let Some(one) = number_in(text, &run) {
            runs.at = one.at.end;
            found.push(one);
        }
    }
    found
}

/// The text with stars for what such numbers hide. What says least about a person stays: a birth date and the first digit after
/// it, a passport's letter, a licence's region, the last four digits of a card.
pub fn masked(original: &str) -> Cow<'_, str> {
    let text = narrow(original);
    let found = find(&text);
    if found.is_empty() {
        return Cow::Borrowed(original);
    }
    let (mut shown, mut from) = (String::with_capacity(text.len()), 0);
    for one in found {
        shown.push_str(text.get(from..one.at.start).unwrap_or_default());
        shown.push_str(&starred(one.kind, text.get(one.at.clone()).unwrap_or_default()));
        from = one.at.end;
    }
    shown.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(shown)
}

/// Stars for all letters and digits but those that stay; separators stay.
fn starred(kind: IdentityNumber, number: &str) -> String {
    let n = number.chars().filter(char::is_ascii_alphanumeric).count();
    let (head, tail) = match kind {
        // The second half alone: century and sex.
        IdentityNumber::Resident | IdentityNumber::Alien if n == 7 => (1, 0),
        IdentityNumber::Resident | IdentityNumber::Alien => (7, 0),
        IdentityNumber::Passport => (1, 0),
        IdentityNumber::Licence => (2, 0),
        IdentityNumber::Card => (0, 4),
        IdentityNumber::Account => (0, 2),
    };
    let mut i = 0;
    let star = |c: char| {
        if !c.is_ascii_alphanumeric() {
            return c;
        }
        i += 1;
        if i <= head || i > n - tail { c } else { '*' }
    };
    number.chars().map(star).collect()
}

/// Digits and the separators between them; a run of a passport begins with a letter.
struct Runs<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Runs<'_> {
    type Item = Range<usize>;

    /// The next run that is not part of a longer word: `AB12345678` holds no passport.
    fn next(&mut self) -> Option<Range<usize>> {
        loop {
            let rest = self.text.get(self.at..)?;
            let start = self.at + rest.find(|c: char| c.is_ascii_digit() || is_passport_letter(c))?;
            let before = self.text.get(..start)?.chars().next_back();
            let end = start + run_len(self.text.get(start..)?);
            let is_word = before.is_some_and(|c| c.is_ascii_alphanumeric());
            self.at = if is_word { start + 1 } else { end.max(start + 1) };
            if !is_word && end > start + 1 {
                return Some(start..end);
            }
        }
    }
}

fn is_passport_letter(c: char) -> bool {
    matches!(c.to_ascii_uppercase(), 'M' | 'S' | 'R' | 'O' | 'D' | 'G' | 'T')
}

/// How long (bytes) a run of letters, digits and short separators (`-`, ` - `) is that ends with a letter or digit.
fn run_len(text: &str) -> usize {
    const LONGEST_SEPARATOR: usize = 3;
    let (mut end, mut n_separators) = (0, 0);
    for (at, c) in text.char_indices() {
        if c.is_ascii_alphanumeric() {
            end = at + 1;
            n_separators = 0;
        } else if is_separator(c) && n_separators < LONGEST_SEPARATOR && at > 0 {
            n_separators += 1;
        } else {
            break;
        }
    }
    end
}

fn is_separator(c: char) -> bool {
    matches!(c, '-' | ' ' | '.' | '_' | '\u{2010}'..='\u{2015}') || is_loose_separator(c)
}

/// What people also put between the halves of a registration number, and between two numbers that have nothing to do with each
/// other: strokes of a keyboard, `ㅡ`, a new line.
fn is_loose_separator(c: char) -> bool {
    let is_stroke = matches!(c, '/' | '~' | '·' | 'ㅡ' | '\u{2212}' | '\u{30fc}' | '\u{ff0f}' | '\u{ff5e}');
    is_stroke || is_line_break(c)
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r')
}

/// The first number in a run. It may begin with something else, such as a date: each group may begin a number.
fn number_in(text: &str, run: &Range<usize>) -> Option<Found> {
    let groups = groups(text, run);
    (0..groups.len()).find_map(|from| {
        let first = groups.get(from)?.clone();
        if is_passport(text.get(first.clone())?) {
            return Some(Found { kind: IdentityNumber::Passport, at: first });
        }
        digits_in(text, groups.get(from..)?)
    })
}

/// The letters and digits between separators.
fn groups(text: &str, run: &Range<usize>) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, c) in text.get(run.clone()).unwrap_or_default().char_indices() {
        let at = run.start + at;
        if !c.is_ascii_alphanumeric() {
            continue;
        }
        match found.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            _ => found.push(at..at + 1),
        }
    }
    found
}

/// M12345678, and since 2021 M123A4567.
fn is_passport(word: &str) -> bool {
    let bytes = word.as_bytes();
    let [first, rest @ ..] = bytes else { return false };
    is_passport_letter(char::from(*first))
        && rest.len() == 8
        && rest.iter().enumerate().all(|(i, b)| b.is_ascii_digit() || (i == 3 && b.is_ascii_alphabetic()))
}

/// A number of digits in groups, from the first of them on; the longest reading first.
fn digits_in(text: &str, groups: &[Range<usize>]) -> Option<Found> {
    let most = groups.len().min(5);
    (1..=most).rev().find_map(|n| {
        let taken = groups.get(..n)?;
        let parts: Option<Vec<&str>> = taken.iter().map(|at| text.get(at.clone())).collect();
        let parts = parts?;
        if !parts.iter().all(|part| part.bytes().all(|b| b.is_ascii_digit())) {
            return None;
        }
        let at = taken.first()?.start..taken.last()?.end;
        let before = before(text, at.start);
        let between: String =
            taken.windows(2).filter_map(|pair| text.get(pair[0].end..pair[1].start)).collect();
        let kind = match between.contains(is_loose_separator) {
            true => registration(&parts, &before)
                .filter(|_| !between.contains(is_line_break) || is_about_registration(&before)),
            false => kind_of(&parts, &before),
        };
        Some(Found { kind: kind?, at })
    })
}

/// The last characters before a number, in small letters.
fn before(text: &str, at: usize) -> String {
    let words: Vec<char> = text.get(..at).unwrap_or_default().chars().rev().take(WORD_CHARS).collect();
    words.into_iter().rev().collect::<String>().to_lowercase()
}

fn digits_of(parts: &[&str]) -> (Vec<usize>, Vec<u8>) {
    (parts.iter().map(|part| part.len()).collect(), parts.concat().bytes().map(|b| b - b'0').collect())
}

fn kind_of(parts: &[&str], before: &str) -> Option<IdentityNumber> {
    if let Some(kind) = registration(parts, before) {
        return Some(kind);
    }
    let (lens, digits) = digits_of(parts);
    if is_licence(&lens, &digits, before) {
        return Some(IdentityNumber::Licence);
    }
    if is_card(&lens, &digits) && !PARCEL_WORDS.iter().any(|word| before.contains(word)) {
        return Some(IdentityNumber::Card);
    }
    let has_bank = BANK_WORDS.iter().any(|word| before.contains(word));
    (has_bank && is_account(&lens, &digits)).then_some(IdentityNumber::Account)
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

/// Whether the words before say that a registration number comes.
fn is_about_registration(before: &str) -> bool {
    let other = OTHER_WORDS.iter().fold(before.to_owned(), |before, word| before.replace(word, ""));
    REGISTRATION_WORDS.iter().any(|word| other.contains(word))
}

/// Resident and alien registration: a birth date, and seven digits of which the first says century and sex. Those seven also
/// alone, after words that say so.
fn registration(parts: &[&str], before: &str) -> Option<IdentityNumber> {
    let (lens, digits) = digits_of(parts);
    let kind = |sex| match sex {
        5..=8 => IdentityNumber::Alien,
        _ => IdentityNumber::Resident,
    };
    if lens == [7] {
        let is_half = SECOND_HALF_WORDS.iter().any(|word| before.contains(word))
            && (before.contains("앞자리") || is_about_registration(before));
        return (is_half && (1..=8).contains(&digits[0])).then(|| kind(digits[0]));
    }
    if !matches!(lens[..], [6, 7] | [6, 1, 6] | [13]) {
        return None;
    }
    let two = |at: usize| u32::from(digits[at]) * 10 + u32::from(digits[at + 1]);
    let (year, month, day, sex) = (two(0), two(2), two(4), digits[6]);
    let days = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=days).contains(&day) {
        return None;
    }
    // Who was born since then, and who was registered since October 2020, has no checksum. So a number that stands with its
    // hyphen counts by its form; thirteen digits in one word (a tracking number has them, too) need the checksum, a birth year
    // that has none, or words before that say what they are.
    let is_young = matches!(sex, 3 | 4 | 7 | 8) && year >= 20;
    let is_sure = is_young || is_about_registration(before) || has_checksum(&digits, matches!(sex, 5..=8));
    (lens.len() > 1 || is_sure).then(|| kind(sex))
}

/// Weights 2 to 9, then 2 to 5; for aliens the result is two more.
fn has_checksum(digits: &[u8], is_alien: bool) -> bool {
    const WEIGHTS: [u32; 12] = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];
    let sum: u32 = WEIGHTS.iter().zip(digits).map(|(weight, digit)| weight * u32::from(*digit)).sum();
    let check = (11 - sum % 11) % 10;
    let check = if is_alien { (check + 2) % 10 } else { check };
    digits.get(12).is_some_and(|last| u32::from(*last) == check)
}

/// In fours (or 4-6-5 and 4-6-4), or in one word of 15 or 16 digits that begins as cards do; with a sound check digit.
fn is_card(lens: &[usize], digits: &[u8]) -> bool {
    let is_grouped = matches!(lens, [4, 4, 4, 4] | [4, 6, 5] | [4, 6, 4] | [4, 4, 4, 4, 3] | [4, 4, 4, 1]);
    let is_whole = lens.len() == 1 && (15..=16).contains(&digits.len()) && matches!(digits[0], 3..=6 | 9);
    (is_grouped || is_whole) && passes_luhn(digits)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_kind_is_masked_and_what_only_looks_like_one_is_not() {
        let cases = [
            ("제 번호는 900101-1234567 입니다", "제 번호는 900101-1****** 입니다"),
            ("900101 1234567", "900101 1******"),
            ("900101 - 1234567", "900101 - 1******"),
            ("９００１０１－１２３４５６７", "900101-1******"),
            ("１번 버스", "１번 버스"),
            // One word: with its checksum.
            ("9001011234568", "9001011******"),
            ("9001011234567", "9001011234567"),
            // Born since 2020: no checksum.
            ("200315-3123456", "200315-3******"),
            ("2003153123456", "2003153******"),
            ("외국인 900101-5234567", "외국인 900101-5******"),
            ("901301-1234567", "901301-1234567"),
            ("900231-1234567", "900231-1234567"),
            ("여권 M12345678요", "여권 M********요"),
            ("여권번호는 M123A4567", "여권번호는 M********"),
            ("m12345678", "m********"),
            ("AM12345678", "AM12345678"),
            ("M1234567", "M1234567"),
            ("면허 11-22-333333-44", "면허 11-**-******-**"),
            ("면허 99-22-333333-44", "면허 99-22-333333-44"),
            ("카드 4111-1111-1111-1111 로", "카드 ****-****-****-1111 로"),
            ("4111 1111 1111 1111", "**** **** **** 1111"),
            ("4111111111111111", "************1111"),
            ("4111-1111-1111-1112", "4111-1111-1111-1112"),
            ("3782-822463-10005", "****-******-*0005"),
            ("국민은행 123456-04-123456", "국민은행 ******-**-****56"),
            ("농협 계좌로 302-1234-5678-91 입금", "농협 계좌로 ***-****-****-91 입금"),
            ("계좌 010-1234-5678", "계좌 010-1234-5678"),
            ("계좌 문의는 062-120 또는 062-613-2114", "계좌 문의는 062-120 또는 062-613-2114"),
            ("은행은 2026-07-03 10 시", "은행은 2026-07-03 10 시"),
            ("302-1234-5678-91", "302-1234-5678-91"),
            // No checksum since October 2020, whenever somebody was born: the words before tell.
            ("주민 9001011234567 입니다", "주민 9001011****** 입니다"),
            ("외국인등록번호 9001015234567", "외국인등록번호 9001015******"),
            ("주문번호 9001011234567", "주문번호 9001011234567"),
            ("주민센터 접수번호 9001011234567", "주민센터 접수번호 9001011234567"),
            ("주민번호 9013011234567", "주민번호 9013011234567"),
            // However the halves are parted.
            ("주민번호 210101\n3123456", "주민번호 210101\n3******"),
            ("주민번호\n210101\r\n3123456", "주민번호\n210101\r\n3******"),
            ("접수 210101\n3123456", "접수 210101\n3123456"),
            ("900101-1 234567", "900101-1 ******"),
            ("210101/3123456", "210101/3******"),
            ("210101~3123456", "210101~3******"),
            ("210101ㅡ3123456", "210101ㅡ3******"),
            ("211301/3123456", "211301/3123456"),
            ("주민 앞자리 900101 뒷자리 1234567", "주민 앞자리 900101 뒷자리 1******"),
            ("전화번호 뒷자리 1234567", "전화번호 뒷자리 1234567"),
            ("주민등록 문의 062-613-2114", "주민등록 문의 062-613-2114"),
            (
                "주민등록 이전은 2026-07-03\n전화 010-1234-5678",
                "주민등록 이전은 2026-07-03\n전화 010-1234-5678",
            ),
            ("계좌 123456\n010-1234-5678", "계좌 123456\n010-1234-5678"),
            ("면허 서울 12-123456-78", "면허 서울 12-******-**"),
            ("면허번호 112233333344", "면허번호 11**********"),
            ("접수 12-123456-78", "접수 12-123456-78"),
            // Phones, times, tracking numbers, postcodes, bus lines.
            ("010-1234-5678", "010-1234-5678"),
            ("01012345678", "01012345678"),
            ("+82 10 1234 5678", "+82 10 1234 5678"),
            ("송장 123456789012", "송장 123456789012"),
            ("등기 1234567890123", "등기 1234567890123"),
            ("2026-07-03 14:00", "2026-07-03 14:00"),
            ("61945 순환01", "61945 순환01"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(masked(text), expected, "{text}");
        }
    }

    #[test]
    fn several_stand_in_one_text() {
        let text = "900101-1234567, 카드 4111 1111 1111 1111. 전화 010-1234-5678";
        assert_eq!(masked(text), "900101-1******, 카드 **** **** **** 1111. 전화 010-1234-5678");
        let kinds: Vec<_> = find(text).into_iter().map(|found| found.kind).collect();
        assert_eq!(kinds, [IdentityNumber::Resident, IdentityNumber::Card]);
    }

    proptest! {
        #[test]
        fn masking_keeps_length_and_words_and_masks_once(text in "[가-힣a-zM0-9 .-]{0,60}") {
            let once = masked(&text).into_owned();
            prop_assert_eq!(once.chars().count(), text.chars().count());
            for (a, b) in once.chars().zip(text.chars()) {
                prop_assert!(a == b || a == '*');
            }
        }

        #[test]
        fn no_phone_number_is_taken_for_one(area in "010|011|02|062|070", a in 100u32..9999, b in 1000u32..9999) {
            for text in [format!("{area}-{a}-{b}"), format!("{area}{a}{b}"), format!("계좌 {area}-{a}-{b}")] {
                prop_assert_eq!(masked(&text), text.as_str());
            }
        }

        #[test]
        fn any_text_can_be_read(text in any::<String>()) {
            for found in find(&text) {
                prop_assert!(text.get(found.at).is_some());
            }
        }
    }
}
