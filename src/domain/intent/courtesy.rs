//! Courtesies: thanks, praise, blame and greetings of which a whole text may consist. The vocabulary is closed: a text is a
//! courtesy only if every letter of it belongs to one of these words, so that nothing that may be a question is taken for one.

use unicode_normalization::UnicodeNormalization;

use super::signs;

/// The longest text that can be a courtesy (characters).
const MOST_CHARS: usize = 200;

/// Stems that thank, praise or blame, each with the endings it may take.
const FEELINGS: &[(&str, &[&str])] = &[
    (
        "감사",
        &[
            "",
            "해",
            "해요",
            "해용",
            "합니다",
            "합니당",
            "함다",
            "드려요",
            "드립니다",
            "드려용",
            "했어요",
            "했습니다",
            "하네요",
            "하고요",
            "해여",
            "하구요",
            "히",
            "하게",
        ],
    ),
    ("고마", &["워", "워요", "워용", "웠어요", "웠습니다", "움", "워여"]),
    ("고맙", &["습니다", "습니당", "네요", "고요", "게"]),
    (
        "친절",
        &[
            "해",
            "해요",
            "하세요",
            "했어요",
            "하셨어요",
            "하네요",
            "하시네요",
            "합니다",
            "했습니다",
            "하셨습니다",
            "하십니다",
            "하게",
            "하고",
            "하시고",
            "해서",
            "하셔서",
        ],
    ),
    ("불친절", &["해요", "하세요", "했어요", "하네요", "합니다", "했습니다", "하셨어요"]),
    (
        "수고",
        &[
            "하세요",
            "하셨어요",
            "하셨습니다",
            "하십시오",
            "하십쇼",
            "했어요",
            "많으세요",
            "많으셨어요",
            "많으셨습니다",
            "많으십니다",
        ],
    ),
    ("최고", &["예요", "에요", "입니다", "요", "네요", "였어요", "다", ""]),
    ("최악", &["이에요", "이예요", "입니다", "이네요", "이었어요", "이다", ""]),
    ("좋", &["아요", "았어요", "습니다", "았습니다", "네요", "았네요", "았음", "아용", "아여"]),
    ("만족", &["", "해요", "합니다", "했어요", "했습니다", "스러워요", "스럽습니다", "하네요"]),
    ("불만", &["", "이에요", "입니다"]),
    ("불만족", &["", "해요", "합니다", "입니다"]),
    (
        "도움",
        &[
            "이됐어요",
            "이되었어요",
            "됐어요",
            "되었습니다",
            "이됐습니다",
            "이되었습니다",
            "이많이됐어요",
            "많이됐어요",
            "이많이되었습니다",
            "받았습니다",
            "받았어요",
        ],
    ),
    ("별로", &["예요", "에요", "였어요", "네요", "입니다", ""]),
    ("느", &["려요", "렸어요", "리네요", "립니다", "렸습니다"]),
    ("늦", &["어요", "었어요", "네요", "습니다", "었습니다"]),
    ("실망", &["이에요", "입니다", "했어요", "했습니다", "이네요"]),
    ("아쉬", &["워요", "웠어요", "웠습니다"]),
    ("빠르", &["네요", "고", "고요", "셨어요", "십니다"]),
    ("빨", &["라요", "랐어요", "라서"]),
    ("굿", &["", "이에요", "입니다", "요"]),
    ("짱", &["", "이에요", "입니다", "이예요"]),
    ("훌륭", &["해요", "합니다", "했어요"]),
    ("정확", &["해요", "합니다", "했어요", "하게", "하고"]),
    ("알", &["겠습니다", "겠어요", "겠슴다", "겠음"]),
    ("이해", &["했습니다", "했어요", "됐어요", "됐습니다"]),
    ("확인", &["했습니다", "했어요"]),
    ("잘", &["봤습니다", "받았습니다", "받았어요", "알겠습니다", "해결됐어요", "해결됐습니다"]),
    ("해결", &["됐어요", "됐습니다", "되었습니다", "되었어요"]),
];

