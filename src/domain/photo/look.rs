//! What a file is. Its bytes decide, whatever was claimed: a signature at the front, and behind it the shape that the
//! format demands, so that a page with the head of a film is no film.

use super::kind::{FileKind, FilmKind, PhotoKind, VoiceKind};
use super::{Kept, Loss, LostAs, containers, measure};
use crate::domain::media::What;

/// The first look at a file.
enum Seen {
    /// A kind that is kept, if the rest is sound.
    Taken(FileKind),
    /// A known kind that is not kept.
    Other(What),
    /// The head of a kind that is kept, and nothing sound behind it.
    Broken(What),
}

/// What a file is, or why it is not kept. `claimed` only names bytes that say nothing. Slow for a large film: not for an
/// async thread.
pub fn examine(bytes: &[u8], claimed: What) -> Result<Kept, LostAs> {
    let kind = match seen(bytes) {
        Some(Seen::Taken(kind)) => kind,
        Some(Seen::Other(what)) => return Err(LostAs { what, why: Loss::NotTaken }),
        Some(Seen::Broken(what)) => return Err(LostAs { what, why: Loss::Broken }),
        // An error page in the place of a photo, or a kind that nobody here knows.
        None => {
            let why = if claimed.is_taken() { Loss::Broken } else { Loss::NotTaken };
            return Err(LostAs { what: claimed, why });
        }
    };
    let lost = |why| LostAs { what: kind.what(), why };
    if bytes.len() > kind.most_bytes() {
        return Err(lost(Loss::TooLarge));
    }
    match kind {
        FileKind::Photo(_) => measure(bytes).map(Kept::from).map_err(lost),
        FileKind::Film(_) | FileKind::Voice(_) => Ok(Kept { kind, pixels: None }),
    }
}

fn seen(bytes: &[u8]) -> Option<Seen> {
    if let Some(kind) = PhotoKind::sniff(bytes) {
        return Some(Seen::Taken(FileKind::Photo(kind)));
    }
    film_or_voice(bytes).or_else(|| other(bytes).map(Seen::Other))
}

/// Sources: ISO/IEC 14496-12, RFC 8794 and 9559 (WebM), RFC 4867 (AMR), ISO/IEC 11172-3 (MP3), RFC 3533 (Ogg), WAVE.
fn film_or_voice(bytes: &[u8]) -> Option<Seen> {
    let voice = |kind, is_sound: bool| match is_sound {
        true => Seen::Taken(FileKind::Voice(kind)),
        false => Seen::Broken(What::Voice),
    };
    Some(match bytes {
        // Pictures in the same container, of phones that save space.
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] if is_picture(brand) => Seen::Other(What::Photo),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => iso(bytes),
        // QuickTime films made before there were brands.
        [_, _, _, _, b'm', b'o', b'o', b'v', ..] | [_, _, _, _, b'w', b'i', b'd', b'e', ..] => iso(bytes),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => match containers::ebml_type(bytes) {
            Some(b"webm") => Seen::Taken(FileKind::Film(FilmKind::Webm)),
            Some(_) => Seen::Other(What::Film),
            None => Seen::Broken(What::Film),
        },
        [b'#', b'!', b'A', b'M', b'R', ..] => voice(VoiceKind::Amr, containers::is_amr(bytes)),
        [b'I', b'D', b'3', ..] => voice(VoiceKind::Mp3, containers::is_mp3(bytes)),
        [0xff, second, ..] if second & 0xe6 == 0xe2 => voice(VoiceKind::Mp3, containers::is_mp3(bytes)),
        [b'O', b'g', b'g', b'S', ..] => match containers::ogg_has_film(bytes) {
            Some(false) => Seen::Taken(FileKind::Voice(VoiceKind::Ogg)),
            Some(true) => Seen::Other(What::Film),
            None => Seen::Broken(What::Voice),
        },
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => {
            voice(VoiceKind::Wav, containers::is_wav(bytes))
        }
        _ => return None,
    })
}

fn is_picture(brand: &[u8]) -> bool {
    let pictures: [&[u8]; 7] = [b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif"];
    pictures.iter().any(|known| brand.starts_with(known))
}

/// A file of the MP4 family. Without a picture track it is a voice message, whatever its brand says: phones record both
/// into the same container.
fn iso(bytes: &[u8]) -> Seen {
    let Some(tracks) = containers::iso_tracks(bytes) else {
        return Seen::Broken(What::Film);
    };
    if !tracks.film {
        return Seen::Taken(FileKind::Voice(VoiceKind::M4a));
    }
    let has_brand = bytes.get(4..8) == Some(b"ftyp");
    let kind = match bytes.get(8..11).filter(|_| has_brand) {
        Some(b"3gp" | b"3g2" | b"3gg" | b"3ge" | b"3gs" | b"3gr") => FilmKind::ThreeGp,
        Some(b"qt ") | None => FilmKind::Mov,
        Some(_) => FilmKind::Mp4,
    };
    Seen::Taken(FileKind::Film(kind))
}

/// Kinds that are known and not kept, so that people are told what it was.
fn other(bytes: &[u8]) -> Option<What> {
    let written = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let begins = |with: &[u8]| written.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with));
    if begins(b"BEGIN:VCARD") {
        return Some(What::Contact);
    }
    if begins(b"BEGIN:VCALENDAR") {
        return Some(What::Calendar);
    }
    match bytes {
        [b'%', b'P', b'D', b'F', b'-', ..] => Some(What::Pdf),
        [b'B', b'M', ..] if bytes.get(6..10) == Some(&[0; 4]) => Some(What::Photo),
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => Some(What::Photo),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' ', ..] => Some(What::Film),
        [b'F', b'L', b'V', 1, ..] | [0, 0, 1, 0xba | 0xb3, ..] | [0x30, 0x26, 0xb2, 0x75, ..] => {
            Some(What::Film)
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, b'Q', b'L', b'C', b'M', ..] => Some(What::Voice),
        [b'f', b'L', b'a', b'C', ..] | [b'M', b'T', b'h', b'd', ..] | [b'M', b'M', b'M', b'D', ..] => {
            Some(What::Voice)
        }
        // ADTS (AAC).
        [0xff, second, ..] if second & 0xf6 == 0xf0 => Some(What::Voice),
        // ZIP and OLE2: office files.
        [b'P', b'K', 3, 4, ..] | [0xd0, 0xcf, 0x11, 0xe0, ..] => Some(What::File),
        _ => None,
    }
}
