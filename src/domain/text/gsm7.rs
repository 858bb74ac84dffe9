//! The GSM 7-bit alphabet and UCS-2 (3GPP TS 23.038), and the segments of a text (TS 23.040).
//!
//! A single segment has 160 septets or 70 units. Each of several segments has 153 or 67, because six bytes of header
//! number them. (Carriers with 16-bit references leave 152 and 66; they split by themselves.) A character of two units
//! is never split across segments: the first segment then ends one unit early.

/// The default alphabet, without its escape character.
const DEFAULT: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                       ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// The extension table: two septets each, an escape and a character.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";
/// The escape to the extension table, and the codes there, in the order of [`EXTENSION`].
const ESCAPE: u8 = 0x1b;
const EXTENSION_CODES: [u8; 10] = [0x0a, 0x14, 0x28, 0x29, 0x2f, 0x3c, 0x3d, 0x3e, 0x40, 0x65];

/// Encoding of a text on the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Alphabet {
    Gsm7,
    /// UCS-2 by name; in practice UTF-16, as emoji need.
    Ucs2,
}

impl Alphabet {
    /// Units in a text of one segment.
    fn alone(self) -> usize {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// Units in each of several segments.
    fn joined(self) -> usize {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }

    /// Units of one character; a text in GSM-7 has no other characters.
    fn width(self, c: char) -> usize {
        match self {
            Self::Gsm7 => septets(c).unwrap_or(0),
            Self::Ucs2 => c.len_utf16(),
        }
    }
}

/// Size of a text in segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segments {
    pub alphabet: Alphabet,
    /// Septets or 16-bit units, all segments together.
    pub n_units: usize,
    /// 0 for an empty text.
    pub n_segments: usize,
}

/// Measures a text.
pub fn segments(text: &str) -> Segments {
    let mut meter = Meter::default();
    text.chars().for_each(|c| meter.push(c));
    meter.segments()
}

/// Splits a text into the segments that [`segments`] counts. Joined, they give the text again.
pub fn split_segments(text: &str) -> Vec<String> {
    let Segments { alphabet, n_segments, .. } = segments(text);
    if n_segments <= 1 {
        return (n_segments == 1).then(|| text.to_owned()).into_iter().collect();
    }
    let (mut parts, mut part, mut filled) = (Vec::with_capacity(n_segments), String::new(), 0);
    for c in text.chars() {
        let width = alphabet.width(c);
        if filled + width > alphabet.joined() {
            parts.push(std::mem::take(&mut part));
            filled = 0;
        }
        part.push(c);
        filled += width;
    }
    parts.push(part);
    parts
}

/// Measures a text that grows character by character.
#[derive(Debug, Clone)]
pub(super) struct Meter {
    /// `None` after a character that GSM-7 lacks.
    gsm7: Option<Layout>,
    ucs2: Layout,
}

impl Default for Meter {
    fn default() -> Self {
        Meter { gsm7: Some(Layout::default()), ucs2: Layout::default() }
    }
}

impl Meter {
    pub(super) fn push(&mut self, c: char) {
        self.ucs2.push(c.len_utf16(), Alphabet::Ucs2);
        self.gsm7 = self.gsm7.take().zip(septets(c)).map(|(mut layout, width)| {
            layout.push(width, Alphabet::Gsm7);
            layout
        });
    }

    pub(super) fn segments(&self) -> Segments {
        match &self.gsm7 {
            Some(layout) => layout.segments(Alphabet::Gsm7),
            None => self.ucs2.segments(Alphabet::Ucs2),
        }
    }
}

/// Units distributed over joined segments.
#[derive(Debug, Clone, Default)]
struct Layout {
    n_units: usize,
    n_full: usize,
    /// Units in the segment after the full ones.
    filled: usize,
}

impl Layout {
    fn push(&mut self, width: usize, alphabet: Alphabet) {
        self.n_units += width;
        self.filled += width;
        if self.filled > alphabet.joined() {
            self.n_full += 1;
            self.filled = width;
        }
    }

    fn segments(&self, alphabet: Alphabet) -> Segments {
        let n_segments = match self.n_units {
            0 => 0,
            n if n <= alphabet.alone() => 1,
            _ => self.n_full + 1,
        };
        Segments { alphabet, n_units: self.n_units, n_segments }
    }
}

/// Septets of a character; `None` if GSM-7 lacks it.
fn septets(c: char) -> Option<usize> {
    // Fast path for the letters, digits and most signs of ASCII.
    if matches!(c, ' '..='?' | 'A'..='Z' | 'a'..='z' | '\n') || DEFAULT.contains(c) {
        Some(1)
    } else {
        EXTENSION.contains(c).then_some(2)
    }
}

/// The text in the default alphabet, one septet an octet, as SMPP carries it; `None` if the alphabet lacks a character.
pub fn gsm7_octets(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len());
    for c in text.chars() {
        match (DEFAULT.chars().position(|d| d == c), EXTENSION.chars().position(|e| e == c)) {
            // The escape stands between `Ξ` and `Æ`, and in no text.
            (Some(at), _) => octets.push(u8::try_from(at).ok().map(|at| at + u8::from(at >= ESCAPE))?),
            (None, Some(at)) => octets.extend([ESCAPE, EXTENSION_CODES[at]]),
            (None, None) => return None,
        }
    }
    Some(octets)
}