/// English words that thank, praise or blame. Spaces do not count.
const FEELINGS_EN: &[&str] = &[
    "thankyou",
    "thanks",
    "thankss",
    "thx",
    "thanx",
    "ty",
    "great",
    "good",
    "kind",
    "helpful",
    "nice",
    "excellent",
    "perfect",
    "awesome",
    "slow",
    "rude",
    "bad",
    "terrible",
    "best",
    "worst",
    "satisfied",
    "appreciateit",
    "iappreciateit",
    "cheers",
    "gotit",
];

/// Words that may stand beside them and say nothing alone. None is so short that other words consist of several.
const FILLERS: &[&str] = &[
    "네",
    "넵",
    "넹",
    "예",
    "옙",
    "응",
    "아하",
    "정말",
    "정말로",
    "진짜",
    "진짜로",
    "너무",
    "너무너무",
    "아주",
    "매우",
    "많이",
    "항상",
    "다시한번",
    "덕분에",
    "선생님",
    "쌤",
    "빠른",
    "빨리",
    "신속한",
    "신속하게",
    "친절한",
    "자세한",
    "자세히",
    "자세하게",
    "상세한",
    "좋은",
    "정확한",
    "큰",
    "조금",
    "알려주셔서",
    "도와주셔서",
    "답해주셔서",
    "답변해주셔서",
    "답변주셔서",
    "답장주셔서",
    "안내해주셔서",
    "설명해주셔서",
    "상담해주셔서",
    "해주셔서",
    "오늘",
    "오늘도",
    "좋은하루",
    "좋은하루되세요",
    "좋은하루보내세요",
    "좋은저녁되세요",
    "행복하세요",
    "건강하세요",
    "안녕히계세요",
    "그럼",
    "안녕하세요",
];
/// What is praised or blamed, with one of these particles or none.
const PRAISED: &[&str] = &[
    "답변",
    "답장",
    "답",
    "대답",
    "상담",
    "상담사",
    "상담원",
    "상담사님",
    "상담원님",
    "안내",
    "설명",
    "응대",
    "서비스",
    "문자",
];
const PARTICLES: &[&str] = &["", "이", "가", "을", "를", "은", "는", "도"];
const FILLERS_EN: &[&str] = &[
    "very",
    "so",
    "somuch",
    "really",
    "foryourhelp",
    "forthehelp",
    "forhelp",
    "forhelpingme",
    "forallyourhelp",
    "foryouranswer",
    "fortheanswer",
    "foryourreply",
    "forthereply",
    "foryourservice",
    "foreverything",
    "theservice",
    "service",
    "theanswer",
    "itwas",
    "youwere",
    "youare",
    "was",
    "is",
    "alot",
    "ok",
    "okay",
    "yes",
    "quick",
    "fast",
    "and",
    "too",
    "hello",
    "bye",
    "haveagoodday",
    "haveaniceday",
];

/// What was found of a text that consists of courtesies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Courtesy {
    /// It thanks, praises or blames.
    Feeling,
    /// Only words that say nothing alone: `네`, `안녕하세요`.
    Filler,
}

/// Reads a text that consists of courtesies and nothing else; `None` for any other text. Signs, emoji and laughter do not
/// count, a question mark does.
pub fn read(text: &str) -> Option<Courtesy> {
    let letters = letters(text)?;
    if letters.is_empty() {
        return None;
    }
    // For each place that whole words reach: whether the words up to there can hold a feeling.
    let mut reached: Vec<Option<Courtesy>> = vec![None; letters.len() + 1];
    reached[0] = Some(Courtesy::Filler);
    for at in 0..letters.len() {
        let Some(so_far) = reached[at] else { continue };
        for (n, word) in words_at(&letters[at..]) {
            let here = &mut reached[at + n];
            if so_far == Courtesy::Feeling || word == Courtesy::Feeling {
                *here = Some(Courtesy::Feeling);
            } else if here.is_none() {
                *here = Some(Courtesy::Filler);
            }
        }
    }
    reached[letters.len()]
}

