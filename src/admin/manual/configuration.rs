//! The manual page of the configuration, from its commented example: each section with its keys, each key with its default.

use super::plain;
use crate::config::EXAMPLE;

const HEAD: &str = ".TH gateway.toml 5  \"Munja\" \"Munja\"
.SH NAME
gateway.toml \\- configuration of the SMS text consultation gateway munjad(8)
.SH DESCRIPTION
TOML, in UTF\\-8. Each key stands with its default, or with an example where it has none. `munjad check` names what is wrong, with
file, line and key; `munjad reload` (systemctl reload munjad) puts a changed file in force.
";

const FOOT: &str = ".SH FILES
/etc/munja/gateway.toml
.SH SEE ALSO
munjad(8), /usr/share/doc/munja/docs/operator.md
";

/// What a line of the example is.
#[derive(Debug, PartialEq, Eq)]
enum Line<'a> {
    Section(&'a str),
    /// The key with its value, and what is said behind it.
    Key(&'a str, &'a str),
    Words(&'a str),
    Empty,
}

/// The page in troff.
pub(super) fn page() -> String {
    let (mut page, mut words) = (HEAD.to_owned(), String::new());
    for line in EXAMPLE.lines().map(read) {
        match line {
            Line::Section(name) => {
                page += &paragraph(&std::mem::take(&mut words));
                page += &format!(".SH \"{}\"\n", plain(name));
            }
            Line::Key(key, behind) => {
                page += &format!(".TP\n.B \"{}\"\n", plain(key).replace('"', "\\(dq"));
                page += &format!("{}\n", plain(format!("{} {behind}", std::mem::take(&mut words)).trim()));
            }
            Line::Words(more) => words += &format!("{more} "),
            Line::Empty => page += &paragraph(&std::mem::take(&mut words)),
        }
    }
    page + &paragraph(&words) + FOOT
}

fn paragraph(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(".PP\n{}\n", plain(words.trim())) }
}

fn read(line: &str) -> Line<'_> {
    // Sections that are not in use, and keys without a default, have marks of their own before them.
    let line = line.strip_prefix("#| ").unwrap_or(line).trim_end();
    let bare = ["#- ", "# "].iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(line);
    if bare.is_empty() || bare == "#" {
        return Line::Empty;
    }
    if let Some(name) = bare.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return Line::Section(&bare[..name.len() + 2]);
    }
    let is_key = |key: &str| !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    match bare.split_once(" = ") {
        Some((key, _)) if is_key(key) => {
            let (key, behind) = bare.split_once("  # ").unwrap_or((bare, ""));
            Line::Key(key.trim_end(), behind)
        }
        _ => Line::Words(bare),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_what_they_are() {
        for (line, expected) in [
            ("[api]", Line::Section("[api]")),
            ("#| [carrier.sens]", Line::Section("[carrier.sens]")),
            ("# keep = 14       # older copies", Line::Key("keep = 14", "older copies")),
            ("#| #- proxy = \"http://x\"", Line::Key("proxy = \"http://x\"", "")),
            ("# How often: fast = 1 or so.", Line::Words("How often: fast = 1 or so.")),
            ("", Line::Empty),
        ] {
            assert_eq!(read(line), expected);
        }
    }

    #[test]
    fn every_key_of_the_example_is_on_the_page() {
        let page = page();
        for key in
            ["path", "number", "fast_secs", "escalation_secs", "tls_certificate", "keep_texts_days", "level"]
        {
            assert!(page.contains(&format!(".B \"{key} = ")), "{key}");
        }
        assert!(page.contains(".SH \"[carrier.kannel]\""));
        assert!(!page.lines().any(|line| line.starts_with('#')), "{page}");
    }
}
