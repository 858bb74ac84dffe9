//! Splits one reply into carrier submissions: one SMS if it fits, else one LMS, else numbered LMS parts ("(1/3) …"),
//! each a row of its own. Only white space at the ends and at the cuts is lost.

use std::fmt;

use super::cut::{self, Cut};
use super::{Charset, Limits, cp949, gsm7, normalise, unencodable};
use crate::domain::outbound::OutboundKind;

/// The most parts of one reply.
pub const MAX_PARTS: usize = 9;

/// Placeholder for a part's number while measuring. With at most nine parts, all numbers are equally long.
const ANY_NUMBER: &str = "(1/9) ";

/// One submission to a carrier.
#[derive(Clone, PartialEq, Eq)]
pub struct Piece {
    /// Normalised; begins with its number if there are several pieces.
    pub text: String,
    pub kind: OutboundKind,
    /// Bytes in CP949, septets in GSM-7, 16-bit units in UCS-2.
    pub n_units: usize,
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Piece({}, {} units)", self.kind.as_str(), self.n_units)
    }
}

impl Limits {
    /// What its numbers count.
    pub fn unit(&self) -> &'static str {
        match self.charset {
            Charset::Cp949 => "bytes",
            Charset::Gsm7Ucs2 => "segments",
        }
    }

    /// The size of a piece in that unit.
    pub fn size(&self, piece: &Piece) -> usize {
        match self.charset {
            Charset::Cp949 => piece.n_units,
            Charset::Gsm7Ucs2 => gsm7::segments(&piece.text).n_segments,
        }
    }

    /// The largest size of a text of this kind.
    pub fn most(&self, kind: OutboundKind) -> usize {
        if kind == OutboundKind::Sms { self.sms } else { self.lms }
    }
}

/// Why a text cannot be sent as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// Nothing but white space.
    Empty,
    /// Characters the carrier cannot carry, in order of first appearance.
    Unencodable(Vec<char>),
    /// It would take `n_parts` parts at the tightest cut; `usize::MAX` if not even one character fits in a part.
    TooLong { n_parts: usize },
}

/// The pieces in which a text is sent, in order. The text is normalised ([`normalise`]) and trimmed first.
///
/// Parts are cut after a sentence if that leaves them at least half full, else before white space, else between two
/// characters; more tightly if there would be more than [`MAX_PARTS`]. All parts are LMS, also a short last one:
/// carriers route SMS and LMS differently, and the parts should arrive in order.
pub fn plan(text: &str, limits: &Limits) -> Result<Vec<Piece>, Unfit> {
    let mut text = normalise(text);
    if limits.charset == Charset::Cp949 {
        text = cp949::carried(text);
    }
    let text = text.trim();
    if text.is_empty() {
        return Err(Unfit::Empty);
    }
    let strange = unencodable(text, limits.charset);
    if !strange.is_empty() {
        return Err(Unfit::Unencodable(strange));
    }
    let whole = Meter::measure(text, limits.charset);
    match whole.size() {
        size if size <= limits.sms => Ok(vec![whole.piece(text.to_owned(), OutboundKind::Sms)]),
        size if size <= limits.lms => Ok(vec![whole.piece(text.to_owned(), OutboundKind::Lms)]),
        _ => parts(text, limits),
    }
}

fn parts(text: &str, limits: &Limits) -> Result<Vec<Piece>, Unfit> {
    let mut n_parts = usize::MAX;
    for cut in [Cut::Sentence, Cut::Space, Cut::Tight] {
        let bodies = cut_up(text, limits, cut).ok_or(Unfit::TooLong { n_parts: usize::MAX })?;
        n_parts = bodies.len();
        if n_parts <= MAX_PARTS {
            return Ok(numbered(&bodies, limits.charset));
        }
    }
    Err(Unfit::TooLong { n_parts })
}

/// The text of which these are the pieces, in their order: without their numbers, with a new line where it was cut.
pub fn whole<'t>(pieces: impl IntoIterator<Item = &'t str>) -> String {
    let pieces: Vec<&str> = pieces.into_iter().collect();
    let n = pieces.len();
    let body = |(i, piece): (usize, &&'t str)| {
        let number = format!("({}/{n}) ", i + 1);
        if n > 1 { piece.strip_prefix(&number).unwrap_or(piece).to_owned() } else { (*piece).to_owned() }
    };
    pieces.iter().enumerate().map(body).collect::<Vec<_>>().join("\n")
}

fn numbered(bodies: &[&str], charset: Charset) -> Vec<Piece> {
    let number = |(i, body): (usize, &&str)| {
        let text = format!("({}/{}) {body}", i + 1, bodies.len());
        Meter::measure(&text, charset).piece(text, OutboundKind::Lms)
    };
    bodies.iter().enumerate().map(number).collect()
}

