//! The next generation of the records: other root keys, other bucket keys, keys that are erased.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use proptest::collection::vec;
use proptest::prelude::*;
use zeroize::Zeroizing;

use super::super::LOG;
use super::SUITE;
use super::made::{root, vault_of, vault_with, wrapping};
use crate::record::{BucketParts, associated_data};
use crate::{
    Change, KEYS_PER_BUCKET, KeyNumber, KeyProvider, KeyProviderError, MARKED_BUCKET_PAYLOAD_BYTES, RootId,
    RootKey, SealError, UnsealError, Vault, VaultError, bucket, rewrite, root_of,
};

/// Several root keys at a time.
struct Roots(Mutex<BTreeMap<RootId, RootKey>>);

impl Roots {
    /// Begins with the root key of these tests.
    fn new() -> Arc<Roots> {
        let first = RootKey::from_hex(SUITE, &root().to_hex()).unwrap();
        Arc::new(Roots(Mutex::new(BTreeMap::from([(first.id(), first)]))))
    }

    fn of<T>(
        &self,
        root: RootId,
        ask: impl FnOnce(&RootKey) -> Result<T, KeyProviderError>,
    ) -> Result<T, KeyProviderError> {
        self.0.lock().get(&root).ok_or(KeyProviderError::RootUnknown(root)).and_then(ask)
    }
}

