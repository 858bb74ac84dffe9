//! Rules of passwords. A new one has [`MIN_CHARS`] characters at least, is none of those that everybody tries first, and is not
//! made of the login or the name. Nothing else is asked for: no mixture of kinds of characters, and no change by the calendar
//! (NIST SP 800-63B).
//!
//! Passwords are compared in the form NFKC: Hangul is the same whether a keyboard sends syllables or their letters.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// The shortest and the longest new password (characters).
pub const MIN_CHARS: usize = 10;
pub const MAX_CHARS: usize = 128;
/// A password of fewer different characters is no secret.
const MIN_DIFFERENT: usize = 4;
/// A login or name shorter than this may stand in a password by chance.
const MIN_PERSONAL: usize = 3;

const LIST: &str = include_str!("common.txt");
static COMMON: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| LIST.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect());

/// Why a new password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeakPassword {
    /// Fewer than [`MIN_CHARS`] characters.
    Short,
    /// More than [`MAX_CHARS`] characters.
    Long,
    /// Everybody tries it first.
    Common,
    /// Made of the login or the name.
    Personal,
}

/// The form in which passwords are hashed.
pub fn normalised(password: &str) -> String {
    password.nfkc().collect()
}

/// The forms of a typed password that may have been hashed: the normalised one, and what was typed, as hashed by versions that
/// did not normalise.
pub fn candidates(password: &str) -> Vec<String> {
    let mut all = vec![normalised(password)];
    if all[0] != password {
        all.push(password.to_owned());
    }
    all
}

/// Checks a new password of the person with this login and name.
pub fn check(password: &str, login: &str, name: &str) -> Result<(), WeakPassword> {
    let password = normalised(password).to_lowercase();
    let n = password.chars().count();
    if n < MIN_CHARS {
        return Err(WeakPassword::Short);
    }
    if n > MAX_CHARS {
        return Err(WeakPassword::Long);
    }
    if is_personal(&password, login) || is_personal(&password, name) {
        return Err(WeakPassword::Personal);
    }
    if is_common(&password) {
        return Err(WeakPassword::Common);
    }
    Ok(())
}

/// Whether nothing but digits and signs stands beside the login or name.
fn is_personal(password: &str, of: &str) -> bool {
    let of = squeezed(&normalised(of).to_lowercase());
    let rest = squeezed(password).replace(&of, "");
    of.chars().count() >= MIN_PERSONAL
        && !rest.chars().any(char::is_alphabetic)
        && squeezed(password).contains(&of)
}

fn is_common(password: &str) -> bool {
    let whole = squeezed(password);
    let core = whole.trim_matches(|c: char| !c.is_alphabetic());
    let different: BTreeSet<char> = whole.chars().collect();
    different.len() < MIN_DIFFERENT
        || is_run(&whole)
        || [whole.as_str(), core].iter().any(|word| COMMON.contains(word) || COMMON.contains(unit(word)))
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Each character next to the one before: `abcdefghij`, `0987654321` but for its end.
fn is_run(word: &str) -> bool {
    let codes: Vec<i64> = word.chars().map(|c| i64::from(u32::from(c))).collect();
    [1, -1].iter().any(|step| codes.windows(2).all(|pair| pair[1] - pair[0] == *step))
}

/// What a word repeats: `abc` of `abcabcabc`; the word itself if it repeats nothing.
fn unit(word: &str) -> &str {
    let ends = word.char_indices().map(|(at, _)| at).skip(1);
    ends.map(|at| &word[..at])
        .find(|unit| word.len().is_multiple_of(unit.len()) && unit.repeat(word.len() / unit.len()) == word)
        .unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_refused_and_why() {
        use WeakPassword::{Common, Long, Personal, Short};
        let table = [
            ("짧은비번입니다요아", Err(Short)),
            ("nine-char", Err(Short)),
            (&"가".repeat(129), Err(Long)),
            ("password12", Err(Common)),
            ("Password!!2026", Err(Common)),
            ("passwordpassword", Err(Common)),
            ("1234567890", Err(Common)),
            ("qlalfqjsgh1!", Err(Common)),
            ("비밀번호비밀번호12", Err(Common)),
            ("비밀번호 비밀번호!", Err(Common)),
            ("광주광역시120120", Err(Common)),
            ("aaaaaaaaaaaa", Err(Common)),
            ("121212121212", Err(Common)),
            ("abcdefghijkl", Err(Common)),
            ("minsu123456", Err(Personal)),
            ("김민수20260101", Err(Personal)),
            ("kim minsu 1!!!!", Ok(())),
            ("버스가 세 번 늦었다", Ok(())),
            ("correct horse battery", Ok(())),
            ("long-enough", Ok(())),
            ("dolphin harbour", Ok(())),
        ];
        for (password, expected) in table {
            assert_eq!(check(password, "minsu", "김민수"), expected, "{password}");
        }
    }

    #[test]
    fn hangul_counts_by_syllables_however_it_is_typed() {
        let typed: String = "버스가 세 번 늦었다".nfd().collect();
        assert_eq!(check(&typed, "minsu", "김민수"), Ok(()));
        let nine: String = "짧은비번입니다요아".nfd().collect();
        assert!(nine.chars().count() > MIN_CHARS);
        assert_eq!(check(&nine, "minsu", "김민수"), Err(WeakPassword::Short));
        assert_eq!(candidates(&typed), ["버스가 세 번 늦었다".to_owned(), typed.clone()]);
        assert_eq!(candidates("correct horse"), ["correct horse"]);
    }

    /// A list whose words could never match would protect nobody.
    #[test]
    fn the_list_is_in_the_form_it_is_compared_in() {
        assert!(COMMON.len() > 200);
        for word in COMMON.iter() {
            let lower = word.to_lowercase();
            assert_eq!((normalised(word).as_str(), squeezed(word).as_str()), (*word, *word));
            assert_eq!(*word, lower);
        }
    }

    proptest! {
        #[test]
        fn any_two_forms_of_a_password_are_one(password in "[가-힣ㄱ-ㅎa-z ]{0,20}") {
            let decomposed: String = password.nfd().collect();
            prop_assert_eq!(normalised(&password), normalised(&decomposed));
            prop_assert_eq!(normalised(&normalised(&password)), normalised(&password));
        }

        #[test]
        fn nothing_that_is_typed_breaks_the_check(password in ".{0,200}", login in ".{0,10}", name in ".{0,10}") {
            let _ = check(&password, &login, &name);
        }
    }
}