/// The text cut into bodies that fit with a number; `None` if a part has no room for a single character.
fn cut_up<'t>(text: &'t str, limits: &Limits, cut: Cut) -> Option<Vec<&'t str>> {
    let (mut rest, mut bodies) = (text, Vec::new());
    while !rest.is_empty() {
        let end = fitting(rest, limits);
        let at = match end {
            0 => return None,
            end if end == rest.len() => end,
            end => cut::place(rest, end, cut),
        };
        let (body, later) = rest.split_at(at);
        bodies.push(body.trim_end());
        rest = later.trim_start();
    }
    Some(bodies)
}

/// How many bytes of `text` fit in one part with its number.
fn fitting(text: &str, limits: &Limits) -> usize {
    let mut meter = Meter::measure(ANY_NUMBER, limits.charset);
    for (at, c) in text.char_indices() {
        meter.push(c);
        if meter.size() > limits.lms {
            return at;
        }
    }
    text.len()
}

/// Measures a text in its charset, which must have every character.
enum Meter {
    Bytes(usize),
    Segments(gsm7::Meter),
}

impl Meter {
    fn measure(text: &str, charset: Charset) -> Meter {
        let mut meter = match charset {
            Charset::Cp949 => Meter::Bytes(0),
            Charset::Gsm7Ucs2 => Meter::Segments(gsm7::Meter::default()),
        };
        text.chars().for_each(|c| meter.push(c));
        meter
    }

    fn push(&mut self, c: char) {
        match self {
            Meter::Bytes(n) => *n += cp949::width(c),
            Meter::Segments(meter) => meter.push(c),
        }
    }

    /// The size in the unit of [`Limits`].
    fn size(&self) -> usize {
        match self {
            Meter::Bytes(n) => *n,
            Meter::Segments(meter) => meter.segments().n_segments,
        }
    }

