//! Encrypted bytes of small files beside the database: photos, and the key for pseudonyms. AES-256-GCM with a random nonce; eight
//! bytes in front say the version. What a file is (its name, its kind) is authenticated with it: a sealed photo that is put under
//! another photo's name does not open.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::domain::data_key::{DataKey, DataKeys};
use crate::store::{Result, StoreError};

/// No photo, film or voice message begins so.
const MAGIC: &[u8; 8] = b"MUNJASE1";
const HEAD: usize = MAGIC.len() + NONCE_LEN;

/// Whether the bytes begin as sealed ones do.
pub(in crate::store) fn is_sealed(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Encrypts `plain`; `of` says what it is, and is needed to open it.
pub(in crate::store) fn seal(key: &DataKey, of: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
    let cannot =
        |_: aws_lc_rs::error::Unspecified| StoreError::Unusable("a file cannot be encrypted".to_owned());
    let nonce: [u8; NONCE_LEN] = rand::random();
    let mut body = plain.to_vec();
    cipher(key)
        .map_err(cannot)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad(of), &mut body)
        .map_err(cannot)?;
    let mut sealed = Vec::with_capacity(HEAD + body.len());
    sealed.extend_from_slice(MAGIC);
    sealed.extend_from_slice(&nonce);
    sealed.append(&mut body);
    Ok(sealed)
}

/// Decrypts what [`seal`] made, with whichever key fits; `None` if none does, or the bytes were changed.
pub(in crate::store) fn unseal(keys: &DataKeys, of: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    keys.all().iter().find_map(|key| unseal_with(key, of, sealed))
}

/// As [`unseal`], with this key alone.
pub(in crate::store) fn unseal_with(key: &DataKey, of: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let rest = sealed.strip_prefix(MAGIC)?;
    let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>()?;
    let mut body = body.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let n = cipher(key).ok()?.open_in_place(nonce, aad(of), &mut body).ok()?.len();
    body.truncate(n);
    Some(body)
}

fn cipher(key: &DataKey) -> std::result::Result<LessSafeKey, aws_lc_rs::error::Unspecified> {
    UnboundKey::new(&AES_256_GCM, &key.for_files()).map(LessSafeKey::new)
}

fn aad(of: &[u8]) -> Aad<Vec<u8>> {
    Aad::from([MAGIC.as_slice(), of].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_key_and_its_name_open_it_and_no_byte_may_differ() {
        let [old, new] = [1, 2].map(|n| DataKey::new([n; 32]));
        let keys = DataKeys::parse(&DataKeys::written(&[old.clone(), new.clone()]), "k".as_ref()).unwrap();
        let sealed = seal(&new, b"photo a", b"words").unwrap();
        assert!(is_sealed(&sealed) && !sealed.windows(5).any(|bytes| bytes == b"words"));
        assert_eq!(unseal(&keys, b"photo a", &sealed).unwrap(), b"words");
        assert_eq!(unseal(&keys, b"photo b", &sealed), None);
        assert_eq!(unseal(&DataKeys::of(old), b"photo a", &sealed), None);
        assert_eq!(unseal(&DataKeys::none(), b"photo a", &sealed), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(unseal(&keys, b"photo a", &changed), None, "{at}");
            assert_eq!(unseal(&keys, b"photo a", &sealed[..at]), None, "{at}");
        }
        assert_ne!(seal(&new, b"photo a", b"words").unwrap(), sealed, "each has a nonce of its own");
    }
}
