//! Dictionary forms of Korean verbs and adjectives (`때리다`, `무섭다`) as the beginnings of all their forms, letter by letter:
//! `때리`, `때려`; `무섭`, `무서우`, `무서워`. No list of endings is kept: whatever follows the stem is an ending.

use super::hangul::{is_syllable, parts_of, syllable_of};
use super::normal::normal;

/// Beginnings of all forms of one word, as letters.
pub type Stems = Vec<Vec<u8>>;

// Vowels and finals by their number in a syllable; ㅐ is read as ㅔ, ㅆ as ㅅ (see `normal`).
const A: u8 = 0;
const EO: u8 = 4;
const E: u8 = 5;
const YEO: u8 = 6;
const O: u8 = 8;
const WA: u8 = 9;
const U: u8 = 13;
const WO: u8 = 14;
const WI: u8 = 16;
const EU: u8 = 18;
const I: u8 = 20;
const FINAL_N: u8 = 4;
const FINAL_D: u8 = 7;
const FINAL_L: u8 = 8;
const FINAL_B: u8 = 17;
const FINAL_S: u8 = 19;
const FINAL_H: u8 = 27;
const INITIAL_N: u8 = 2;
const INITIAL_L: u8 = 5;
const INITIAL_S: u8 = 9;
const SILENT: u8 = 11;
const H: u8 = 18;

/// Words whose ㄷ, ㅂ, ㅅ or ㅎ stays before a vowel; all others with these finals change it.
const REGULAR: &[&str] = &[
    "닫",
    "받",
    "믿",
    "얻",
    "쏟",
    "뻗",
    "뜯",
    "묻",
    "곧",
    "돋",
    "걷",
    "굳",
    "잡",
    "입",
    "씹",
    "집",
    "뽑",
    "꼽",
    "좁",
    "업",
    "접",
    "붙잡",
    "뒤집",
    "꼬집",
    "갈아입",
    "벗",
    "웃",
    "씻",
    "빼앗",
    "솟",
    "뺏",
    "빗",
    "좋",
    "놓",
    "넣",
    "낳",
    "쌓",
    "닿",
    "찧",
    "내놓",
    "집어넣",
    "없",
];
/// Those of them that do both (`걷어`, `걸어`; `묻어`, `물어`).
const BOTH: &[&str] = &["걷", "묻"];

/// The stems of a dictionary form, `None` if `word` is none.
pub fn stems(word: &str) -> Option<Stems> {
    let stem = normal(word.strip_suffix('다')?).chars;
    let (last, front) = stem.split_last()?;
    if !is_syllable(*last) {
        return None;
    }
    let mut forms = Forms { front: front.iter().collect(), found: Vec::new() };
    let (initial, vowel, end) = parts_of(*last);
    forms.add(&last.to_string());
    match end {
        0 => open(&mut forms, initial, vowel),
        _ => closed(&mut forms, word.trim_end_matches('다'), (initial, vowel, end)),
    }
    let mut found: Stems = forms.found.iter().map(|form| normal(form).letters).collect();
    found.sort();
    found.dedup();
    Some(found)
}

struct Forms {
    front: String,
    found: Vec<String>,
}

impl Forms {
    fn add(&mut self, end: &str) {
        self.found.push(format!("{}{end}", self.front));
    }

    fn add_syllable(&mut self, initial: u8, vowel: u8, last: u8) {
        self.add(&syllable_of(initial, vowel, last).to_string());
    }
}

/// Stems that end in a vowel: `때리` → `때려`, `오` → `와`, `아프` → `아파`, `찌르` → `찔러`, `하` → `해`.
fn open(forms: &mut Forms, initial: u8, vowel: u8) {
    match vowel {
        I => {
            forms.add_syllable(initial, YEO, 0);
            forms.add_syllable(initial, EO, 0);
        }
        WI => forms.add_syllable(initial, YEO, 0),
        O => forms.add_syllable(initial, WA, 0),
        U => forms.add_syllable(initial, WO, 0),
        A if initial == H => forms.add_syllable(initial, E, 0),
        EU => {
            forms.add_syllable(initial, A, 0);
            forms.add_syllable(initial, EO, 0);
            if initial == INITIAL_L {
                doubled(forms);
            }
        }
        _ => {}
    }
}

