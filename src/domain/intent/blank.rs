//! Text that shows nothing on a phone: spaces, fillers, and characters without a shape.

/// Whether nobody can see anything of a text. Spaces of every kind, control and format characters, the Hangul fillers, the
/// empty Braille cell, the object replacement character of a removed attachment, and variation selectors show nothing.
pub fn shows_nothing(text: &str) -> bool {
    text.chars().all(is_invisible)
}

/// Source: Unicode, Default_Ignorable_Code_Point, White_Space and the fillers that phones draw as empty space.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffd}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_nothing() {
        for text in [
            "",
            " ",
            "\n\t",
            "\u{200b}",
            "\u{fffc}",
            "\u{3164}\u{3164}",
            "\u{2800} \u{feff}",
            "\u{fffd}",
            "\u{ffa0}\u{202e}",
        ] {
            assert!(shows_nothing(text), "{text:?}");
        }
        for text in [".", "?", "ㅋ", "\u{200b}네", "😀", "ㆍ", "ᄀ", "0"] {
            assert!(!shows_nothing(text), "{text:?}");
        }
    }
}
