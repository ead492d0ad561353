//! The key that signs for the log: a file that nobody else can read, with the name for which it signs.

use std::path::{Path, PathBuf};

use sigeyi_proof::{Ed25519Signer, HashAlgorithm, KeyError, NoteSigner, Sm2Signer, new_seed};
use sigeyi_store::{Access, Disk, While, create_folder, read_if_there, replace_file};
use zeroize::Zeroizing;

use super::CheckpointError;

/// The folder of keys that are no part of the log.
const FOLDER: &str = "identity";
const KEY_FILE: &str = "log.key";
/// A key that is being made: it gets its name when a checkpoint of its own is there.
const MAKING_FILE: &str = "log.key.making";
/// Keys of logs that this one was before its forks, at most.
const OLDER_KEYS_MAX: u32 = 1_000;

/// A number is no private key of SM2 once in 2^32: so often another one is drawn at most.
const SECRETS_DRAWN_MAX: usize = 8;

/// What signs for a log: Ed25519 for suite 1, SM2 for suite 2.
pub(crate) type LogSigner = Box<dyn NoteSigner + Send + Sync>;

/// Where the keys of a directory lie.
pub(crate) struct KeyFolder<'a> {
    disk: &'a dyn Disk,
    dir: PathBuf,
}

impl<'a> KeyFolder<'a> {
    pub(crate) fn of(disk: &'a dyn Disk, data: &Path) -> KeyFolder<'a> {
        KeyFolder { disk, dir: data.join(FOLDER) }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.dir.join(KEY_FILE)
    }

    /// The key that signs, if there is one.
    pub(crate) fn key(&self) -> Result<Option<LogSigner>, CheckpointError> {
        self.read(KEY_FILE)
    }

    /// Keys of the log before its forks, oldest first.
    pub(crate) fn older(&self) -> Result<Vec<(PathBuf, LogSigner)>, CheckpointError> {
        let mut keys = Vec::new();
        for number in 1..=OLDER_KEYS_MAX {
            let name = format!("{KEY_FILE}.{number}");
            let Some(signer) = self.read(&name)? else { break };
            keys.push((self.dir.join(name), signer));
        }
        Ok(keys)
    }

    /// The key that was being made, if that was cut off.
    pub(crate) fn begun(&self) -> Result<Option<LogSigner>, CheckpointError> {
        match self.read(MAKING_FILE) {
            // It was not written to its end, so nothing was signed with it.
            Err(CheckpointError::KeyFile(_)) => Ok(None),
            other => other,
        }
    }

    /// Makes a key, durable, that does not count before [`finish`](Self::finish). How the log's tree is hashed decides what kind it is of.
    pub(crate) fn begin(&self, origin: &str, algorithm: HashAlgorithm) -> Result<LogSigner, CheckpointError> {
        let (signer, secret) = draw(origin, algorithm)?;
        let mut text = Zeroizing::new(format!("origin {origin}\n{} ", word(algorithm)));
        secret.iter().for_each(|byte| text.push_str(&format!("{byte:02x}")));
        text.push('\n');
        create_folder(self.disk, &self.dir)?;
        let path = self.dir.join(MAKING_FILE);
        replace_file(self.disk, &path, Access::Private, |file| {
            file.append(text.as_bytes()).doing("write", &path)
        })?;
        self.disk.sync_dir(&self.dir).doing("sync", &self.dir)?;
        Ok(signer)
    }

    /// Gives the key that was begun its name; one that was there is kept beside it under a number.
    pub(crate) fn finish(&self) -> Result<(), CheckpointError> {
        let [key, making] = [KEY_FILE, MAKING_FILE].map(|name| self.dir.join(name));
        if self.disk.exists(&key).doing("look for", &key)? {
            for number in 1..=OLDER_KEYS_MAX {
                let older = self.dir.join(format!("{KEY_FILE}.{number}"));
                if !self.disk.exists(&older).doing("look for", &older)? {
                    self.disk.rename(&key, &older).doing("rename", &key)?;
                    // Before the other takes its name, or a power cut could leave that one alone.
                    self.disk.sync_dir(&self.dir).doing("sync", &self.dir)?;
                    break;
                }
            }
        }
        self.disk.rename(&making, &key).doing("rename", &making)?;
        Ok(self.disk.sync_dir(&self.dir).doing("sync", &self.dir)?)
    }

    fn read(&self, name: &str) -> Result<Option<LogSigner>, CheckpointError> {
        let path = self.dir.join(name);
        let Some(bytes) = read_if_there(self.disk, &path)?.map(Zeroizing::new) else { return Ok(None) };
        let signer = std::str::from_utf8(&bytes).ok().and_then(parse);
        signer.map(Some).ok_or(CheckpointError::KeyFile(path))
    }
}

/// A new key, and its secret.
fn draw(origin: &str, algorithm: HashAlgorithm) -> Result<(LogSigner, Zeroizing<[u8; 32]>), CheckpointError> {
    for _ in 1..SECRETS_DRAWN_MAX {
        let secret = Zeroizing::new(new_seed()?);
        match signer(origin, algorithm, &secret) {
            Err(KeyError::Value) => {}
            made => return Ok((made.map_err(CheckpointError::Name)?, secret)),
        }
    }
    let secret = Zeroizing::new(new_seed()?);
    Ok((signer(origin, algorithm, &secret).map_err(CheckpointError::Name)?, secret))
}

fn signer(origin: &str, algorithm: HashAlgorithm, secret: &[u8; 32]) -> Result<LogSigner, KeyError> {
    Ok(match algorithm {
        HashAlgorithm::Sha256 => Box::new(Ed25519Signer::from_seed(origin, secret)?),
        HashAlgorithm::Sm3 => Box::new(Sm2Signer::from_secret(origin, secret)?),
    })
}

/// What stands before the secret in the file. It says which kind of key it is, so that a key is read without the log.
fn word(algorithm: HashAlgorithm) -> &'static str {
    match algorithm {
        HashAlgorithm::Sha256 => "seed",
        HashAlgorithm::Sm3 => "sm2",
    }
}

fn parse(text: &str) -> Option<LogSigner> {
    let (origin, rest) = text.strip_prefix("origin ")?.split_once('\n')?;
    let (kind, digits) = rest.strip_suffix('\n')?.split_once(' ')?;
    let known = [HashAlgorithm::Sha256, HashAlgorithm::Sm3];
    let algorithm = known.into_iter().find(|algorithm| word(*algorithm) == kind)?;
    if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut secret = Zeroizing::new([0; 32]);
    for (byte, at) in secret.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()?;
    }
    signer(origin, algorithm, &secret).ok()
}