/// Reads the default alphabet, one septet an octet. What is in neither table becomes U+FFFD.
pub fn from_gsm7(octets: &[u8]) -> String {
    let mut octets = octets.iter().copied();
    let mut text = String::new();
    while let Some(octet) = octets.next() {
        let c = match octet {
            ESCAPE => octets.next().and_then(|code| {
                EXTENSION_CODES
                    .iter()
                    .position(|known| *known == code)
                    .and_then(|at| EXTENSION.chars().nth(at))
            }),
            _ => DEFAULT.chars().nth(usize::from(octet - u8::from(octet > ESCAPE))),
        };
        text.push(c.unwrap_or('\u{fffd}'));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn measured(text: &str) -> (Alphabet, usize, usize) {
        let Segments { alphabet, n_units, n_segments } = segments(text);
        (alphabet, n_units, n_segments)
    }

    #[test]
    fn the_alphabet_is_complete() {
        assert_eq!(DEFAULT.chars().count(), 127);
        assert_eq!(EXTENSION.chars().count(), 10);
        let ascii: String = (' '..='~').filter(|c| septets(*c).is_none()).collect();
        assert_eq!(ascii, "`");
        for (c, expected) in [('Ç', Some(1)), ('ç', None), ('€', Some(2)), ('\t', None), ('가', None)] {
            assert_eq!(septets(c), expected, "{c}");
        }
    }

    /// As Jasmin 0.11.1 wrote it for `coding=0` (its codec `gsm0338`).
    #[test]
    fn octets_there_and_back() {
        let octets = b"\x61\x1b\x65\x1b\x3c\x00\x1b\x3e\x05\x02\x11";
        assert_eq!(gsm7_octets("a€[@]é$_").as_deref(), Some(&octets[..]));
        assert_eq!(from_gsm7(octets), "a€[@]é$_");
        let all: String = [DEFAULT, EXTENSION].concat();
        assert_eq!(from_gsm7(&gsm7_octets(&all).unwrap()), all);
        assert_eq!((gsm7_octets("Æ"), gsm7_octets("à")), (Some(vec![0x1c]), Some(vec![0x7f])));
        assert_eq!((gsm7_octets("ç"), gsm7_octets("가")), (None, None));
        assert_eq!(from_gsm7(b"a\x1b\x00\xffb\x1b"), "a\u{fffd}\u{fffd}b\u{fffd}");
    }

    #[test]
    fn counts() {
        use Alphabet::*;
        let table = [
            (String::new(), (Gsm7, 0, 0)),
            ("a".repeat(160), (Gsm7, 160, 1)),
            ("a".repeat(161), (Gsm7, 161, 2)),
            ("a".repeat(306), (Gsm7, 306, 2)),
            ("a".repeat(307), (Gsm7, 307, 3)),
            ("€".repeat(80), (Gsm7, 160, 1)),
            // 153 is odd: each segment holds 76 pairs and a lost septet.
            ("€".repeat(153), (Gsm7, 306, 3)),
            ("a".repeat(152) + "€" + &"a".repeat(152), (Gsm7, 306, 3)),
            ("가".repeat(70), (Ucs2, 70, 1)),
            ("가".repeat(71), (Ucs2, 71, 2)),
            ("가".repeat(134), (Ucs2, 134, 2)),
            ("가".repeat(135), (Ucs2, 135, 3)),
            ("😀".repeat(35), (Ucs2, 70, 1)),
            ("😀".repeat(67), (Ucs2, 134, 3)),
            ("a".repeat(70) + "`", (Ucs2, 71, 2)),
        ];
        for (text, expected) in table {
            assert_eq!(measured(&text), expected, "{text}");
        }
    }

    fn any_text() -> impl Strategy<Value = String> {
        prop_oneof!["[a-z€\\[\\]{}^]{0,500}", "[가-힣😀-😏a]{0,300}", "[a-z€`]{60,170}", any::<String>()]
    }

    proptest! {
        #[test]
        fn splitting_agrees_with_counting(text in any_text()) {
            let Segments { alphabet, n_units, n_segments } = segments(&text);
            let parts = split_segments(&text);
            prop_assert_eq!(parts.len(), n_segments);
            prop_assert_eq!(parts.concat(), text);
            let room = if n_segments == 1 { alphabet.alone() } else { alphabet.joined() };
            let units = |part: &String| part.chars().map(|c| alphabet.width(c)).sum::<usize>();
            prop_assert!(parts.iter().all(|part| (1..=room).contains(&units(part))));
            prop_assert_eq!(parts.iter().map(units).sum::<usize>(), n_units);
        }

        #[test]
        fn segments_are_filled_as_far_as_they_go(text in any_text()) {
            let Segments { alphabet, n_units, n_segments } = segments(&text);
            prop_assert!(n_segments <= 1 || n_units > (n_segments - 1) * (alphabet.joined() - 1));
        }

        #[test]
        fn a_longer_text_never_has_fewer_segments(text in any_text(), c in any::<char>()) {
            let longer = format!("{text}{c}");
            prop_assert!(segments(&longer).n_segments >= segments(&text).n_segments);
        }
    }
}
