//! Sealing and unsealing.

use std::collections::HashSet;

use super::super::unhex;
use super::made::{root, vault_of, vault_with};
use crate::{
    ACCESS_REASON_OVERHEAD_BYTES, KEYS_PER_BUCKET, KeyNumber, PLAINTEXT_BYTES_MAX, SealError, UnsealError,
};

const AAD: &[u8] = b"log person command 0 1 1";
const BODY: &[u8] = br#"{"name":"\u738b\u82b3","certificate":"11010819870412002144"}"#;
const SEVEN: KeyNumber = KeyNumber(7);

#[test]
fn what_is_sealed_opens_by_number_and_by_id() {
    let (vault, _) = vault_with(2);
    for number in [0, 7, KEYS_PER_BUCKET - 1, KEYS_PER_BUCKET, 2 * KEYS_PER_BUCKET - 1].map(KeyNumber) {
        for body in [b"".as_slice(), b"x", BODY, &[7; PLAINTEXT_BYTES_MAX]] {
            let sealed = vault.seal(number, AAD, body).unwrap();
            assert_eq!(Some(sealed.key_id), vault.key_id(number));
            assert_eq!(sealed.ciphertext.len(), body.len() + 16);
            assert_eq!(
                *vault.unseal(number, Some(&sealed.key_id), AAD, &sealed.nonce, &sealed.ciphertext).unwrap(),
                body
            );
            assert_eq!(
                *vault.unseal_by_id(&sealed.key_id, AAD, &sealed.nonce, &sealed.ciphertext).unwrap(),
                body
            );
        }
    }
}

#[test]
fn a_vault_that_is_held_finds_and_opens_as_one_that_is_not() {
    let (vault, _) = vault_with(2);
    let sealed = vault.seal(SEVEN, AAD, BODY).unwrap();
    let unknown = [3; 32];
    let held = vault.hold();
    assert_eq!(held.find(&sealed.key_id), Some(SEVEN));
    assert_eq!(held.find(&unknown), None);
    assert_eq!(*held.unseal(SEVEN, None, AAD, &sealed.nonce, &sealed.ciphertext).unwrap(), BODY);
    let other = held.unseal(KeyNumber(8), None, AAD, &sealed.nonce, &sealed.ciphertext);
    assert_eq!(other, Err(UnsealError::Refused));
    let beyond = KeyNumber(2 * KEYS_PER_BUCKET);
    let unknown = held.unseal(beyond, None, AAD, &sealed.nonce, &sealed.ciphertext);
    assert_eq!(unknown, Err(UnsealError::KeyUnknown(beyond)));
}

#[test]
fn another_key_nonce_or_associated_data_is_refused() {
    let (vault, _) = vault_with(1);
    let sealed = vault.seal(SEVEN, AAD, BODY).unwrap();
    let (nonce, ciphertext) = (&sealed.nonce, &sealed.ciphertext);
    let mut other_nonce = *nonce;
    other_nonce[11] ^= 1;
    let refused = Err(UnsealError::Refused);
    assert_eq!(vault.unseal(KeyNumber(8), None, AAD, nonce, ciphertext), refused);
    assert_eq!(vault.unseal(SEVEN, None, b"log person command 1 1 1", nonce, ciphertext), refused);
    assert_eq!(vault.unseal(SEVEN, None, AAD, &other_nonce, ciphertext), refused);
    let other_id = vault.key_id(KeyNumber(8)).unwrap();
    assert_eq!(vault.unseal_by_id(&other_id, AAD, nonce, ciphertext), refused);
}

#[test]
fn every_flipped_or_missing_byte_is_refused() {
    let (vault, _) = vault_with(1);
    let sealed = vault.seal(SEVEN, AAD, BODY).unwrap();
    for at in 0..sealed.ciphertext.len() {
        let mut flipped = sealed.ciphertext.clone();
        flipped[at] ^= 0x10;
        assert_eq!(vault.unseal(SEVEN, None, AAD, &sealed.nonce, &flipped), Err(UnsealError::Refused));
        let cut = &sealed.ciphertext[..at];
        assert_eq!(vault.unseal(SEVEN, None, AAD, &sealed.nonce, cut), Err(UnsealError::Refused));
    }
}

#[test]
fn an_unknown_key_neither_seals_nor_opens() {
    let (vault, _) = vault_with(1);
    let sealed = vault.seal(SEVEN, AAD, BODY).unwrap();
    for beyond in [KEYS_PER_BUCKET, u32::MAX].map(KeyNumber) {
        assert_eq!(vault.seal(beyond, AAD, BODY), Err(SealError::KeyUnknown(beyond)));
        assert_eq!(
            vault.unseal(beyond, None, AAD, &sealed.nonce, &sealed.ciphertext),
            Err(UnsealError::KeyUnknown(beyond))
        );
    }
    let mut id = sealed.key_id;
    id[31] ^= 1;
    assert_eq!(
        vault.unseal_by_id(&id, AAD, &sealed.nonce, &sealed.ciphertext),
        Err(UnsealError::KeyIdUnknown)
    );
}

#[test]
fn a_body_that_no_event_can_hold_is_refused() {
    let (vault, _) = vault_with(1);
    let bytes = PLAINTEXT_BYTES_MAX + 1;
    assert_eq!(vault.seal(SEVEN, AAD, &vec![0; bytes]), Err(SealError::TooLong { bytes }));
}

#[test]
fn no_nonce_comes_twice() {
    let (vault, _) = vault_with(1);
    let nonces: HashSet<_> = (0..10_000).map(|_| vault.seal(SEVEN, AAD, BODY).unwrap().nonce).collect();
    assert_eq!(nonces.len(), 10_000);
    assert!(!nonces.contains(&unhex("000000000000000000000000")));
}

#[test]
fn a_reason_for_an_access_opens_as_it_was_sealed_and_not_otherwise() {
    let (vault, payloads) = vault_with(0);
    let reason = "王芳本人来电查询".as_bytes();
    let sealed = vault.seal_access_reason(AAD, reason).unwrap();
    assert_eq!(sealed.len(), reason.len() + ACCESS_REASON_OVERHEAD_BYTES);
    let again = vault_of(root(), &payloads).unwrap();
    assert_eq!(*again.open_access_reason(AAD, &sealed).unwrap(), reason);
    assert_ne!(vault.seal_access_reason(AAD, reason).unwrap(), sealed, "nonces differ");
    assert_eq!(vault.open_access_reason(b"another request", &sealed), Err(UnsealError::Refused));
    for at in 0..sealed.len() {
        let mut flipped = sealed.clone();
        flipped[at] ^= 0x10;
        assert_eq!(vault.open_access_reason(AAD, &flipped), Err(UnsealError::Refused), "byte {at}");
        assert_eq!(vault.open_access_reason(AAD, &sealed[..at]), Err(UnsealError::Refused), "cut at {at}");
    }
    let (other, _) = vault_with(0);
    assert_eq!(other.open_access_reason(AAD, &sealed), Err(UnsealError::Refused));
}
