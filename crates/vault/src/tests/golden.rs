//! Bytes that were computed by others: NIST, and Node's `crypto` for the golden values.

use super::{LOG, root, unhex};
use crate::secrets::Secrets;
use crate::{Vault, gcm, key};

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
    assert_golden(&Vault::new(LOG, root(), Secrets::derive(&MASTER), Default::default()));
}

#[test]
fn a_secrets_record_of_this_format_opens() {
    let payload: [u8; 93] = unhex(SECRETS_PAYLOAD);
    assert_golden(&Vault::open(LOG, root(), &[payload.to_vec()]).unwrap());
}

#[test]
fn the_parts_of_a_digest_do_not_run_together() {
    let vault = Vault::new(LOG, root(), Secrets::derive(&MASTER), Default::default());
    let of = |parts: &[&[u8]]| vault.content_digest(parts);
    assert_ne!(of(&[b"ab", b"c"]), of(&[b"a", b"bc"]));
    assert_ne!(of(&[b"abc"]), of(&[b"abc", b""]));
    assert_ne!(of(&[]), of(&[b""]));
}
