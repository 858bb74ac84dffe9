//! One-time codes of a phone as the second factor of a log-in (RFC 6238: HMAC-SHA-1, steps of 30 seconds, six digits), and the
//! recovery codes for who has lost the phone.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::UnixMs;

/// How long a code is shown (milliseconds).
pub const STEP_MS: i64 = 30_000;
/// A code counts so many steps before and after its own: phones' clocks are a little off.
const WINDOW: i64 = 1;
const DIGITS: u32 = 1_000_000;
const SECRET_BYTES: usize = 20;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// So many recovery codes are given at once.
pub const N_RECOVERY_CODES: usize = 10;
/// Characters of recovery codes; nobody mistakes one for another.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What a phone and the gateway share. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; SECRET_BYTES]);

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret")
    }
}

impl TotpSecret {
    pub fn new(bytes: [u8; SECRET_BYTES]) -> TotpSecret {
        TotpSecret(bytes)
    }

    /// As people type it into a phone: 32 letters and digits.
    pub fn to_base32(&self) -> String {
        let (mut word, mut bits, mut n_bits) = (String::new(), 0_u32, 0);
        for byte in self.0 {
            (bits, n_bits) = (bits << 8 | u32::from(byte), n_bits + 8);
            while n_bits >= 5 {
                n_bits -= 5;
                word.push(char::from(BASE32[(bits >> n_bits & 31) as usize]));
            }
        }
        word
    }

    /// Reads it back; `None` for anything else.
    pub fn from_base32(word: &str) -> Option<TotpSecret> {
        let (mut bytes, mut bits, mut n_bits) = (Vec::new(), 0_u32, 0);
        for letter in word.bytes() {
            let value = BASE32.iter().position(|known| *known == letter)?;
            (bits, n_bits) = (bits << 5 | u32::try_from(value).ok()?, n_bits + 5);
            if n_bits >= 8 {
                n_bits -= 8;
                bytes.push((bits >> n_bits & 255) as u8);
            }
        }
        bytes.try_into().ok().map(TotpSecret)
    }

    /// The address that a phone reads from a QR code.
    pub fn uri(&self, login: &str) -> String {
        format!("otpauth://totp/Munja:{login}?secret={}&issuer=Munja", self.to_base32())
    }

    /// The code of a step, six digits.
    fn code(&self, step: i64) -> String {
        let mut block = [0; 64];
        block[..SECRET_BYTES].copy_from_slice(&self.0);
        let mut hash = Hmac::<Sha1>::new(&block.into());
        hash.update(&step.to_be_bytes());
        let hash: [u8; 20] = hash.finalize().into_bytes().into();
        let at = usize::from(hash[19] & 15);
        let word = u32::from_be_bytes([hash[at] & 127, hash[at + 1], hash[at + 2], hash[at + 3]]);
        format!("{:06}", word % DIGITS)
    }

    /// The code that a phone shows at this time.
    pub fn code_at(&self, now: UnixMs) -> String {
        self.code(now.div_euclid(STEP_MS))
    }

    /// The step that a typed code belongs to, if it is right now and newer than the last one that was used: a code is good once.
    pub fn step_of(&self, typed: &str, last_step: i64, now: UnixMs) -> Option<i64> {
        let (typed, this) = (plain(typed), now.div_euclid(STEP_MS));
        (this - WINDOW..=this + WINDOW).find(|step| *step > last_step && self.code(*step) == typed)
    }
}

/// A new recovery code of random bytes, such as `k3v9p-0tq7m`.
pub fn recovery_code(random: [u8; 10]) -> String {
    let letters = random.map(|byte| char::from(ALPHABET[usize::from(byte & 31)]));
    let word: String = letters.iter().collect();
    format!("{}-{}", &word[..5], &word[5..])
}

/// A typed code without what people add to it.
pub fn plain(typed: &str) -> String {
    typed.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> TotpSecret {
        TotpSecret::new(*b"12345678901234567890")
    }

    /// RFC 6238, appendix B, SHA-1; the last six of its eight digits.
    #[test]
    fn the_rfcs_examples() {
        for (secs, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret().code_at(secs * 1_000), code, "{secs}");
        }
    }

    #[test]
    fn a_code_is_good_once_and_for_a_step_around_its_own() {
        let (secret, now) = (secret(), 1_111_111_111_000);
        let (step, code) = (now / STEP_MS, secret.code_at(now));
        assert_eq!(secret.step_of(&code, 0, now), Some(step));
        assert_eq!(secret.step_of(" 050 471 ", 0, now), Some(step));
        assert_eq!(secret.step_of(&code, step, now), None, "used");
        for (later, expected) in [(-2, None), (-1, Some(step)), (1, Some(step)), (2, None)] {
            assert_eq!(secret.step_of(&code, 0, now + later * STEP_MS), expected, "{later}");
        }
        assert_eq!(secret.step_of("", 0, now), None);
    }

    /// RFC 4648 by Python's `base64.b32encode`.
    #[test]
    fn a_secret_is_read_back() {
        assert_eq!(secret().to_base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for bytes in [[0; 20], [255; 20], *b"12345678901234567890"] {
            let secret = TotpSecret::new(bytes);
            assert_eq!(TotpSecret::from_base32(&secret.to_base32()), Some(secret));
        }
        for wrong in ["", "GEZD", "gezdgnbvgy3tqojqgezdgnbvgy3tqojq", "가"] {
            assert_eq!(TotpSecret::from_base32(wrong), None, "{wrong}");
        }
        assert_eq!(format!("{:?}", secret()), "TotpSecret");
    }

    #[test]
    fn recovery_codes_are_typed_as_people_type() {
        let code = recovery_code([0, 1, 2, 3, 4, 31, 30, 29, 28, 255]);
        assert_eq!(code, "01234-zyxwz");
        assert_eq!(plain(" 01234 ZYXWZ"), plain(&code));
    }
}
