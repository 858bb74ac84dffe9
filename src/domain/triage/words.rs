//! Lists of keywords, such as the words that lead to a desk.

use super::normal::normal;
use super::search::{Begin, Builder, Owner, Searcher};

/// Lists of keywords; [`Words::find`] gives the index of the list that matches.
#[derive(Debug, Clone)]
pub struct Words(Searcher);

impl Words {
    /// Compiles the lists, each of patterns as in a rule; they may begin inside a word.
    /// Refuses a pattern that cannot be searched for, with the index of its list.
    pub fn new<'a>(lists: impl IntoIterator<Item = &'a [String]>) -> Result<Words, (usize, String)> {
        let mut builder = Builder::default();
        for (index, words) in lists.into_iter().enumerate() {
            let mut added = words.iter().map(|word| builder.word(index, word, Begin::Anywhere));
            added.try_for_each(|added| added).map_err(|why| (index, why))?;
        }
        builder.build().map(Words).map_err(|why| (0, why))
    }

    /// The index of the first list that matches `text`.
    pub fn find(&self, text: &str) -> Option<usize> {
        self.0.find(&normal(text)).into_iter().find_map(|found| match found.owner {
            Owner::List(index) => Some(index),
            _ => None,
        })
    }
}
