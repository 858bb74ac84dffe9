//! Files in transit: references in a citizen's text, and photos sent with a reply.

use std::fmt;
use std::sync::Arc;

/// What came with a text, as people call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    Photo,
    Film,
    /// A voice message or other sound.
    Voice,
    /// A contact card (vCard).
    Contact,
    /// A calendar entry (iCalendar).
    Calendar,
    Pdf,
    /// Anything else, and what nobody has named.
    File,
}

impl What {
    pub const ALL: [What; 7] =
        [Self::Photo, Self::Film, Self::Voice, Self::Contact, Self::Calendar, Self::Pdf, Self::File];

    /// The word in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Film => "film",
            Self::Voice => "voice",
            Self::Contact => "contact",
            Self::Calendar => "calendar",
            Self::Pdf => "pdf",
            Self::File => "file",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.as_str() == word)
    }

    /// Whether files of this sort are kept.
    pub fn is_taken(self) -> bool {
        matches!(self, Self::Photo | Self::Film | Self::Voice)
    }

    /// What a media type (`video/mp4`) or the ending of a name (`mp4`) says; `None` if it says nothing.
    fn of_word(word: &str) -> Option<Self> {
        let word = word.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let (sort, form) = word.split_once('/').unwrap_or(("", &word));
        match (sort, form) {
            ("image", _) | ("", "jpg" | "jpeg" | "png" | "gif" | "webp" | "heic" | "bmp") => {
                Some(Self::Photo)
            }
            ("video", _) | ("", "mp4" | "3gp" | "3g2" | "mov" | "webm" | "avi" | "mkv") => Some(Self::Film),
            ("audio", _) | ("application", "ogg") => Some(Self::Voice),
            ("", "amr" | "m4a" | "mp3" | "ogg" | "wav" | "aac") => Some(Self::Voice),
            ("text", "vcard" | "x-vcard" | "directory") | ("", "vcf") => Some(Self::Contact),
            ("text", "calendar" | "x-vcalendar") | ("", "ics" | "vcs") => Some(Self::Calendar),
            ("application", "pdf") | ("", "pdf") => Some(Self::Pdf),
            _ => None,
        }
    }
}

/// A photo (or another file) that came with a text. The carrier keeps it for a short while only.
#[derive(Clone, PartialEq, Eq)]
pub struct MediaRef {
    /// What the driver needs to fetch it: an address or a key of the carrier's.
    pub handle: String,
    /// The file name as the citizen's phone gave it; hostile like any text.
    pub name: Option<String>,
    /// The type the carrier claims; the bytes decide what it really is.
    pub content_type: Option<String>,
    /// Bytes, as the carrier claims.
    pub n_bytes: Option<u64>,
}

impl MediaRef {
    /// A photo that the carrier speaks of and does not hand over: its citizen and the counselor are told that it is lost.
    pub fn missing() -> Self {
        MediaRef { handle: String::new(), name: None, content_type: None, n_bytes: None }
    }

    pub fn is_missing(&self) -> bool {
        self.handle.is_empty()
    }

    /// What it is said to be, by its type, else by its name. Names a file that nobody has seen; decides nothing else.
    pub fn claimed(&self) -> What {
        let by_type = self.content_type.as_deref().and_then(What::of_word);
        let ending = || self.name.as_deref()?.rsplit_once('.').and_then(|(_, ending)| What::of_word(ending));
        by_type.or_else(ending).unwrap_or(What::File)
    }

    /// Whether it is the layout of an MMS (SMIL, OMA-TS-MMS_CONF), not a photo.
    pub fn is_layout(&self) -> bool {
        let kind = self.content_type.as_deref().and_then(|kind| kind.split(';').next()).unwrap_or_default();
        kind.trim().eq_ignore_ascii_case("application/smil")
    }
}

impl fmt::Debug for MediaRef {
    /// Leaves out the handle, which opens the photo, and the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MediaRef({:?} bytes)", self.n_bytes)
    }
}

/// A photo to be sent with a reply: JPEG, within the carrier's limits.
#[derive(Clone, PartialEq, Eq)]
pub struct Photo {
    /// Plain ASCII, ends in `.jpg`.
    pub name: String,
    pub jpeg: Arc<[u8]>,
}

impl fmt::Debug for Photo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Photo({} bytes)", self.jpeg.len())
    }
}

/// Limits of a carrier for the photos of one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhotoLimits {
    pub n: usize,
    /// Bytes of each.
    pub n_bytes: usize,
    /// Pixels.
    pub width: u32,
    pub height: u32,
}

impl PhotoLimits {
    /// The limits that every Korean carrier accepts. Source: the carriers' documents.
    pub const KOREAN: PhotoLimits = PhotoLimits { n: 3, n_bytes: 300 * 1_000, width: 1_500, height: 1_440 };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(content_type: Option<&str>, name: Option<&str>) -> What {
        let own = |word: Option<&str>| word.map(str::to_owned);
        MediaRef { content_type: own(content_type), name: own(name), ..MediaRef::missing() }.claimed()
    }

    #[test]
    fn what_a_carrier_says_it_is() {
        let cases = [
            (Some("image/jpeg"), None, What::Photo),
            (Some("IMAGE/HEIC"), None, What::Photo),
            (Some("jpg"), None, What::Photo),
            (Some("video/3gpp"), Some("a.jpg"), What::Film),
            (Some("Audio/AMR; rate=8000"), None, What::Voice),
            (Some("text/x-vCard; charset=utf-8"), None, What::Contact),
            (Some("text/calendar"), None, What::Calendar),
            (Some("application/pdf"), None, What::Pdf),
            (Some("application/octet-stream"), Some("홍길동.VCF"), What::Contact),
            (None, Some("a.b.mp4"), What::Film),
            (None, Some("mp4"), What::File),
            (Some("text/plain"), None, What::File),
            (Some("/"), Some("."), What::File),
            (Some(""), Some(""), What::File),
            (None, None, What::File),
        ];
        for (content_type, name, expected) in cases {
            assert_eq!(claim(content_type, name), expected, "{content_type:?} {name:?}");
        }
    }

    #[test]
    fn words_are_read_back() {
        for what in What::ALL {
            assert_eq!(What::from_word(what.as_str()), Some(what));
        }
    }
}