/// The letters and digits of a text, in lower case; `None` if it is too long or asks. Laughter (ㅎㅎ, ㅠㅠ), emoji and signs are
/// left out.
fn letters(text: &str) -> Option<Vec<char>> {
    if text.chars().take(MOST_CHARS + 1).count() > MOST_CHARS || signs::calls(text) {
        return None;
    }
    let is_laughter = |c: char| matches!(c, 'ㅋ' | 'ㅎ' | 'ㅠ' | 'ㅜ' | 'ᄏ' | 'ᄒ' | 'ᅲ' | 'ᅮ');
    Some(
        text.nfkc()
            .filter(|c| c.is_alphanumeric() && !is_laughter(*c))
            .flat_map(char::to_lowercase)
            .collect(),
    )
}

/// Emoji that thank and agree. One that may tell of trouble, or ask, is not among them.
const KIND_SIGNS: &str = "👍👌🙏🙇😊😀😃😄😁🥰😍🤗💕💖💗💛💚💙💜🧡❤♥👏🎉🙆🌸🌷🌹💐";
/// Skin tones, the forms of people and of letters, joiners: they change the look of an emoji.
const OF_EMOJI: &str = "🏻🏼🏽🏾🏿\u{fe0f}\u{200d}♀♂";

/// Whether a text shows nothing but emoji that thank.
pub(super) fn is_kind_sign(text: &str) -> bool {
    let mut signs = text.chars().filter(|c| !c.is_whitespace() && !OF_EMOJI.contains(*c)).peekable();
    signs.peek().is_some() && signs.take(MOST_CHARS).all(|c| KIND_SIGNS.contains(c))
}

/// The words that letters begin with: how many letters each has, and what it says.
fn words_at(letters: &[char]) -> Vec<(usize, Courtesy)> {
    let begins = |word: &str| {
        let mut n = 0;
        word.chars()
            .all(|c| {
                n += 1;
                letters.get(n - 1) == Some(&c)
            })
            .then_some(n)
    };
    let mut found = Vec::new();
    for (stem, endings) in FEELINGS {
        let Some(n) = begins(stem) else { continue };
        let rest: String = letters[n..].iter().take(12).collect();
        let fitting = endings.iter().filter(|ending| rest.starts_with(**ending));
        found.extend(fitting.map(|ending| (n + ending.chars().count(), Courtesy::Feeling)));
    }
    found.extend(FEELINGS_EN.iter().filter_map(|word| begins(word)).map(|n| (n, Courtesy::Feeling)));
    for praised in PRAISED {
        let Some(n) = begins(praised) else { continue };
        let rest: String = letters[n..].iter().take(1).collect();
        let fitting = PARTICLES.iter().filter(|particle| rest.starts_with(**particle));
        found.extend(fitting.map(|particle| (n + particle.chars().count(), Courtesy::Filler)));
    }
    found.extend(
        FILLERS.iter().chain(FILLERS_EN).filter_map(|word| begins(word)).map(|n| (n, Courtesy::Filler)),
    );
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn courtesies() {
        for text in [
            "감사합니다",
            "네 감사합니다^^",
            "친절하게 알려주셔서 감사합니다",
            "정말 친절하셨어요 고마워요",
            "수고하세요~",
            "Thank you so much",
            "thx!!",
            "답변 너무 늦어요",
            "도움이 많이 됐어요 ㅎㅎ",
            "알겠습니다",
            "최고예요 👍👍",
            "빠른 답장 감사드립니다",
            "너무 느려요",
            "very helpful, thank you",
        ] {
            assert_eq!(read(text), Some(Courtesy::Feeling), "{text}");
        }
        for text in ["네", "안녕하세요", "넵!!", "ok"] {
            assert_eq!(read(text), Some(Courtesy::Filler), "{text}");
        }
    }

    #[test]
    fn whatever_else_stands_in_a_text_makes_it_no_courtesy() {
        for text in [
            "",
            "ㅎㅎ",
            "👍",
            "감사실 전화번호",
            "감사합니다 그리고 여권 사진 규격",
            "감사해요 그런데 링크가 안 열려요",
            "고맙습니다?",
            "좋은 상담 받을 곳",
            "감사합니다 2",
            "thanks but no answer",
            "네 그런데요",
            "친절한 병원",
            "알겠어",
            "최고 기온",
            "늦은 시간 버스",
            "도와 도와 도와",
            "help me",
            "thanks help me",
            "help",
            "나도 감사",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"감사합니다 ".repeat(60)), None);
    }
}
