//! Pictures on terminals that can draw them: kitty's graphics protocol (kitty, Ghostty, Konsole) and iTerm2's inline
//! images (iTerm2, WezTerm, mintty). Sources: sw.kovidgoyal.net/kitty/graphics-protocol, iterm2.com/documentation-images.html.
//!
//! The environment says which protocol a terminal speaks. Inside tmux and screen, and on a serial line, nothing is drawn.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::io::Io;
use crate::domain::photo::small_png;

/// Bytes of base64 in one chunk of the kitty protocol.
const CHUNK: usize = 4_096;
/// Assumed width of a column of text in pixels, and the largest picture drawn.
const COLUMN: usize = 8;
const MOST: (u32, u32) = (1_024, 768);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Kitty,
    Iterm,
}

/// A terminal that can draw pictures.
#[derive(Debug, Clone, Copy)]
pub struct Canvas {
    protocol: Protocol,
    columns: usize,
}

impl Canvas {
    /// `None` if the terminal can't draw.
    pub fn detect(io: &Io) -> Option<Self> {
        let var = |name: &str| io.var(name).unwrap_or_default();
        let is_inside = !var("TMUX").is_empty() || !var("STY").is_empty();
        if !io.stdout_is_terminal || is_inside {
            return None;
        }
        let (term, program) = (var("TERM"), var("TERM_PROGRAM"));
        let protocol = match (term.as_str(), program.as_str()) {
            ("xterm-kitty" | "xterm-ghostty", _) | (_, "ghostty") => Protocol::Kitty,
            (_, "iTerm.app" | "WezTerm" | "mintty") => Protocol::Iterm,
            _ if !var("KITTY_WINDOW_ID").is_empty() || !var("KONSOLE_VERSION").is_empty() => Protocol::Kitty,
            _ => return None,
        };
        Some(Canvas { protocol, columns: io.columns })
    }

    /// The picture in the terminal's protocol; `None` if it can't be read.
    pub fn draw(self, bytes: &[u8]) -> Option<String> {
        let (most_width, most_height) = MOST;
        let width = u32::try_from(self.columns * COLUMN).unwrap_or(most_width).clamp(64, most_width);
        let png = small_png(bytes, width, most_height).ok()?;
        let text = STANDARD.encode(&png);
        Some(match self.protocol {
            Protocol::Kitty => kitty(&text),
            Protocol::Iterm => {
                format!("\x1b]1337;File=inline=1;size={};preserveAspectRatio=1:{text}\x07", png.len())
            }
        })
    }
}

/// The kitty protocol: chunks, each of which says whether another follows.
fn kitty(text: &str) -> String {
    let chunks: Vec<&[u8]> = text.as_bytes().chunks(CHUNK).collect();
    let mut drawn = String::with_capacity(text.len() + 32 * chunks.len());
    for (n, chunk) in chunks.iter().enumerate() {
        let head = if n == 0 { "a=T,f=100,q=2," } else { "" };
        let more = u8::from(n + 1 < chunks.len());
        // Base64 is ASCII.
        drawn.push_str(&format!("\x1b_G{head}m={more};{}\x1b\\", String::from_utf8_lossy(chunk)));
    }
    drawn
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn io(vars: &[(&str, &str)]) -> Io {
        let vars: HashMap<_, _> = vars.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Io { vars, stdout_is_terminal: true, columns: 80, ..Io::system() }
    }

    fn protocol(vars: &[(&str, &str)]) -> Option<Protocol> {
        Canvas::detect(&io(vars)).map(|canvas| canvas.protocol)
    }

    #[test]
    fn who_draws_and_how() {
        let table = [
            (vec![("TERM", "xterm-kitty")], Some(Protocol::Kitty)),
            (vec![("TERM", "xterm-256color"), ("KONSOLE_VERSION", "230401")], Some(Protocol::Kitty)),
            (vec![("TERM", "xterm-256color"), ("TERM_PROGRAM", "ghostty")], Some(Protocol::Kitty)),
            (vec![("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")], Some(Protocol::Iterm)),
            (vec![("TERM", "xterm-kitty"), ("TMUX", "/tmp/tmux-1000/default,1,0")], None),
            (vec![("TERM", "xterm-256color")], None),
            (Vec::new(), None),
        ];
        for (vars, expected) in table {
            assert_eq!(protocol(&vars), expected, "{vars:?}");
        }
        assert!(
            Canvas::detect(&Io { stdout_is_terminal: false, ..io(&[("TERM", "xterm-kitty")]) }).is_none()
        );
    }

    #[test]
    fn a_picture_is_drawn_in_chunks_that_hold_nothing_but_base64() {
        let drawn = kitty(&"A".repeat(CHUNK + 1));
        assert!(drawn.starts_with("\x1b_Ga=T,f=100,q=2,m=1;AAA"));
        assert!(drawn.ends_with("\x1b_Gm=0;A\x1b\\"));
        let canvas = Canvas { protocol: Protocol::Iterm, columns: 80 };
        assert_eq!(canvas.draw(b"\x1b]0;not a picture\x07"), None);
        let mut jpeg = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(9, 9).write_to(&mut jpeg, image::ImageFormat::Jpeg).expect("a picture");
        let drawn = canvas.draw(jpeg.get_ref()).expect("drawn");
        let data = drawn.rsplit_once(':').expect("data").1.trim_end_matches('\x07');
        assert!(STANDARD.decode(data).expect("Base64").starts_with(b"\x89PNG"));
        assert_eq!(drawn.matches('\x1b').count(), 1);
    }
}
