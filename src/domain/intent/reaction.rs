//! Reactions that phones send as texts: `Liked “…”`, `👍 to “…”`, and texts that quote one of ours.

use unicode_normalization::UnicodeNormalization;

use super::signs;

/// The fewest letters of a quotation that a phone has cut.
const FEWEST_LETTERS: usize = 10;
/// The fewest letters of a text of ours that is recognised without quotation marks.
const FEWEST_WHOLE: usize = 20;

/// Words that phones put around the quotation. Source: the SMS forms of iPhone tapbacks and of Google Messages reactions, in
/// English and Korean.
const FRAMES: &[&str] = &[
    "loved",
    "liked",
    "disliked",
    "laughedat",
    "emphasized",
    "emphasised",
    "reactedto",
    "reactedwithto",
    "reactedwithastickerto",
    "removedaheartfrom",
    "removedalikefrom",
    "removedadislikefrom",
    "removedalaughfrom",
    "removedanexclamationfrom",
    "removedaquestionmarkfrom",
    "removedareactionfrom",
    "removedfrom",
    "to",
    "removed",
    "좋아함",
    "좋아합니다",
    "좋아요",
    "에좋아요",
    "좋아요를표시함",
    "에좋아요를표시함",
    "에좋아요를표시했습니다",
    "에하트를표시함",
    "에하트를표시했습니다",
    "에싫어요를표시함",
    "싫어함",
    "을좋아함",
    "를좋아함",
    "을를좋아함",
    "을를좋아합니다",
    "을를싫어함",
    "에웃음을표시함",
    "에웃음",
    "에느낌표를표시함",
    "을를강조함",
    "에반응함",
    "에반응",
    "에공감함",
    "에공감",
    "에님이반응함",
    "에게반응함",
    "에대한반응",
    "에대한반응을삭제함",
    "에서반응을제거함",
    "에서하트를제거함",
    "에서좋아요를제거함",
];

/// Quotation marks that open; phones use curly and straight ones.
const OPENING: [char; 8] = ['“', '"', '‘', '\'', '「', '『', '«', '„'];
const CLOSING: [char; 8] = ['”', '"', '’', '\'', '」', '』', '»', '“'];

/// What a text holds beside a quotation of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quoting {
    /// Nothing but the frame of a reaction.
    Reaction,
    /// Words of its own: only they are judged.
    Own(String),
}

/// Whether a text may quote: only then our texts to its sender have to be looked up.
pub fn may_quote(text: &str) -> bool {
    text.contains(OPENING) || text.contains("[Web발신]") || letters(text).count() >= FEWEST_WHOLE
}

/// Finds a quotation of one of `ours` (texts of ours to the same number); `None` if the text quotes none of them, or says
/// nothing beside it: who repeats our words may mean them. A reaction to a text that asks is an answer, and so is one that asks or
/// calls: a person reads it.
pub fn read(text: &str, ours: &[String]) -> Option<Quoting> {
    let (outside, of_ours) = in_marks(text, ours).or_else(|| whole(text, ours))?;
    // Nothing but our words: they may be meant.
    letters(&outside).next()?;
    let is_answer = signs::calls(&outside) || of_ours.contains(['?', '？']);
    let frame: String = letters(&outside).filter(|c| !is_emoji_letter(*c)).collect();
    Some(match FRAMES.contains(&frame.as_str()) && !is_answer {
        true => Quoting::Reaction,
        false => Quoting::Own(outside.trim().to_owned()),
    })
}

/// What stands outside the outermost quotation marks, if one of ours stands inside.
fn in_marks<'o>(text: &str, ours: &'o [String]) -> Option<(String, &'o str)> {
    let from = text.find(OPENING)?;
    let (before, rest) = text.split_at(from);
    let opened = rest.chars().next()?.len_utf8();
    let end = rest.rfind(CLOSING).filter(|end| *end >= opened);
    let (inside, after) = match end {
        Some(end) => (&rest[opened..end], rest[end..].trim_start_matches(CLOSING)),
        // Phones cut a long text, and the closing mark with it.
        None => (&rest[opened..], ""),
    };
    let of_ours = ours.iter().find(|of_ours| is_quoted(inside, of_ours))?;
    Some((format!("{before} {after}"), of_ours))
}

