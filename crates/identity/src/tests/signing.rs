//! Keys, and tokens that say whatever a test wants.

use std::time::{Duration, Instant};

use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use serde_json::{Value, json};

use crate::{base64url::encode, *};

/// 2023-11-14T22:13:20Z, in the tests.
pub(super) const NOW: u64 = 1_700_000_000;
pub(super) const ISSUER: &str = "https://issuer.example";

pub(super) fn trust() -> Trust {
    Trust { issuer: ISSUER.into(), audience: AUDIENCE.into() }
}

pub(super) fn now() -> Now {
    at(NOW)
}

pub(super) fn at(seconds: u64) -> Now {
    Now { since_epoch: Duration::from_secs(seconds), instant: Instant::now() }
}

/// A new key without a file.
pub(super) fn local_key() -> LocalKey {
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    LocalKey::of_pkcs8(pkcs8.as_ref()).unwrap()
}

/// A verifier that has loaded the keys of a source.
pub(super) fn verifier(source: impl KeySource + 'static) -> Verifier {
    let verifier = Verifier::new(trust(), source);
    assert_eq!(verifier.refresh(now()).unwrap(), Refreshed::Loaded);
    verifier
}

/// A key set as text.
pub(super) struct Fixed(pub(super) String);

impl KeySource for Fixed {
    fn load(&self) -> Result<Vec<u8>, KeySourceError> {
        Ok(self.0.clone().into())
    }
}

/// Everything as it should be.
pub(super) fn claims() -> Value {
    json!({
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "worker-7",
        "office": "office-150402",
        "roles": [
            { "role": "field_worker", "read": "150402", "write": "150402" },
            { "role": "auditor", "read": "150400", "write": null },
        ],
        "stream": false,
        "iat": NOW - 60,
        "nbf": NOW - 60,
        "exp": NOW + 3_600,
        "jti": "b6d1-900",
    })
}

/// The claims with some of them replaced; null takes one away.
pub(super) fn claims_with(changes: &Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        let members = claims.as_object_mut().unwrap();
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    claims
}

pub(super) fn header(key: &LocalKey) -> Value {
    json!({ "alg": "EdDSA", "typ": "JWT", "kid": key.id() })
}

/// A token of these texts, signed by the key whatever they say.
pub(super) fn signed(key: &LocalKey, header: &str, payload: &str) -> String {
    let message = format!("{}.{}", encode(header), encode(payload));
    format!("{message}.{}", encode(key.sign(message.as_bytes())))
}

/// A token of these claims.
pub(super) fn token(key: &LocalKey, claims: &Value) -> String {
    signed(key, &header(key).to_string(), &claims.to_string())
}

/// A P-256 key.
pub(super) struct P256(EcdsaKeyPair);

impl P256 {
    pub(super) fn new() -> P256 {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        P256(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap())
    }

    pub(super) fn jwk(&self, id: &str) -> Value {
        let point = self.0.public_key().as_ref();
        json!({ "kty": "EC", "crv": "P-256", "kid": id, "x": encode(&point[1..33]), "y": encode(&point[33..]) })
    }

    pub(super) fn signed(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", encode(signature))
    }
}

/// The reason for which the token is refused.
pub(super) fn refused(verifier: &Verifier, token: &str) -> Reason {
    match verifier.verify(token, now()) {
        Ok(identity) => panic!("accepted as {identity:?}"),
        Err(error) => error.reason(),
    }
}
