//! Dates by their exact shape. A general date parser takes many spellings that a carrier's own parser refuses, and a
//! gateway that was only tried against such a parser is refused by the carrier.

/// Milliseconds UTC of a word that has exactly one of these shapes and is a time. In a shape `0` stands for any digit and
/// `~` for a sign; everything else stands for itself. A time of day without an offset counts as UTC.
pub(in crate::sim) fn time_ms(word: &str, shapes: &[&str]) -> Option<i64> {
    shapes.iter().any(|shape| has_shape(word, shape)).then_some(())?;
    let with_offset = || jiff::Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", word);
    let at: jiff::Timestamp = word
        .parse()
        .or_else(|_| with_offset())
        .or_else(|_| format!("{word}Z").parse())
        .or_else(|_| format!("{word}T00:00:00Z").parse())
        .ok()?;
    Some(at.as_millisecond())
}

fn has_shape(word: &str, shape: &str) -> bool {
    let fits = |(c, shape): (char, char)| match shape {
        '0' => c.is_ascii_digit(),
        '~' => matches!(c, '+' | '-'),
        literal => c == literal,
    };
    word.chars().count() == shape.chars().count() && word.chars().zip(shape.chars()).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_is_exact() {
        let shapes = [
            "0000-00-00T00:00:00.000~00:00",
            "0000-00-00T00:00:00.000~0000",
            "0000-00-00T00:00:00Z",
            "0000-00-00T00:00:00",
            "0000-00-00",
        ];
        for (word, at) in [
            ("1970-01-01T09:00:00.007+09:00", 7),
            ("1970-01-01T00:00:01Z", 1_000),
            ("1970-01-01T00:00:02", 2_000),
            ("1970-01-02", 86_400_000),
            ("1970-01-01T00:00:00.007+0000", 7),
        ] {
            assert_eq!(time_ms(word, &shapes), Some(at), "{word}");
        }
        for word in [
            "",
            "1970-01-01T09:00:00.07+09:00",
            "1970-01-01T09:00:00.0070+09:00",
            "1970-01-01T09:00:00+0900",
            "1970-01-01T09:00:00.007 09:00",
            "1970-01-01t00:00:01z",
            "1970-13-01T00:00:01Z",
            "1970-01-01 00:00:02",
        ] {
            assert_eq!(time_ms(word, &shapes), None, "{word}");
        }
    }
}
