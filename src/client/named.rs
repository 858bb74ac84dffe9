//! Names that people type for things of the service: categories, desks, colleagues, canned replies. One rule for all of them says which
//! ones somebody may have meant.

use unicode_normalization::UnicodeNormalization;

use super::api::Client;

/// More candidates than that are no help.
const MOST: usize = 12;

/// What a name is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    Category,
    Desk,
    Person,
    Canned,
}

/// The names in which what was typed stands, whatever its case; where it stands in none, all there are. Empty if they are too many.
pub fn fitting(typed: &str, names: &[String]) -> Vec<String> {
    let plain = |text: &str| text.nfc().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
    let typed = plain(typed);
    let fits = |name: &&String| !typed.is_empty() && plain(name).contains(&typed);
    let mut found: Vec<String> = names.iter().filter(fits).cloned().collect();
    if found.is_empty() {
        found = names.to_vec();
    }
    if found.len() > MOST { Vec::new() } else { found }
}

/// The names that somebody may have meant; none if the server does not say.
pub async fn candidates(client: &Client, what: Named, typed: &str) -> Vec<String> {
    fitting(typed, &all(client, what).await.unwrap_or_default())
}

async fn all(client: &Client, what: Named) -> Option<Vec<String>> {
    let with_name = |key: String, name: &str| if name.is_empty() { key } else { format!("{key} ({name})") };
    Some(match what {
        Named::Category => client.categories(None).await.ok()?.categories,
        Named::Desk => {
            let desks = client.desks().await.ok()?.desks;
            desks.into_iter().map(|desk| with_name(desk.key, &desk.name)).collect()
        }
        Named::Person => {
            let people = client.colleagues().await.ok()?.colleagues;
            people.into_iter().map(|one| with_name(one.login, &one.name)).collect()
        }
        Named::Canned => client.canned(None).await.ok()?.replies.into_iter().map(|one| one.key).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_be_meant() {
        let names: Vec<String> =
            ["교통/버스", "교통/택시", "여권", "jiyeong (이지영)"].map(str::to_owned).to_vec();
        let table = [
            ("교통", &["교통/버스", "교통/택시"][..]),
            ("버 스", &["교통/버스"]),
            ("JIY", &["jiyeong (이지영)"]),
            ("이지영", &["jiyeong (이지영)"]),
        ];
        for (typed, expected) in table {
            assert_eq!(fitting(typed, &names), expected, "{typed}");
        }
        // As a Mac spells it.
        assert_eq!(fitting("\u{1107}\u{1165}\u{1109}\u{1173}", &names), ["교통/버스"]);
        assert_eq!(fitting("날씨", &names).len(), 4);
        let many: Vec<String> = (0..40).map(|n| format!("분류 {n}")).collect();
        assert_eq!(fitting("날씨", &many), [""; 0]);
        assert_eq!(fitting("분류 11", &many), ["분류 11"]);
    }
}
