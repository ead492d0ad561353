//! The vault as a whole. What a test needs of a module's inside stands here too, so that the modules stay short.

mod commitment;
mod golden;
mod payloads;
mod rewriting;
mod sealing;
mod vault;

use std::sync::Arc;

use uuid::Uuid;

use crate::{RootKey, Vault};

const LOG: Uuid = Uuid::from_u128(0x7f1c_0000_0000_4000_8000_0000_0000_0001);
const OTHER_LOG: Uuid = Uuid::from_u128(0x7f1c_0000_0000_4000_8000_0000_0000_0002);
const ROOT_HEX: &str = "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf";

fn root() -> Arc<RootKey> {
    Arc::new(RootKey::from_hex(ROOT_HEX).unwrap())
}

/// A vault with admitted buckets, and the payloads that a caller would have made durable.
fn vault_with(buckets: usize) -> (Vault, Vec<Vec<u8>>) {
    let (vault, secrets) = Vault::create(LOG, root(), root().id()).unwrap();
    let mut payloads = vec![secrets];
    for _ in 0..buckets {
        let record = vault.make_bucket().unwrap();
        payloads.push(record.payload().to_vec());
        vault.admit(record).unwrap();
    }
    (vault, payloads)
}

fn unhex<const N: usize>(text: &str) -> [u8; N] {
    assert_eq!(text.len(), 2 * N);
    std::array::from_fn(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
}