impl KeyProvider for Roots {
    fn wrap(&self, root: RootId, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, KeyProviderError> {
        self.of(root, |key| key.wrap(root, aad, plaintext))
    }

    fn unwrap(
        &self,
        root: RootId,
        aad: &[u8],
        wrapped: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyProviderError> {
        self.of(root, |key| key.unwrap(root, aad, wrapped))
    }

    fn new_root(&self) -> Result<RootId, KeyProviderError> {
        let key = RootKey::generate(SUITE);
        let id = key.id();
        self.0.lock().insert(id, key);
        Ok(id)
    }

    fn destroy(&self, root: RootId) -> Result<(), KeyProviderError> {
        self.0.lock().remove(&root);
        Ok(())
    }
}

/// What stands in the slots of a bucket, in clear.
fn slots_in(roots: &Roots, root: RootId, payload: &[u8]) -> Vec<[u8; 32]> {
    let parts = BucketParts::decode(payload).unwrap();
    let bucket_key = bucket::unwrap_bucket_key(&parts, &wrapping(roots, root)).unwrap();
    let mut slots = parts.ciphertext.to_vec();
    let aad = associated_data(parts.label(), LOG, parts.number);
    SUITE.decrypt(&bucket_key, parts.nonce, &aad, &mut slots, parts.tag).unwrap();
    slots.as_chunks().0.to_vec()
}

fn rewritten(roots: &Roots, payloads: &[Vec<u8>], change: &Change) -> Result<Vec<Vec<u8>>, VaultError> {
    rewrite(LOG, roots, payloads, change, &mut |_| {})
}

fn erasing(root: RootId, erased: &[u32]) -> Change {
    Change { root, new_bucket_keys: false, erased: erased.iter().copied().map(KeyNumber).collect() }
}

#[test]
fn under_another_root_key_it_is_the_same_vault_and_the_old_one_opens_nothing() {
    let roots = Roots::new();
    let (before, payloads) = vault_with(3);
    let sealed = before.seal(KeyNumber(9000), b"aad", b"body").unwrap();
    let new = roots.new_root().unwrap();
    let mut told = Vec::new();
    let next = rewrite(LOG, &*roots, &payloads, &erasing(new, &[]), &mut |done| told.push(done)).unwrap();
    assert_eq!(told, [1, 2, 3]);
    assert_eq!(root_of(&next, &*roots).unwrap(), new);
    roots.destroy(root().id()).unwrap();
    assert!(matches!(vault_of(roots.clone(), &payloads), Err(VaultError::WrongRootKey)));

    let after = vault_of(roots, &next).unwrap();
    assert_eq!((after.root(), after.keys_made(), after.keys_erased()), (new, before.keys_made(), 0));
    let ids =
        |vault: &Vault| (0..vault.keys_made()).map(|key| vault.key_id(KeyNumber(key))).collect::<Vec<_>>();
    assert_eq!(ids(&after), ids(&before));
    assert_eq!(
        *after.unseal_by_id(&sealed.key_id, b"aad", &sealed.nonce, &sealed.ciphertext).unwrap(),
        b"body"
    );
    assert_eq!(after.import_id(b"x"), before.import_id(b"x"));
    for (next, before) in next.iter().zip(&payloads).skip(1) {
        assert!(next[69..] == before[69..], "the keys are encrypted as they were");
    }
}

#[test]
fn with_new_bucket_keys_no_bucket_is_encrypted_as_it_was() {
    let roots = Roots::new();
    let (_, payloads) = vault_with(2);
    let change = Change { root: root().id(), new_bucket_keys: true, erased: Vec::new() };
    let next = rewritten(&roots, &payloads, &change).unwrap();
    for (next, before) in next.iter().zip(&payloads).skip(1) {
        assert_eq!(next.len(), before.len());
        assert!(next[81..].chunks(16).zip(before[81..].chunks(16)).all(|(next, before)| next != before));
    }
    // Not even with the bucket key of before.
    let mut mixed = next;
    mixed[1][9..69].copy_from_slice(&payloads[1][9..69]);
    assert!(matches!(vault_of(roots, &mixed), Err(VaultError::BucketDamaged { bucket: 0 })));
}

#[test]
fn an_erased_key_is_in_no_record_and_says_that_it_was_erased() {
    let roots = Roots::new();
    let (before, payloads) = vault_with(2);
    let (erased, other) = (KeyNumber(KEYS_PER_BUCKET + 7), KeyNumber(KEYS_PER_BUCKET + 8));
    let id = before.key_id(erased).unwrap();
    let [sealed, others] = [erased, other].map(|key| before.seal(key, b"aad", b"body").unwrap());
    let open = |vault: &Vault, key| {
        let body = if key == erased { &sealed } else { &others };
        vault.unseal(key, Some(&body.key_id), b"aad", &body.nonce, &body.ciphertext)
    };
    let key = slots_in(&roots, root().id(), &payloads[2])[erased.slot()];
    let new = roots.new_root().unwrap();
    let change = erasing(new, &[erased.0]);
    let next = rewritten(&roots, &payloads, &change).unwrap();
    assert_eq!(next[2].len(), MARKED_BUCKET_PAYLOAD_BYTES);
    assert_eq!(next[1].len(), payloads[1].len());

    let after = vault_of(roots.clone(), &next).unwrap();
    before.moved(&change);
    for vault in [&before, &after] {
        assert_eq!((vault.root(), vault.keys_erased()), (new, 1));
        assert_eq!((vault.key_id(erased), vault.find(&id)), (Some(id), Some(erased)));
        assert_eq!(open(vault, erased), Err(UnsealError::KeyErased(erased)));
        assert_eq!(vault.seal(erased, b"", b""), Err(SealError::KeyErased(erased)));
        assert_eq!(*open(vault, other).unwrap(), b"body");
        let another = vault.unseal(erased, Some(&others.key_id), b"aad", &others.nonce, &others.ciphertext);
        assert_eq!(another, Err(UnsealError::OtherKey(erased)));
    }
    // Whoever has every root key that is left finds the key in no generation, and its id in its place.
    roots.destroy(root().id()).unwrap();
    assert!(vault_of(roots.clone(), &payloads).is_err());
    assert_eq!(slots_in(&roots, new, &next[2])[erased.slot()], id);
    assert!(next[1..].iter().all(|payload| !slots_in(&roots, new, payload).contains(&key)));

    // Erased once more, or moved on without it: it stays erased.
    let newer = roots.new_root().unwrap();
    for change in [erasing(newer, &[erased.0]), Change { new_bucket_keys: true, ..erasing(newer, &[]) }] {
        let again = vault_of(roots.clone(), &rewritten(&roots, &next, &change).unwrap()).unwrap();
        assert_eq!(open(&again, erased), Err(UnsealError::KeyErased(erased)));
        assert_eq!((again.keys_erased(), open(&again, other).unwrap().as_slice()), (1, b"body".as_slice()));
    }
}

#[test]
fn a_key_that_is_not_there_is_not_erased() {
    let roots = Roots::new();
    let (_, payloads) = vault_with(1);
    let refused = rewritten(&roots, &payloads, &erasing(root().id(), &[KEYS_PER_BUCKET]));
    assert!(matches!(refused, Err(VaultError::KeyUnknown(KeyNumber(KEYS_PER_BUCKET)))), "{refused:?}");
}

/// Wraps and never gives back the same.
struct Forgetful(Arc<Roots>);

impl KeyProvider for Forgetful {
    fn wrap(&self, root: RootId, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, KeyProviderError> {
        let mut other = plaintext.to_vec();
        other[0] ^= 1;
        self.0.wrap(root, aad, &other)
    }

    fn unwrap(
        &self,
        root: RootId,
        aad: &[u8],
        wrapped: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyProviderError> {
        self.0.unwrap(root, aad, wrapped)
    }

    fn new_root(&self) -> Result<RootId, KeyProviderError> {
        self.0.new_root()
    }

    fn destroy(&self, root: RootId) -> Result<(), KeyProviderError> {
        self.0.destroy(root)
    }
}

#[test]
fn a_provider_that_does_not_give_back_what_it_took_is_found_out_before_anything_is_replaced() {
    let (_, payloads) = vault_with(1);
    let refused = rewrite(LOG, &Forgetful(Roots::new()), &payloads, &erasing(root().id(), &[]), &mut |_| {});
    assert!(matches!(refused, Err(VaultError::RewriteDiffers { record: 0 })), "{refused:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn whatever_changes_come_one_after_the_other_exactly_what_was_erased_is_gone(
        changes in vec((any::<bool>(), any::<bool>(), vec(0..2 * KEYS_PER_BUCKET, 0..4)), 1..4)
    ) {
        let roots = Roots::new();
        let (live, mut payloads) = vault_with(2);
        let ids: Vec<_> = (0..live.keys_made()).map(|key| live.key_id(KeyNumber(key)).unwrap()).collect();
        let mut gone = std::collections::BTreeSet::new();
        for (has_new_root, new_bucket_keys, erased) in changes {
            let before = root_of(&payloads, &*roots).unwrap();
            let root = if has_new_root { roots.new_root().unwrap() } else { before };
            let change = Change { new_bucket_keys, ..erasing(root, &erased) };
            payloads = rewritten(&roots, &payloads, &change).unwrap();
            live.moved(&change);
            if root != before {
                roots.destroy(before).unwrap();
            }
            gone.extend(erased);
            let opened = vault_of(roots.clone(), &payloads).unwrap();
            for vault in [&live, &opened] {
                prop_assert_eq!(vault.keys_erased() as usize, gone.len());
                for (key, id) in (0..).zip(&ids) {
                    prop_assert_eq!(vault.find(id), Some(KeyNumber(key)));
                    prop_assert_eq!(vault.seal(KeyNumber(key), b"", b"").is_err(), gone.contains(&key));
                }
            }
        }
    }
}
