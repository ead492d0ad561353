//! Suites never mix: what was made by the algorithms of one is not opened as what was made by those of the other.

use std::sync::Arc;

use super::{LOG, guomi, international};
use crate::CipherSuite::{self, Aes256GcmSha256, Sm4GcmSm3};
use crate::{RootKey, Vault, VaultError};

/// A suite, and a vault of it with two buckets. The digits of both root keys are the same, and so is the log.
struct Made {
    suite: CipherSuite,
    root: Arc<RootKey>,
    payloads: Vec<Vec<u8>>,
}

/// Each suite, beside the other.
fn both() -> [(Made, Made); 2] {
    let of_international = || Made {
        suite: Aes256GcmSha256,
        root: international::made::root(),
        payloads: international::made::vault_with(2).1,
    };
    let of_guomi =
        || Made { suite: Sm4GcmSm3, root: guomi::made::root(), payloads: guomi::made::vault_with(2).1 };
    [(of_international(), of_guomi()), (of_guomi(), of_international())]
}

#[test]
fn a_vault_is_not_opened_as_one_of_the_other_suite_also_without_keys() {
    for (made, other) in both() {
        for payloads in [&made.payloads[..], &made.payloads[..1]] {
            for root in [&made.root, &other.root] {
                let error = Vault::open(other.suite, LOG, root.clone(), payloads).unwrap_err();
                let VaultError::OtherSuite { expected, found } = error else { panic!("{error}") };
                assert_eq!((expected, found), (other.suite, made.suite));
            }
        }
    }
}

#[test]
fn the_digits_of_a_root_key_open_nothing_by_the_algorithms_of_the_other_suite() {
    for (made, other) in both() {
        assert_ne!(made.root.id(), other.root.id());
        for payloads in [&made.payloads[..], &made.payloads[..1]] {
            let error = Vault::open(made.suite, LOG, other.root.clone(), payloads).unwrap_err();
            assert!(matches!(error, VaultError::WrongRootKey), "{error}");
        }
    }
}

#[test]
fn a_bucket_of_the_other_suite_is_damage_whatever_else_fits() {
    for (made, other) in both() {
        let payloads = [made.payloads[0].clone(), made.payloads[1].clone(), other.payloads[2].clone()];
        let error = Vault::open(made.suite, LOG, made.root, &payloads).unwrap_err();
        assert!(matches!(error, VaultError::BucketDamaged { bucket: 1 }), "{error}");
    }
}

#[test]
fn secrets_that_were_altered_to_name_the_other_suite_open_nothing() {
    for (made, other) in both() {
        let mut payloads = made.payloads;
        payloads[0][0] = other.payloads[0][0];
        for payloads in [&payloads[..], &payloads[..1]] {
            let error = Vault::open(other.suite, LOG, other.root.clone(), payloads).unwrap_err();
            assert!(matches!(error, VaultError::WrongRootKey), "{error}");
        }
        // By the root key that it was wrapped under, the keys of people still do not open.
        let error = Vault::open(other.suite, LOG, made.root, &payloads).unwrap_err();
        assert!(matches!(error, VaultError::BucketDamaged { bucket: 0 }), "{error}");
    }
}
