//! What a citizen is called where counselors see them: by a short name, which is no number and says nothing of one.

use super::format::one_word;
use super::say::Say;

/// `시민 7F2K`, or that they were erased; the masked number where an older server gives no name.
pub fn named(say: &Say, number: &str, name: &str) -> String {
    match (number, name) {
        ("erased", _) => say.t("citizen-erased"),
        (number, "") => one_word(number),
        (_, name) => say.with("citizen-name", [("name", one_word(name).into())]),
    }
}

/// The name with the masked number behind it: `시민 7F2K (010-****-5678)`.
pub fn whole(say: &Say, number: &str, name: &str) -> String {
    let named = named(say, number, name);
    let number = one_word(number);
    if number == "erased" || named == number { named } else { format!("{named} ({number})") }
}

/// The name by itself, as a column that is never empty: `7F2K`, or `-` for one who was erased.
pub fn column(name: &str) -> String {
    if name.is_empty() { "-".to_owned() } else { one_word(name) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::lang::Lang;

    #[test]
    fn a_citizen_has_a_name_a_number_or_neither() {
        let say = Say::new(Lang::Ko);
        let shown = |number, name| (named(&say, number, name), whole(&say, number, name), column(name));
        let table = [
            (("010-****-5678", "7F2K"), ("시민 7F2K", "시민 7F2K (010-****-5678)", "7F2K")),
            (("010-****-5678", ""), ("010-****-5678", "010-****-5678", "-")),
            (("erased", ""), ("지워진 시민", "지워진 시민", "-")),
        ];
        for ((number, name), (short, long, cell)) in table {
            assert_eq!(shown(number, name), (short.into(), long.into(), cell.into()));
        }
    }
}
