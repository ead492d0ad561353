//! The keys of an issuer (JWKS, RFC 7517 section 5).

use serde_json::Value;

use crate::{KEY_SET_BYTES_MAX, KEYS_MAX, jwk::VerifyingKey, object::Object};

/// Keys by id, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySet {
    keys: Vec<VerifyingKey>,
}

/// Why a text is no key set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// Longer than [`KEY_SET_BYTES_MAX`].
    #[error("the key set is longer than {KEY_SET_BYTES_MAX} bytes")]
    TooLong,
    /// No JSON object with an array of objects called `keys`.
    #[error("the key set is not a JSON object with an array of keys")]
    Malformed,
    /// More than [`KEYS_MAX`].
    #[error("the key set has more than {KEYS_MAX} keys")]
    TooMany,
    /// A private or shared key.
    #[error("the key set has a secret in it: give public keys only, and take that key out of use")]
    Secret,
    /// Two keys of one id.
    #[error("two keys of the key set have the same id")]
    SameId,
    /// Nothing that can verify a signature here.
    #[error("the key set has no key for EdDSA, ES256 or RS256 with an id")]
    Empty,
}

impl KeySet {
    /// Reads a key set; keys for other uses are passed over.
    pub fn parse(bytes: &[u8]) -> Result<KeySet, KeySetError> {
        if bytes.len() > KEY_SET_BYTES_MAX {
            return Err(KeySetError::TooLong);
        }
        let set = Object::parse(bytes).ok_or(KeySetError::Malformed)?;
        let entries = set.get("keys").and_then(Value::as_array).ok_or(KeySetError::Malformed)?;
        if entries.len() > KEYS_MAX {
            return Err(KeySetError::TooMany);
        }
        let mut keys: Vec<VerifyingKey> = Vec::new();
        for entry in entries {
            let jwk = Object::of(entry).ok_or(KeySetError::Malformed)?;
            if let Some(key) = VerifyingKey::parse(&jwk)? {
                if keys.iter().any(|other| other.id == key.id) {
                    return Err(KeySetError::SameId);
                }
                keys.push(key);
            }
        }
        if keys.is_empty() { Err(KeySetError::Empty) } else { Ok(KeySet { keys }) }
    }

    pub(crate) fn key(&self, id: &str) -> Option<&VerifyingKey> {
        self.keys.iter().find(|key| &*key.id == id)
    }
}
