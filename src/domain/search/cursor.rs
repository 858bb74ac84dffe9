//! Where a page of results ended. Results come newest first out of three tables, each in the order of its ids, so that a place is one
//! id of each and stays good whatever comes in meanwhile.

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A citizen's text.
    Text,
    /// A counselor's answer.
    Answer,
    /// A note beside a conversation.
    Note,
}

impl Source {
    pub const ALL: [Source; 3] = [Self::Text, Self::Answer, Self::Note];

    /// The word in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Answer => "answer",
            Self::Note => "note",
        }
    }

    pub fn from_word(word: &str) -> Option<Source> {
        Source::ALL.into_iter().find(|source| source.as_str() == word)
    }
}

/// The next result of each source, in the order of [`Source::ALL`], has a smaller id than this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place(pub [i64; 3]);

impl Place {
    /// Before everything.
    pub const START: Place = Place([i64::MAX; 3]);

    /// Reads what [`Place::to_word`] wrote; `None` for anything else.
    pub fn from_word(word: &str) -> Option<Place> {
        let mut ids = word.split('.').map(|id| id.parse().ok().filter(|id| *id >= 0));
        let place = Place([ids.next()??, ids.next()??, ids.next()??]);
        ids.next().is_none().then_some(place)
    }

    /// As it goes over the wire; nobody but us reads it.
    pub fn to_word(self) -> String {
        let [text, answer, note] = self.0;
        format!("{text}.{answer}.{note}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back_and_others_refused() {
        for place in [Place::START, Place([1, 0, 99])] {
            assert_eq!(Place::from_word(&place.to_word()), Some(place));
        }
        for wrong in ["", "1.2", "1.2.3.4", "1.-2.3", "1.x.3"] {
            assert_eq!(Place::from_word(wrong), None, "{wrong}");
        }
        for source in Source::ALL {
            assert_eq!(Source::from_word(source.as_str()), Some(source));
        }
    }
}
