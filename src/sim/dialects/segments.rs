//! How many segments a text takes on the air (3GPP TS 23.038, TS 23.040). Deliberately without `domain::text`, whose
//! mistakes it would share.

/// Basic characters of the 7-bit alphabet beside ASCII letters and digits.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";
/// Characters of two septets.
const EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// At least one.
pub(in crate::sim) fn n_segments(text: &str) -> usize {
    let septets = |c: char| match c {
        _ if EXTENDED.contains(c) => Some(2),
        _ if c.is_ascii_alphanumeric() || BASIC.contains(c) => Some(1),
        _ => None,
    };
    let (widths, alone, joined) = match text.chars().map(septets).collect::<Option<Vec<usize>>>() {
        Some(widths) => (widths, 160, 153),
        None => (text.chars().map(char::len_utf16).collect(), 70, 67),
    };
    if widths.iter().sum::<usize>() <= alone {
        return 1;
    }
    let (mut n, mut filled) = (1, 0);
    for width in widths {
        // A character is never split.
        if filled + width > joined {
            (n, filled) = (n + 1, 0);
        }
        filled += width;
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments() {
        for (text, n) in [
            (String::new(), 1),
            ("a".repeat(160), 1),
            ("a".repeat(161), 2),
            ("€".repeat(81), 2),
            ("a".repeat(307), 3),
            ("가".repeat(70), 1),
            ("가".repeat(71), 2),
            ("가".repeat(135), 3),
            ("😀".repeat(35), 1),
            ("😀".repeat(67), 3),
        ] {
            assert_eq!(n_segments(&text), n, "{text}");
        }
    }
}
