//! A place in a list of conversations: what the last row of a page is sorted by. The next page begins behind it, also where that
//! row has gone meanwhile.

use rusqlite::ToSql;

use crate::domain::UnixMs;

/// A place in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListPlace {
    /// 0 an alarm, 1 whose citizen waits, 2 all others; a list that is not sorted by it does not look at it.
    pub(super) rank: i64,
    pub(super) at: UnixMs,
    pub(super) id: i64,
}

impl ListPlace {
    /// Reads what [`ListPlace::to_word`] wrote for this list; `None` for anything else.
    pub fn from_word(list: &str, word: &str) -> Option<ListPlace> {
        let rest = word.strip_prefix(list)?.strip_prefix('.')?;
        let mut numbers = rest.split('.').map(|n| n.parse().ok());
        let place = ListPlace { rank: numbers.next()??, at: numbers.next()??, id: numbers.next()?? };
        numbers.next().is_none().then_some(place)
    }

    /// As it goes over the wire; nobody but us reads it.
    pub fn to_word(self, list: &str) -> String {
        format!("{list}.{}.{}.{}", self.rank, self.at, self.id)
    }

    /// Those of its numbers that a condition names.
    pub(super) fn parameters(&self, condition: &str) -> impl Iterator<Item = (&'static str, &dyn ToSql)> {
        let all: [(&'static str, &dyn ToSql); 3] =
            [(":rank", &self.rank), (":at", &self.at), (":id", &self.id)];
        all.into_iter().filter(move |(name, _)| condition.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back_and_those_of_another_list_refused() {
        let place = ListPlace { rank: 2, at: 1_783_080_000_000, id: 12 };
        assert_eq!(place.to_word("open"), "open.2.1783080000000.12");
        assert_eq!(ListPlace::from_word("open", &place.to_word("open")), Some(place));
        for wrong in ["", "open", "open.1.2", "open.1.2.3.4", "open.x.2.3", "closed.2.1783080000000.12"] {
            assert_eq!(ListPlace::from_word("open", wrong), None, "{wrong}");
        }
    }
}
