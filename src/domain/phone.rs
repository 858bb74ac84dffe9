//! Phone numbers as carriers and people write them. Parsing never fails, because any sender can text us: what fits no
//! numbering plan is kept as it came. Numbers are masked when printed; only [`PhoneNumber::reveal`] gives the whole
//! number.
//!
//! Rules: the Korean numbering plan (mobile 010 and the old 011/016–019, area codes, 070 and 050x, 15xx/16xx/18xx,
//! three- and four-digit service numbers, alone or behind an area code as in 062-120) and E.164 for the rest of the world.

use std::collections::BTreeMap;
use std::fmt;

use super::digits::is_invisible;

/// Kind of number; decides how it is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PhoneKind {
    Mobile,
    /// An area code, an internet phone (070) or a personal number (050x).
    Landline,
    /// A service, not a person: 119, 1588-1234, 080-…, 062-120, #1388.
    Service,
    /// A foreign number in E.164.
    Foreign,
    /// Anything else, such as a sender name.
    Opaque,
}

/// Whether Korean carriers may take it as the sender of our texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SenderCheck {
    /// 8–11 digits; it must still be registered with the carrier.
    Ok,
    /// A special number.
    Special,
    Bad,
}

/// The sender numbers registered at one carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Senders {
    /// Sender by the number that was texted.
    pub by_number: BTreeMap<String, PhoneNumber>,
    /// Sender for all other numbers.
    pub otherwise: PhoneNumber,
}

impl Senders {
    /// One sender for all numbers.
    pub fn single(sender: PhoneNumber) -> Self {
        Senders { by_number: BTreeMap::new(), otherwise: sender }
    }

    /// The sender of replies to texts that were sent to `our_number`.
    pub fn answering(&self, our_number: &PhoneNumber) -> &PhoneNumber {
        self.by_number.get(our_number.reveal()).unwrap_or(&self.otherwise)
    }

    /// All sender numbers, each once.
    pub fn all(&self) -> Vec<&PhoneNumber> {
        let mut all = vec![&self.otherwise];
        for sender in self.by_number.values() {
            if !all.contains(&sender) {
                all.push(sender);
            }
        }
        all
    }
}

impl SenderCheck {
    /// The problem in one sentence for the operator; `None` if there is none.
    pub fn problem(self) -> Option<&'static str> {
        match self {
            Self::Ok => None,
            Self::Special => {
                Some("special number: only its public body may use it; confirm with the carrier")
            }
            Self::Bad => Some("not a sender number: 8 to 11 digits are needed"),
        }
    }
}

/// A phone number in canonical form: digits for a Korean number, `+` and digits for a foreign one, else as it came.
///
/// Spellings of the same number are equal. `Display` and `Debug` are masked.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhoneNumber {
    canonical: String,
    kind: PhoneKind,
}

/// The mobile numbers that stand in any bytes somebody sent, each once, however they are spelled; at most fifty.
pub fn mobile_numbers_in(text: &str) -> Vec<PhoneNumber> {
    let mut found: Vec<PhoneNumber> = Vec::new();
    for number in numbers_in(text).filter(|number| number.kind == PhoneKind::Mobile) {
        if found.len() < 50 && !found.contains(&number) {
            found.push(number);
        }
    }
    found
}

/// Whatever may be a phone number in any bytes somebody sent, however it is spelled.
pub fn numbers_in(text: &str) -> impl Iterator<Item = PhoneNumber> {
    let is_of_number = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | ' ' | '(' | ')');
    let runs = text.split(move |c| !is_of_number(c));
    // A run may hold a number among others, with spaces between: `2 010-1234-5678`.
    let words = runs.flat_map(|run| run.split(' ').chain(Some(run)));
    words.map(PhoneNumber::parse).filter(|number| number.kind != PhoneKind::Opaque)
}

impl PhoneNumber {
    /// Parses any spelling. Parsing the result of [`reveal`](Self::reveal) gives the same number.
    pub fn parse(raw: &str) -> Self {
        let raw = raw.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
        let found = without_separators(raw).and_then(|(plus, digits)| recognise(plus, digits));
        let (canonical, kind) = found.unwrap_or_else(|| (raw.to_owned(), PhoneKind::Opaque));
        PhoneNumber { canonical, kind }
    }

