//! Parts of a citizen's long text that a carrier hands over each by itself, headed `(1/2) `. Parts may belong to different people
//! who wrote at the same time, so they are never joined where they are stored; only what triage looks at is put together.

/// The most parts that a header of TS 23.040 can count.
const MOST: u16 = 255;

/// The number of a part, the number of all, and the words behind the header; `None` if the text is no part.
pub fn part(text: &str) -> Option<(u16, u16, &str)> {
    let (numbers, rest) = text.strip_prefix('(')?.split_once(") ")?;
    let (n, of) = numbers.split_once('/')?;
    let (n, of) = (number(n)?, number(of)?);
    (of > 1 && n <= of).then_some((n, of, rest))
}

fn number(word: &str) -> Option<u16> {
    let is_plain = !word.starts_with('0') && word.bytes().all(|b| b.is_ascii_digit());
    word.parse().ok().filter(|n| is_plain && (1..=MOST).contains(n))
}

/// What one person wrote before, and then `text`, for reading only. A later part goes on where the one before stopped, in the
/// middle of a word perhaps; any other text begins a new word.
pub fn followed_by(before: &str, text: &str) -> String {
    match part(text) {
        Some((n, _, words)) if n > 1 => format!("{before}{words}"),
        Some((_, _, words)) => spaced(before, words),
        None => spaced(before, text),
    }
}

fn spaced(before: &str, text: &str) -> String {
    if before.is_empty() { text.to_owned() } else { format!("{before} {text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_part() {
        for (text, expected) in [
            ("(1/2) 살려주", Some((1, 2, "살려주"))),
            ("(2/2) 세요", Some((2, 2, "세요"))),
            ("(2/2)  세요", Some((2, 2, " 세요"))),
            ("(255/255) 끝", Some((255, 255, "끝"))),
            ("(1/2) ", Some((1, 2, ""))),
            ("(1/2) (2/2) 둘", Some((1, 2, "(2/2) 둘"))),
            ("(1/1) 하나", None),
            ("(3/2) 셋", None),
            ("(0/2) 영", None),
            ("(01/2) 영", None),
            ("(+1/2) 하나", None),
            ("(1/256) 많이", None),
            ("(1/99999999999) 많이", None),
            ("(1/2)붙어서", None),
            (" (1/2) 뒤에서", None),
            ("(1/2", None),
            ("(/) ", None),
            ("()", None),
            ("1/2 쪽", None),
            ("", None),
        ] {
            assert_eq!(part(text), expected, "{text}");
        }
    }

    #[test]
    fn a_word_that_was_cut_is_whole_again() {
        let joined =
            |texts: &[&str]| texts.iter().fold(String::new(), |before, text| followed_by(&before, text));
        for (texts, expected) in [
            (&["(1/2) 도와줘요 살려주", "(2/2) 세요"][..], "도와줘요 살려주세요"),
            (&["(1/3) 살", "(2/3) 려", "(3/3) 줘"], "살려줘"),
            (&["(1/2) 첫 부분과 ", "(2/2) 둘째"], "첫 부분과 둘째"),
            (&["불이", "났어요"], "불이 났어요"),
            (&["네", "(1/2) 살려", "(2/2) 줘", "빨리"], "네 살려줘 빨리"),
            // The first part was lost, or is too old.
            (&["(2/2) 세요"], "세요"),
        ] {
            assert_eq!(joined(texts), expected);
        }
    }
}
