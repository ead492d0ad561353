//! Where keys come from.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{HttpsError, KEY_SET_BYTES_MAX, KEYS_KEPT_FOR, KeySetError, LocalKeyError};

/// Gives the key set of an issuer.
pub trait KeySource: Send + Sync {
    /// The key set as JSON. It may take as long as [`FETCH_WITHIN`](crate::FETCH_WITHIN) allows, twice.
    fn load(&self) -> Result<Vec<u8>, KeySourceError>;

    /// How old keys may become when nothing newer can be loaded; for ever if none.
    fn kept_for(&self) -> Option<Duration> {
        Some(KEYS_KEPT_FOR)
    }
}

/// Why there are no newer keys.
#[derive(Debug, thiserror::Error)]
pub enum KeySourceError {
    /// The file.
    #[error("the key set {path} cannot be read")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file of a key of one's own.
    #[error(transparent)]
    LocalKey(#[from] LocalKeyError),
    /// The issuer's server.
    #[error("the issuer does not give its keys")]
    Fetch(#[from] HttpsError),
    /// What an issuer says of itself.
    #[error("the issuer's description of itself names another issuer, or no address of keys with https")]
    Description,
    /// What was given.
    #[error("the keys cannot be used")]
    Keys(#[from] KeySetError),
}

/// A file with a key set, which is read again whenever keys are.
#[derive(Debug, Clone)]
pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    /// The file at a path.
    pub fn at(path: impl AsRef<Path>) -> KeyFile {
        KeyFile { path: path.as_ref().to_owned() }
    }
}

impl KeySource for KeyFile {
    fn load(&self) -> Result<Vec<u8>, KeySourceError> {
        let mut bytes = Vec::new();
        File::open(&self.path)
            // One byte more tells a longer file.
            .and_then(|file| file.take(KEY_SET_BYTES_MAX as u64 + 1).read_to_end(&mut bytes))
            .map_err(|source| KeySourceError::File { path: self.path.clone(), source })?;
        Ok(bytes)
    }

    fn kept_for(&self) -> Option<Duration> {
        None
    }
}