    /// Whether it is more than a part of a number: `123` is also what a service may be called.
    pub fn is_whole(&self) -> bool {
        const FEWEST_DIGITS: usize = 8;
        match self.kind {
            PhoneKind::Opaque => false,
            PhoneKind::Service => self.canonical.len() >= FEWEST_DIGITS,
            PhoneKind::Mobile | PhoneKind::Landline | PhoneKind::Foreign => true,
        }
    }

    /// What stands for the number of somebody who was erased; `pseudonym`: their pseudonym in hexadecimal digits.
    pub fn erased(pseudonym: &str) -> Self {
        PhoneNumber { canonical: format!("{ERASED}{pseudonym}"), kind: PhoneKind::Opaque }
    }

    /// Whether it stands for somebody who was erased.
    pub fn is_erased(&self) -> bool {
        self.kind == PhoneKind::Opaque && self.canonical.starts_with(ERASED)
    }

    pub fn kind(&self) -> PhoneKind {
        self.kind
    }

    /// The whole number, unmasked: for the carrier, the store and users who may see it.
    pub fn reveal(&self) -> &str {
        &self.canonical
    }

    /// `+8210…` and the like; `None` for numbers that can't be dialled from abroad, and for opaque ones.
    pub fn e164(&self) -> Option<String> {
        let digits = self.canonical.as_str();
        match (self.kind, digits.strip_prefix('0')) {
            (PhoneKind::Foreign, _) => Some(digits.to_owned()),
            (PhoneKind::Opaque, _) => None,
            (_, Some(national)) => Some(format!("+82{national}")),
            (_, None) => is_nationwide(digits).then(|| format!("+82{digits}")),
        }
    }

    /// Whether Korean carriers accept it as a sender; foreign carriers have rules of their own.
    pub fn sender_check(&self) -> SenderCheck {
        let digits = self.canonical.as_str();
        match digits.len() {
            _ if !is_digits(digits) => SenderCheck::Bad,
            8..=11 => SenderCheck::Ok,
            _ if self.kind == PhoneKind::Service => SenderCheck::Special,
            _ => SenderCheck::Bad,
        }
    }
}

impl fmt::Display for PhoneNumber {
    /// `010-****-5678`, `062-***-4567`; service numbers whole; of others at most the first four and last two
    /// characters, and never more than half.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            PhoneKind::Opaque if self.is_erased() => f.pad("erased"),
            PhoneKind::Service => f.pad(&self.canonical),
            PhoneKind::Mobile => f.pad(&masked_middle(&self.canonical, 3)),
            PhoneKind::Landline => f.pad(&masked_middle(&self.canonical, area_len(&self.canonical))),
            PhoneKind::Foreign | PhoneKind::Opaque => f.pad(&masked_mostly(&self.canonical)),
        }
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What stands before the pseudonym of somebody who was erased.
const ERASED: &str = "erased:";