/// `르`: `찌르` → `찔러`, `모르` → `몰라`.
fn doubled(forms: &mut Forms) {
    let Some(before) = forms.front.pop() else { return };
    if is_syllable(before) {
        let (initial, vowel, _) = parts_of(before);
        let closed = syllable_of(initial, vowel, FINAL_L);
        for end in [A, EO] {
            forms.add(&format!("{closed}{}", syllable_of(INITIAL_L, end, 0)));
        }
    }
    forms.front.push(before);
}

/// Stems that end in a consonant, by what becomes of it before a vowel.
fn closed(forms: &mut Forms, stem: &str, (initial, vowel, end): (u8, u8, u8)) {
    let is_regular = REGULAR.contains(&stem);
    if is_regular && !BOTH.contains(&stem) {
        return;
    }
    let bare = syllable_of(initial, vowel, 0);
    match end {
        FINAL_D => forms.add_syllable(initial, vowel, FINAL_L),
        FINAL_B => {
            for next in [U, WO, WA] {
                forms.add(&format!("{bare}{}", syllable_of(SILENT, next, 0)));
            }
        }
        FINAL_S => {
            for next in [EU, EO, A] {
                forms.add(&format!("{bare}{}", syllable_of(SILENT, next, 0)));
            }
        }
        FINAL_L => without_l(forms, initial, vowel),
        FINAL_H => {
            for last in [0, FINAL_N, FINAL_L] {
                forms.add_syllable(initial, vowel, last);
            }
            forms.add_syllable(initial, E, 0);
        }
        _ => {}
    }
}

/// ㄹ falls away before ㄴ, ㅂ and ㅅ: `들` → `드는`, `든`, `듭니다`, `드세요`.
fn without_l(forms: &mut Forms, initial: u8, vowel: u8) {
    forms.add_syllable(initial, vowel, FINAL_N);
    forms.add_syllable(initial, vowel, FINAL_B);
    let bare = syllable_of(initial, vowel, 0);
    for (next, next_vowel) in
        [(INITIAL_N, EU), (INITIAL_N, I), (INITIAL_N, E), (INITIAL_S, E), (INITIAL_S, I)]
    {
        forms.add(&format!("{bare}{}", syllable_of(next, next_vowel, 0)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether some stem of `word` begins `form`.
    fn begins(word: &str, form: &str) -> bool {
        let form = normal(form).letters;
        stems(word).is_some_and(|all| all.iter().any(|stem| form.starts_with(stem)))
    }

    #[test]
    fn every_form_begins_with_a_stem() {
        let cases = [
            ("때리다", "때리다 때려 때렸어요 때린다 때릴 때리고 때립니다"),
            ("무섭다", "무섭다 무서워 무서운 무서웠어 무섭고 무서우니까"),
            ("돕다", "돕다 도와줘 도우세요"),
            ("잡다", "잡다 잡아 잡혔"),
            ("찌르다", "찌르다 찔러 찔렀어 찌른"),
            ("모르다", "모르다 몰라 모릅니다"),
            ("아프다", "아프다 아파 아픈 아팠어"),
            ("긋다", "긋다 그었어 그어"),
            ("벗다", "벗다 벗어"),
            ("듣다", "듣다 들어 들었어"),
            ("묻다", "묻다 묻어 물어"),
            ("들다", "들다 들어 드는 든 듭니다 들고"),
            ("파랗다", "파랗다 파래 파란 파래요 파랬"),
            ("오다", "오다 와 왔어 온다 오고"),
            ("하다", "하다 해 했어 하는 합니다"),
            ("되다", "되다 돼 됐어 된 됬어"),
            ("쓰러지다", "쓰러지다 쓰러져 쓰러졌 쓰러진 쓰러저"),
            ("죽다", "죽다 죽어 죽을 죽었"),
            ("쉬다", "쉬다 쉬어 쉰다"),
            ("주다", "주다 줘 줬어 준다"),
        ];
        for (word, forms) in cases {
            for form in forms.split(' ') {
                assert!(begins(word, form), "{word}: {form}");
            }
        }
        assert!(!begins("잡다", "자동차") && !begins("들다", "드라마") && !begins("벗다", "버스"));
        assert!(stems("바보").is_none() && stems("다").is_none() && stems("abc다").is_none());
    }
}
