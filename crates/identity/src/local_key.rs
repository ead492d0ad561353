//! A key of one's own, for places without an issuer: a file that nobody else can read.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair},
};
use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{KeySource, KeySourceError, PRIVATE_KEY_BYTES_MAX, base64url, jwk::Algorithm};

/// Characters of base64 in a line of PEM (RFC 7468 section 2).
const PEM_LINE_CHARS: usize = 64;
/// Nobody but the owner.
const OWNER_ONLY: u32 = 0o600;
/// The permissions of everybody else.
const OTHERS: u32 = 0o077;

/// An Ed25519 key that signs tokens. The file holds it as PKCS #8 in PEM, as `openssl genpkey -algorithm ed25519` writes it too.
pub struct LocalKey {
    pair: Ed25519KeyPair,
    id: String,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum LocalKeyError {
    /// There is none.
    #[error("there is no key at {path}")]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file or its folder.
    #[error("the key {path} cannot be used")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Others may read it or write it.
    #[error("others than the owner may read or change {path}: make a new key, or chmod 600 if nobody has")]
    Exposed {
        /// Which.
        path: PathBuf,
    },
    /// Not an Ed25519 key.
    #[error("{path} is no Ed25519 key in PEM (PKCS #8)")]
    Malformed {
        /// Which.
        path: PathBuf,
    },
    /// The machine gives no randomness.
    #[error("no key can be made: the system gives no randomness")]
    Randomness,
}

impl LocalKey {
    /// The key in a file.
    pub fn open(path: &Path) -> Result<LocalKey, LocalKeyError> {
        let io = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => LocalKeyError::Missing { path: path.into() },
            _ => LocalKeyError::Io { path: path.into(), source },
        };
        let file = File::open(path).map_err(io)?;
        if file.metadata().map_err(io)?.mode() & OTHERS != 0 {
            return Err(LocalKeyError::Exposed { path: path.into() });
        }
        let mut pem = Zeroizing::new(Vec::with_capacity(PRIVATE_KEY_BYTES_MAX));
        file.take(PRIVATE_KEY_BYTES_MAX as u64).read_to_end(&mut pem).map_err(io)?;
        let malformed = || LocalKeyError::Malformed { path: path.into() };
        let der = PrivatePkcs8KeyDer::from_pem_slice(&pem).map_err(|_| malformed())?;
        LocalKey::of_pkcs8(der.secret_pkcs8_der()).ok_or_else(malformed)
    }

    /// The key in a file, which is made with its folder if it is not there. Two that make it at once get the same.
    pub fn open_or_make(path: &Path) -> Result<LocalKey, LocalKeyError> {
        match LocalKey::open(path) {
            Err(LocalKeyError::Missing { .. }) => {
                let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
                    .map_err(|_| LocalKeyError::Randomness)?;
                write_new(path, &pem(pkcs8.as_ref()))
                    .map_err(|source| LocalKeyError::Io { path: path.into(), source })?;
                LocalKey::open(path)
            }
            other => other,
        }
    }

    pub(crate) fn of_pkcs8(der: &[u8]) -> Option<LocalKey> {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).ok()?;
        // RFC 7638: the digest of the members that make the key, by name and without spaces.
        let members =
            format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, base64url::encode(pair.public_key()));
        let id = base64url::encode(digest(&SHA256, members.as_bytes()));
        Some(LocalKey { pair, id })
    }

    /// The key's id (`kid`): its thumbprint (RFC 7638).
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The public key, as a key set in JSON.
    pub fn key_set(&self) -> String {
        let key = json!({
            "kty": "OKP",
            "crv": "Ed25519",
            "use": "sig",
            "alg": Algorithm::EdDsa.name(),
            "kid": self.id,
            "x": base64url::encode(self.pair.public_key()),
        });
        json!({ "keys": [key] }).to_string()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().into()
    }
}

impl KeySource for LocalKey {
    fn load(&self) -> Result<Vec<u8>, KeySourceError> {
        Ok(self.key_set().into())
    }

    fn kept_for(&self) -> Option<Duration> {
        None
    }
}

/// The file of a key of one's own, which is made if it is not there and read again whenever keys are. A new key in it ends all older tokens.
#[derive(Debug, Clone)]
pub struct LocalKeyFile {
    path: PathBuf,
}

impl LocalKeyFile {
    /// The file at a path. It is made when the keys are first loaded.
    pub fn at(path: impl AsRef<Path>) -> LocalKeyFile {
        LocalKeyFile { path: path.as_ref().to_owned() }
    }
}

impl KeySource for LocalKeyFile {
    fn load(&self) -> Result<Vec<u8>, KeySourceError> {
        Ok(LocalKey::open_or_make(&self.path)?.key_set().into())
    }

    fn kept_for(&self) -> Option<Duration> {
        None
    }
}

impl fmt::Debug for LocalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalKey").field("id", &self.id).finish_non_exhaustive()
    }
}

fn pem(der: &[u8]) -> Zeroizing<String> {
    let base64 = Zeroizing::new(STANDARD.encode(der));
    let mut text = Zeroizing::new(String::with_capacity(PRIVATE_KEY_BYTES_MAX));
    text.push_str("-----BEGIN PRIVATE KEY-----\n");
    for (at, character) in base64.char_indices() {
        if at > 0 && at % PEM_LINE_CHARS == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text.push_str("\n-----END PRIVATE KEY-----\n");
    text
}

/// Writes a file that is whole and durable or not there. One that is there already stays.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let draft = folder.join(format!(".{}.draft", Uuid::new_v4()));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(OWNER_ONLY)
        .open(&draft)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        })
        // A link never replaces what is there, as a renaming would.
        .and_then(|()| match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        });
    // The draft has no use any more, whatever became of it.
    let removed = match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    written.and(removed)?;
    File::open(folder)?.sync_all()
}
