//! Whether an automatic text may be said to a person now. The one rule for all of them: danger passes everything, what
//! somebody does not want is not said, nothing is said twice within its window, and machines are never answered.

use std::collections::BTreeMap;

use super::UnixMs;
use super::notice::Notice;
use super::phone::{PhoneKind, PhoneNumber};

/// What decides about automatic texts to one person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipient {
    /// The number is a person's.
    pub is_person: bool,
    /// They want no automatic texts.
    pub is_opted_out: bool,
    /// Not answered until then.
    pub restricted_until: Option<UnixMs>,
    /// More texts come from them than a person writes.
    pub is_flooding: bool,
    /// When a text of each group of notices was last written to them in this conversation.
    pub last_told: BTreeMap<String, UnixMs>,
}

impl Recipient {
    pub fn is_restricted(&self, now: UnixMs) -> bool {
        self.restricted_until.is_some_and(|until| until > now)
    }

    /// Whether they may be told this now.
    pub fn may_be_told(&self, notice: Notice, now: UnixMs) -> bool {
        let is_wanted = !self.is_opted_out || notice.passes_opt_out();
        let is_answered = !self.is_restricted(now) || notice.passes_restriction();
        let is_heard = !self.is_flooding || notice.is_urgent();
        let is_news = self.last_told.get(notice.group()).is_none_or(|at| now - at >= notice.window_ms());
        self.is_person && is_wanted && is_answered && is_heard && is_news
    }
}

/// Whether a number is one that a person reads texts at.
pub fn is_person(number: &PhoneNumber) -> bool {
    matches!(number.kind(), PhoneKind::Mobile | PhoneKind::Landline | PhoneKind::Foreign)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn anybody() -> impl Strategy<Value = Recipient> {
        (any::<bool>(), any::<bool>(), prop::option::of(0..200_i64), any::<bool>()).prop_map(
            |(is_person, is_opted_out, restricted_until, is_flooding)| Recipient {
                is_person,
                is_opted_out,
                restricted_until,
                is_flooding,
                last_told: BTreeMap::new(),
            },
        )
    }

    proptest! {
        #[test]
        fn danger_passes_everything_but_machines_and_its_own_window(to in anybody(), last in prop::option::of(0..2_000_000_i64)) {
            let now = 1_000_000;
            let last_told = last.map(|at| ("urgent".to_owned(), at)).into_iter().collect();
            let to = Recipient { last_told, ..to };
            let expected = to.is_person && last.is_none_or(|at| now - at >= Notice::UrgentDanger.window_ms());
            prop_assert_eq!(to.may_be_told(Notice::UrgentDanger, now), expected);
        }

        #[test]
        fn nobody_is_told_what_they_may_not_hear(to in anybody(), notice in prop::sample::select(Notice::ALL.to_vec())) {
            if to.may_be_told(notice, 100) {
                prop_assert!(to.is_person);
                prop_assert!(!to.is_opted_out || notice.passes_opt_out());
                prop_assert!(!to.is_restricted(100) || notice.passes_restriction());
                prop_assert!(!to.is_flooding || notice.is_urgent());
            }
        }
    }
}
