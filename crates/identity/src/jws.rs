//! The compact form of a signed token (JWS, RFC 7515 section 3.1).

use crate::{KeySet, Reason, TOKEN_BYTES_MAX, base64url, object::Object};

/// A token that has been taken apart and not yet been believed.
pub(crate) struct Jws<'t> {
    /// Header and payload as they were signed.
    signed: &'t str,
    payload: &'t str,
    signature: Vec<u8>,
    algorithm: String,
    key_id: String,
}

impl<'t> Jws<'t> {
    /// Takes a token apart. Keys and addresses of keys that stand in the header are not looked at.
    pub(crate) fn parse(token: &'t str) -> Result<Jws<'t>, Reason> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(Reason::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Reason::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(Reason::Malformed)?;
        let header = base64url::decode(header).ok_or(Reason::Malformed)?;
        let header = Object::parse(&header).ok_or(Reason::Malformed)?;
        let signature = base64url::decode(signature).ok_or(Reason::Malformed)?;
        // RFC 7515 section 4.1.11: what is critical must be understood, and nothing of it is.
        if header.get("crit").is_some() {
            return Err(Reason::Header);
        }
        let algorithm = header.text("alg").ok_or(Reason::Header)?.to_owned();
        let key_id = header.text("kid").ok_or(Reason::Header)?.to_owned();
        Ok(Jws { signed, payload, signature, algorithm, key_id })
    }

    /// The payload, if a key of the set has signed it in the way of that key.
    pub(crate) fn payload(&self, keys: &KeySet) -> Result<Object, Reason> {
        let key = keys.key(&self.key_id).ok_or(Reason::UnknownKey)?;
        if self.algorithm != key.algorithm().name() {
            return Err(Reason::Algorithm);
        }
        if !key.verifies(self.signed.as_bytes(), &self.signature) {
            return Err(Reason::Signature);
        }
        // A second dot in the payload is no base64url.
        let payload = base64url::decode(self.payload).ok_or(Reason::Malformed)?;
        Object::parse(&payload).ok_or(Reason::Malformed)
    }
}
