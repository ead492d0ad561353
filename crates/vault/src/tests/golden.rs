//! Bytes that were computed by others: NIST, and Node's `crypto` for the golden values.

use super::{LOG, root, unhex};
use crate::secrets::Secrets;
use crate::{RootId, RootIdError, Vault, VaultError, gcm, key};

use uuid::Uuid;

const MASTER: [u8; 64] = {
    let mut bytes = [0; 64];
    let mut at = 0;
    while at < 64 {
        bytes[at] = at as u8;
        at += 1;
    }
    bytes
};

/// [`MASTER`] wrapped under the root key of these tests with the nonce 00 01 … 0b.
const SECRETS_PAYLOAD: &str = "01000102030405060708090a0b3eedcb74f917bcf2c6674542b7e936e7b2a2a60918777bc95de152801550ba3177a0107eefb0dc076956741415aca68e3a40b9ed9698c949e532cc42eaabe54ecdc1bfdd92f38e0cd825593ed538749d";

#[test]
fn gcm_gives_test_case_16_of_the_gcm_specification() {
    let key = unhex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    let nonce = unhex("cafebabefacedbaddecaf888");
    let aad: [u8; 20] = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let plaintext: [u8; 60] = unhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    );
    let ciphertext: [u8; 60] = unhex(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
    );
    let mut buffer = plaintext;
    let tag = gcm::encrypt(&key, &nonce, &aad, &mut buffer);
    assert_eq!(buffer, ciphertext);
    assert_eq!(tag, unhex("76fc6ece0f4e1768cddf8853bb2d551b"));
    gcm::decrypt(&key, &nonce, &aad, &mut buffer, &tag).unwrap();
    assert_eq!(buffer, plaintext);
}

#[test]
fn a_key_id_is_the_digest_of_label_and_key() {
    let key = std::array::from_fn(|at| at as u8);
    assert_eq!(key::id_of(&key), unhex("e96caa7528c5c3c5ca3913a1ce60812cdef67a2a6fdec484531f44e284287e40"));
}

fn assert_golden(vault: &Vault) {
    let parts: [&[u8]; 3] = [b"verifyInfo", b"", b"{}"];
    assert_eq!(vault.content_digest(&parts), unhex("a0de7a34a8b32bcc590bd7ad3c616619"));
    assert_eq!(
        vault.fingerprint(Uuid::from_u128(0x1122_3344_5566_7788_9900_aabb_ccdd_eeff)),
        0xa182_b979_65c1_4e76
    );
    assert_eq!(vault.import_namespace().into_bytes(), unhex("ab60f9828be466a4182dd4acf8a19ee0"));
    assert_eq!(vault.office_id("海淀区残联"), "o-6ec735d1f9502c4a4cc5");
}

#[test]
fn derived_values_are_stable() {
    assert_golden(&Vault::new(LOG, root(), root().id(), Secrets::derive(&MASTER), Default::default()));
}

#[test]
fn a_secrets_record_that_names_no_root_key_opens_under_the_one_that_is_held() {
    let payload: [u8; 93] = unhex(SECRETS_PAYLOAD);
    let vault = Vault::open(LOG, root(), &[payload.to_vec()]).unwrap();
    assert_golden(&vault);
    assert_eq!(vault.root(), root().id());
}

#[test]
fn a_secrets_record_names_its_root_key() {
    let unnamed: [u8; 93] = unhex(SECRETS_PAYLOAD);
    let id = "323e3f7b3a20790ff0d8ed79e19988a681bdd06bc666b86660e3f8f2c5f6f7a7";
    assert_eq!(root().id().to_string(), id);
    assert_eq!(id.parse(), Ok(root().id()));
    for text in ["", &id[1..], &format!("{id}0"), &id.replace('c', "g")] {
        assert_eq!(text.parse::<RootId>(), Err(RootIdError), "{text}");
    }
    let named = [&[3], root().id().0.as_slice(), &unnamed[1..]].concat();
    assert_golden(&Vault::open(LOG, root(), std::slice::from_ref(&named)).unwrap());
    let mut other = named;
    other[1] ^= 1;
    assert!(matches!(Vault::open(LOG, root(), &[other]), Err(VaultError::WrongRootKey)));
}

#[test]
fn the_parts_of_a_digest_do_not_run_together() {
    let vault = Vault::new(LOG, root(), root().id(), Secrets::derive(&MASTER), Default::default());
    let of = |parts: &[&[u8]]| vault.content_digest(parts);
    assert_ne!(of(&[b"ab", b"c"]), of(&[b"a", b"bc"]));
    assert_ne!(of(&[b"abc"]), of(&[b"abc", b""]));
    assert_ne!(of(&[]), of(&[b""]));
}
