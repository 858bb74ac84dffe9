//! [`DRIVERS`], the table of carriers. The configuration, the daemon and `munjad check` read it and know no carrier by name.

use super::driver::Driver;
use super::{bizgo, clicksend, infobip, jasmin, kannel, msghub, nhn, oneapi, sens, smsgate, solapi, twilio};
use crate::domain::delivery_reason::DeliveryReason;
use crate::domain::opt_out::CarrierWords;

/// Every carrier this program can talk to, by name.
pub static DRIVERS: &[Driver] = &[
    bizgo::DRIVER,
    clicksend::DRIVER,
    infobip::DRIVER,
    jasmin::DRIVER,
    kannel::DRIVER,
    msghub::DRIVER,
    nhn::DRIVER,
    oneapi::DRIVER,
    sens::DRIVER,
    smsgate::DRIVER,
    solapi::DRIVER,
    twilio::DRIVER,
];

/// The meaning of a carrier's code; `None` for an unknown carrier or code, or a code that is not final.
pub fn meaning(carrier: &str, code: &str) -> Option<DeliveryReason> {
    let driver = DRIVERS.iter().find(|driver| driver.name == carrier)?;
    (driver.meaning)(code)
}

/// Carriers of which no official client, server or machine-readable description is known: their formats were read in
/// documents, and nothing else has judged them.
const FROM_DOCUMENTS_ONLY: &[&str] =
    &[msghub::DRIVER.name, nhn::DRIVER.name, oneapi::DRIVER.name, sens::DRIVER.name];

/// Whether this carrier's formats are known from documents only.
pub fn is_known_from_documents_only(carrier: &str) -> bool {
    FROM_DOCUMENTS_ONLY.contains(&carrier)
}

/// The words with which a citizen stops this carrier's own deliveries, if it has such words.
pub fn opt_out_words(carrier: &str) -> Option<CarrierWords> {
    (carrier == twilio::DRIVER.name).then_some(twilio::OPT_OUT_WORDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A switched-off phone in each carrier's own code.
    #[test]
    fn each_carriers_codes_are_read_by_its_own_table() {
        let cases = [
            ("bizgo", "22003", Some(DeliveryReason::PhoneOff)),
            ("nhn", "2003", Some(DeliveryReason::PhoneOff)),
            ("solapi", "3043", Some(DeliveryReason::PhoneOff)),
            ("solapi", "2003", None),
            ("nhn", "22003", None),
            ("nobody", "2003", None),
        ];
        for (carrier, code, expected) in cases {
            assert_eq!(meaning(carrier, code), expected, "{carrier} {code}");
        }
    }
}
