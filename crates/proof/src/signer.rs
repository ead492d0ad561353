//! Who signs notes.

use ring::{
    rand::{SecureRandom, SystemRandom},
    signature::{Ed25519KeyPair, KeyPair},
};

use crate::key::cosigned;
use crate::{KeyError, SignatureType, VerifierKey};

/// Somebody who can sign notes: a key in memory, or a program or device that keeps one.
pub trait NoteSigner {
    /// The public key.
    fn verifier_key(&self) -> &VerifierKey;

    /// The signature over a note's text, without the id of the key.
    fn sign(&self, text: &str) -> Result<Vec<u8>, SignError>;
}

/// A note that was not signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// Not a text that a note can have.
    #[error("a note's text ends with a line feed and has no other control character")]
    Text,
    /// A checkpoint is signed by the key of its origin alone.
    #[error("the key of {key} does not sign for the origin {origin}")]
    Origin {
        /// The key's name.
        key: String,
        /// Of the checkpoint.
        origin: String,
    },
    /// Time before 1970 or after 2^63 s.
    #[error("a cosignature cannot have this time")]
    Time,
    /// Whoever keeps the key has not signed.
    #[error("the key was not there to sign: {0}")]
    Refused(String),
}

/// An Ed25519 key that signs checkpoints.
#[derive(Debug)]
pub struct Ed25519Signer {
    key: VerifierKey,
    pair: Ed25519KeyPair,
}

/// An Ed25519 key that cosigns checkpoints as a witness. It must be used for nothing else: its signatures do not say its name.
#[derive(Debug)]
pub struct Cosigner {
    key: VerifierKey,
    pair: Ed25519KeyPair,
}

/// A cosigner at a moment.
#[derive(Debug, Clone, Copy)]
pub struct CosignerAt<'a> {
    cosigner: &'a Cosigner,
    seconds: u64,
}

/// The machine gives no randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no key can be made: the system gives no randomness")]
pub struct NoRandomness;

/// A private key for a new signer.
pub fn new_seed() -> Result<[u8; 32], NoRandomness> {
    let mut seed = [0; 32];
    SystemRandom::new().fill(&mut seed).map_err(|_| NoRandomness)?;
    Ok(seed)
}

impl Ed25519Signer {
    /// The signer of this name whose private key is the seed (RFC 8032 section 5.1.5).
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Ed25519Signer, KeyError> {
        let (key, pair) = pair(name, SignatureType::Ed25519, seed)?;
        Ok(Ed25519Signer { key, pair })
    }
}

impl NoteSigner for Ed25519Signer {
    fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    fn sign(&self, text: &str) -> Result<Vec<u8>, SignError> {
        Ok(self.pair.sign(text.as_bytes()).as_ref().to_vec())
    }
}

impl Cosigner {
    /// The witness of this name whose private key is the seed (RFC 8032 section 5.1.5).
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Cosigner, KeyError> {
        let (key, pair) = pair(name, SignatureType::Cosignature, seed)?;
        Ok(Cosigner { key, pair })
    }

    /// The public key.
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    /// Signs as of a moment, in seconds since 1970-01-01T00:00:00Z.
    pub fn at(&self, seconds: u64) -> CosignerAt<'_> {
        CosignerAt { cosigner: self, seconds }
    }
}

impl NoteSigner for CosignerAt<'_> {
    fn verifier_key(&self) -> &VerifierKey {
        &self.cosigner.key
    }

    fn sign(&self, text: &str) -> Result<Vec<u8>, SignError> {
        let message = cosigned(text, self.seconds).ok_or(SignError::Time)?;
        let signature = self.cosigner.pair.sign(message.as_bytes());
        Ok([&self.seconds.to_be_bytes()[..], signature.as_ref()].concat())
    }
}

fn pair(name: &str, kind: SignatureType, seed: &[u8; 32]) -> Result<(VerifierKey, Ed25519KeyPair), KeyError> {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyError::Length)?;
    Ok((VerifierKey::new(name, kind, pair.public_key().as_ref())?, pair))
}
