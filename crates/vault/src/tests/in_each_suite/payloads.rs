//! Records that are damaged, cut, reordered, or another vault's.

use std::sync::{Arc, LazyLock};

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::OTHER_LOG;
use super::SUITE;
use super::made::{self, root, vault_with};
use crate::{RootKey, Vault, VaultError};

static PAYLOADS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| vault_with(3).1);

fn open(payloads: &[Vec<u8>]) -> Result<Vault, VaultError> {
    made::vault_of(root(), payloads)
}

fn with(change: impl FnOnce(&mut Vec<Vec<u8>>)) -> VaultError {
    let mut payloads = PAYLOADS.clone();
    change(&mut payloads);
    open(&payloads).unwrap_err()
}

#[test]
fn a_wrong_root_key_is_named() {
    for payloads in [&PAYLOADS[..], &PAYLOADS[..1]] {
        let opened = made::vault_of(Arc::new(RootKey::generate(SUITE)), payloads);
        assert!(matches!(opened, Err(VaultError::WrongRootKey)), "{opened:?}");
    }
}

#[test]
fn the_vault_of_another_log_does_not_open() {
    let opened = Vault::open(SUITE, OTHER_LOG, root(), &PAYLOADS);
    assert!(matches!(opened, Err(VaultError::WrongRootKey)), "{opened:?}");
}

#[test]
fn no_record_is_no_vault() {
    assert!(matches!(open(&[]), Err(VaultError::SecretsMissing)));
}

#[test]
fn damaged_secrets_are_told_from_a_wrong_root_key() {
    for at in 33..125 {
        let error = with(|payloads| payloads[0][at] ^= 1);
        assert!(matches!(error, VaultError::SecretsDamaged), "{at}: {error:?}");
    }
}

#[test]
fn a_damaged_bucket_is_named() {
    // In the wrapped bucket key, the nonce, the keys and the tag.
    for at in [9, 20, 68, 69, 80, 81, 5_000, 131_152, 131_153, 131_168] {
        let error = with(|payloads| payloads[2][at] ^= 1);
        assert!(matches!(error, VaultError::BucketDamaged { bucket: 1 }), "{at}: {error:?}");
    }
}

#[test]
fn of_several_damaged_buckets_the_first_is_named() {
    let error = with(|payloads| payloads[1..].iter_mut().for_each(|payload| payload[100] ^= 1));
    assert!(matches!(error, VaultError::BucketDamaged { bucket: 0 }), "{error:?}");
}

#[test]
fn another_kind_or_count_is_malformed() {
    for (record, at) in [(0, 0), (2, 0), (2, 5), (2, 8)] {
        let error = with(|payloads| payloads[record][at] ^= 8);
        assert!(
            matches!(error, VaultError::RecordMalformed { record: found } if found == record),
            "{error:?}"
        );
    }
}

#[test]
fn a_cut_or_longer_record_is_malformed() {
    for (record, lengths) in [(0, [0, 1, 93, 124, 126]), (1, [0, 1, 131_168, 131_170, 131_681])] {
        for length in lengths {
            let error = with(|payloads| payloads[record].resize(length, 0));
            assert!(
                matches!(error, VaultError::RecordMalformed { record: found } if found == record),
                "{length}: {error:?}"
            );
        }
    }
}

#[test]
fn a_bucket_out_of_order_is_named() {
    let swapped = with(|payloads| payloads.swap(1, 2));
    assert!(matches!(swapped, VaultError::BucketOutOfOrder { expected: 0, found: 1 }), "{swapped:?}");
    let missing = with(|payloads| drop(payloads.remove(2)));
    assert!(matches!(missing, VaultError::BucketOutOfOrder { expected: 1, found: 2 }), "{missing:?}");
    let doubled = with(|payloads| payloads.insert(2, payloads[1].clone()));
    assert!(matches!(doubled, VaultError::BucketOutOfOrder { expected: 1, found: 0 }), "{doubled:?}");
}

#[test]
fn a_bucket_in_anothers_place_is_damaged_even_when_renumbered() {
    let error = with(|payloads| {
        payloads.swap(1, 2);
        payloads[1][4] = 0;
        payloads[2][4] = 1;
    });
    assert!(matches!(error, VaultError::BucketDamaged { bucket: 0 }), "{error:?}");
}

#[test]
fn a_bucket_of_another_vault_is_damaged() {
    let (other, _) = Vault::create(SUITE, OTHER_LOG, root(), root().id()).unwrap();
    let foreign = other.make_bucket().unwrap().payload().to_vec();
    let error = with(|payloads| payloads[1] = foreign);
    assert!(matches!(error, VaultError::BucketDamaged { bucket: 0 }), "{error:?}");
}

#[test]
fn the_secrets_among_the_buckets_or_a_bucket_first_is_malformed() {
    let secrets_twice = with(|payloads| payloads.insert(1, payloads[0].clone()));
    assert!(matches!(secrets_twice, VaultError::RecordMalformed { record: 1 }), "{secrets_twice:?}");
    let no_secrets = with(|payloads| drop(payloads.remove(0)));
    assert!(matches!(no_secrets, VaultError::RecordMalformed { record: 0 }), "{no_secrets:?}");
}

proptest! {
    #[test]
    fn any_payloads_are_refused_without_panic(payloads in vec(vec(any::<u8>(), 0..200), 0..4)) {
        prop_assert!(open(&payloads).is_err());
    }

    #[test]
    fn any_bytes_after_good_secrets_are_refused_without_panic(bytes in vec(any::<u8>(), 0..200)) {
        prop_assert!(open(&[PAYLOADS[0].clone(), bytes]).is_err());
    }

    #[test]
    fn any_altered_byte_of_a_record_is_refused(
        record in 0..4_usize,
        at in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
    ) {
        let mut payloads = PAYLOADS.clone();
        let at = at.index(payloads[record].len());
        payloads[record][at] ^= flip;
        prop_assert!(open(&payloads).is_err());
    }

    #[test]
    fn any_text_is_a_root_key_or_refused_without_panic(text in ".{0,70}|[0-9a-fA-F]{64}\n?") {
        if let Ok(key) = RootKey::from_hex(SUITE, &text) {
            let digits = text.trim_end_matches('\n').to_lowercase();
            prop_assert_eq!(&*key.to_hex(), &format!("{digits}\n"));
        }
    }
}
