//! Photos of citizens, and the life of one. What leaves with an answer is made in `jpeg.rs`.
//!
//! | state    | entered when                                        | moved on by      | a crash leaves                    |
//! |----------|-----------------------------------------------------|------------------|-----------------------------------|
//! | `wanted` | its text was committed; the carrier still has it    | the photo worker | the row; it is fetched again      |
//! | `kept`   | its bytes are on our disk under their SHA-256       | nobody: final    | the row and the file              |
//! | `lost`   | it can't be had, is none, or is more than we take   | nobody: final    | the row; whoever must know is told |
//!
//! A photo is fetched at once, because a carrier's addresses expire, and again for [`FETCH_FOR_MS`]. What a carrier or a
//! citizen claims of it counts for nothing: what it is, its own first bytes say.

mod jpeg;

use std::io::Cursor;

use image::{ImageFormat, ImageReader};

pub use jpeg::{Unfit, made_for, small_png, to_jpeg};

use super::UnixMs;

/// Photos taken with one text; a carrier's own limit is lower.
pub const MAX_PHOTOS: usize = 10;
/// Bytes of one that a citizen sent.
pub const MAX_BYTES: usize = 8 << 20;
/// Bytes of one that a counselor hands in, before it is made smaller.
pub const MAX_UPLOAD_BYTES: usize = 16 << 20;
/// Pixels of one; a file of few bytes may stand for more than a memory holds.
pub const MAX_PIXELS: u64 = 50_000_000;
/// A photo that can't be fetched is tried again for so long.
pub const FETCH_FOR_MS: i64 = 6 * 60 * 60 * 1_000;
/// A photo that a counselor handed in and sent with no answer is forgotten after so long.
pub const UPLOAD_KEPT_MS: i64 = 24 * 60 * 60 * 1_000;
/// A citizen is told once in so long that photos were lost.
pub const TELL_EVERY_MS: i64 = 30 * 60 * 1_000;

/// A photo that the carrier says it does not have, or that comes as something else, is not lost before the third try: a
/// text may be listed before its photo is there, and a proxy may answer for the carrier.
pub const SURE_AFTER: u32 = 3;

const FIRST_WAIT_MS: i64 = 2_000;
const LONGEST_WAIT_MS: i64 = 10 * 60 * 1_000;

/// Where a photo stands; the module's table says what each one means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhotoState {
    Wanted,
    Kept,
    Lost,
}

/// What can happen to a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoEvent {
    /// Its bytes are on disk.
    Stored,
    /// Fetching failed; it is tried again.
    Failed,
    /// It will not come.
    GivenUp(Loss),
}

/// Why a photo was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Loss {
    /// The carrier does not have it any more, or refuses it.
    Gone,
    /// More bytes or pixels than we take.
    TooLarge,
    /// A film, a contact card, a broken file.
    NotAPhoto,
    /// Its text came with more than [`MAX_PHOTOS`].
    TooMany,
    /// This carrier hands over no photos.
    NotOffered,
    /// It could not be fetched for [`FETCH_FOR_MS`].
    NotInTime,
}

/// The event does not fit the state; nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

impl PhotoState {
    pub const ALL: [PhotoState; 3] = [Self::Wanted, Self::Kept, Self::Lost];

    /// The word in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wanted => "wanted",
            Self::Kept => "kept",
            Self::Lost => "lost",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }
}

impl Loss {
    pub const ALL: [Loss; 6] =
        [Self::Gone, Self::TooLarge, Self::NotAPhoto, Self::TooMany, Self::NotOffered, Self::NotInTime];

    /// The word in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::TooLarge => "too_large",
            Self::NotAPhoto => "not_a_photo",
            Self::TooMany => "too_many",
            Self::NotOffered => "not_offered",
            Self::NotInTime => "not_in_time",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }
}

/// The next state, or a refusal.
pub fn next(state: PhotoState, event: PhotoEvent) -> Result<PhotoState, Refused> {
    match (state, event) {
        (PhotoState::Wanted, PhotoEvent::Stored) => Ok(PhotoState::Kept),
        (PhotoState::Wanted, PhotoEvent::Failed) => Ok(PhotoState::Wanted),
        (PhotoState::Wanted, PhotoEvent::GivenUp(_)) => Ok(PhotoState::Lost),
        (PhotoState::Kept | PhotoState::Lost, _) => Err(Refused),
    }
}

/// What follows when a photo could not be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterFailure {
    TryAt(UnixMs),
    Lost(Loss),
}

/// What follows when a photo wanted since `since` could not be fetched for the `n_failures`th time (1 is the first), and
/// why, if that was the photo's own fault. A gateway that slept through the whole time still tries once.
pub fn after_failure(since: UnixMs, n_failures: u32, why: Option<Loss>, now: UnixMs) -> AfterFailure {
    let is_sure = |why| !matches!(why, Loss::Gone | Loss::NotAPhoto) || n_failures >= SURE_AFTER;
    match why {
        Some(why) if is_sure(why) => AfterFailure::Lost(why),
        None if now.saturating_sub(since) >= FETCH_FOR_MS => AfterFailure::Lost(Loss::NotInTime),
        _ => {
            let doublings = n_failures.saturating_sub(1).min(20);
            AfterFailure::TryAt(now + FIRST_WAIT_MS.saturating_mul(1 << doublings).min(LONGEST_WAIT_MS))
        }
    }
}

/// What a photo is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhotoKind {
    Jpeg,
    Png,
    Gif,
    Webp,
}

impl PhotoKind {
    pub const ALL: [PhotoKind; 4] = [Self::Jpeg, Self::Png, Self::Gif, Self::Webp];

    /// Sources: ITU-T T.81, RFC 2083, GIF89a, RFC 9649.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            _ => None,
        }
    }

    /// The word in the database, and how a file of it ends.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::Webp => "webp",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
        }
    }

    fn format(self) -> ImageFormat {
        match self {
            Self::Jpeg => ImageFormat::Jpeg,
            Self::Png => ImageFormat::Png,
            Self::Gif => ImageFormat::Gif,
            Self::Webp => ImageFormat::WebP,
        }
    }
}

/// What a file holds, as far as its head says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    pub kind: PhotoKind,
    pub width: u32,
    pub height: u32,
}

/// Reads a photo's head, and nothing else of it. Refuses what is no photo and what is too large to be looked at.
pub fn measure(bytes: &[u8]) -> Result<Measured, Loss> {
    let kind = PhotoKind::sniff(bytes).ok_or(Loss::NotAPhoto)?;
    let read = ImageReader::with_format(Cursor::new(bytes), kind.format()).into_dimensions();
    let (width, height) = read.map_err(|_| Loss::NotAPhoto)?;
    match u64::from(width) * u64::from(height) {
        0 => Err(Loss::NotAPhoto),
        n if n > MAX_PIXELS => Err(Loss::TooLarge),
        _ => Ok(Measured { kind, width, height }),
    }
}

#[cfg(test)]
mod tests;
