//! Charsets and parts. Jasmin hands texts over as the message centre sent them, octets and `data_coding` (SMPP 3.4, 5.2.19;
//! 3GPP TS 23.038 for the groups from 0x10), and joins parts only with an 8-bit reference.

use encoding_rs::{EUC_KR, Encoding, ISO_2022_JP, ISO_8859_5, ISO_8859_8, UTF_8, UTF_16BE, WINDOWS_1252};

use super::settings::DefaultAlphabet;
use crate::domain::text;

/// Octets of a single text, and of each of several parts (Jasmin's `SMPPOperationFactory.SubmitSM`).
const SEPTETS: (usize, usize) = (160, 153);
const UCS2: (usize, usize) = (140, 134);
const UCS2_CODING: u8 = 8;
/// Escape to the extension of the GSM alphabet.
const ESCAPE: u8 = 0x1b;

/// A text as Jasmin takes it.
pub(super) struct Encoded {
    pub coding: u8,
    pub octets: Vec<u8>,
    /// Parts in which Jasmin sends it.
    pub n_parts: usize,
}

impl Encoded {
    fn new(coding: u8, octets: Vec<u8>, (alone, joined): (usize, usize)) -> Self {
        let n_parts = if octets.len() <= alone { 1 } else { octets.len().div_ceil(joined) };
        Encoded { coding, octets, n_parts }
    }
}

/// In the default alphabet if it has every character, else in UCS-2 (in practice UTF-16).
pub(super) fn encode(said: &str, default: DefaultAlphabet) -> Encoded {
    let plain = match default {
        DefaultAlphabet::Gsm => text::gsm7_octets(said).filter(|octets| !is_character_cut(octets)),
        DefaultAlphabet::Ascii => {
            let is_plain = |b: u8| matches!(b, b'\n' | b' '..=b'~');
            said.bytes().all(is_plain).then(|| said.as_bytes().to_vec())
        }
    };
    match plain {
        Some(octets) => Encoded::new(0, octets, SEPTETS),
        None => {
            let octets = said.encode_utf16().flat_map(u16::to_be_bytes).collect();
            Encoded::new(UCS2_CODING, octets, UCS2)
        }
    }
}

/// Jasmin counts octets: it cuts between an escape and its character, and both phones' halves would be wrong.
fn is_character_cut(octets: &[u8]) -> bool {
    let (alone, joined) = SEPTETS;
    octets.len() > alone && (joined..octets.len()).step_by(joined).any(|cut| octets[cut - 1] == ESCAPE)
}

pub(super) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|b| format!("{b:02x}")).collect()
}

/// `None` if this is no hexadecimal number of whole octets.
pub(super) fn from_hex(word: &[u8]) -> Option<Vec<u8>> {
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|n| u8::try_from(n).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    word.chunks(2).map(pair).collect()
}

/// The words of a text; `None` if its octets are data. A part that Jasmin did not join is headed by its number.
pub(super) fn decode(coding: u8, octets: &[u8], default: DefaultAlphabet) -> Option<String> {
    let (part, octets) = without_header(octets);
    let words = match charset(coding)? {
        Charset::Default => by_default(octets, default),
        Charset::Ascii => by_default(octets, DefaultAlphabet::Ascii),
        // The byte order mark that some phones send is no character.
        Charset::Of(encoding) => {
            let words = encoding.decode_without_bom_handling(octets).0;
            words.trim_start_matches('\u{feff}').to_owned()
        }
    };
    Some(match part {
        Some((n, total)) => format!("({n}/{total}) {words}"),
        None => words,
    })
}

