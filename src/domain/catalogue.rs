//! Categories of consultations (two levels) and canned replies.

use std::collections::BTreeMap;

/// What `{relay}` stands for in a canned reply: the service that makes phone calls for signers, all over Korea.
pub const RELAY: &str = "손말이음센터(107)";
/// What `{interpreter}` stands for where the operator names no centre of the city.
pub const INTERPRETER: &str = "수어통역센터";

/// One version of the list of categories.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Categories {
    pub version: String,
    pub groups: Vec<Group>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub name: String,
    pub items: Vec<String>,
    /// Keys of the desks that use it; empty for all desks.
    pub desks: Vec<String>,
    /// By item, within which time an answer is owed once the category is set (milliseconds).
    pub due_ms: BTreeMap<String, i64>,
}

/// Why a word names no category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoCategory {
    Unknown,
    /// Several categories begin with it.
    Ambiguous,
}

impl Categories {
    /// The categories that a desk uses, as `group/item`; `None` gives all.
    pub fn all<'a>(&'a self, desk: Option<&'a str>) -> impl Iterator<Item = String> + 'a {
        let is_used = move |group: &&Group| {
            desk.is_none_or(|key| group.desks.is_empty() || group.desks.iter().any(|known| known == key))
        };
        let names = |g: &'a Group| g.items.iter().map(move |item| format!("{}/{item}", g.name));
        self.groups.iter().filter(is_used).flat_map(names)
    }

    /// The categories with a time within which an answer is owed, and that time (milliseconds).
    pub fn due_ms(&self) -> BTreeMap<String, i64> {
        let of = |group: &Group| {
            let name = group.name.clone();
            group.due_ms.clone().into_iter().map(move |(item, ms)| (format!("{name}/{item}"), ms))
        };
        self.groups.iter().flat_map(of).collect()
    }

    /// The category that `word` names: in full (`교통/주정차`), or by a beginning of the item or of both parts that fits only
    /// one category of the desk.
    pub fn find(&self, word: &str, desk: Option<&str>) -> Result<String, NoCategory> {
        let word = word.trim();
        if let Some(exact) = self.all(desk).find(|name| name == word) {
            return Ok(exact);
        }
        let fits = |name: &String| match (word.split_once('/'), name.split_once('/')) {
            (Some((g, i)), Some((group, item))) => group.starts_with(g.trim()) && item.starts_with(i.trim()),
            (None, Some((_, item))) => item.starts_with(word),
            _ => false,
        };
        let mut fitting = self.all(desk).filter(fits);
        match (fitting.next(), fitting.next()) {
            _ if word.is_empty() => Err(NoCategory::Unknown),
            (Some(only), None) => Ok(only),
            (Some(_), Some(_)) => Err(NoCategory::Ambiguous),
            (None, _) => Err(NoCategory::Unknown),
        }
    }
}

/// A canned reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canned {
    pub key: String,
    /// May hold `{counselor}` and `{desk}`, and before [`Canned::with_services`] also `{interpreter}` and `{relay}`.
    pub text: String,
    /// Set when it is sent.
    pub category: Option<String>,
}

impl Canned {
    /// Why its text cannot be used; `None` if it can.
    pub fn problem(&self) -> Option<String> {
        let rest = self.filled("", "");
        let found = rest.find(['{', '}'])?;
        let piece: String = rest[found..].chars().take(20).collect();
        Some(format!(
            "holds \"{piece}\"; only {{counselor}}, {{desk}}, {{interpreter}}, {{relay}} can be filled in"
        ))
    }

    /// Fills in `{interpreter}` and `{relay}`, which are the same for everybody.
    pub fn with_services(self, interpreter: Option<&str>) -> Self {
        let interpreter = interpreter.unwrap_or(INTERPRETER);
        let text = self.text.replace("{interpreter}", interpreter).replace("{relay}", RELAY);
        Canned { text, ..self }
    }

    pub fn filled(&self, counselor: &str, desk: &str) -> String {
        self.text.replace("{counselor}", counselor).replace("{desk}", desk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn categories() -> Categories {
        let group = |name: &str, items: &[&str]| Group {
            name: name.to_owned(),
            items: items.iter().map(|i| (*i).to_owned()).collect(),
            desks: if name == "복지" { vec!["buk".to_owned()] } else { Vec::new() },
            due_ms: if name == "복지" {
                BTreeMap::from([("노인".to_owned(), 5)])
            } else {
                BTreeMap::new()
            },
        };
        let groups = vec![group("교통", &["버스노선", "주정차", "기타"]), group("복지", &["노인", "기타"])];
        Categories { version: "1".to_owned(), groups }
    }

    #[test]
    fn a_category_by_what_a_counselor_types() {
        let cases = [
            ("교통/주정차", Ok("교통/주정차")),
            ("주정차", Ok("교통/주정차")),
            ("버스", Ok("교통/버스노선")),
            ("복/기", Ok("복지/기타")),
            ("기타", Err(NoCategory::Ambiguous)),
            ("교통", Err(NoCategory::Unknown)),
            ("", Err(NoCategory::Unknown)),
            ("/", Err(NoCategory::Ambiguous)),
        ];
        for (word, expected) in cases {
            assert_eq!(categories().find(word, None), expected.map(str::to_owned), "{word}");
        }
    }

    #[test]
    fn a_desk_has_its_own() {
        assert_eq!(categories().find("노인", Some("buk")), Ok("복지/노인".to_owned()));
        assert_eq!(categories().find("노인", Some("main")), Err(NoCategory::Unknown));
        assert_eq!(categories().find("기타", Some("main")), Ok("교통/기타".to_owned()));
        assert_eq!(categories().all(Some("main")).count(), 3);
        assert_eq!(categories().due_ms(), BTreeMap::from([("복지/노인".to_owned(), 5)]));
    }

    #[test]
    fn what_can_be_filled_in() {
        let canned = |text: &str| Canned { key: "a".into(), text: text.into(), category: None };
        assert_eq!(canned("{desk} {counselor}").filled("민수", "시청"), "시청 민수");
        assert_eq!(canned("{desk}").problem(), None);
        assert!(canned("{name}님").problem().unwrap().contains("{name}"));
        let both = || canned("{interpreter} {relay} {desk}");
        assert_eq!(both().with_services(None).text, "수어통역센터 손말이음센터(107) {desk}");
        assert_eq!(
            both().with_services(Some("빛 02-1")).filled("민수", "시청"),
            "빛 02-1 손말이음센터(107) 시청"
        );
    }
}
