//! Issuers over HTTPS, without a network.

use std::{collections::HashMap, fs};

use serde_json::json;
use tempfile::TempDir;

use super::signing::*;
use crate::*;

/// What lies at which address.
struct Web(HashMap<String, String>);

impl HttpGet for Web {
    fn get(&self, url: &str, bytes_max: usize) -> Result<Vec<u8>, HttpsError> {
        let body = self.0.get(url).ok_or_else(|| HttpsError::Answer("404".into()))?;
        if body.len() > bytes_max { Err(HttpsError::TooLong { bytes_max }) } else { Ok(body.clone().into()) }
    }
}

fn web<const N: usize>(pages: [(&str, String); N]) -> Web {
    Web(pages.into_iter().map(|(url, body)| (url.to_owned(), body)).collect())
}

const DESCRIPTION: &str = "https://issuer.example/.well-known/openid-configuration";
const KEYS: &str = "https://issuer.example/keys";

#[test]
fn keys_are_found_by_their_address_or_by_the_issuers_name() {
    let key = local_key();
    let described = json!({ "issuer": ISSUER, "jwks_uri": KEYS }).to_string();
    let pages = || web([(DESCRIPTION, described.clone()), (KEYS, key.key_set())]);
    let by_address = verifier(Issuer::with_key_set(KEYS, pages()).unwrap());
    let by_name = verifier(Issuer::with_name(ISSUER, pages()).unwrap());
    for verifier in [by_address, by_name] {
        assert!(verifier.verify(&token(&key, &claims()), now()).is_ok());
    }
}

#[test]
fn a_description_must_be_the_issuers_own_and_lead_over_tls() {
    let key = local_key();
    for description in [
        json!({ "issuer": "https://other.example", "jwks_uri": KEYS }),
        json!({ "issuer": format!("{ISSUER}/"), "jwks_uri": KEYS }),
        json!({ "issuer": ISSUER, "jwks_uri": "http://issuer.example/keys" }),
        json!({ "issuer": ISSUER, "jwks_uri": "file:///etc/passwd" }),
        json!({ "issuer": ISSUER }),
        json!([]),
    ] {
        let pages = web([(DESCRIPTION, description.to_string()), (KEYS, key.key_set())]);
        let issuer = Issuer::with_name(ISSUER, pages).unwrap();
        assert!(matches!(issuer.load(), Err(KeySourceError::Description)), "{description}");
    }
    let silent = Issuer::with_name(ISSUER, web([])).unwrap();
    assert!(matches!(silent.load(), Err(KeySourceError::Fetch(HttpsError::Answer(_)))));
}

#[test]
fn an_answer_beyond_its_length_is_refused() {
    let long = "x".repeat(KEY_SET_BYTES_MAX + 1);
    let issuer = Issuer::with_key_set(KEYS, web([(KEYS, long)])).unwrap();
    assert!(matches!(issuer.load(), Err(KeySourceError::Fetch(HttpsError::TooLong { .. }))));
}

#[test]
fn an_issuer_without_tls_is_refused() {
    for url in ["http://issuer.example", "issuer.example", "file:///keys", ""] {
        assert!(Issuer::with_name(url, web([])).is_err(), "{url}");
        assert!(Issuer::with_key_set(url, web([])).is_err(), "{url}");
    }
}

#[test]
fn the_network_takes_no_plain_http() {
    // Where the machine trusts nobody there is nothing to ask.
    if let Ok(https) = Https::new() {
        assert!(matches!(https.get("http://127.0.0.1:9/keys", 100), Err(HttpsError::Answer(_))));
    }
}

#[test]
fn a_file_is_read_again() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("keys.json");
    let file = KeyFile::at(&path);
    assert!(matches!(file.load(), Err(KeySourceError::File { .. })));
    let key = local_key();
    fs::write(&path, key.key_set()).unwrap();
    assert!(verifier(file.clone()).verify(&token(&key, &claims()), now()).is_ok());
    fs::write(&path, "x".repeat(2 * KEY_SET_BYTES_MAX)).unwrap();
    assert_eq!(file.load().unwrap().len(), KEY_SET_BYTES_MAX + 1);
}
