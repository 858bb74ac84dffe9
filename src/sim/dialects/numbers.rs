//! Korean phone numbers in several forms. Deliberately without `domain::phone`, whose mistakes it would share.

/// `01012345678` -> `821012345678`. A number that is not Korean only loses its `+`.
pub(in crate::sim) fn international(number: &str) -> String {
    match number.strip_prefix('+') {
        Some(rest) => rest.to_owned(),
        None => number.strip_prefix('0').map_or_else(|| number.to_owned(), |rest| format!("82{rest}")),
    }
}

/// `01012345678` -> `+821012345678`
pub(in crate::sim) fn e164(number: &str) -> String {
    format!("+{}", international(number))
}

/// `+821012345678`, `821012345678` -> `01012345678`. Any other stays as it is.
pub(in crate::sim) fn domestic(number: &str) -> String {
    let bare = number.strip_prefix('+').unwrap_or(number);
    match bare.strip_prefix("82") {
        Some(rest) => format!("0{rest}"),
        _ => number.to_owned(),
    }
}

pub(in crate::sim) fn is_digits(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for number in ["01012345678", "062120", "0212345678"] {
            assert_eq!(domestic(&e164(number)), number);
            assert_eq!(domestic(&international(number)), number);
        }
        assert_eq!(e164("01012345678"), "+821012345678");
        assert_eq!(
            (domestic("15881234").as_str(), domestic("+15551234567").as_str()),
            ("15881234", "+15551234567")
        );
        assert_eq!(international("+15551234567"), "15551234567");
    }
}
