//! SM2 with SM3 (GB/T 32918.2), by a RustCrypto crate: neither audited nor certified.
//!
//! A signer has an identity that goes into what is signed; here it is always the one that GM/T 0009 gives to whoever has none.

use ::sm2::dsa::signature::{Signer, Verifier};
use ::sm2::dsa::{Signature, SigningKey, VerifyingKey};

use crate::{KeyError, NoteSigner, SignError, SignatureError, SignatureType, VerifierKey};

const IDENTITY: &str = "1234567812345678";
/// A point of the curve, uncompressed: 4 and both coordinates.
const PUBLIC_BYTES: usize = 65;

/// An SM2 key that signs checkpoints.
pub struct Sm2Signer {
    key: VerifierKey,
    signing: SigningKey,
}

impl Sm2Signer {
    /// The signer of this name whose private key is this number, big-endian.
    pub fn from_secret(name: &str, secret: &[u8; 32]) -> Result<Sm2Signer, KeyError> {
        let signing = SigningKey::from_slice(IDENTITY, secret).map_err(|_| KeyError::Value)?;
        let public = signing.verifying_key().to_sec1_bytes();
        Ok(Sm2Signer { key: VerifierKey::new(name, SignatureType::Sm2, &public)?, signing })
    }
}

impl NoteSigner for Sm2Signer {
    fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    fn sign(&self, text: &str) -> Result<Vec<u8>, SignError> {
        let signature = self.signing.try_sign(text.as_bytes());
        let signature: Signature = signature.map_err(|error| SignError::Refused(error.to_string()))?;
        Ok(signature.to_bytes().to_vec())
    }
}

impl std::fmt::Debug for Sm2Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sm2Signer").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Refuses what is no public key. One form is taken, so that a key has one id.
pub(crate) fn check_public(public: &[u8]) -> Result<(), KeyError> {
    if public.len() != PUBLIC_BYTES {
        return Err(KeyError::Length);
    }
    VerifyingKey::from_sec1_bytes(IDENTITY, public).map(drop).map_err(|_| KeyError::Value)
}

/// Checks a signature: both of its numbers, 32 bytes each.
pub(crate) fn verify(public: &[u8], message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    let key = VerifyingKey::from_sec1_bytes(IDENTITY, public).map_err(|_| SignatureError)?;
    let signature = Signature::from_slice(signature).map_err(|_| SignatureError)?;
    key.verify(message, &signature).map_err(|_| SignatureError)
}
