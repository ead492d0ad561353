//! What is stored, with keys and nonces that are fixed: computed by Node's `crypto` for the international suite and by OpenSSL for the other.

use super::{LOG, guomi, international::made::root, unhex};
use crate::CipherSuite::{self, Aes256GcmSha256, Sm4GcmSm3};
use crate::secrets::Secrets;
use crate::{RootId, RootIdError, Vault, VaultError, key};

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
fn a_key_id_is_the_digest_of_label_and_key() {
    let key = std::array::from_fn(|at| at as u8);
    let international = unhex("e96caa7528c5c3c5ca3913a1ce60812cdef67a2a6fdec484531f44e284287e40");
    assert_eq!(key::id_of(Aes256GcmSha256, &key), international);
    let guomi = unhex("3a36953258c14a7cb76f3ff0b3eae293021faa9fea0932a58a8ffe681caf9d41");
    assert_eq!(key::id_of(Sm4GcmSm3, &key), guomi);
}

/// Source and serial of a record row.
const IMPORTED: &[u8] = b"records-2022\n0001";

fn assert_golden(vault: &Vault) {
    let parts: [&[u8]; 3] = [b"verifyInfo", b"", b"{}"];
    assert_eq!(vault.content_digest(&parts), unhex("a0de7a34a8b32bcc590bd7ad3c616619"));
    assert_eq!(
        vault.fingerprint(Uuid::from_u128(0x1122_3344_5566_7788_9900_aabb_ccdd_eeff)),
        0xa182_b979_65c1_4e76
    );
    assert_eq!(vault.import_id(IMPORTED).to_string(), "0795dc94-498f-5f4a-bcbd-71b8a2a0ebb3");
    assert_eq!(vault.office_id("海淀区残联"), "o-6ec735d1f9502c4a4cc5");
}

#[test]
fn derived_values_are_stable() {
    assert_golden(&Vault::new(
        LOG,
        root(),
        root().id(),
        Secrets::derive(Aes256GcmSha256, &MASTER),
        Default::default(),
    ));
}

#[test]
fn a_secrets_record_that_names_no_root_key_opens_under_the_one_that_is_held() {
    let payload: [u8; 93] = unhex(SECRETS_PAYLOAD);
    let vault = Vault::open(Aes256GcmSha256, LOG, root(), &[payload.to_vec()]).unwrap();
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
    assert_golden(&Vault::open(Aes256GcmSha256, LOG, root(), std::slice::from_ref(&named)).unwrap());
    let mut other = named;
    other[1] ^= 1;
    assert!(matches!(Vault::open(Aes256GcmSha256, LOG, root(), &[other]), Err(VaultError::WrongRootKey)));
}

/// [`MASTER`] wrapped under the root key of these tests with the nonce 00 01 … 0b, behind the id of that key.
const GUOMI_PAYLOAD: &str = "0572b7254a36e7d24ed06905a054d484b5ba56333779030bd0f81727b0bb5f3c44000102030405060708090a0bee8ded9c80c0512444634332b0a00c496b631f103ceb0ebcfe03c048e9657ee20bd97e2b0000b6970db4954b26890c839479751c3d1f62bb38d8c30e3629b0059c824cb31242b7a3dc0fba2b8e625dad";

#[test]
fn what_is_derived_in_the_suite_of_sm4_and_sm3_is_stable() {
    let payload: [u8; 125] = unhex(GUOMI_PAYLOAD);
    let vault = Vault::open(Sm4GcmSm3, LOG, guomi::made::root(), &[payload.to_vec()]).unwrap();
    let parts: [&[u8]; 3] = [b"verifyInfo", b"", b"{}"];
    assert_eq!(vault.content_digest(&parts), unhex("8c7f27b32ce48550245388db61ac318c"));
    let command = Uuid::from_u128(0x1122_3344_5566_7788_9900_aabb_ccdd_eeff);
    assert_eq!(vault.fingerprint(command), 0xcb7f_9848_f2b2_d733);
    assert_eq!(vault.import_id(IMPORTED).to_string(), "77ff1aff-34f2-814d-a279-8d9dfcb2f6d7");
    assert_eq!(vault.office_id("海淀区残联"), "o-cce30cdbf5718c260525");
    let cursor = std::array::from_fn(|at| at as u8);
    assert_eq!(vault.seal_cursor(cursor), unhex("fa4e7c62d3658704368d77e049a2d02c"));
    assert_eq!(vault.open_cursor(vault.seal_cursor(cursor)), cursor);
    let reason: [u8; 35] = unhex("01000102030405060708090a0b5055726df24c3694483593144e3797c8e359761d46ee");
    assert_eq!(*vault.open_access_reason(b"aad", &reason).unwrap(), *"核实".as_bytes());
}

