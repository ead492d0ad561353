//! Making, admitting and opening keys; root keys; what is shown of them.

use std::collections::HashSet;
use std::sync::Arc;
use std::thread;

use zeroize::Zeroizing;

use super::super::{LOG, OTHER_LOG, ROOT_HEX};
use super::SUITE;
use super::made::{root, vault_of, vault_with};
use crate::{
    BUCKET_PAYLOAD_BYTES, KEYS_PER_BUCKET, KeyNumber, KeyProvider, KeyProviderError, RootId, RootKey,
    RootKeyError, SECRETS_PAYLOAD_BYTES, SealError, Vault, VaultError,
};

#[test]
fn keys_are_used_only_after_they_are_admitted() {
    let (vault, _) = Vault::create(SUITE, LOG, root(), root().id()).unwrap();
    let first = KeyNumber(0);
    let record = vault.make_bucket().unwrap();
    assert_eq!((record.number(), vault.keys_made()), (0, 0));
    assert_eq!(vault.seal(first, b"", b""), Err(SealError::KeyUnknown(first)));
    assert_eq!(vault.key_id(first), None);
    vault.admit(record).unwrap();
    assert_eq!(vault.keys_made(), KEYS_PER_BUCKET);
    assert!(vault.seal(first, b"", b"").is_ok());
}

#[test]
fn payloads_have_the_sizes_of_the_format() {
    let (_, payloads) = vault_with(1);
    assert_eq!(payloads[0].len(), SECRETS_PAYLOAD_BYTES);
    assert_eq!(payloads[1].len(), BUCKET_PAYLOAD_BYTES);
}

#[test]
fn an_opened_vault_is_the_one_that_was_made() {
    let (made, payloads) = vault_with(5);
    let sealed = made.seal(KeyNumber(9000), b"aad", b"body").unwrap();
    let opened = vault_of(root(), &payloads).unwrap();
    assert_eq!(opened.keys_made(), 5 * KEYS_PER_BUCKET);
    let mut ids = HashSet::new();
    for number in (0..opened.keys_made()).map(KeyNumber) {
        let id = opened.key_id(number).unwrap();
        assert_eq!(made.key_id(number), Some(id));
        assert_eq!((made.find(&id), opened.find(&id)), (Some(number), Some(number)));
        assert!(ids.insert(id));
    }
    assert_eq!(opened.find(&[0; 32]), None);
    let body = opened.unseal_by_id(&sealed.key_id, b"aad", &sealed.nonce, &sealed.ciphertext).unwrap();
    assert_eq!(*body, b"body");
    assert_eq!(opened.import_id(b"x"), made.import_id(b"x"));
    assert_eq!(opened.content_digest(&[b"x"]), made.content_digest(&[b"x"]));
}

#[test]
fn an_opened_vault_goes_on() {
    let (_, payloads) = vault_with(2);
    let vault = vault_of(root(), &payloads).unwrap();
    let record = vault.make_bucket().unwrap();
    assert_eq!(record.number(), 2);
    vault.admit(record).unwrap();
    let last = KeyNumber(3 * KEYS_PER_BUCKET - 1);
    assert_eq!(vault.find(&vault.key_id(last).unwrap()), Some(last));
}

#[test]
fn of_two_buckets_made_at_once_one_is_admitted() {
    let (vault, _) = Vault::create(SUITE, LOG, root(), root().id()).unwrap();
    let (first, second) = (vault.make_bucket().unwrap(), vault.make_bucket().unwrap());
    vault.admit(second).unwrap();
    let refused = vault.admit(first);
    assert!(matches!(refused, Err(VaultError::BucketOutOfOrder { expected: 1, found: 0 })), "{refused:?}");
    assert_eq!(vault.keys_made(), KEYS_PER_BUCKET);
}

#[test]
fn a_bucket_of_another_log_is_not_admitted() {
    let (vault, _) = Vault::create(SUITE, LOG, root(), root().id()).unwrap();
    let (other, _) = Vault::create(SUITE, OTHER_LOG, root(), root().id()).unwrap();
    let refused = vault.admit(other.make_bucket().unwrap());
    assert!(matches!(refused, Err(VaultError::BucketForeign)), "{refused:?}");
}

#[test]
fn whoever_sees_a_key_can_find_it() {
    let (vault, _) = Vault::create(SUITE, LOG, root(), root().id()).unwrap();
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            while vault.keys_made() < 8 * KEYS_PER_BUCKET {
                if let Some(last) = vault.keys_made().checked_sub(1).map(KeyNumber) {
                    assert_eq!(vault.find(&vault.key_id(last).unwrap()), Some(last));
                    assert!(vault.seal(last, b"", b"").is_ok());
                }
            }
        });
        for _ in 0..8 {
            vault.admit(vault.make_bucket().unwrap()).unwrap();
        }
        reader.join().unwrap();
    });
}

