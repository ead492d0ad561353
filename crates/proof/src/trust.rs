//! Whose signatures count.

use crate::{Checkpoint, HashAlgorithm, SignatureType, SignedCheckpoint, VerifierKey};

/// Keys of a log and of witnesses at most, each.
pub const TRUSTED_KEYS_MAX: usize = 32;

/// The keys of one log, of which one must have signed, and of the witnesses, of whom so many must have cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    log: Vec<VerifierKey>,
    witnesses: Vec<VerifierKey>,
    witnesses_min: usize,
}

/// Keys that cannot be trusted together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// No key of the log.
    #[error("a key of the log is needed")]
    NoLogKey,
    /// Keys of different names, or hashing in different ways, for one log.
    #[error("the keys of a log have one name, its origin, and are of one suite")]
    SeveralLogs,
    /// A witness's key for the log, or the other way round.
    #[error("{0} is the key of a witness where the log's is due, or the other way round")]
    Kind(String),
    /// Two witnesses with one key are one witness.
    #[error("the key of {0} is given twice")]
    Twice(String),
    /// More than there are.
    #[error("{wanted} witnesses are asked for, and the keys of {known} are known")]
    TooFewKeys {
        /// Asked for.
        wanted: usize,
        /// Known.
        known: usize,
    },
    /// More than [`TRUSTED_KEYS_MAX`].
    #[error("at most {TRUSTED_KEYS_MAX} keys can be trusted")]
    TooManyKeys,
}

/// Why a checkpoint is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// Of another log.
    #[error("the checkpoint is of {found}, not of {expected}")]
    Origin {
        /// The trusted log.
        expected: String,
        /// What the checkpoint says.
        found: String,
    },
    /// No key of the log has signed it.
    #[error("no trusted key of {origin} has signed the checkpoint")]
    Unsigned {
        /// The trusted log.
        origin: String,
    },
    /// A trusted key's signature does not hold.
    #[error("the signature of {name} does not hold")]
    Signature {
        /// Whose it says it is.
        name: String,
    },
    /// Too few witnesses have cosigned it.
    #[error("{found} of the trusted witnesses have cosigned the checkpoint, {wanted} are asked for")]
    Witnesses {
        /// Asked for.
        wanted: usize,
        /// Who have.
        found: usize,
    },
}

/// A checkpoint that is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// How the log's tree is hashed.
    pub algorithm: HashAlgorithm,
    /// Who has cosigned it, and when: seconds since 1970-01-01T00:00:00Z.
    pub witnesses: Vec<(String, u64)>,
}

impl Trust {
    /// One key of a log, and no witnesses.
    pub fn log(key: VerifierKey) -> Result<Trust, TrustError> {
        Trust::new(vec![key], Vec::new(), 0)
    }

    /// Keys of a log, all with its origin as their name, and of witnesses, of whom `witnesses_min` must have cosigned.
    pub fn new(
        log: Vec<VerifierKey>,
        witnesses: Vec<VerifierKey>,
        witnesses_min: usize,
    ) -> Result<Trust, TrustError> {
        let first = log.first().ok_or(TrustError::NoLogKey)?;
        if log.len() > TRUSTED_KEYS_MAX || witnesses.len() > TRUSTED_KEYS_MAX {
            return Err(TrustError::TooManyKeys);
        }
        if log.iter().any(|key| key.name() != first.name() || key.algorithm() != first.algorithm()) {
            return Err(TrustError::SeveralLogs);
        }
        let is_log = |key: &VerifierKey| match key.kind() {
            SignatureType::Ed25519 | SignatureType::Sm2 => true,
            SignatureType::Cosignature => false,
        };
        let wrong = log.iter().find(|key| !is_log(key)).or_else(|| witnesses.iter().find(|key| is_log(key)));
        if let Some(wrong) = wrong {
            return Err(TrustError::Kind(wrong.name().to_owned()));
        }
        for (number, key) in witnesses.iter().enumerate() {
            // A cosignature does not say its name: one key under two names would count twice.
            if witnesses[..number].iter().any(|other| other.public() == key.public()) {
                return Err(TrustError::Twice(key.name().to_owned()));
            }
        }
        if witnesses_min > witnesses.len() {
            return Err(TrustError::TooFewKeys { wanted: witnesses_min, known: witnesses.len() });
        }
        Ok(Trust { log, witnesses, witnesses_min })
    }

    /// The log that is trusted.
    pub fn origin(&self) -> &str {
        self.log.first().map_or("", VerifierKey::name)
    }

    /// How the log's tree is hashed.
    pub fn algorithm(&self) -> HashAlgorithm {
        self.log.first().map_or(HashAlgorithm::Sha256, VerifierKey::algorithm)
    }

    /// Checks origin and signatures. Signatures of keys that are not trusted are passed over; one of a trusted key that does not hold is not.
    pub fn verify(&self, signed: &SignedCheckpoint) -> Result<Trusted, Distrust> {
        let checkpoint = signed.unverified();
        if checkpoint.origin != self.origin() {
            let (expected, found) = (self.origin().to_owned(), checkpoint.origin.clone());
            return Err(Distrust::Origin { expected, found });
        }
        let verify = |key: &VerifierKey| match signed.note().verify(key) {
            None => Ok(None),
            Some(Ok(signed)) => Ok(Some(signed)),
            Some(Err(_)) => Err(Distrust::Signature { name: key.name().to_owned() }),
        };
        let mut is_signed = false;
        for key in &self.log {
            is_signed |= verify(key)?.is_some();
        }
        if !is_signed {
            return Err(Distrust::Unsigned { origin: self.origin().to_owned() });
        }
        let mut witnesses = Vec::new();
        for key in &self.witnesses {
            if let Some(at) = verify(key)?.and_then(|signed| signed.at) {
                witnesses.push((key.name().to_owned(), at));
            }
        }
        if witnesses.len() < self.witnesses_min {
            return Err(Distrust::Witnesses { wanted: self.witnesses_min, found: witnesses.len() });
        }
        Ok(Trusted { checkpoint: checkpoint.clone(), algorithm: self.algorithm(), witnesses })
    }
}
