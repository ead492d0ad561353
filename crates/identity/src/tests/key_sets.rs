//! Key sets that issuers publish.

use serde_json::{Value, json};

use super::signing::*;
use crate::{base64url::encode, *};

fn ed25519(id: &str) -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "kid": id, "x": encode([7; 32]) })
}

fn set(keys: &[Value]) -> Result<KeySet, KeySetError> {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes())
}

#[test]
fn keys_for_other_uses_are_passed_over() {
    let with = |name: &str, value: Value| {
        let mut key = ed25519("other");
        key[name] = value;
        key
    };
    let useless = [
        with("use", json!("enc")),
        with("alg", json!("RS256")),
        with("alg", json!("HS256")),
        with("key_ops", json!(["sign"])),
        with("kid", json!("")),
        with("kid", json!(7)),
        with("kid", json!("k".repeat(KEY_ID_BYTES_MAX + 1))),
        with("crv", json!("Ed448")),
        with("crv", json!("X25519")),
        with("kty", json!("EC")),
        with("kty", json!("LWE")),
        with("x", json!(encode([7; 31]))),
        with("x", json!(encode([7; 33]))),
        with("x", json!("+///")),
        json!({ "kty": "EC", "crv": "P-384", "kid": "other", "x": encode([7; 48]), "y": encode([7; 48]) }),
        json!({ "kty": "RSA", "kid": "other", "n": encode([0xff; 128]), "e": "AQAB" }),
        json!({ "kty": "RSA", "kid": "other", "n": encode([0xff; 1025]), "e": "AQAB" }),
        json!({ "kty": "RSA", "kid": "other", "n": encode([0xff; 256]), "e": encode([1; 5]) }),
        json!({}),
    ];
    for key in useless {
        assert_eq!(set(std::slice::from_ref(&key)), Err(KeySetError::Empty), "{key}");
        let both = set(&[key.clone(), ed25519("ours")]).unwrap();
        assert!(both.key("ours").is_some() && both.key("other").is_none(), "{key}");
    }
}

#[test]
fn what_is_said_of_a_usable_key_is_taken() {
    let mut key = ed25519("ours");
    key["use"] = json!("sig");
    key["alg"] = json!("EdDSA");
    key["key_ops"] = json!(["verify"]);
    assert!(set(&[key]).unwrap().key("ours").is_some());
    // With a zero before the modulus, as some write it.
    let rsa = json!({ "kty": "RSA", "kid": "rsa", "n": encode([[0].as_slice(), &[0xff; 256]].concat()), "e": "AQAB" });
    assert!(set(&[rsa]).unwrap().key("rsa").is_some());
}

#[test]
fn a_secret_in_a_key_set_is_an_error() {
    let mut private = ed25519("ours");
    private["d"] = json!(encode([9; 32]));
    assert_eq!(set(&[private]), Err(KeySetError::Secret));
    let shared = json!({ "kty": "oct", "kid": "shared", "k": encode([9; 32]) });
    assert_eq!(set(&[ed25519("ours"), shared]), Err(KeySetError::Secret));
}

#[test]
fn a_key_set_has_its_limits_and_its_form() {
    let many: Vec<Value> = (0..=KEYS_MAX).map(|n| ed25519(&format!("key-{n}"))).collect();
    assert_eq!(set(&many), Err(KeySetError::TooMany));
    assert!(set(&many[1..]).is_ok());
    assert_eq!(set(&[ed25519("one"), ed25519("one")]), Err(KeySetError::SameId));
    assert_eq!(set(&[json!("key")]), Err(KeySetError::Malformed));
    for text in ["", "{}", "[]", "{\"keys\":{}}", "{\"keys\":[]", "{\"keys\":[],\"keys\":[]}"] {
        assert_eq!(KeySet::parse(text.as_bytes()), Err(KeySetError::Malformed), "{text}");
    }
    assert_eq!(KeySet::parse(b"{\"keys\":[]}"), Err(KeySetError::Empty));
    assert_eq!(KeySet::parse(&vec![b' '; KEY_SET_BYTES_MAX + 1]), Err(KeySetError::TooLong));
}

#[test]
fn a_point_that_is_on_no_curve_verifies_nothing() {
    let key = P256::new();
    let mut jwk = key.jwk("p256");
    jwk["y"] = jwk["x"].clone();
    let verifier = verifier(Fixed(json!({ "keys": [jwk] }).to_string()));
    let token = key.signed(&json!({ "alg": "ES256", "kid": "p256" }), &claims());
    assert_eq!(refused(&verifier, &token), Reason::Signature);
}
