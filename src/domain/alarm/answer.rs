//! What a text from a duty phone says. Only a code and one of two words is an answer; whatever else it holds goes to a
//! person at the desk.

use unicode_normalization::UnicodeNormalization;

/// The longest text that can be an answer (characters, without white space).
const LONGEST: usize = 40;
/// Numbers of those who help. Whoever writes them may be calling for help.
const HELP: &[&str] = &["119", "112", "109"];

/// What an answer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DutyWord {
    /// `확인`: I look after it.
    Ack,
    /// `신고`: 119 or 112 has been told.
    HandedOver,
}

/// What a text from a duty phone says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DutyAnswer {
    /// Words, each with a code of two digits, which may be wrong.
    Codes(Vec<(DutyWord, String)>),
    /// It is meant as an answer and does nothing: a word without a code, a code without a word, a number that is no code.
    Incomplete,
    /// It has a code and one of the words, and says something else: a person reads it, and it does nothing.
    Unclear,
    /// No answer at all.
    Other,
}

/// The endings with which somebody says that they look after it, or have told 119 or 112. What they will do, could not do
/// or ask about is none of them.
const ACKED: &[&str] = &[
    "",
    "요",
    "함",
    "했음",
    "해요",
    "했어",
    "했어요",
    "합니다",
    "했습니다",
    "할게요",
    "하겠습니다",
    "중",
    "완료",
    "ok",
];
const TOLD: &[&str] = &["", "함", "했음", "했어", "했어요", "했습니다", "완료", "완료함", "완료했습니다"];
/// What may stand before and after a word.
const YES: &[&str] = &["네", "예", "넵", "넹"];
/// What stands for `확인` or `신고` where somebody mistyped, or thought that a yes is enough.
const NEARLY: &[&str] = &[
    "번",
    "네",
    "예",
    "넵",
    "넹",
    "응",
    "획인",
    "학인",
    "화긴",
    "확힌",
    "확이",
    "확",
    "신거",
    "싱고",
    "hwakin",
    "hwagin",
    "hwakhin",
    "hwak",
    "singo",
    "sinko",
    "shingo",
    "check",
    "checked",
    "confirm",
    "confirmed",
    "ok",
    "okay",
    "yes",
    "done",
    "reported",
    "ghkrdls",
    "tlsrh",
];

/// A run of digits, or the letters between two of them.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Number(String),
    Letters(String),
}

/// Reads a text from a duty phone: `37 확인`, `확인 37`, `37확인`, `37 확인 38 신고`, full-width digits, `ㅋㅋ` and marks
/// beside it.
pub fn read_answer(text: &str) -> DutyAnswer {
    let plain: String = text.nfkc().collect::<String>().to_lowercase();
    if plain.chars().filter(|c| c.is_alphanumeric()).count() > LONGEST {
        return DutyAnswer::Other;
    }
    let mut parts = parts(&plain);
    // A yes beside a word says nothing more.
    if parts.iter().filter_map(letters).count() > 1 {
        parts.retain(|part| letters(part).is_none_or(|letters| !YES.contains(&letters)));
    }
    let numbers: Vec<&str> = parts.iter().filter_map(number).collect();
    let letters: Vec<&str> = parts.iter().filter_map(letters).collect();
    let is_code = |number: &&str| number.len() == 2;
    if numbers.iter().any(|number| HELP.contains(number)) {
        return told_by_name(&numbers, &letters);
    }
    let words: Option<Vec<DutyWord>> = letters.iter().map(|letters| word(letters)).collect();
    let words = words.filter(|words| !words.is_empty() && !plain.contains('?'));
    match words {
        Some(words) if !numbers.is_empty() && numbers.iter().all(is_code) => {
            with_codes(&parts, &words, &numbers)
        }
        Some(_) => DutyAnswer::Incomplete,
        None if plain.contains('?') => unclear(&numbers, &letters),
        None => match (numbers.as_slice(), letters.as_slice()) {
            // Other digits alone may be anything.
            ([code], []) if is_code(code) => DutyAnswer::Incomplete,
            ([code], [said]) if is_code(code) && is_nearly(said) => DutyAnswer::Incomplete,
            _ => unclear(&numbers, &letters),
        },
    }
}

