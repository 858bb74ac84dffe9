//! Words that people hide behind their first letters or a letter set apart, so that nobody nearby can read them: `ㅈㅅ하고 싶어`
//! (자살하고 싶어), `주ㄱ고 싶다` (죽고 싶다). The same letters also shorten everyday words (`ㅈㅅ합니다` is 죄송합니다): only what
//! follows tells which word is meant, so each entry names its continuations.

use super::hangul::is_letter;

/// What nobody does or feels but with the hidden word; each follows it with or without the space that stands here.
const ABOUT_DOING_IT: &[&str] = &[
    "하고싶",
    "하고 싶어",
    "하고 싶다",
    "하고 싶음",
    "할거야",
    "할 거야",
    "할거임",
    "할래",
    "할까",
    "하려고",
    "하러",
    "하자",
    "하는법",
    "하는 법",
    "하는방법",
    "하는 방법",
    "마렵",
    " 마렵",
    "충동",
    " 충동",
    "시도",
    " 시도",
    "방법",
    " 방법",
    "예고",
    " 예고",
    "생각뿐",
    " 생각뿐",
    "생각나",
    " 생각나",
    "생각만",
    " 생각만",
];

/// As written, as meant, and what has to follow; an empty list: anything may.
const HIDDEN: &[(&str, &str, &[&str])] = &[
    ("ㅈㅅ", "자살", ABOUT_DOING_IT),
    ("ㅈㅎ", "자해", ABOUT_DOING_IT),
    ("ㅈ살", "자살", &[]),
    ("자ㅅ", "자살", ABOUT_DOING_IT),
    ("주ㄱ고", "죽고", &["싶", " 싶"]),
    ("ㅈㄱ고", "죽고", &["싶", " 싶"]),
    ("ㅈㄱ", "죽고", &["싶", " 싶"]),
    ("ㅅㅍㅎ", "성폭행", &["당", " 당", "을당", "을 당"]),
    ("ㅅㅊㅎ", "성추행", &["당", " 당", "을당", "을 당"]),
];

/// Writes out hidden words; the rest stays as it is.
pub(super) fn written_out(text: Vec<char>) -> Vec<char> {
    if !text.iter().any(|c| is_letter(*c)) {
        return text;
    }
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text.get(at) {
        // Within a run of letters (`ㅋㅋㅈㅅ`) it may be anything.
        let begins = at == 0 || !is_letter(text[at - 1]);
        if let Some((written, meant)) = hidden_at(&text[at..]).filter(|_| begins) {
            out.extend(meant.chars());
            at += written.chars().count();
        } else {
            out.push(*c);
            at += 1;
        }
    }
    out
}

fn hidden_at(text: &[char]) -> Option<(&'static str, &'static str)> {
    let begins = |text: &[char], with: &str| {
        let mut text = text.iter();
        with.chars().all(|c| text.next() == Some(&c))
    };
    let is_hidden = |(written, _, follows): &&(&str, &str, &[&str])| {
        let rest = text.get(written.chars().count()..).unwrap_or_default();
        begins(text, written) && (follows.is_empty() || follows.iter().any(|next| begins(rest, next)))
    };
    HIDDEN.iter().find(is_hidden).map(|(written, meant, _)| (*written, *meant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_written_out_and_everyday_initials_are_not() {
        let written_out = |text: &str| written_out(text.chars().collect()).into_iter().collect::<String>();
        for (text, meant) in [
            ("ㅈㅅ하고 싶어", "자살하고 싶어"),
            ("나 ㅈㅅ할거야", "나 자살할거야"),
            ("ㅈㅅ 마렵다", "자살 마렵다"),
            ("ㅈㅎ 충동 들어", "자해 충동 들어"),
            ("자ㅅ하고 싶다", "자살하고 싶다"),
            ("주ㄱ고 싶다", "죽고 싶다"),
            ("ㅈㄱ고싶어ㅠ", "죽고싶어ㅠ"),
            ("선배한테 ㅅㅊㅎ 당했어요", "선배한테 성추행 당했어요"),
        ] {
            assert_eq!(written_out(text), meant);
        }
        for text in [
            "ㅈㅅ합니다 늦었어요",
            "ㅈㅅ 잘못 보냄",
            "ㅈㅅ해요 다시 보낼게요",
            "ㅈㅅ 생각이 짧았네요",
            "ㅈㅅ 할 말이 없네요",
            "ㅋㅋㅈㅅ하고 싶은 말이 있어요",
            "주ㄱ",
            "ㅈㄱ 요금 얼마예요",
            "ㅠㅠ",
            "",
        ] {
            assert_eq!(written_out(text), text);
        }
    }
}
