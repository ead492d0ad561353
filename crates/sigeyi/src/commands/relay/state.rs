//! How far a relay is: a small file, replaced durably after each batch that was taken.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{error::RelayError, lines::sync_folder};

/// The file's form. Another number is another form.
const FORM: u32 = 1;
/// Its length at most, in bytes.
const BYTES_MAX: u64 = 64 << 10;
const OWNER_ONLY: u32 = 0o600;

/// The state of one relay, held while it runs.
pub(super) struct State {
    path: PathBuf,
    kept: Kept,
    _lock: File,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Kept {
    form: u32,
    /// The log, or the server that gives it.
    source: String,
    target: String,
    /// The log was dealt with up to here.
    #[serde(with = "position")]
    through: u64,
    /// The last event that was sent, or put among dead letters.
    #[serde(with = "position")]
    last: u64,
}

impl State {
    /// Goes on where a relay of this source to this target was, or begins.
    pub(super) fn open(path: &Path, source: &str, target: &str) -> Result<State, RelayError> {
        let failed = |source| RelayError::Io { path: path.to_owned(), source };
        let lock = beside(path, "lock");
        let mut options = OpenOptions::new();
        let lock =
            options.write(true).create(true).truncate(false).mode(OWNER_ONLY).open(lock).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(RelayError::Held { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let begun = Kept { form: FORM, source: source.into(), target: target.into(), through: 0, last: 0 };
        let kept = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => begun,
            file => {
                let mut text = String::new();
                file.and_then(|file| file.take(BYTES_MAX).read_to_string(&mut text)).map_err(failed)?;
                let kept: Kept = serde_json::from_str(&text)
                    .map_err(|source| RelayError::State { path: path.to_owned(), source })?;
                let Kept { through, last, .. } = kept;
                if kept != (Kept { through, last, ..begun }) {
                    let theirs = format!("{} → {}", kept.source, kept.target);
                    return Err(RelayError::OtherState { path: path.to_owned(), theirs });
                }
                kept
            }
        };
        Ok(State { path: path.to_owned(), kept, _lock: lock })
    }

    pub(super) fn through(&self) -> u64 {
        self.kept.through
    }

    pub(super) fn last(&self) -> u64 {
        self.kept.last
    }

    /// Returns once it is durable.
    pub(super) fn move_to(&mut self, through: u64, last: Option<u64>) -> Result<(), RelayError> {
        self.kept.through = through;
        self.kept.last = last.unwrap_or(self.kept.last);
        self.write().map_err(|source| RelayError::Io { path: self.path.clone(), source })
    }

    fn write(&self) -> io::Result<()> {
        let new = beside(&self.path, "new");
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(OWNER_ONLY).open(&new)?;
        serde_json::to_writer_pretty(&mut file, &self.kept)?;
        writeln!(file)?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        sync_folder(&self.path)
    }
}

/// A name beside a file's own.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// A position is a text, as everywhere.
mod position {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(position: &u64, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(position)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(given: D) -> Result<u64, D::Error> {
        String::deserialize(given)?.parse().map_err(|_| D::Error::custom("this is no position"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_found_again_by_the_same_relay_alone_and_by_one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let mut state = State::open(&path, "log", "https://a").unwrap();
        state.move_to(70, Some(60)).unwrap();
        assert!(matches!(State::open(&path, "log", "https://a"), Err(RelayError::Held { .. })));
        drop(state);
        let state = State::open(&path, "log", "https://a").unwrap();
        assert_eq!((state.through(), state.last()), (70, 60));
        drop(state);
        for (source, target) in [("other", "https://a"), ("log", "https://b")] {
            assert!(matches!(State::open(&path, source, target), Err(RelayError::OtherState { .. })));
        }
        fs::write(&path, "{").unwrap();
        assert!(matches!(State::open(&path, "log", "https://a"), Err(RelayError::State { .. })));
    }
}
