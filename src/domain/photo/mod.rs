//! Photos of citizens and their states. `jpeg.rs` prepares photos for sending.
//!
//! | state    | entered when                                        | moved on by      | a crash leaves                    |
//! |----------|-----------------------------------------------------|------------------|-----------------------------------|
//! | `wanted` | its text was committed; the carrier still has it    | the photo worker | the row; it is fetched again      |
//! | `kept`   | its bytes are on our disk under their SHA-256       | nobody: final    | the row and the file              |
//! | `lost`   | not available, no photo, or beyond our limits       | nobody: final    | the row; the loss is reported     |
//!
//! A photo is fetched at once, because a carrier's addresses expire, and tried again for [`FETCH_FOR_MS`]. What a
//! carrier or citizen claims about it is not trusted: its first bytes decide.

mod jpeg;

use std::io::Cursor;

use image::{ImageFormat, ImageReader};

pub use jpeg::{Unfit, made_for, small_png, to_jpeg};

use super::UnixMs;

/// The most photos of one text; carriers' own limits are lower.
pub const MAX_PHOTOS: usize = 10;
/// Size limit of a citizen's photo (bytes).
pub const MAX_BYTES: usize = 8 << 20;
/// Size limit of a counselor's upload, before it is scaled down (bytes).
pub const MAX_UPLOAD_BYTES: usize = 16 << 20;
/// Pixel limit: a small file can decode to more than fits in memory.
pub const MAX_PIXELS: u64 = 50_000_000;
/// How long fetching a photo is tried (milliseconds).
pub const FETCH_FOR_MS: i64 = 6 * 60 * 60 * 1_000;
/// How long an upload that was never sent is kept (milliseconds).
pub const UPLOAD_KEPT_MS: i64 = 24 * 60 * 60 * 1_000;
/// The shortest time between two notices of lost photos to one citizen (milliseconds).
pub const LOSS_NOTICE_EVERY_MS: i64 = 30 * 60 * 1_000;

/// Tries before a photo is lost that the carrier does not have or that is no photo: a text may be listed before its
/// photo is ready, and a proxy may answer for the carrier.
pub const SURE_AFTER: u32 = 3;

const FIRST_WAIT_MS: i64 = 2_000;
const LONGEST_WAIT_MS: i64 = 10 * 60 * 1_000;

/// State of a photo; see the table of this module.
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
    /// It is given up.
    GivenUp(Loss),
}

/// Why a photo was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Loss {
    /// The carrier does not have it any more, or refuses it.
    Gone,
    /// More bytes or pixels than we take.
    TooLarge,
    /// Another kind of file (video, contact card) or a broken one.
    NotAPhoto,
    /// Its text came with more than [`MAX_PHOTOS`].
    TooMany,
    /// The carrier offers no photos.
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

/// Next step after a failed fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterFailure {
    TryAt(UnixMs),
    Lost(Loss),
}

/// Decides after the `n_failures`th failed fetch (1 is the first) of a photo wanted since `since`. `why` is set if the
/// photo itself was the reason. A gateway that was down for the whole time still tries once.
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

/// Format of a photo, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhotoKind {
    Jpeg,
    Png,
    Gif,
    Webp,
}

impl PhotoKind {
    pub const ALL: [PhotoKind; 4] = [Self::Jpeg, Self::Png, Self::Gif, Self::Webp];

    /// The format by the file signature. Sources: ITU-T T.81, RFC 2083, GIF89a, RFC 9649.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            _ => None,
        }
    }

    /// The word in the database and the file extension.
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

/// Format and size of a photo, by its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    pub kind: PhotoKind,
    pub width: u32,
    pub height: u32,
}

/// Reads only the header. Refuses files that are no photo, and photos with too many pixels.
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
