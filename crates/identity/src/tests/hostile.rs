//! Bytes from whoever wants to come in.

use proptest::{collection::vec, prelude::*};

use super::signing::*;
use crate::*;

#[test]
fn a_token_that_was_cut_off_is_refused_wherever_it_was_cut() {
    let key = local_key();
    let token = token(&key, &claims());
    let verifier = verifier(key);
    for length in 0..token.len() {
        assert!(verifier.verify(&token[..length], now()).is_err(), "{length}");
    }
    assert!(verifier.verify(&token, now()).is_ok());
}

#[test]
fn a_token_with_one_bit_turned_is_refused() {
    let key = local_key();
    let token = token(&key, &claims());
    let verifier = verifier(key);
    for place in 0..token.len() {
        for bit in 0..7 {
            let mut bytes = token.clone().into_bytes();
            bytes[place] ^= 1 << bit;
            let turned = String::from_utf8(bytes).unwrap();
            assert!(verifier.verify(&turned, now()).is_err(), "bit {bit} of byte {place}");
        }
    }
}

#[test]
fn nothing_may_stand_around_a_token() {
    let key = local_key();
    let token = token(&key, &claims());
    let verifier = verifier(key);
    for around in [
        format!(" {token}"),
        format!("{token} "),
        format!("{token}\n"),
        format!("{token}="),
        format!("{token}."),
        format!(".{token}"),
        format!("Bearer {token}"),
        format!("{token}.{token}"),
    ] {
        assert!(verifier.verify(&around, now()).is_err(), "{around}");
    }
}

#[test]
fn a_token_beyond_its_length_is_not_looked_at() {
    let verifier = verifier(local_key());
    assert_eq!(refused(&verifier, &"a".repeat(TOKEN_BYTES_MAX + 1)), Reason::TooLong);
    assert_eq!(refused(&verifier, &"a".repeat(TOKEN_BYTES_MAX)), Reason::Malformed);
}

#[test]
fn deep_nesting_is_no_danger() {
    let key = local_key();
    let deep = "[".repeat(2_000);
    let tokens =
        [signed(&key, &deep, "{}"), signed(&key, &header(&key).to_string(), &format!("{{\"roles\":{deep}"))];
    let verifier = verifier(key);
    for token in tokens {
        assert_eq!(refused(&verifier, &token), Reason::Malformed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_024))]

    #[test]
    fn random_bytes_never_come_in(bytes in vec(any::<u8>(), 0..300)) {
        let verifier = verifier(local_key());
        prop_assert!(verifier.verify(&String::from_utf8_lossy(&bytes), now()).is_err());
    }

    #[test]
    fn random_parts_never_come_in(header in "[ -~]{0,40}", payload in "[ -~]{0,40}", signature in vec(any::<u8>(), 0..70)) {
        let key = local_key();
        let known = format!("{{\"alg\":\"EdDSA\",\"kid\":\"{}\"}}", key.id());
        let verifier = verifier(key);
        for header in [header.as_str(), &known] {
            let parts = [header.as_bytes(), payload.as_bytes(), &signature].map(crate::base64url::encode);
            prop_assert!(verifier.verify(&parts.join("."), now()).is_err());
        }
    }

    #[test]
    fn random_claims_never_panic(payload in "[ -~]{0,80}", name in "(iss|aud|exp|roles|jti)", value in "[ -~]{0,30}") {
        let key = local_key();
        let mut claims = claims();
        claims[&name] = serde_json::from_str(&value).unwrap_or(serde_json::Value::String(value));
        let tokens = [signed(&key, &header(&key).to_string(), &payload), token(&key, &claims)];
        let verifier = verifier(key);
        prop_assert!(verifier.verify(&tokens[0], now()).is_err());
        // Only a token's own id may be anything.
        prop_assert!(verifier.verify(&tokens[1], now()).is_err() || name == "jti" || name == "exp");
    }

    #[test]
    fn random_key_sets_never_panic(text in "[ -~]{0,120}") {
        let _ = KeySet::parse(text.as_bytes());
    }
}
