//! One public key (JWK, RFC 7517, RFC 7518 section 6, RFC 8037).

use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

use crate::{KEY_ID_BYTES_MAX, KeySetError, base64url, object::Object};

/// Bytes of an Ed25519 key, and of one coordinate of P-256.
const COORDINATE_BYTES: usize = 32;
/// The largest modulus: 8,192 bits.
const MODULUS_BYTES_MAX: usize = 1024;
/// The smallest: 2,048 bits.
const MODULUS_BYTES_MIN: usize = 256;
/// The largest exponent that is verified.
const EXPONENT_BYTES_MAX: usize = 4;

/// The algorithms that are taken (RFC 7518 section 3.1, RFC 8037 section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    EdDsa,
    Es256,
    Rs256,
}

/// A key with which a signature can be verified in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VerifyingKey {
    pub(crate) id: Box<str>,
    public: PublicKey,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum PublicKey {
    Ed25519(Vec<u8>),
    /// 4 ‖ x ‖ y.
    P256(Vec<u8>),
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
}

impl Algorithm {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Algorithm::EdDsa => "EdDSA",
            Algorithm::Es256 => "ES256",
            Algorithm::Rs256 => "RS256",
        }
    }
}

impl VerifyingKey {
    /// Reads a key; none where it is for something else, which RFC 7517 section 5 says to pass over. A private key is an error: whoever
    /// publishes one has a fault that must be seen.
    pub(crate) fn parse(jwk: &Object) -> Result<Option<VerifyingKey>, KeySetError> {
        if ["d", "p", "q", "k"].iter().any(|secret| jwk.get(secret).is_some()) {
            return Err(KeySetError::Secret);
        }
        let Some(public) = PublicKey::parse(jwk) else { return Ok(None) };
        let is_for_signatures = jwk.get("use").is_none_or(|value| value == "sig")
            && jwk.get("alg").is_none_or(|value| value == public.algorithm().name())
            && jwk.get("key_ops").is_none_or(|value| {
                value.as_array().is_some_and(|operations| operations.iter().any(|one| one == "verify"))
            });
        let id = jwk.text("kid").filter(|id| (1..=KEY_ID_BYTES_MAX).contains(&id.len()));
        Ok(id.filter(|_| is_for_signatures).map(|id| VerifyingKey { id: id.into(), public }))
    }

    /// The one way in which this key signs.
    pub(crate) fn algorithm(&self) -> Algorithm {
        self.public.algorithm()
    }

    /// Whether the signature over the message is this key's.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.public {
            PublicKey::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            PublicKey::P256(key) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key).verify(message, signature)
            }
            PublicKey::Rsa { modulus, exponent } => RsaPublicKeyComponents { n: modulus, e: exponent }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
        }
        .is_ok()
    }
}

impl PublicKey {
    fn parse(jwk: &Object) -> Option<PublicKey> {
        let bytes = |name| base64url::decode(jwk.text(name)?);
        let coordinate = |name| bytes(name).filter(|bytes| bytes.len() == COORDINATE_BYTES);
        match (jwk.text("kty")?, jwk.text("crv")) {
            ("OKP", Some("Ed25519")) => Some(PublicKey::Ed25519(coordinate("x")?)),
            ("EC", Some("P-256")) => {
                Some(PublicKey::P256([&[4], &*coordinate("x")?, &*coordinate("y")?].concat()))
            }
            ("RSA", _) => {
                let modulus = without_zeros(bytes("n")?);
                let exponent = without_zeros(bytes("e")?);
                let is_of_size = (MODULUS_BYTES_MIN..=MODULUS_BYTES_MAX).contains(&modulus.len())
                    && (1..=EXPONENT_BYTES_MAX).contains(&exponent.len());
                is_of_size.then_some(PublicKey::Rsa { modulus, exponent })
            }
            _ => None,
        }
    }

    fn algorithm(&self) -> Algorithm {
        match self {
            PublicKey::Ed25519(_) => Algorithm::EdDsa,
            PublicKey::P256(_) => Algorithm::Es256,
            PublicKey::Rsa { .. } => Algorithm::Rs256,
        }
    }
}

/// Some issuers write a number with zeros before it, which `ring` does not take.
fn without_zeros(bytes: Vec<u8>) -> Vec<u8> {
    bytes.into_iter().skip_while(|byte| *byte == 0).collect()
}
