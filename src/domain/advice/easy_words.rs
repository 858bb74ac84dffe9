//! Hard and foreign words with easy ones: `easy_words.tsv`.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

const LIST: &str = include_str!("easy_words.tsv");

struct Words {
    /// Hard words with their easy ones; an empty one makes the word an exception.
    pairs: Vec<(&'static str, &'static str)>,
    finder: Option<AhoCorasick>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let lines = LIST.lines().filter(|line| !line.starts_with('#'));
    let pairs: Vec<_> = lines.filter_map(|line| line.split_once('\t')).collect();
    let hard = pairs.iter().map(|(hard, _)| hard);
    let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(hard).ok();
    Words { pairs, finder }
});

/// The hard words of a text, each with its place in bytes and an easy word.
pub(super) fn hard_words(text: &str) -> impl Iterator<Item = ((usize, usize), &'static str)> {
    let words = &*WORDS;
    let found = words.finder.iter().flat_map(move |finder| finder.find_iter(text));
    found.filter_map(move |hit| {
        let (_, easy) = words.pairs.get(hit.pattern().as_usize())?;
        let begins = !text.get(..hit.start())?.ends_with(char::is_alphabetic);
        (begins && !easy.is_empty()).then_some(((hit.start(), hit.end()), *easy))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_list_is_sound() {
        let pairs = &WORDS.pairs;
        assert!(pairs.iter().filter(|(_, easy)| !easy.is_empty()).count() >= 300);
        assert_eq!(
            pairs.iter().map(|(hard, _)| hard).collect::<BTreeSet<_>>().len(),
            pairs.len(),
            "one twice"
        );
        let lines = LIST.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(lines, pairs.len(), "a line without a tab");
        for (hard, easy) in pairs {
            assert!(hard.trim() == *hard && easy.trim() == *easy && hard.chars().count() >= 2, "{hard}");
            assert!(!easy.contains(hard) || easy.contains('('), "{hard}: {easy}");
        }
    }
}