#[test]
fn a_root_key_is_64_digits_and_a_line_feed() {
    let key = RootKey::generate(SUITE);
    let text = key.to_hex();
    assert_eq!(text.len(), 65);
    assert_eq!(*RootKey::from_hex(SUITE, &text).unwrap().to_hex(), *text);
    assert_eq!(*root().to_hex(), format!("{ROOT_HEX}\n"));
    assert_eq!(
        *RootKey::from_hex(SUITE, &ROOT_HEX.to_uppercase()).unwrap().to_hex(),
        format!("{ROOT_HEX}\n")
    );
    assert_ne!(*RootKey::generate(SUITE).to_hex(), *text);
    let refused = |text: &str| RootKey::from_hex(SUITE, text).unwrap_err();
    assert_eq!(refused(""), RootKeyError::Length { bytes: 0 });
    assert_eq!(refused(&ROOT_HEX[1..]), RootKeyError::Length { bytes: 63 });
    assert_eq!(refused(&format!("{ROOT_HEX}\n\n")), RootKeyError::Length { bytes: 65 });
    assert_eq!(refused(&ROOT_HEX.replace("b9", "g9")), RootKeyError::Digit);
    assert_eq!(refused(&ROOT_HEX.replace("b9", "é")), RootKeyError::Digit);
}

#[test]
fn a_wrapped_key_opens_only_as_it_was_wrapped() {
    let key = root();
    let id = key.id();
    let wrapped = key.wrap(id, b"label", b"key").unwrap();
    assert_eq!(wrapped.len(), 12 + 3 + 16);
    assert_eq!(*key.unwrap(id, b"label", &wrapped).unwrap(), b"key");
    let refused = |key: &RootKey, aad: &[u8], wrapped: &[u8]| {
        assert!(matches!(key.unwrap(key.id(), aad, wrapped), Err(KeyProviderError::Refused)));
    };
    refused(&RootKey::generate(SUITE), b"label", &wrapped);
    refused(&key, b"other", &wrapped);
    for at in 0..wrapped.len() {
        let mut flipped = wrapped.clone();
        flipped[at] ^= 1;
        refused(&key, b"label", &flipped);
        refused(&key, b"label", &wrapped[..at]);
    }
    assert!(matches!(key.wrap(id, b"", &[0; 1025]), Err(KeyProviderError::TooLong { bytes: 1025 })));
    let other = RootKey::generate(SUITE).id();
    let is_unknown = |error| matches!(error, KeyProviderError::RootUnknown(root) if root == other);
    assert!(key.wrap(other, b"label", b"key").is_err_and(is_unknown));
    assert!(key.unwrap(other, b"label", &wrapped).is_err_and(is_unknown));
    assert!(matches!(key.new_root(), Err(KeyProviderError::Fixed)));
    assert!(matches!(key.destroy(id), Err(KeyProviderError::Fixed)));
}

/// Answers with a fixed fault.
struct Faulty;

impl KeyProvider for Faulty {
    fn wrap(&self, _: RootId, _: &[u8], _: &[u8]) -> Result<Vec<u8>, KeyProviderError> {
        Ok(vec![0; 5])
    }

    fn unwrap(&self, _: RootId, _: &[u8], _: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyProviderError> {
        Err(KeyProviderError::Unavailable("the module is unplugged".into()))
    }

    fn new_root(&self) -> Result<RootId, KeyProviderError> {
        Err(KeyProviderError::Fixed)
    }

    fn destroy(&self, _: RootId) -> Result<(), KeyProviderError> {
        Err(KeyProviderError::Fixed)
    }
}

#[test]
fn a_failing_provider_is_not_taken_for_damage() {
    let created = Vault::create(SUITE, LOG, Arc::new(Faulty), root().id()).map(|_| ());
    assert!(matches!(created, Err(VaultError::WrappedLength { expected: 92, found: 5 })), "{created:?}");
    let (_, payloads) = vault_with(1);
    let opened = vault_of(Arc::new(Faulty), &payloads);
    let unavailable = |error| matches!(error, VaultError::Provider(KeyProviderError::Unavailable(_)));
    assert!(opened.is_err_and(unavailable));
}

#[test]
fn debug_shows_no_secret() {
    let (vault, _) = vault_with(1);
    let record = vault.make_bucket().unwrap();
    assert_eq!(format!("{vault:?}"), "Vault { keys_made: 4096, .. }");
    assert_eq!(format!("{record:?}"), "BucketRecord { number: 1, .. }");
    assert_eq!(format!("{:?}", root()), "RootKey { .. }");
}

#[test]
fn a_vault_is_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Vault>();
    shared::<RootKey>();
    shared::<Arc<dyn KeyProvider>>();
}