/// Whether `quotation` is a text of ours, or its beginning where the phone has cut it.
fn is_quoted(quotation: &str, of_ours: &str) -> bool {
    let quoted: Vec<char> = letters(quotation).collect();
    let all: Vec<char> = letters(of_ours).collect();
    let end = quotation.trim_end();
    let is_cut = (end.ends_with('…') || end.ends_with("...")) && quoted.len() >= FEWEST_LETTERS;
    !quoted.is_empty() && (quoted == all || is_cut && all.starts_with(&quoted))
}

/// What stands beside a text of ours that is repeated whole, without quotation marks.
fn whole<'o>(text: &str, ours: &'o [String]) -> Option<(String, &'o str)> {
    let of_ours = ours.iter().filter(|of_ours| letters(of_ours).count() >= FEWEST_WHOLE);
    let found = of_ours.filter_map(|of_ours| text.find(of_ours.trim()).map(|at| (at, of_ours.trim())));
    let (at, quoted) = found.max_by_key(|(_, quoted)| quoted.len())?;
    Some((format!("{} {}", &text[..at], &text[at + quoted.len()..]), quoted))
}

fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    text.nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

/// Digits and letters that are part of an emoji after normalising (keycaps, squared words).
fn is_emoji_letter(c: char) -> bool {
    matches!(c, '\u{1f100}'..='\u{1f1ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours() -> Vec<String> {
        let long = "49번은 금남로4가에서 22:40에 끊깁니다. 그 뒤는 심야버스입니다.";
        ["[120] 글을 받았습니다. 곧 답합니다.", "막차는 22:40입니다.", "네", long].map(str::to_owned).to_vec()
    }

    #[test]
    fn reactions() {
        for text in [
            "Liked “막차는 22:40입니다.”",
            "Loved \"막차는 22:40입니다.\"",
            "👍 to “막차는 22:40입니다.”",
            "\u{200b}👍\u{200b} to “\u{200a}막차는 22:40입니다.\u{200a}”",
            "Reacted 😂 to “[120] 글을 받았습니다. 곧 답합니다.”",
            "Removed a heart from “막차는 22:40입니다.”",
            "“[120] 글을 받았습니다. 곧…”에 좋아요를 표시함",
            "“막차는 22:40입니다.”을(를) 좋아함",
            "Laughed at “[120] 글을 받았습니다...",
        ] {
            assert_eq!(read(text, &ours()), Some(Quoting::Reaction), "{text}");
        }
    }

    #[test]
    fn words_beside_a_quotation_are_theirs() {
        let read = |text: &str| read(text, &ours());
        assert_eq!(read("“막차는 22:40입니다.” 몇 번 버스요?"), Some(Quoting::Own("몇 번 버스요?".into())));
        let whole = "49번은 금남로4가에서 22:40에 끊깁니다. 그 뒤는 심야버스입니다. 이거 주말도요?";
        assert_eq!(read(whole), Some(Quoting::Own("이거 주말도요?".into())));
        for text in [
            "Liked “모르는 글”",
            "“불이야”라고 해요",
            "막차",
            "",
            "“”",
            "Liked “",
            "'",
            "네",
            "“[120]…” 뭐예요",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("Liked “네”"), Some(Quoting::Reaction));
    }

    /// Whoever repeats our words may mean them, and a reaction to a question is its answer.
    #[test]
    fn what_may_be_an_answer_is_read_by_a_person() {
        let ours = [
            "숨을 못 쉬겠어요? 아니면 조금 괜찮아요?",
            "불이 났어요 라고 하신 건가요?",
            "막차는 22:40입니다.",
        ]
        .map(str::to_owned);
        for text in [
            "\"숨을 못 쉬겠어요.\"",
            "'불이 났어요 라고...' 🔥",
            "“막차는 22:40입니다.”",
            "막차는 22:40입니다.",
        ] {
            assert_eq!(read(text, &ours), None, "{text}");
        }
        for text in [
            "Liked “숨을 못 쉬겠어요? 아니면 조금 괜찮아요?”",
            "“불이 났어요 라고 하신 건가요?”에 좋아요를 표시함",
            "Questioned “막차는 22:40입니다.”",
            "Reacted 🆘 to “막차는 22:40입니다.”",
        ] {
            assert!(matches!(read(text, &ours), Some(Quoting::Own(_))), "{text}");
        }
    }
}
