//! Formats that are kept: photos, films and voice messages.

use image::ImageFormat;

use crate::domain::media::What;

/// Size limit of a citizen's photo (bytes).
pub const MAX_BYTES: usize = 8 << 20;
/// Size limit of a citizen's film (bytes): about five minutes of a phone's smallest quality.
pub const MAX_FILM_BYTES: usize = 50 << 20;
/// Size limit of a citizen's voice message (bytes).
pub const MAX_VOICE_BYTES: usize = 10 << 20;

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

    pub(super) fn format(self) -> ImageFormat {
        match self {
            Self::Jpeg => ImageFormat::Jpeg,
            Self::Png => ImageFormat::Png,
            Self::Gif => ImageFormat::Gif,
            Self::Webp => ImageFormat::WebP,
        }
    }
}

/// Container of a film.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FilmKind {
    Mp4,
    ThreeGp,
    Mov,
    Webm,
}

/// Format of a voice message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VoiceKind {
    Amr,
    M4a,
    Mp3,
    Ogg,
    Wav,
}

/// Format of a kept file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    Photo(PhotoKind),
    Film(FilmKind),
    Voice(VoiceKind),
}

impl FileKind {
    pub const ALL: [FileKind; 13] = [
        Self::Photo(PhotoKind::Jpeg),
        Self::Photo(PhotoKind::Png),
        Self::Photo(PhotoKind::Gif),
        Self::Photo(PhotoKind::Webp),
        Self::Film(FilmKind::Mp4),
        Self::Film(FilmKind::ThreeGp),
        Self::Film(FilmKind::Mov),
        Self::Film(FilmKind::Webm),
        Self::Voice(VoiceKind::Amr),
        Self::Voice(VoiceKind::M4a),
        Self::Voice(VoiceKind::Mp3),
        Self::Voice(VoiceKind::Ogg),
        Self::Voice(VoiceKind::Wav),
    ];

    /// The word in the database, its ending as a file, and its media type (as IANA lists it; `audio/wav` as programs use it).
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Photo(PhotoKind::Jpeg) => ("jpg", "image/jpeg"),
            Self::Photo(PhotoKind::Png) => ("png", "image/png"),
            Self::Photo(PhotoKind::Gif) => ("gif", "image/gif"),
            Self::Photo(PhotoKind::Webp) => ("webp", "image/webp"),
            Self::Film(FilmKind::Mp4) => ("mp4", "video/mp4"),
            Self::Film(FilmKind::ThreeGp) => ("3gp", "video/3gpp"),
            Self::Film(FilmKind::Mov) => ("mov", "video/quicktime"),
            Self::Film(FilmKind::Webm) => ("webm", "video/webm"),
            Self::Voice(VoiceKind::Amr) => ("amr", "audio/amr"),
            Self::Voice(VoiceKind::M4a) => ("m4a", "audio/mp4"),
            Self::Voice(VoiceKind::Mp3) => ("mp3", "audio/mpeg"),
            Self::Voice(VoiceKind::Ogg) => ("ogg", "audio/ogg"),
            Self::Voice(VoiceKind::Wav) => ("wav", "audio/wav"),
        }
    }

    /// The word in the database and the file extension.
    pub fn as_str(self) -> &'static str {
        self.words().0
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    pub fn content_type(self) -> &'static str {
        self.words().1
    }

    pub fn what(self) -> What {
        match self {
            Self::Photo(_) => What::Photo,
            Self::Film(_) => What::Film,
            Self::Voice(_) => What::Voice,
        }
    }

    /// The largest file of this sort that is kept (bytes).
    pub fn most_bytes(self) -> usize {
        match self {
            Self::Photo(_) => MAX_BYTES,
            Self::Film(_) => MAX_FILM_BYTES,
            Self::Voice(_) => MAX_VOICE_BYTES,
        }
    }

    /// The name under which it is handed out. Nothing in it comes from the citizen's phone.
    pub fn file_name(self, id: i64) -> String {
        format!("{}-{id}.{}", self.what().as_str(), self.as_str())
    }
}
