//! What one answer for many has in common: the name by which all of it is taken back, and how far that still can be.

use super::outbound::OutboundState;

/// Name of one answer for many; the keys of its replies begin with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MassAnswerId(String);

/// Bytes of a digest that a name is made of.
const BYTES: usize = 6;

impl MassAnswerId {
    /// Made of the request's key: the same request has the same name.
    pub fn of_digest(digest: &[u8]) -> MassAnswerId {
        MassAnswerId(digest.iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect())
    }

    /// Reads the name back; `None` for what is none.
    pub fn parse(word: &str) -> Option<MassAnswerId> {
        let is_name = word.len() == 2 * BYTES
            && word.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        is_name.then(|| MassAnswerId(word.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key of one of its replies. Keys of clients hold no space, so that none of them is taken for a part of it.
    pub fn reply_key(&self, rest: &str) -> String {
        format!("{} {rest}", self.0)
    }

    /// All keys of its replies lie between these two.
    pub fn key_bounds(&self) -> (String, String) {
        (format!("{} ", self.0), format!("{}!", self.0))
    }

    /// The answer that a reply belongs to, by the reply's key.
    pub fn of_key(key: &str) -> Option<MassAnswerId> {
        MassAnswerId::parse(key.split_once(' ')?.0)
    }
}

/// What became of one reply when all were taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recall {
    /// It does not leave; the citizen waits again.
    Recalled,
    /// It did not leave before: taken back one by one, stopped by a new text of the citizen, expired or refused.
    Cancelled,
    /// The citizen has it or may have it, or a part of it.
    AlreadyLeft,
}

impl Recall {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Recall::Recalled => "recalled",
            Recall::Cancelled => "cancelled",
            Recall::AlreadyLeft => "already_left",
        }
    }
}

/// What taking a reply back comes to, by its texts: the state of each, and whether an earlier try of it may have left. Either
/// all of it stays here or none of it is touched: nobody gets half an answer.
pub fn recall(texts: &[(OutboundState, bool)]) -> Recall {
    use OutboundState as S;
    if texts.iter().all(|(state, _)| state.has_stayed()) {
        return Recall::Cancelled;
    }
    let can_stay = |(state, may_have_left): &(S, bool)| match state {
        S::Held | S::Queued => !may_have_left,
        _ => state.has_stayed(),
    };
    if texts.iter().all(can_stay) { Recall::Recalled } else { Recall::AlreadyLeft }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_keys_of_clients_are_none() {
        let id = MassAnswerId::of_digest(&[0xab; 32]);
        assert_eq!(id.as_str(), "abababababab");
        assert_eq!(MassAnswerId::parse(id.as_str()), Some(id.clone()));
        let key = id.reply_key("0123");
        assert_eq!(MassAnswerId::of_key(&key), Some(id.clone()));
        let (from, to) = id.key_bounds();
        assert!(from < key && key < to);
        for word in ["", "abababababa", "ABABABABABAB", "abababababag", "abababababab "] {
            assert_eq!(MassAnswerId::parse(word), None, "{word}");
        }
        for key in ["k1", "abababababab", "hello there", "abababababab-0123"] {
            assert_eq!(MassAnswerId::of_key(key), None, "{key}");
        }
    }

    #[test]
    fn a_reply_stays_here_as_a_whole_or_is_left_alone() {
        use OutboundState as S;
        let cases: [(&[(S, bool)], Recall); 11] = [
            (&[(S::Held, false)], Recall::Recalled),
            (&[(S::Queued, false)], Recall::Recalled),
            (&[(S::Queued, true)], Recall::AlreadyLeft),
            (&[(S::Held, false), (S::Held, false)], Recall::Recalled),
            (&[(S::Cancelled, false), (S::Held, false)], Recall::Recalled),
            (&[(S::Accepted, false), (S::Queued, false)], Recall::AlreadyLeft),
            (&[(S::Sending, false)], Recall::AlreadyLeft),
            (&[(S::InDoubt, false)], Recall::AlreadyLeft),
            (&[(S::Delivered, false)], Recall::AlreadyLeft),
            (&[(S::Cancelled, false)], Recall::Cancelled),
            (&[(S::Expired, false), (S::Failed, false)], Recall::Cancelled),
        ];
        for (texts, expected) in cases {
            assert_eq!(recall(texts), expected, "{texts:?}");
        }
    }
}