/// The golden events of the envelope: associated data, and of each suite the sealed body, the stored bytes and their leaf hash.
const EVENT_AAD: &str =
    "7f1c00000000400080000000000000010198c0de00004000800000000000000011223344556677889900aabbccddeeff000101";
const EVENTS: [(CipherSuite, &str, &str, &str); 2] = [
    (
        Aes256GcmSha256,
        "3c20b87aa880e021afa722005946ed8a1764a5499a59026c8a0e2384b6a3b73f900d38df",
        "0001010100000000000000010198c0de000040008000000000000000000000010000000000000000000000000000000000000000000000000000000000000000000000000000000000004a3800060a24181e400000024a5611223344556677889900aabbccddeeff0707070707070707070707070707070700010c0600110024636f756e73656c6c6f722d313135303130327b22636f756e7479223a3135303130327de96caa7528c5c3c5ca3913a1ce60812cdef67a2a6fdec484531f44e284287e40000102030405060708090a0b3c20b87aa880e021afa722005946ed8a1764a5499a59026c8a0e2384b6a3b73f900d38df",
        "bde8569e9a8b0f0830285aa6f03924209ca1fb8661655176653d21dec65c6e20",
    ),
    (
        Sm4GcmSm3,
        "ec64b09aa40fa73add7ac1c639146c81b52523b6c100e3987c8c7c375e408d5ae68462a5",
        "0002010100000000000000010198c0de000040008000000000000000000000010000000000000000000000000000000000000000000000000000000000000000000000000000000000004a3800060a24181e400000024a5611223344556677889900aabbccddeeff0707070707070707070707070707070700010c0600110024636f756e73656c6c6f722d313135303130327b22636f756e7479223a3135303130327d3a36953258c14a7cb76f3ff0b3eae293021faa9fea0932a58a8ffe681caf9d41000102030405060708090a0bec64b09aa40fa73add7ac1c639146c81b52523b6c100e3987c8c7c375e408d5ae68462a5",
        "016c040c59f2e0366805e2d24af0160a8ec2073e82be33b1ec0f4e74aee465cc",
    ),
];

#[test]
fn the_golden_event_of_each_suite_is_sealed_named_and_hashed_by_its_algorithms() {
    let (key, nonce) = (std::array::from_fn(|at| at as u8), std::array::from_fn(|at| at as u8));
    let aad: [u8; 51] = unhex(EVENT_AAD);
    for (suite, ciphertext, stored, leaf) in EVENTS {
        let mut body = r#"{"name":"测试甲"}"#.as_bytes().to_vec();
        let tag = suite.encrypt(&key, &nonce, &aad, &mut body);
        assert_eq!([&body[..], &tag].concat(), unhex::<36>(ciphertext));
        let stored: [u8; 243] = unhex(stored);
        assert_eq!(stored[163..195], key::id_of(suite, &key));
        assert_eq!(suite.digest(&[0], &stored), unhex(leaf));
    }
}

#[test]
fn a_vault_of_one_suite_is_not_opened_in_the_other() {
    let guomi: [u8; 125] = unhex(GUOMI_PAYLOAD);
    let unnamed: [u8; 93] = unhex(SECRETS_PAYLOAD);
    for (payload, suite) in [(guomi.to_vec(), Aes256GcmSha256), (unnamed.to_vec(), Sm4GcmSm3)] {
        let opened = Vault::open(suite, LOG, root(), &[payload]);
        assert!(
            matches!(opened, Err(VaultError::OtherSuite { expected, .. }) if expected == suite),
            "{opened:?}"
        );
    }
    // Renamed, it does not open either: the root key has another id there.
    let mut renamed = guomi;
    renamed[0] = 3;
    let opened = Vault::open(Aes256GcmSha256, LOG, root(), &[renamed.to_vec()]);
    assert!(matches!(opened, Err(VaultError::WrongRootKey)), "{opened:?}");
}

#[test]
fn the_parts_of_a_digest_do_not_run_together() {
    let vault =
        Vault::new(LOG, root(), root().id(), Secrets::derive(Aes256GcmSha256, &MASTER), Default::default());
    let of = |parts: &[&[u8]]| vault.content_digest(parts);
    assert_ne!(of(&[b"ab", b"c"]), of(&[b"a", b"bc"]));
    assert_ne!(of(&[b"abc"]), of(&[b"abc", b""]));
    assert_ne!(of(&[]), of(&[b""]));
}
