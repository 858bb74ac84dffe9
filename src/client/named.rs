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
    /// Somebody else than oneself.
    Colleague,
    Canned,
}

impl Named {
    /// Whether a refusal that is about names of this kind is about such a name.
    pub fn is_meant_by(self, refused: Named) -> bool {
        self == refused || (self, refused) == (Named::Colleague, Named::Person)
    }
}

/// The names in which what was typed stands, whatever its case; where it stands in none, all there are. Empty if they are too many.
pub fn fitting(typed: &str, names: &[String]) -> Vec<String> {
    let typed = plain(typed);
    let fits = |name: &&String| !typed.is_empty() && plain(name).contains(&typed);
    let mut found: Vec<String> = names.iter().filter(fits).cloned().collect();
    if found.is_empty() {
        found = names.to_vec();
    }
    if found.len() > MOST { Vec::new() } else { found }
}

/// The key among `keys` (with their names) that somebody means: by the key, by the name, or by a part of them that fits only one.
/// `None` where nothing fits, or several do.
pub fn meant<'a>(typed: &str, keys: &'a [(String, String)]) -> Option<&'a str> {
    let typed = plain(typed);
    let only = |fits: &dyn Fn(&str) -> bool| {
        let mut found = keys.iter().filter(|(key, name)| fits(&plain(key)) || fits(&plain(name)));
        found.next().filter(|_| found.next().is_none()).map(|(key, _)| key.as_str())
    };
    let is_key = keys.iter().find(|(key, _)| plain(key) == typed).map(|(key, _)| key.as_str());
    let part = || only(&|word| !typed.is_empty() && word.contains(&typed));
    is_key.or_else(|| only(&|word| word == typed)).or_else(part)
}

/// The key of the desk that somebody means; what they typed where that is not clear, for the server to refuse.
pub async fn desk_key(client: &Client, typed: &str) -> String {
    let desks = client.desks().await.map(|list| list.desks).unwrap_or_default();
    let keys: Vec<_> = desks.into_iter().map(|desk| (desk.key, desk.name)).collect();
    meant(typed, &keys).unwrap_or(typed).to_owned()
}

/// As it is compared: composed, without spaces, in lower case.
fn plain(text: &str) -> String {
    text.nfc().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase()
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
        Named::Person | Named::Colleague => {
            let people = client.colleagues().await.ok()?.colleagues.into_iter();
            people
                .filter(|one| what == Named::Person || !one.is_me)
                .map(|one| with_name(one.login, &one.name))
                .collect()
        }
        Named::Canned => client.canned(None).await.ok()?.replies.into_iter().map(|one| one.key).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desk_is_meant_by_its_key_its_name_or_a_part_of_one() {
        let desks = [("main", "시청"), ("bukgu", "북구"), ("buk", "북구 보건소"), ("seogu", "서구청")];
        let keys: Vec<_> = desks.map(|(key, name)| (key.to_owned(), name.to_owned())).into();
        for (typed, expected) in [
            ("bukgu", Some("bukgu")),
            ("BUK", Some("buk")),
            ("북구", Some("bukgu")),
            ("보건소", Some("buk")),
            ("서 구", Some("seogu")),
            ("구", None),
            ("남구", None),
            ("", None),
        ] {
            assert_eq!(meant(typed, &keys), expected, "{typed}");
        }
    }

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
