//! Why files are lost, and what their citizen is told.

use crate::domain::media::What;
use crate::domain::notice::{Language, Notice};

/// Why a photo was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Loss {
    /// The carrier does not have it any more, or refuses it.
    Gone,
    /// More bytes or pixels than we take.
    TooLarge,
    /// A kind of file that is never kept, such as a contact card.
    NotTaken,
    /// Its bytes are not those of what it is said to be.
    Broken,
    /// Its text came with more than [`MAX_PHOTOS`](super::MAX_PHOTOS).
    TooMany,
    /// The carrier offers no photos.
    NotOffered,
    /// It could not be fetched for [`FETCH_FOR_MS`](super::FETCH_FOR_MS).
    NotInTime,
}

impl Loss {
    pub const ALL: [Loss; 7] = [
        Self::Gone,
        Self::TooLarge,
        Self::NotTaken,
        Self::Broken,
        Self::TooMany,
        Self::NotOffered,
        Self::NotInTime,
    ];

    /// The word in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::TooLarge => "too_large",
            Self::NotTaken => "not_taken",
            Self::Broken => "broken",
            Self::TooMany => "too_many",
            Self::NotOffered => "not_offered",
            Self::NotInTime => "not_in_time",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }
}

/// A lost file: what it was, and why it was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LostAs {
    pub what: What,
    pub why: Loss,
}

impl LostAs {
    /// Whether the same file may arrive if it is sent again. What nobody has named may be of a kind that is kept.
    fn may_come_again(self) -> bool {
        let is_refused = matches!(self.why, Loss::TooLarge | Loss::NotTaken | Loss::NotOffered);
        !is_refused && (self.what.is_taken() || self.what == What::File)
    }
}

/// What the citizen is told of the files that one text lost, and how they are called: asks for them again only where
/// that helps. `None` without a loss.
pub fn loss_notice(lost: &[LostAs]) -> Option<(Notice, What)> {
    let again: Vec<_> = lost.iter().copied().filter(|one| one.may_come_again()).collect();
    let (notice, of) =
        if again.is_empty() { (Notice::MediaRefused, lost) } else { (Notice::PhotoLost, &again[..]) };
    let first = of.first()?.what;
    let is_one_sort = of.iter().all(|one| one.what == first);
    Some((notice, if is_one_sort { first } else { What::File }))
}

/// How a citizen reads what was lost; in Korean with the particle of an object (`사진을 받지 못했습니다`).
pub fn for_citizen(what: What, language: Language) -> &'static str {
    match (language, what) {
        (Language::Ko, What::Photo) => "사진을",
        (Language::Ko, What::Film) => "영상을",
        (Language::Ko, What::Voice) => "음성을",
        (Language::Ko, What::Contact) => "연락처를",
        (Language::Ko, What::Calendar | What::Pdf | What::File) => "파일을",
        (Language::En, What::Photo) => "photo",
        (Language::En, What::Film) => "video",
        (Language::En, What::Voice) => "voice message",
        (Language::En, What::Contact) => "contact card",
        (Language::En, What::Calendar | What::Pdf | What::File) => "file",
    }
}