enum Charset {
    Default,
    Ascii,
    Of(&'static Encoding),
}

/// `None` for data, and for alphabets that nobody here writes.
fn charset(coding: u8) -> Option<Charset> {
    Some(match coding {
        1 => Charset::Ascii,
        3 => Charset::Of(WINDOWS_1252),
        6 => Charset::Of(ISO_8859_5),
        7 => Charset::Of(ISO_8859_8),
        UCS2_CODING | 0xe0..=0xef => Charset::Of(UTF_16BE),
        10 => Charset::Of(ISO_2022_JP),
        14 => Charset::Of(EUC_KR),
        2 | 4 | 5 | 9 | 13 => return None,
        // With a message class, or compressed: the alphabet is in two bits.
        0x10..=0x7f => match coding & 0x0c {
            0x00 => Charset::Default,
            0x08 => Charset::Of(UTF_16BE),
            _ => return None,
        },
        0xf0.. if coding & 0x04 != 0 => return None,
        _ => Charset::Default,
    })
}

/// The message centre's own alphabet. Octets beyond seven bits can be neither GSM nor ASCII: some centres send what they have.
fn by_default(octets: &[u8], default: DefaultAlphabet) -> String {
    if octets.is_ascii() {
        return match default {
            DefaultAlphabet::Gsm => text::from_gsm7(octets),
            DefaultAlphabet::Ascii => String::from_utf8_lossy(octets).into_owned(),
        };
    }
    let whole =
        |encoding: &'static Encoding| encoding.decode_without_bom_handling_and_without_replacement(octets);
    let words = whole(UTF_8).or_else(|| whole(EUC_KR));
    words.unwrap_or_else(|| WINDOWS_1252.decode_without_bom_handling(octets).0).into_owned()
}

/// The number of a part and of all parts, and the octets behind the header that says so (TS 23.040, 9.2.3.24.1 and .8). Jasmin
/// leaves it in texts with a 16-bit reference.
fn without_header(octets: &[u8]) -> (Option<(u8, u8)>, &[u8]) {
    match octets {
        [5, 0, 3, _, total, n, rest @ ..] | [6, 8, 4, _, _, total, n, rest @ ..]
            if *total > 1 && (1..=*total).contains(n) =>
        {
            (Some((*n, *total)), rest)
        }
        _ => (None, octets),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GSM: DefaultAlphabet = DefaultAlphabet::Gsm;
    const ASCII: DefaultAlphabet = DefaultAlphabet::Ascii;

    #[test]
    fn each_text_in_the_smallest_alphabet_that_has_it() {
        for (said, default, coding, octets, n_parts) in [
            ("hi @", GSM, 0, "68692000", 1),
            ("hi @", ASCII, 0, "68692040", 1),
            ("é", GSM, 0, "05", 1),
            ("é", ASCII, 8, "00e9", 1),
            ("네", GSM, 8, "b124", 1),
            ("😀", GSM, 8, "d83dde00", 1),
        ] {
            let encoded = encode(said, default);
            let seen = (encoded.coding, hex(&encoded.octets), encoded.n_parts);
            assert_eq!(seen, (coding, octets.to_owned(), n_parts), "{said}");
        }
    }

    #[test]
    fn as_many_parts_as_jasmin_makes() {
        let parts = |said: &str| encode(said, GSM).n_parts;
        let table = [
            ("가", 70, 1),
            ("가", 71, 2),
            ("가", 134, 2),
            ("가", 135, 3),
            ("a", 160, 1),
            ("a", 161, 2),
            ("a", 307, 3),
        ];
        for (said, n, expected) in table {
            assert_eq!(parts(&said.repeat(n)), expected, "{said} {n}");
        }
        // The escape of `€` would be the last octet of the first part.
        let cut = "a".repeat(152) + "€" + &"a".repeat(20);
        assert_eq!((encode(&cut, GSM).coding, encode(&cut[1..], GSM).coding), (8, 0));
        assert_eq!(encode(&("a".repeat(152) + "€"), GSM).coding, 0, "one part is not cut");
    }

    #[test]
    fn what_citizens_wrote() {
        let utf16 = "c0b4b824c8fcc138c6940020d83dde00";
        for (coding, octets, words) in [
            (8, utf16, "살려주세요 😀"),
            (0x18, utf16, "살려주세요 😀"),
            (0xe0, "b124", "네"),
            (8, "feffb124", "네"),
            (8, "d83d", "\u{fffd}"),
            (8, "b124b1", "네\u{fffd}"),
            (0, "68690011", "hi@_"),
            (0xf1, "00", "@"),
            (1, "40", "@"),
            (3, "e9", "é"),
            (14, "b5b5bfcdc1d6bcbcbfe4", "도와주세요"),
            // Sent under the wrong name.
            (0, "b5b5bfcdc1d6bcbcbfe4", "도와주세요"),
            (0, "eb8f84ec9980eca3bc", "도와주"),
            (1, "e9", "é"),
            (8, "", ""),
            (8, "060804778802010041", "(1/2) A"),
            (8, "050003770202b124", "(2/2) 네"),
            (0, "0608047788020268", "(2/2) h"),
            // No header: these are characters.
            (8, "060804778802030041", "\u{0608}\u{0477}\u{8802}\u{0300}\u{fffd}"),
        ] {
            let octets = from_hex(octets.as_bytes()).unwrap();
            assert_eq!(decode(coding, &octets, GSM).as_deref(), Some(words), "{coding} {octets:02x?}");
        }
        for coding in [2, 4, 5, 9, 13, 0x14, 0xf5] {
            assert_eq!(decode(coding, b"\x01\x02", GSM), None, "{coding}");
        }
        assert_eq!(decode(0, b"@", ASCII).as_deref(), Some("@"));
    }

    #[test]
    fn hexadecimal() {
        assert_eq!(from_hex(b"00fFa0"), Some(vec![0, 255, 160]));
        assert_eq!(
            (from_hex(b""), from_hex(b"0"), from_hex(b"0g"), from_hex(b"+1")),
            (Some(vec![]), None, None, None)
        );
    }
}
