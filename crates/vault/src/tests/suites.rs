//! The algorithms themselves, by values that others have published or computed.

use super::unhex;
use crate::CipherSuite::{self, Aes256GcmSha256, Sm4GcmSm3};

/// Encrypts, compares, decrypts, and lets no altered tag pass.
fn assert_gcm<const BYTES: usize>(
    suite: CipherSuite,
    key: &[u8; 32],
    nonce: &[u8; 12],
    plaintext: [u8; BYTES],
    ciphertext: [u8; BYTES],
    tag: [u8; 16],
) {
    let aad: [u8; 20] = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let mut buffer = plaintext;
    assert_eq!(suite.encrypt(key, nonce, &aad, &mut buffer), tag);
    assert_eq!(buffer, ciphertext);
    let mut altered = tag;
    altered[15] ^= 1;
    suite.decrypt(key, nonce, &aad, &mut buffer, &altered).unwrap_err();
    assert_eq!(buffer, ciphertext, "what is refused stays as it was");
    suite.decrypt(key, nonce, &aad, &mut buffer, &tag).unwrap();
    assert_eq!(buffer, plaintext);
}

#[test]
fn aes_gcm_gives_test_case_16_of_the_gcm_specification() {
    let key = unhex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    let plaintext: [u8; 60] = unhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    );
    let ciphertext = unhex(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
    );
    let tag = unhex("76fc6ece0f4e1768cddf8853bb2d551b");
    assert_gcm(Aes256GcmSha256, &key, &unhex("cafebabefacedbaddecaf888"), plaintext, ciphertext, tag);
}

/// RFC 8998, appendix A.1. The key is followed by 16 bytes that SM4 must not look at.
#[test]
fn sm4_gcm_gives_the_example_of_rfc_8998_under_the_first_half_of_a_key() {
    let plaintext: [u8; 64] = unhex(
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
    );
    let ciphertext = unhex(
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d",
    );
    let tag = unhex("83de3541e4c2b58177e065a9bf7b62ec");
    for behind in [[0; 16], [0xff; 16]] {
        let mut key = [0; 32];
        key[..16].copy_from_slice(&unhex::<16>("0123456789abcdeffedcba9876543210"));
        key[16..].copy_from_slice(&behind);
        assert_gcm(Sm4GcmSm3, &key, &unhex("00001234567800000000abcd"), plaintext, ciphertext, tag);
    }
}

/// GB/T 32907-2016, appendix A.
#[test]
fn sm4_gives_the_example_of_its_standard() {
    let mut key = [0; 32];
    key[..16].copy_from_slice(&unhex::<16>("0123456789abcdeffedcba9876543210"));
    let block = unhex("0123456789abcdeffedcba9876543210");
    let encrypted = Sm4GcmSm3.encrypt_block(&key, block);
    assert_eq!(encrypted, unhex("681edf34d206965e86b3e94f536e4246"));
    assert_eq!(Sm4GcmSm3.decrypt_block(&key, encrypted), block);
}

/// GB/T 32905-2016, appendix A.
#[test]
fn sm3_gives_the_two_examples_of_its_standard() {
    let of = |label, bytes| Sm4GcmSm3.digest(label, bytes);
    let abc = unhex("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    assert_eq!(of(b"abc", b""), abc);
    assert_eq!(of(b"a", b"bc"), abc);
    let sixty_four = unhex("debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
    assert_eq!(of(b"", &b"abcd".repeat(16)), sixty_four);
}

#[test]
fn hmac_and_hkdf_over_sm3_give_what_openssl_gives() {
    let mut mac = Sm4GcmSm3.keyed(&[0x0b; 32]);
    mac.update(b"Hi ");
    mac.update(b"There");
    let expected: [u8; 32] = unhex("c0ba18c68b90c88bc07de794bfc7d2c8d19ec31ed8773bc2b390c9604e0be11e");
    assert_eq!(mac.truncated::<32>(), expected);

    let mut derived = [0; 42];
    Sm4GcmSm3.derive(&[0x0b; 22], "sigeyi", &mut derived);
    let expected = "01cd011f4436d1482e7e2e80e288dd986f5a33ce5cbbb556747ed614f377821e6bce31bced59c2047d8c";
    assert_eq!(derived, unhex(expected));
}
