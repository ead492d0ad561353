//! Whose signature is believed.

use ring::hmac;
use serde_json::{Value, json};

use super::signing::*;
use crate::{base64url::encode, *};

#[test]
fn a_token_of_a_known_key_says_who_somebody_is() {
    let key = local_key();
    let token = token(&key, &claims());
    let identity = verifier(key).verify(&token, now()).unwrap();
    assert_eq!(identity.subject.as_str(), "worker-7");
    assert_eq!(identity.office.as_str(), "office-150402");
    assert_eq!(identity.expires_at.as_secs(), NOW + 3_600);
    assert_eq!(identity.token_id.as_deref(), Some("b6d1-900"));
    assert_eq!(identity.grants.roles().count(), 2);
    assert!(!identity.grants.has_pseudonymous_stream());
}

#[test]
fn an_unknown_key_is_refused_and_may_be_looked_for() {
    let (ours, other) = (local_key(), local_key());
    let stranger = token(&other, &claims());
    // Signed by the other key under our key's name.
    let in_our_name = signed(&other, &header(&ours).to_string(), &claims().to_string());
    let verifier = verifier(ours);
    assert_eq!(refused(&verifier, &stranger), Reason::UnknownKey);
    assert!(verifier.verify(&stranger, now()).unwrap_err().wants_keys());
    assert_eq!(refused(&verifier, &in_our_name), Reason::Signature);
    assert!(!verifier.verify(&in_our_name, now()).unwrap_err().wants_keys());
}

#[test]
fn no_algorithm_is_none() {
    let key = local_key();
    let id = key.id().to_owned();
    let verifier = verifier(key);
    for algorithm in ["none", "None", "NONE", "", "nOnE"] {
        let header = json!({ "alg": algorithm, "kid": id });
        let unsigned = format!("{}.{}.", encode(header.to_string()), encode(claims().to_string()));
        assert_eq!(refused(&verifier, &unsigned), Reason::Algorithm, "{algorithm}");
        assert_eq!(refused(&verifier, unsigned.trim_end_matches('.')), Reason::Malformed);
    }
}

#[test]
fn a_public_key_is_no_shared_secret() {
    let key = local_key();
    let key_set = key.key_set();
    let jwk: Value = serde_json::from_str::<Value>(&key_set).unwrap()["keys"][0].clone();
    let public = crate::base64url::decode(jwk["x"].as_str().unwrap()).unwrap();
    let id = key.id().to_owned();
    let verifier = verifier(key);
    for secret in [public.as_slice(), jwk["x"].as_str().unwrap().as_bytes(), key_set.as_bytes()] {
        for algorithm in ["HS256", "EdDSA"] {
            let header = json!({ "alg": algorithm, "kid": id });
            let message = format!("{}.{}", encode(header.to_string()), encode(claims().to_string()));
            let code = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
            let forged = format!("{message}.{}", encode(code));
            assert!(matches!(refused(&verifier, &forged), Reason::Algorithm | Reason::Signature));
        }
    }
}

#[test]
fn the_algorithm_is_that_of_the_key() {
    let (ed25519, p256) = (local_key(), P256::new());
    let mut keys: Value = serde_json::from_str(&ed25519.key_set()).unwrap();
    keys["keys"].as_array_mut().unwrap().push(p256.jwk("p256"));
    let verifier = verifier(Fixed(keys.to_string()));

    let header = |algorithm: &str, id: &str| json!({ "alg": algorithm, "kid": id });
    let by_p256 = |algorithm, id| p256.signed(&header(algorithm, id), &claims());
    let by_ed25519 =
        |algorithm, id| signed(&ed25519, &header(algorithm, id).to_string(), &claims().to_string());
    assert!(verifier.verify(&by_p256("ES256", "p256"), now()).is_ok());
    assert!(verifier.verify(&by_ed25519("EdDSA", ed25519.id()), now()).is_ok());

    assert_eq!(refused(&verifier, &by_p256("EdDSA", "p256")), Reason::Algorithm);
    assert_eq!(refused(&verifier, &by_p256("RS256", "p256")), Reason::Algorithm);
    assert_eq!(refused(&verifier, &by_p256("ES384", "p256")), Reason::Algorithm);
    assert_eq!(refused(&verifier, &by_p256("EdDSA", ed25519.id())), Reason::Signature);
    assert_eq!(refused(&verifier, &by_ed25519("ES256", ed25519.id())), Reason::Algorithm);
    assert_eq!(refused(&verifier, &by_ed25519("ES256", "p256")), Reason::Signature);
}

#[test]
fn what_a_header_says_of_keys_is_not_believed() {
    let (ours, other) = (local_key(), local_key());
    let jwk = serde_json::from_str::<Value>(&other.key_set()).unwrap()["keys"][0].clone();
    let id = ours.id().to_owned();
    let verifier = verifier(ours);
    let header = json!({
        "alg": "EdDSA", "kid": id, "jwk": jwk, "jku": "https://other.example/keys", "x5u": "https://other.example/x",
    });
    let forged = signed(&other, &header.to_string(), &claims().to_string());
    assert_eq!(refused(&verifier, &forged), Reason::Signature);
}

#[test]
fn a_header_that_is_not_understood_is_refused() {
    let key = local_key();
    let id = key.id().to_owned();
    let payload = claims().to_string();
    let of = |header: &str| signed(&key, header, &payload);
    let cases = [
        (
            of(&json!({ "alg": "EdDSA", "kid": id, "crit": ["b64"], "b64": false }).to_string()),
            Reason::Header,
        ),
        (of(&json!({ "alg": "EdDSA", "kid": id, "crit": [] }).to_string()), Reason::Header),
        (of(&json!({ "alg": "EdDSA" }).to_string()), Reason::Header),
        (of(&json!({ "kid": id }).to_string()), Reason::Header),
        (of(&json!({ "alg": ["EdDSA"], "kid": id }).to_string()), Reason::Header),
        (of(&json!({ "alg": "EdDSA", "kid": [id] }).to_string()), Reason::Header),
        (of(&format!(r#"{{"alg":"none","alg":"EdDSA","kid":"{id}"}}"#)), Reason::Malformed),
        (of("[]"), Reason::Malformed),
        (of(""), Reason::Malformed),
    ];
    let verifier = verifier(key);
    for (token, reason) in cases {
        assert_eq!(refused(&verifier, &token), reason, "{token}");
    }
}

#[test]
fn whoever_is_refused_learns_nothing() {
    let verifier = verifier(local_key());
    let error = verifier.verify(&token(&local_key(), &claims()), now()).unwrap_err();
    assert_eq!(error.to_string(), "no valid credentials");
    assert_eq!(format!("{error:?}"), "Unauthenticated");
    assert!(std::error::Error::source(&error).is_none());
}

#[test]
fn a_payload_that_says_something_twice_is_refused() {
    let key = local_key();
    let payload = claims().to_string();
    let twice = format!("{},\"sub\":\"worker-8\"}}", payload.strip_suffix('}').unwrap());
    let more = format!("{payload}{payload}");
    let tokens = [twice, more, "[]".into(), "null".into(), String::new()]
        .map(|payload| signed(&key, &header(&key).to_string(), &payload));
    let verifier = verifier(key);
    for token in tokens {
        assert_eq!(refused(&verifier, &token), Reason::Malformed);
    }
}
