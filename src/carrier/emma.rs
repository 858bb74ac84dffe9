//! Result codes of Infobank's relay ("EMMA"), four digits that its resellers and its own API share: NHN
//! reports `2003`, Bizgo `22003` for a short text and `32003` for a long one. Sources: NHN's table of result codes
//! (2026-06) and Bizgo's error table of 2026-09-23, which name the same codes with the same words.

use crate::domain::delivery_reason::DeliveryReason::{self, *};

/// All but `1000` (the phone has it) mean that the text will not arrive.
pub(super) const CODES: &[(DeliveryReason, &[&str])] = &[
    (Delivered, &["1000"]),
    (PhoneOff, &["2003"]),
    (PhoneFull, &["2004"]),
    // The radio network, the way from it to the phone, a shadow area.
    (NoCoverage, &["2001", "2002", "2005"]),
    // Time-outs: in the relay, at the carrier, in its fall-back, in its repetitions.
    (Expired, &["1019", "2000", "3031", "3100"]),
    (NoSuchNumber, &["1002", "3001", "3003"]),
    // A passing trouble, suspended, in a call, no MMS, no RCS, no web links, anything else of the phone.
    (NotReachable, &["2007", "3000", "3004", "3005", "3007", "3008", "3010", "3101"]),
    // Refused by its owner, by an adult check, by the service its owner has.
    (Refused, &["3002", "3006", "3013"]),
    (Spam, &["3012", "3040", "3041"]),
    (
        SenderNotAllowed,
        &["1003", "3017", "3018", "3019", "3023", "3036", "3037", "3115", "3116", "3122", "3200"],
    ),
    (TooLong, &["3016", "3109", "3110", "3111", "3113", "3118"]),
    (
        BadText,
        &[
            "3009", "3022", "3033", "3034", "3102", "3103", "3104", "3105", "3106", "3107", "3108", "3112",
            "3117", "3119", "3120", "3121", "3124",
        ],
    ),
    (Duplicate, &["3025", "3114"]),
    (NightBlock, &["3029"]),
    (Quota, &["3032", "3123"]),
    (CarrierTrouble, &["1001", "2006", "3011", "3014", "3015", "3030", "3035"]),
];

/// What the four digits mean; `None` for a code that is not in the table.
pub(super) fn meaning(code: &str) -> Option<DeliveryReason> {
    CODES.iter().find(|(_, codes)| codes.contains(&code)).map(|(meaning, _)| *meaning)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_code_once() {
        let all: Vec<&str> = CODES.iter().flat_map(|(_, codes)| codes.iter().copied()).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        assert!(all.iter().all(|code| code.len() == 4 && code.bytes().all(|b| b.is_ascii_digit())));
        assert_eq!((meaning("2003"), meaning("3099"), meaning("")), (Some(PhoneOff), None, None));
    }
}