    fn piece(&self, text: String, kind: OutboundKind) -> Piece {
        let n_units = match self {
            Meter::Bytes(n) => *n,
            Meter::Segments(meter) => meter.segments().n_units,
        };
        Piece { text, kind, n_units }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::{cp949_len, segments};
    use proptest::prelude::*;

    const TINY: Limits = Limits { charset: Charset::Cp949, sms: 10, lms: 30 };
    const ABROAD: Limits = Limits { charset: Charset::Gsm7Ucs2, sms: 1, lms: 2 };

    fn texts(text: &str, limits: &Limits) -> Vec<String> {
        plan(text, limits).expect("fits").into_iter().map(|p| p.text).collect()
    }

    #[test]
    fn one_piece_where_it_fits() {
        use OutboundKind::*;
        let table = [
            ("가".repeat(45), Limits::KOREAN, Sms, 90),
            ("가".repeat(45) + ".", Limits::KOREAN, Lms, 91),
            ("가".repeat(1_000), Limits::KOREAN, Lms, 2_000),
            (format!("\n {} \r\n", "가".repeat(45)), Limits::KOREAN, Sms, 90),
            ("\u{1112}\u{1161}\u{11ab}".repeat(45), Limits::KOREAN, Sms, 90),
            ("太郎".to_owned(), Limits::KOREAN, Sms, 4),
            ("a".repeat(160), ABROAD, Sms, 160),
            ("a".repeat(161), ABROAD, Lms, 161),
            ("가".repeat(71), ABROAD, Lms, 71),
            ("👍".to_owned(), ABROAD, Sms, 2),
        ];
        for (text, limits, kind, n_units) in table {
            let pieces = plan(&text, &limits).expect("fits");
            let found: Vec<_> = pieces.iter().map(|p| (p.kind, p.n_units)).collect();
            assert_eq!(found, [(kind, n_units)], "{text}");
        }
    }

    #[test]
    fn parts_are_numbered_and_cut_where_it_reads_well() {
        assert_eq!(
            texts("62번 버스를 타세요. 시청에서 내려 2번 출구로 나오세요.", &TINY),
            ["(1/3) 62번 버스를 타세요.", "(2/3) 시청에서 내려 2번 출구로", "(3/3) 나오세요."]
        );
        let pieces = plan(&"가나다라 ".repeat(7), &TINY).expect("fits");
        assert!(pieces.iter().all(|p| p.kind == OutboundKind::Lms && p.n_units <= 30), "{pieces:?}");
    }

    #[test]
    fn the_pieces_give_the_text_again() {
        let text = "62번 버스를 타세요. 시청에서 내려 2번 출구로 나오세요.";
        let pieces = texts(text, &TINY);
        let again = whole(pieces.iter().map(String::as_str));
        assert_eq!(again, "62번 버스를 타세요.\n시청에서 내려 2번 출구로\n나오세요.");
        assert_eq!(whole(["(1/2) 하나뿐"]), "(1/2) 하나뿐");
    }

    #[test]
    fn parts_are_cut_tighter_before_a_text_is_refused() {
        // Words of 13 bytes: one to a part at white space, but 24 bytes to a part in a pinch.
        let words = "가가가가가가! ".repeat(14);
        assert_eq!(texts(&words, &TINY).len(), 9);
        assert_eq!(plan(&"가".repeat(109), &TINY), Err(Unfit::TooLong { n_parts: 10 }));
        assert_eq!(texts(&"가".repeat(108), &TINY).len(), 9);
    }

    #[test]
    fn what_cannot_be_sent() {
        let narrow = Limits { lms: 7, sms: 0, ..TINY };
        let table = [
            ("", TINY, Unfit::Empty),
            (" \r\n\t\u{3000}\0", TINY, Unfit::Empty),
            ("☕ 한 잔 👍☕", TINY, Unfit::Unencodable(vec!['☕', '👍'])),
            ("가나다라마", narrow, Unfit::TooLong { n_parts: usize::MAX }),
        ];
        for (text, limits, expected) in table {
            assert_eq!(plan(text, &limits), Err(expected), "{text}");
        }
    }

    #[test]
    fn emoji_of_several_code_points_stay_whole() {
        let family = "👩\u{200d}👩\u{200d}👧\u{200d}👦";
        let one = Limits { lms: 1, ..ABROAD };
        for text in texts(&family.repeat(20), &one) {
            let body = text.get(6..).expect("numbered");
            assert_eq!(body.replace(family, ""), "", "{text}");
        }
    }

    #[test]
    fn a_very_long_text_is_refused_soon() {
        let refused = plan(&"민원 ".repeat(200_000), &Limits::KOREAN);
        assert!(matches!(refused, Err(Unfit::TooLong { n_parts }) if n_parts > 490));
    }

    #[test]
    fn debug_shows_no_word() {
        assert_eq!(format!("{:?}", plan("살려주세요", &TINY)), "Ok([Piece(sms, 10 units)])");
    }

    /// What stands behind the numbers, or nothing if a number is wrong.
    fn bodies(pieces: &[Piece]) -> Option<Vec<String>> {
        let n = pieces.len();
        let body =
            |(i, p): (usize, &Piece)| p.text.strip_prefix(&format!("({}/{n}) ", i + 1)).map(str::to_owned);
        if n == 1 {
            Some(vec![pieces[0].text.clone()])
        } else {
            pieces.iter().enumerate().map(body).collect()
        }
    }

    /// Whether the bodies follow one another in the text with nothing but white space between them.
    fn are_all_of(bodies: &[String], text: &str) -> bool {
        let rest = bodies.iter().try_fold(text, |rest, body| rest.trim_start().strip_prefix(body.as_str()));
        rest.is_some_and(|rest| rest.trim().is_empty())
    }

    proptest! {
        #[test]
        fn korean_pieces_fit_and_lose_nothing(text in "([가-힣]{1,9}[ .?!\n]{0,3}|[a-z0-9]{1,30} ?|ㅋ{1,9}){0,60}", lms in 40..200_usize) {
            let limits = Limits { charset: Charset::Cp949, sms: 30, lms };
            match plan(&text, &limits) {
                Err(unfit) => prop_assert!(text.trim().is_empty() == (unfit == Unfit::Empty)),
                Ok(pieces) => {
                    let most = if pieces.len() == 1 && pieces[0].kind == OutboundKind::Sms { limits.sms } else { lms };
                    prop_assert!(pieces.len() <= MAX_PARTS);
                    prop_assert!(pieces.iter().all(|p| cp949_len(&p.text) == Some(p.n_units) && p.n_units <= most));
                    prop_assert!(are_all_of(&bodies(&pieces).expect("numbered"), &text));
                }
            }
        }

        #[test]
        fn foreign_pieces_fit_and_lose_nothing(text in "([a-z€ .]{0,60}[가-힣😀-😏\u{301}\u{200d}]{0,3}){0,20}|\\PC{0,300}", lms in 1..4_usize) {
            let limits = Limits { lms, ..ABROAD };
            if let Ok(pieces) = plan(&text, &limits) {
                prop_assert!(pieces.iter().all(|p| segments(&p.text).n_segments <= lms));
                prop_assert!(pieces.iter().all(|p| segments(&p.text).n_units == p.n_units));
                prop_assert!(are_all_of(&bodies(&pieces).expect("numbered"), &normalise(&text)));
            }
        }

        #[test]
        fn any_text_whatever(text in any::<String>(), sms in 0..20_usize, lms in 0..40_usize) {
            for charset in [Charset::Cp949, Charset::Gsm7Ucs2] {
                if let Ok(pieces) = plan(&text, &Limits { charset, sms, lms }) {
                    prop_assert!((1..=MAX_PARTS).contains(&pieces.len()));
                }
            }
        }
    }
}
