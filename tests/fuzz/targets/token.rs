//! Bearer tokens. A text without a line break is a whole token. Otherwise its first line is the header and the rest the claims, and both
//! are signed with the key that is believed, as no mutation would get past a signature.

#![no_main]

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use libfuzzer_sys::fuzz_target;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use sigeyi_identity::{
    Identity, KeySource, KeySourceError, LEEWAY, Now, ROLES_MAX, Reason, TOKEN_BYTES_MAX, Trust, Verifier,
};

const KEY_ID: &str = "key-1";
/// The moment at which tokens are looked at, in seconds since 1970.
const NOW_SECS: u64 = 1_800_000_000;

static PAIR: LazyLock<Ed25519KeyPair> =
    LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("32 bytes are a seed"));

static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| {
    let verifier = Verifier::new(Trust::local(), Keys);
    verifier.refresh(now()).expect("the keys are right");
    verifier
});

struct Keys;

impl KeySource for Keys {
    fn load(&self) -> Result<Vec<u8>, KeySourceError> {
        let x = URL_SAFE_NO_PAD.encode(PAIR.public_key());
        let key = json!({ "kty": "OKP", "crv": "Ed25519", "kid": KEY_ID, "x": x });
        Ok(json!({ "keys": [key] }).to_string().into())
    }

    fn kept_for(&self) -> Option<Duration> {
        None
    }
}

fn now() -> Now {
    Now { since_epoch: Duration::from_secs(NOW_SECS), instant: Instant::now() }
}

fuzz_target!(|text: &str| match text.split_once('\n') {
    Some((header, claims)) => signed(header, claims),
    None => {
        let found = VERIFIER.verify(text, now());
        assert!(found.is_err(), "nobody has signed it: {text}");
    }
});

fn signed(header: &str, claims: &str) {
    let token = sign(header, claims);
    let identity = match VERIFIER.verify(&token, now()) {
        Ok(identity) => identity,
        Err(refused) => {
            assert_eq!((refused.to_string().as_str(), format!("{refused:?}").as_str()), SAID);
            assert_ne!(refused.reason(), Reason::Signature, "the signature is right");
            assert_ne!(refused.reason(), Reason::NoKeys, "there are keys");
            return;
        }
    };
    assert!(token.len() <= TOKEN_BYTES_MAX);
    let header: Value = serde_json::from_str(header).expect("an object, or it was refused");
    assert_eq!((&header["alg"], &header["kid"]), (&json!("EdDSA"), &json!(KEY_ID)));
    assert!(header.get("crit").is_none());
    let claims: Value = serde_json::from_str(claims).expect("an object, or it was refused");
    assert_eq!(claims["iss"], "sigeyi-local");
    assert!(identity.expires_at + LEEWAY > Duration::from_secs(NOW_SECS));
    assert!(identity.grants.roles().count() <= ROLES_MAX);
    assert_eq!(said_again(&identity), identity);
    // Of another key, it is nobody's.
    let mut other = token.into_bytes();
    let last = other.len() - 10;
    other[last] = if other[last] == b'A' { b'B' } else { b'A' };
    let other = String::from_utf8(other).expect("base64 is ASCII");
    assert_eq!(VERIFIER.verify(&other, now()).map_err(|error| error.reason()), Err(Reason::Signature));
}

/// Nothing else is ever said to whoever tries.
const SAID: (&str, &str) = ("no valid credentials", "Unauthenticated");

/// The identity of a token that says what an identity says.
fn said_again(identity: &Identity) -> Identity {
    let code = |region: sigeyi_domain::Region| format!("{:06}", region.division().code);
    let roles: Vec<Value> = identity
        .grants
        .roles()
        .map(|granted| {
            json!({
                "role": granted.role().name(),
                "read": code(granted.reads()),
                "write": granted.writes().map(code),
            })
        })
        .collect();
    let mut claims = json!({
        "iss": "sigeyi-local",
        "aud": ["other", "sigeyi"],
        "sub": identity.subject.as_str(),
        "office": identity.office.as_str(),
        "exp": identity.expires_at.as_secs(),
        "nbf": 0,
        "roles": roles,
        "stream": identity.grants.has_pseudonymous_stream(),
    });
    if let Some(id) = &identity.token_id {
        claims["jti"] = json!(id);
    }
    let header = json!({ "alg": "EdDSA", "kid": KEY_ID }).to_string();
    VERIFIER.verify(&sign(&header, &claims.to_string()), now()).expect("it is as good as the other")
}

fn sign(header: &str, claims: &str) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(PAIR.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}
