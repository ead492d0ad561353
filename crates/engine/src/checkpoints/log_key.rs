//! The key that signs for the log: a file that nobody else can read, with the name for which it signs.

use std::path::{Path, PathBuf};

use sigeyi_proof::{Ed25519Signer, new_seed};
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

/// Where the keys of a directory lie.
pub(super) struct KeyFolder<'a> {
    disk: &'a dyn Disk,
    dir: PathBuf,
}

impl<'a> KeyFolder<'a> {
    pub(super) fn of(disk: &'a dyn Disk, data: &Path) -> KeyFolder<'a> {
        KeyFolder { disk, dir: data.join(FOLDER) }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.dir.join(KEY_FILE)
    }

    /// The key that signs, if there is one.
    pub(super) fn key(&self) -> Result<Option<Ed25519Signer>, CheckpointError> {
        self.read(KEY_FILE)
    }

    /// The key that was being made, if that was cut off.
    pub(super) fn begun(&self) -> Result<Option<Ed25519Signer>, CheckpointError> {
        match self.read(MAKING_FILE) {
            // It was not written to its end, so nothing was signed with it.
            Err(CheckpointError::KeyFile(_)) => Ok(None),
            other => other,
        }
    }

    /// Makes a key, durable, that does not count before [`finish`](Self::finish).
    pub(super) fn begin(&self, origin: &str) -> Result<Ed25519Signer, CheckpointError> {
        let seed = Zeroizing::new(new_seed()?);
        let signer = Ed25519Signer::from_seed(origin, &seed).map_err(CheckpointError::Name)?;
        let mut text = Zeroizing::new(format!("origin {origin}\nseed "));
        seed.iter().for_each(|byte| text.push_str(&format!("{byte:02x}")));
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
    pub(super) fn finish(&self) -> Result<(), CheckpointError> {
        let [key, making] = [KEY_FILE, MAKING_FILE].map(|name| self.dir.join(name));
        if self.disk.exists(&key).doing("look for", &key)? {
            for number in 1..=OLDER_KEYS_MAX {
                let older = self.dir.join(format!("{KEY_FILE}.{number}"));
                if !self.disk.exists(&older).doing("look for", &older)? {
                    self.disk.rename(&key, &older).doing("rename", &key)?;
                    break;
                }
            }
        }
        self.disk.rename(&making, &key).doing("rename", &making)?;
        Ok(self.disk.sync_dir(&self.dir).doing("sync", &self.dir)?)
    }

    fn read(&self, name: &str) -> Result<Option<Ed25519Signer>, CheckpointError> {
        let path = self.dir.join(name);
        let Some(bytes) = read_if_there(self.disk, &path)?.map(Zeroizing::new) else { return Ok(None) };
        let signer = std::str::from_utf8(&bytes).ok().and_then(parse);
        signer.map(Some).ok_or(CheckpointError::KeyFile(path))
    }
}

fn parse(text: &str) -> Option<Ed25519Signer> {
    let (origin, seed) = text.strip_prefix("origin ")?.split_once("\nseed ")?;
    let digits = seed.strip_suffix('\n')?;
    if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut seed = Zeroizing::new([0; 32]);
    for (byte, at) in seed.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()?;
    }
    Ed25519Signer::from_seed(origin, &seed).ok()
}
