//! The vault as a whole, in each suite. What a test needs of a module's inside stands here too, so that the modules stay short.

mod golden;
mod mixed_suites;
mod suites;

use uuid::Uuid;

use crate::CipherSuite;

#[path = "in_each_suite"]
#[allow(clippy::duplicate_mod, reason = "what holds in one suite is shown of both")]
mod international {
    pub(super) const SUITE: super::CipherSuite = super::CipherSuite::Aes256GcmSha256;

    mod commitment;
    pub(super) mod made;
    mod payloads;
    mod rewriting;
    mod sealing;
    mod vault;
}

#[path = "in_each_suite"]
#[allow(clippy::duplicate_mod, reason = "what holds in one suite is shown of both")]
mod guomi {
    pub(super) const SUITE: super::CipherSuite = super::CipherSuite::Sm4GcmSm3;

    mod commitment;
    pub(super) mod made;
    mod payloads;
    mod rewriting;
    mod sealing;
    mod vault;
}

const LOG: Uuid = Uuid::from_u128(0x7f1c_0000_0000_4000_8000_0000_0000_0001);
const OTHER_LOG: Uuid = Uuid::from_u128(0x7f1c_0000_0000_4000_8000_0000_0000_0002);
const ROOT_HEX: &str = "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf";

fn unhex<const N: usize>(text: &str) -> [u8; N] {
    assert_eq!(text.len(), 2 * N);
    std::array::from_fn(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
}
