//! A ciphertext that opens under two keys, made as anybody can who knows both: the key id says which of them it is.
//!
//! The tag of GCM is `GHASH(H, aad, ciphertext) ⊕ E(counter 0)`, with `H = E(0)`. For one block `c` of ciphertext and no associated data it is
//! `c·H² ⊕ l·H ⊕ E`, where `l` is the block of lengths. Both tags are the same for `c = (l·(H₁ ⊕ H₂) ⊕ E₁ ⊕ E₂) / (H₁² ⊕ H₂²)`.

use super::super::LOG;
use super::SUITE;
use super::made::{root, vault_with, wrapping};
use crate::record::{BucketParts, Label, associated_data};
use crate::{KeyNumber, UnsealError, bucket};

/// Product in GF(2^128) as GCM has it: the first bit of a block is the coefficient of 1.
fn times(x: u128, y: u128) -> u128 {
    let (mut product, mut shifted) = (0, y);
    for bit in (0..128).rev() {
        if x >> bit & 1 == 1 {
            product ^= shifted;
        }
        shifted = shifted >> 1 ^ if shifted & 1 == 1 { 0xe1 << 120 } else { 0 };
    }
    product
}

/// `x` to the power of 2^128 − 2.
fn inverse(x: u128) -> u128 {
    let (mut square, mut product) = (x, 1 << 127);
    for _ in 1..128 {
        square = times(square, square);
        product = times(product, square);
    }
    product
}

fn encrypt(key: &[u8; 32], block: u128) -> u128 {
    u128::from_be_bytes(SUITE.encrypt_block(key, block.to_be_bytes()))
}

/// A person key in clear, as only whoever has the root key can see it.
fn key_in(payload: &[u8], slot: usize) -> [u8; 32] {
    let parts = BucketParts::decode(payload).unwrap();
    let bucket_key = bucket::unwrap_bucket_key(&parts, &wrapping(&*root(), root().id())).unwrap();
    let mut keys = parts.ciphertext.to_vec();
    let aad = associated_data(Label::Bucket, LOG, parts.number);
    SUITE.decrypt(&bucket_key, parts.nonce, &aad, &mut keys, parts.tag).unwrap();
    keys.as_chunks().0[slot]
}

#[test]
fn a_ciphertext_that_opens_under_two_keys_is_opened_under_the_one_that_it_names_alone() {
    let (vault, payloads) = vault_with(1);
    let numbers = [KeyNumber(7), KeyNumber(8)];
    let keys = numbers.map(|number| key_in(&payloads[1], number.slot()));
    let nonce = [5; 12];
    let counter = u128::from_be_bytes([5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 0, 0, 0, 1]);
    let [h1, h2] = keys.map(|key| encrypt(&key, 0));
    let [e1, e2] = keys.map(|key| encrypt(&key, counter));
    let lengths = 128;
    let block = times(times(lengths, h1 ^ h2) ^ e1 ^ e2, inverse(times(h1, h1) ^ times(h2, h2)));
    let tag = times(block, times(h1, h1)) ^ times(lengths, h1) ^ e1;
    let ciphertext = [block.to_be_bytes(), tag.to_be_bytes()].concat();

    let bodies = numbers.map(|number| vault.unseal(number, None, b"", &nonce, &ciphertext).unwrap());
    assert_ne!(bodies[0], bodies[1], "the cipher alone says two things");
    let ids = numbers.map(|number| vault.key_id(number).unwrap());
    for (at, other) in [(0, 1), (1, 0)] {
        let named = |number| vault.unseal(number, Some(&ids[at]), b"", &nonce, &ciphertext);
        assert_eq!(named(numbers[at]).as_ref(), Ok(&bodies[at]));
        assert_eq!(named(numbers[other]), Err(UnsealError::OtherKey(numbers[other])));
        assert_eq!(
            vault.hold().unseal(numbers[other], Some(&ids[at]), b"", &nonce, &ciphertext),
            named(numbers[other])
        );
        assert_eq!(vault.unseal_by_id(&ids[at], b"", &nonce, &ciphertext).as_ref(), Ok(&bodies[at]));
    }
}
