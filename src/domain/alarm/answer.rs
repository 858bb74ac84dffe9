//! What a text from a duty phone says. Only a code and one of two words is an answer; whatever else it holds goes to a
//! person at the desk.

use unicode_normalization::UnicodeNormalization;

/// The longest text that can be an answer (characters, without white space).
const LONGEST: usize = 16;

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
    /// A word with a code of two digits, which may be wrong.
    Code { word: DutyWord, code: String },
    /// It is meant as an answer and acknowledges nothing: a word without a code, a code without a word, a number that is
    /// no code.
    Incomplete,
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

/// Reads a text from a duty phone: `37 확인`, `확인 37`, `37확인`, full-width digits, `ㅋㅋ` and marks beside it.
pub fn read_answer(text: &str) -> DutyAnswer {
    let plain: String = text.nfkc().collect::<String>().to_lowercase();
    let kept: String =
        plain.chars().filter(|c| c.is_alphanumeric() || *c == '?').filter(|c| !is_chatter(*c)).collect();
    if kept.is_empty() || kept.chars().count() > LONGEST || kept.contains('?') {
        return DutyAnswer::Other;
    }
    // The digits must stand together: "3 7" is no code, and neither is "3층 7호".
    let groups = plain.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty());
    let groups: Vec<&str> = groups.collect();
    let said: String = kept.chars().filter(|c| !c.is_ascii_digit()).collect();
    let (word, code) = (word(&said), groups.as_slice());
    match (word, code) {
        (Some(word), [code]) if code.len() == 2 => DutyAnswer::Code { word, code: (*code).to_owned() },
        (Some(_), _) => DutyAnswer::Incomplete,
        // Other digits alone may be a call for help: 119.
        (None, [code]) if said.is_empty() && code.len() == 2 => DutyAnswer::Incomplete,
        _ => DutyAnswer::Other,
    }
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
    let is = |word: &str, endings: &[&str]| {
        said.strip_prefix(word).is_some_and(|ending| endings.contains(&ending))
    };
    // Whoever says both may only be checking: the alarm may return.
    if is("확인", ACKED) || said == "확인신고" || said == "신고확인" {
        return Some(DutyWord::Ack);
    }
    is("신고", TOLD).then_some(DutyWord::HandedOver)
}