/// The leading `+` or `#` and the digits; `None` if there is anything but digits and separators.
fn without_separators(raw: &str) -> Option<(Option<char>, String)> {
    let raw: String = raw.chars().filter(|c| !is_invisible(*c)).collect();
    let raw = raw.strip_prefix('(').filter(|rest| rest.starts_with('+')).unwrap_or(&raw);
    let sign = raw.chars().next().filter(|c| matches!(c, '+' | '#'));
    let body = raw.strip_prefix(['+', '#']).unwrap_or(raw);
    let is_separator =
        |c: char| c == ' ' || c == '\u{a0}' || "-.()/".contains(c) || ('\u{2010}'..='\u{2015}').contains(&c);
    let digits: String = body.chars().filter(|c| !is_separator(*c)).collect();
    (!digits.is_empty() && is_digits(&digits)).then_some((sign, digits))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn recognise(sign: Option<char>, digits: String) -> Option<(String, PhoneKind)> {
    match (sign, digits.strip_prefix("82")) {
        (Some('#'), _) => (3..=8).contains(&digits.len()).then(|| (format!("#{digits}"), PhoneKind::Service)),
        (_, Some(national)) => from_abroad(national),
        (Some(_), None) => is_e164(&digits).then(|| (format!("+{digits}"), PhoneKind::Foreign)),
        (None, None) => match korean_kind(&digits) {
            Some(kind) => Some((digits, kind)),
            None => dialled_from_abroad(&digits),
        },
    }
}

/// The prefixes for calls abroad: the ITU's `00`, and those of Korean carriers, of three digits (`001`, `002` ...) or of
/// five (`00700`, `00365` ...). What follows one must be a whole Korean number, or it is none.
fn dialled_from_abroad(digits: &str) -> Option<(String, PhoneKind)> {
    let rest = digits.strip_prefix("00")?;
    let carrier = |n: usize| rest.get(n..).filter(|_| !rest.starts_with('0'));
    let korean = |rest: &str| from_abroad(rest.strip_prefix("82")?);
    korean(rest).or_else(|| korean(carrier(1)?)).or_else(|| korean(carrier(3)?))
}

/// What followed `82`: usually without its leading 0, though some write `+82 (0)10`.
fn from_abroad(national: &str) -> Option<(String, PhoneKind)> {
    let with_zero = format!("0{}", national.strip_prefix('0').unwrap_or(national));
    if let Some(kind) = korean_kind(&with_zero) {
        return Some((with_zero, kind));
    }
    // Not the short numbers: 82119 is somebody's sender name, not the fire brigade.
    is_nationwide(national).then(|| (national.to_owned(), PhoneKind::Service))
}

fn is_e164(digits: &str) -> bool {
    (7..=15).contains(&digits.len()) && !digits.starts_with('0')
}

fn korean_kind(digits: &str) -> Option<PhoneKind> {
    let is_short = |d: &str| matches!(d.len(), 3 | 4) && d.starts_with('1');
    if is_short(digits) || is_nationwide(digits) {
        return Some(PhoneKind::Service);
    }
    let area = area_len(digits);
    let (prefix, local) = digits.split_at_checked(area)?;
    let kind = match (prefix, local.len()) {
        ("010", 8) | ("011" | "016" | "017" | "018" | "019", 7 | 8) => PhoneKind::Mobile,
        ("070", 8) => PhoneKind::Landline,
        ("060" | "080", 7 | 8) => PhoneKind::Service,
        _ if area == 4 && matches!(local.len(), 7 | 8) => PhoneKind::Landline,
        _ if is_area_code(prefix) && is_short(local) => PhoneKind::Service,
        _ if is_area_code(prefix) && matches!(local.len(), 7 | 8) => PhoneKind::Landline,
        _ => return None,
    };
    Some(kind)
}

/// Nationwide numbers such as 1588-1234.
fn is_nationwide(digits: &str) -> bool {
    digits.len() == 8 && ["14", "15", "16", "18"].iter().any(|p| digits.starts_with(p))
}

fn is_area_code(prefix: &str) -> bool {
    match prefix.as_bytes() {
        b"02" => true,
        [b'0', b'3' | b'6', last] => {
            (b'1'..=b'4').contains(last) && !(prefix.starts_with("03") && *last == b'4')
        }
        [b'0', b'4', last] => (b'1'..=b'4').contains(last),
        [b'0', b'5', last] => (b'1'..=b'5').contains(last),
        _ => false,
    }
}

/// The number of digits before the local number.
fn area_len(digits: &str) -> usize {
    match digits {
        d if d.starts_with("02") => 2,
        d if d.starts_with("050") => 4,
        _ => 3,
    }
}

/// The first `head` and the last four digits, stars between. `digits` fits a numbering plan, so it is long enough.
fn masked_middle(digits: &str, head: usize) -> String {
    let tail = digits.len().saturating_sub(4).max(head);
    let (first, rest) = digits.split_at(head);
    let (hidden, last) = rest.split_at(tail - head);
    format!("{first}-{}-{last}", "*".repeat(hidden.len()))
}

fn masked_mostly(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let shown = (chars.len() / 2).min(6);
    let tail = (shown / 3).min(2);
    let head = (shown - tail).min(4);
    let (first, rest) = chars.split_at(head);
    let (hidden, last) = rest.split_at(rest.len() - tail);
    let stars = "*".repeat(hidden.len().min(12));
    // A sender name may hold control characters.
    let printable = |part: &[char]| -> String {
        part.iter().map(|c| if c.is_alphanumeric() || c.is_ascii_graphic() { *c } else { '*' }).collect()
    };
    format!("{}{stars}{}", printable(first), printable(last))
}

#[cfg(test)]
mod tests {
    use super::PhoneKind::*;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn mobile_numbers_are_found_in_whatever_a_carrier_sent() {
        let raw = r#"{"id":2026113012345678,"from":"821012345678","to":"062-120","text":"2 010-2222-3333, 010-1234-5678"}"#;
        let found: Vec<_> = mobile_numbers_in(raw).iter().map(|number| number.reveal().to_owned()).collect();
        assert_eq!(found, ["01012345678", "01022223333"]);
        assert!(mobile_numbers_in("버스 062-613-2114 12:30").is_empty());
    }

    /// As it came, canonical, kind, as shown, E.164.
    const TABLE: &[(&str, &str, PhoneKind, &str, &str)] = &[
        ("+82 10-1234-5678", "01012345678", Mobile, "010-****-5678", "+821012345678"),
        ("821012345678", "01012345678", Mobile, "010-****-5678", "+821012345678"),
        ("010-1234-5678", "01012345678", Mobile, "010-****-5678", "+821012345678"),
        (" 010 1234 5678\n", "01012345678", Mobile, "010-****-5678", "+821012345678"),
        ("+82 (0)10.1234.5678", "01012345678", Mobile, "010-****-5678", "+821012345678"),
        ("010\u{2013}1234\u{2013}5678", "01012345678", Mobile, "010-****-5678", "+821012345678"),
        ("011-234-5678", "0112345678", Mobile, "011-***-5678", "+82112345678"),
        ("062-123-4567", "0621234567", Landline, "062-***-4567", "+82621234567"),
        ("02-123-4567", "021234567", Landline, "02-***-4567", "+8221234567"),
        ("+82 2 1234 5678", "0212345678", Landline, "02-****-5678", "+82212345678"),
        ("070-1234-5678", "07012345678", Landline, "070-****-5678", "+827012345678"),
        ("0504-1234-5678", "050412345678", Landline, "0504-****-5678", "+8250412345678"),
        ("062-120", "062120", Service, "062120", "+8262120"),
        ("02-120", "02120", Service, "02120", "+822120"),
        ("8262120", "062120", Service, "062120", "+8262120"),
        ("1588-1234", "15881234", Service, "15881234", "+8215881234"),
        ("+82 1588-1234", "15881234", Service, "15881234", "+8215881234"),
        ("080-123-4567", "0801234567", Service, "0801234567", "+82801234567"),
        ("119", "119", Service, "119", ""),
        ("1388", "1388", Service, "1388", ""),
        ("#1388", "#1388", Service, "#1388", ""),
        ("+1 (415) 555-0123", "+14155550123", Foreign, "+141******23", "+14155550123"),
        ("+66 2 123 4567", "+6621234567", Foreign, "+662******7", "+6621234567"),
        ("+8210123", "+8210123", Opaque, "+82****3", ""),
        ("82119", "82119", Opaque, "82***", ""),
        ("01012345", "01012345", Opaque, "010****5", ""),
        ("014155550123", "014155550123", Opaque, "0141******23", ""),
        ("00821012345678", "01012345678", Mobile, "010-****-5678", "+821012345678"),
        ("001-82-10-1234-5678", "01012345678", Mobile, "010-****-5678", "+821012345678"),
        ("00282 10 1234 5678", "01012345678", Mobile, "010-****-5678", "+821012345678"),
        ("00700-82-10-1234-5678", "01012345678", Mobile, "010-****-5678", "+821012345678"),
        ("0036582 (0)10-1234-5678", "01012345678", Mobile, "010-****-5678", "+821012345678"),
        ("0082-62-120", "062120", Service, "062120", "+8262120"),
        ("0082-1588-1234", "15881234", Service, "15881234", "+8215881234"),
        ("001-415-555-0123", "001-415-555-0123", Opaque, "001-**********23", ""),
        ("0082119", "0082119", Opaque, "00****9", ""),
        ("000821012345678", "000821012345678", Opaque, "0008*********78", ""),
        ("(+82) 10-1234-5678", "01012345678", Mobile, "010-****-5678", "+821012345678"),
        ("\u{202a}+82 10-1234-5678\u{202c}", "01012345678", Mobile, "010-****-5678", "+821012345678"),
        ("\u{feff}010\u{200b}1234\u{ad}5678", "01012345678", Mobile, "010-****-5678", "+821012345678"),
        ("KakaoBank", "KakaoBank", Opaque, "Kak*****k", ""),
        ("민원실", "민원실", Opaque, "민**", ""),
        ("a\u{1b}[31mb", "a\u{1b}[31mb", Opaque, "a*****b", ""),
        ("x", "x", Opaque, "*", ""),
        ("", "", Opaque, "", ""),
        ("+", "+", Opaque, "*", ""),
    ];

    #[test]
    fn every_spelling() {
        for (raw, canonical, kind, shown, e164) in TABLE {
            let number = PhoneNumber::parse(raw);
            assert_eq!((number.reveal(), number.kind()), (*canonical, *kind), "{raw:?}");
            assert_eq!(number.e164().unwrap_or_default(), *e164, "{raw:?}");
            assert_eq!(number.to_string(), *shown, "{raw:?}");
            assert_eq!(format!("{number:?}"), number.to_string());
        }
    }

    #[test]
    fn a_part_of_a_number_is_not_a_whole_one() {
        for whole in ["010-1234-5678", "+82 10 1234 5678", "062-613-2114", "1588-1234", "+14155550123"] {
            assert!(PhoneNumber::parse(whole).is_whole(), "{whole}");
        }
        for part in
            ["", "119", "123", "5678", "010-1234-567", "01012345", "14155550123", "KakaoBank", "erased:00"]
        {
            assert!(!PhoneNumber::parse(part).is_whole(), "{part}");
        }
    }

    #[test]
    fn every_area_code() {
        let areas: Vec<String> = (2..100)
            .map(|n| format!("0{n}"))
            .filter(|area| !matches!(area.as_bytes(), [b'0', b'2', _]))
            .filter(|area| PhoneNumber::parse(&format!("{area}-234-5678")).kind() == Landline)
            .collect();
        let expected = "02 031 032 033 041 042 043 044 051 052 053 054 055 061 062 063 064";
        assert_eq!(areas.join(" "), expected);
    }

    #[test]
    fn senders() {
        use SenderCheck as S;
        let table = [
            ("062-123-4567", S::Ok),
            ("15881234", S::Ok),
            ("02-123-4567", S::Ok),
            ("010-1234-5678", S::Ok),
            ("062-120", S::Special),
            ("120", S::Special),
            ("#1388", S::Bad),
            ("0504-1234-5678", S::Bad),
            ("+14155550123", S::Bad),
            ("1234567", S::Bad),
            ("광주시청", S::Bad),
            ("", S::Bad),
        ];
        for (raw, expected) in table {
            let number = PhoneNumber::parse(raw);
            assert_eq!(number.sender_check(), expected, "{raw}");
            assert_eq!(number.sender_check().problem().is_none(), expected == S::Ok);
        }
    }

    fn any_number() -> impl Strategy<Value = String> {
        prop_oneof![
            "(\\+?82|0)?[ -]?(0?1[016-9]|2|62|50[0-9]|70|80)[- ]?[0-9]{3,4}[- ]?[0-9]{4}",
            "[+#]?[0-9 ().-]{0,18}",
            "\\PC{0,20}",
            any::<String>(),
        ]
    }

    proptest! {
        #[test]
        fn its_own_canonical_form_is_the_same_number(raw in any_number()) {
            let number = PhoneNumber::parse(&raw);
            prop_assert_eq!(&PhoneNumber::parse(number.reveal()), &number);
            if let Some(e164) = number.e164() {
                prop_assert_eq!(PhoneNumber::parse(&e164), number);
            }
        }

        #[test]
        fn the_middle_of_a_mobile_number_is_never_shown(middle in "[0-9]{4}", last in "[0-9]{4}") {
            let number = PhoneNumber::parse(&format!("010{middle}{last}"));
            prop_assert_eq!(number.to_string(), format!("010-****-{last}"));
            prop_assert!(middle == last || !number.to_string().contains(&middle));
        }

        #[test]
        fn of_people_and_unknown_ones_at_most_half_or_area_and_last_four_are_shown(raw in any_number()) {
            let number = PhoneNumber::parse(&raw);
            let shown = number.to_string().chars().filter(|c| !matches!(c, '*' | '-')).count();
            let n = number.reveal().chars().count();
            match number.kind() {
                Service => prop_assert_eq!(number.to_string(), number.reveal()),
                Mobile | Landline => prop_assert!(shown <= n - 3),
                Foreign | Opaque => prop_assert!(shown <= n / 2),
            }
            prop_assert!(!number.to_string().contains(|c: char| c.is_control()));
        }
    }
}
