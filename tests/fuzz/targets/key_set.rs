//! Key sets of issuers: what is taken keeps the limits and has no secret in it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use sigeyi_identity::{KEY_SET_BYTES_MAX, KEYS_MAX, KeySet};

fuzz_target!(|bytes: &[u8]| {
    let Ok(set) = KeySet::parse(bytes) else { return };
    assert!(bytes.len() <= KEY_SET_BYTES_MAX);
    let json: Value = serde_json::from_slice(bytes).expect("it was read");
    let keys = json["keys"].as_array().expect("it has keys");
    assert!((1..=KEYS_MAX).contains(&keys.len()));
    for key in keys {
        assert!(["d", "p", "q", "k"].iter().all(|secret| key.get(secret).is_none()), "a private key");
    }
    // What is passed over changes nothing, and the order of members says nothing.
    assert_eq!(KeySet::parse(json.to_string().as_bytes()).as_ref(), Ok(&set));
});
