//! Public keys of notes, as `c2sp.org/signed-note` writes them: `name+id+key`.

use std::fmt;

use ring::signature::{ED25519, UnparsedPublicKey};

use crate::words::{base64, from_base64};
use crate::{HashAlgorithm, sha256, sm2};

/// Length of a key's name at most, in bytes.
pub const KEY_NAME_BYTES_MAX: usize = 255;
/// Length of a key's text at most, in bytes: name, id, type, key and the two signs between.
pub const KEY_TEXT_BYTES_MAX: usize = KEY_NAME_BYTES_MAX + 256;

/// What a key signs, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureType {
    /// `0x01`: Ed25519 over the note's text. A log of suite 1 signs its checkpoints so.
    Ed25519,
    /// `0x04`: Ed25519 over a time and the text, by a witness: `c2sp.org/tlog-cosignature`.
    Cosignature,
    /// `0xff` and the object identifier of SM2 with SM3: over the note's text, GB/T 32918.2. A log of suite 2 signs its checkpoints so.
    Sm2,
}

/// A public key with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    kind: SignatureType,
    public: Box<[u8]>,
    id: u32,
}

/// Why something is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not of the form `name+id+key`.
    #[error("a key is written as name+id+key, the id as 8 hexadecimal digits and the key in base64")]
    Form,
    /// The name is empty, too long, or has a blank, a plus or a control character in it.
    #[error("a key's name has 1 to {KEY_NAME_BYTES_MAX} bytes and no blank, plus or control character")]
    Name,
    /// A type that this version does not verify.
    #[error("signatures of type {0:#04x} are not known to this version")]
    Type(u8),
    /// Not as long as its type says.
    #[error("the key is not as long as its type says")]
    Length,
    /// Bytes of the right length that are no key: not on the curve, or out of range.
    #[error("the key is none of its type")]
    Value,
    /// The id is not that of the name and the key.
    #[error("the id does not belong to the name and the key")]
    Id,
}

/// A signature that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not hold")]
pub struct SignatureError;

/// What a signature that holds says besides the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// When a witness saw the checkpoint: seconds since 1970-01-01T00:00:00Z.
    pub at: Option<u64>,
}

impl SignatureType {
    const ALL: [SignatureType; 3] = [SignatureType::Ed25519, SignatureType::Cosignature, SignatureType::Sm2];

    /// What stands before the key: one byte where `c2sp.org/signed-note` has assigned one, else `0xff` and a longer identifier.
    pub fn identifier(self) -> &'static [u8] {
        match self {
            SignatureType::Ed25519 => &[1],
            SignatureType::Cosignature => &[4],
            SignatureType::Sm2 => b"\xff1.2.156.10197.1.501",
        }
    }

    /// The type of a key with its identifier before it, and the key alone.
    fn split(bytes: &[u8]) -> Result<(SignatureType, &[u8]), KeyError> {
        let split = |kind: SignatureType| Some((kind, bytes.strip_prefix(kind.identifier())?));
        let first = bytes.first().ok_or(KeyError::Form)?;
        SignatureType::ALL.into_iter().find_map(split).ok_or(KeyError::Type(*first))
    }

    fn check(self, public: &[u8]) -> Result<(), KeyError> {
        match self {
            SignatureType::Ed25519 | SignatureType::Cosignature if public.len() == 32 => Ok(()),
            SignatureType::Ed25519 | SignatureType::Cosignature => Err(KeyError::Length),
            SignatureType::Sm2 => sm2::check_public(public),
        }
    }
}

impl VerifierKey {
    /// A key of its parts.
    pub fn new(name: &str, kind: SignatureType, public: &[u8]) -> Result<VerifierKey, KeyError> {
        if !is_key_name(name) {
            return Err(KeyError::Name);
        }
        kind.check(public)?;
        let seed = [name.as_bytes(), b"\n", kind.identifier(), public].concat();
        let [a, b, c, d, ..] = sha256(&seed);
        Ok(VerifierKey {
            name: name.to_owned(),
            kind,
            public: public.into(),
            id: u32::from_be_bytes([a, b, c, d]),
        })
    }

    /// Reads what [`Display`](fmt::Display) writes.
    pub fn parse(text: &str) -> Result<VerifierKey, KeyError> {
        if text.len() > KEY_TEXT_BYTES_MAX {
            return Err(KeyError::Form);
        }
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::Form);
        };
        let bytes = from_base64(key).ok_or(KeyError::Form)?;
        let (kind, public) = SignatureType::split(&bytes)?;
        let key = VerifierKey::new(name, kind, public)?;
        if format!("{:08x}", key.id) != id {
            return Err(KeyError::Id);
        }
        Ok(key)
    }

    /// Whose key it is: of a log, its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What tells keys of one name apart. It is short: it finds a key and proves nothing.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// What it signs, and how.
    pub fn kind(&self) -> SignatureType {
        self.kind
    }

    /// The public key itself.
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// How the tree of a log is hashed that signs with this key. A key pins the hash with it, so that nobody can choose another one.
    pub fn algorithm(&self) -> HashAlgorithm {
        match self.kind {
            SignatureType::Ed25519 | SignatureType::Cosignature => HashAlgorithm::Sha256,
            SignatureType::Sm2 => HashAlgorithm::Sm3,
        }
    }

    /// Checks a signature over a note's text.
    pub fn verify(&self, text: &str, signature: &[u8]) -> Result<Signed, SignatureError> {
        match self.kind {
            SignatureType::Ed25519 => {
                self.holds(text.as_bytes(), signature)?;
                Ok(Signed { at: None })
            }
            SignatureType::Cosignature => {
                let (at, signature) = signature.split_first_chunk::<8>().ok_or(SignatureError)?;
                let at = u64::from_be_bytes(*at);
                let message = cosigned(text, at).ok_or(SignatureError)?;
                self.holds(message.as_bytes(), signature)?;
                Ok(Signed { at: Some(at) })
            }
            SignatureType::Sm2 => {
                sm2::verify(&self.public, text.as_bytes(), signature)?;
                Ok(Signed { at: None })
            }
        }
    }

    fn holds(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        UnparsedPublicKey::new(&ED25519, &self.public).verify(message, signature).map_err(|_| SignatureError)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [self.kind.identifier(), &self.public].concat();
        write!(f, "{}+{:08x}+{}", self.name, self.id, base64(&key))
    }
}

/// The message of a cosignature; `None` for a time that it cannot have.
pub(crate) fn cosigned(text: &str, at: u64) -> Option<String> {
    i64::try_from(at).ok()?;
    Some(format!("cosignature/v1\ntime {at}\n{text}"))
}

/// True for what may be the name of a key, and the origin of a log.
pub(crate) fn is_key_name(name: &str) -> bool {
    (1..=KEY_NAME_BYTES_MAX).contains(&name.len())
        && !name.chars().any(|sign| sign == '+' || sign.is_whitespace() || sign.is_control())
}