/// One word for all codes, or a word for each.
fn with_codes(parts: &[Part], words: &[DutyWord], numbers: &[&str]) -> DutyAnswer {
    let is_paired = parts.len() == 2 * words.len()
        && parts.chunks(2).all(|pair| number(&pair[0]).is_some() != number(&pair[1]).is_some());
    let mut codes: Vec<(DutyWord, String)> = match words {
        [word] => numbers.iter().map(|code| (*word, (*code).to_owned())).collect(),
        words if is_paired => {
            words.iter().copied().zip(numbers.iter().map(|code| (*code).to_owned())).collect()
        }
        _ => return DutyAnswer::Incomplete,
    };
    let mut seen = Vec::new();
    codes.retain(|(_, code)| {
        !seen.contains(code) && {
            seen.push(code.clone());
            true
        }
    });
    DutyAnswer::Codes(codes)
}

/// `37 119에 신고했습니다`. Only what has happened is taken: a number of those who help may also be a call for help.
fn told_by_name(numbers: &[&str], letters: &[&str]) -> DutyAnswer {
    let codes: Vec<&&str> = numbers.iter().filter(|number| !HELP.contains(number)).collect();
    let said = letters.concat();
    let said = said.strip_prefix('에').unwrap_or(&said);
    let has_told = said.strip_prefix("신고").is_some_and(|end| !end.is_empty() && TOLD.contains(&end));
    match codes.as_slice() {
        [code] if code.len() == 2 && has_told => {
            DutyAnswer::Codes(vec![(DutyWord::HandedOver, (**code).to_owned())])
        }
        _ => DutyAnswer::Other,
    }
}

fn unclear(numbers: &[&str], letters: &[&str]) -> DutyAnswer {
    let said = letters.concat();
    let has_word = said.contains("확인") || said.contains("신고");
    if has_word && numbers.iter().any(|number| number.len() == 2) {
        DutyAnswer::Unclear
    } else {
        DutyAnswer::Other
    }
}

fn is_nearly(said: &str) -> bool {
    NEARLY.contains(&said)
}

fn number(part: &Part) -> Option<&str> {
    match part {
        Part::Number(digits) => Some(digits),
        Part::Letters(_) => None,
    }
}

fn letters(part: &Part) -> Option<&str> {
    match part {
        Part::Letters(letters) => Some(letters),
        Part::Number(_) => None,
    }
}

/// Digits must stand together: "3 7" is no code. "10:30", "12.25" and "2/3" are one number each, and no code.
fn parts(plain: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut goes_on = false;
    let mut rest = plain.chars().peekable();
    while let Some(c) = rest.next() {
        let is_digit = c.is_ascii_digit();
        let joins = matches!(c, ':' | '.' | '/' | '-') && rest.peek().is_some_and(char::is_ascii_digit);
        match parts.last_mut() {
            Some(Part::Number(digits)) if goes_on && (is_digit || joins) => digits.push(c),
            _ if is_digit => parts.push(Part::Number(c.to_string())),
            Some(Part::Letters(letters)) if is_letter(c) => letters.push(c),
            _ if is_letter(c) => parts.push(Part::Letters(c.to_string())),
            _ => {}
        }
        goes_on = is_digit || (goes_on && joins);
    }
    parts
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() && !c.is_ascii_digit() && !is_chatter(c)
}

/// Letters that stand for laughing or crying.
fn is_chatter(c: char) -> bool {
    // NFKC turns the letters of a Korean keyboard into those that syllables are made of.
    matches!(
        c,
        'ㅋ' | 'ㅎ'
            | 'ㅠ'
            | 'ㅜ'
            | 'ㅇ'
            | 'ㄱ'
            | 'ㅅ'
            | '\u{110f}'
            | '\u{1112}'
            | '\u{1172}'
            | '\u{116e}'
            | '\u{110b}'
            | '\u{1100}'
            | '\u{1109}'
    )
}

fn word(said: &str) -> Option<DutyWord> {
    let said = YES.iter().find_map(|yes| said.strip_prefix(yes)).unwrap_or(said);
    let said = YES.iter().find_map(|yes| said.strip_suffix(yes)).unwrap_or(said);
    let is = |word: &str, endings: &[&str]| {
        said.strip_prefix(word).is_some_and(|ending| endings.contains(&ending))
    };
    // Whoever says both may only be checking: the alarm may return.
    if is("확인", ACKED) || said == "확인신고" || said == "신고확인" {
        return Some(DutyWord::Ack);
    }
    is("신고", TOLD).then_some(DutyWord::HandedOver)
}
