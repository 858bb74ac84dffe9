//! What a text is for, written into its client key: a carrier that lists our keys then tells it after the database that knew
//! it is lost ([`super::recovery`]).
//!
//! The 24th character names the mark, the last two are a check over the first 24: a key without a mark is taken for one once
//! in a thousand times. 115 of the 130 bits stay random.

use super::outbound::ClientKey;

/// Groups of automatic texts ([`super::notice::Notice::group`]). The place in this list is what a key says: new ones are
/// added at the end, and none is ever moved or removed.
const GROUPS: [&str; 15] = [
    "receipt",
    "wait",
    "urgent",
    "where",
    "unreadable",
    "photo_lost",
    "moved",
    "delayed",
    "nudge",
    "survey",
    "survey_thanks",
    "opted_out",
    "opted_in",
    "warning",
    "restricted",
];

/// Characters of a key before the check.
const MARKED: usize = ClientKey::LEN - 2;
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// The symbol of the first group; those before are for other marks.
const FIRST_GROUP: usize = 4;

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyMark {
    /// A person's answer.
    Answer,
    /// A call of a duty phone.
    Duty,
    /// A text that tries the carrier.
    Test,
    /// An automatic text of this group.
    Notice(&'static str),
}

impl KeyMark {
    /// The mark of an automatic text of this group; `None` for a group that no key can name.
    pub fn notice(group: &str) -> Option<KeyMark> {
        GROUPS.into_iter().find(|known| *known == group).map(KeyMark::Notice)
    }

    fn symbol(self) -> u8 {
        let symbol = match self {
            KeyMark::Answer => 1,
            KeyMark::Duty => 2,
            KeyMark::Test => 3,
            KeyMark::Notice(group) => {
                GROUPS.iter().position(|known| *known == group).map_or(0, |at| at + FIRST_GROUP)
            }
        };
        u8::try_from(symbol).unwrap_or(0)
    }

    fn of_symbol(symbol: u8) -> Option<KeyMark> {
        match symbol {
            1 => Some(KeyMark::Answer),
            2 => Some(KeyMark::Duty),
            3 => Some(KeyMark::Test),
            _ => {
                let at = usize::from(symbol).checked_sub(FIRST_GROUP)?;
                GROUPS.get(at).copied().map(KeyMark::Notice)
            }
        }
    }
}

/// Makes a key that says what its text is for, out of random bits.
pub fn marked(bits: [u8; ClientKey::LEN], mark: KeyMark) -> ClientKey {
    let mut symbols = bits.map(|bits| bits & 31);
    symbols[MARKED - 1] = mark.symbol();
    [symbols[MARKED], symbols[MARKED + 1]] = check(&symbols[..MARKED]);
    ClientKey::from_random(symbols)
}

/// What the text of this key is for; `None` for a key that does not say.
pub fn mark_of(key: &ClientKey) -> Option<KeyMark> {
    let symbol = |letter: u8| ALPHABET.iter().position(|known| *known == letter.to_ascii_uppercase());
    let symbols: Option<Vec<u8>> =
        key.as_str().bytes().map(|letter| symbol(letter).and_then(|at| u8::try_from(at).ok())).collect();
    let symbols = symbols?;
    let (body, last) = symbols.split_at_checked(MARKED)?;
    (last == check(body)).then(|| body.last().and_then(|symbol| KeyMark::of_symbol(*symbol)))?
}

/// Ten bits of FNV-1a.
fn check(symbols: &[u8]) -> [u8; 2] {
    let hash = symbols
        .iter()
        .fold(0x811c_9dc5_u32, |hash, symbol| (hash ^ u32::from(*symbol)).wrapping_mul(0x0100_0193));
    let folded = hash ^ (hash >> 16);
    [(folded & 31) as u8, ((folded >> 5) & 31) as u8]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::notice::Notice;

    fn all() -> Vec<KeyMark> {
        let notices = GROUPS.into_iter().map(KeyMark::Notice);
        [KeyMark::Answer, KeyMark::Duty, KeyMark::Test].into_iter().chain(notices).collect()
    }

    #[test]
    fn every_group_of_automatic_texts_can_be_named() {
        for notice in Notice::ALL {
            let group = notice.group();
            assert!(KeyMark::notice(group).is_some(), "add {group} at the end of GROUPS");
        }
        assert_eq!(KeyMark::notice("duty"), None);
    }

    #[test]
    fn few_keys_without_a_mark_are_taken_for_marked_ones() {
        let n = (0..20_000_u32).filter(|n| {
            let mut bits = [0; ClientKey::LEN];
            for (at, bit) in bits.iter_mut().enumerate() {
                *bit = (n.wrapping_mul(2_654_435_761).rotate_left(at as u32 * 7) >> 3) as u8;
            }
            mark_of(&ClientKey::from_random(bits)).is_some()
        });
        assert!(n.count() < 100);
        assert_eq!(mark_of(&ClientKey::from_random([7; ClientKey::LEN])), None);
    }

    proptest! {
        #[test]
        fn a_mark_is_read_back(bits: [u8; ClientKey::LEN], at in 0_usize..18) {
            let mark = all()[at];
            let key = marked(bits, mark);
            prop_assert_eq!(mark_of(&key), Some(mark));
            let parsed = ClientKey::parse(key.as_str()).unwrap();
            prop_assert_eq!(mark_of(&parsed), Some(mark));
            // A carrier that lists it in small letters.
            prop_assert_eq!(mark_of(&ClientKey::parse(&key.as_str().to_lowercase()).unwrap()), Some(mark));
        }
    }
}
