//! How far a relay is: a small file, replaced durably after each batch that was taken.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{error::RelayError, lines::sync_folder};
use crate::commands::chosen_events::{FilterWords, told};

/// The file's form. Another number is another form.
const FORM: u32 = 1;
/// Its length at most, in bytes.
const BYTES_MAX: u64 = 64 << 10;
const OWNER_ONLY: u32 = 0o600;

/// The state of one relay, held while it runs.
pub(super) struct State {
    path: PathBuf,
    kept: Kept,
    is_new: bool,
    _lock: File,
}

/// What belongs together: another source, target or filter is another relay, and has a state of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Relayed {
    /// The log, or the server that gives it.
    pub(super) source: String,
    pub(super) target: String,
    /// Which events.
    pub(super) filter: FilterWords,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Kept {
    form: u32,
    source: String,
    target: String,
    #[serde(default)]
    filter: FilterWords,
    /// The log was dealt with up to here.
    #[serde(with = "position")]
    through: u64,
    /// The last event that was sent, or put among dead letters.
    #[serde(with = "position")]
    last: u64,
}

impl State {
    /// Goes on where this relay was, or begins.
    pub(super) fn open(path: &Path, relayed: Relayed) -> Result<State, RelayError> {
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
        let (kept, is_new) = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => (Kept::begun(relayed), true),
            file => {
                let mut text = String::new();
                file.and_then(|file| file.take(BYTES_MAX).read_to_string(&mut text)).map_err(failed)?;
                let kept: Kept = serde_json::from_str(&text)
                    .map_err(|source| RelayError::State { path: path.to_owned(), source })?;
                kept.check(path, &relayed)?;
                (kept, false)
            }
        };
        Ok(State { path: path.to_owned(), kept, is_new, _lock: lock })
    }

    /// Whether it was not there when it was opened.
    pub(super) fn is_new(&self) -> bool {
        self.is_new
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
        self.keep()
    }

    /// Writes it as it is. Returns once it is durable.
    pub(super) fn keep(&self) -> Result<(), RelayError> {
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

impl Kept {
    fn begun(relayed: Relayed) -> Kept {
        let Relayed { source, target, filter } = relayed;
        Kept { form: FORM, source, target, filter, through: 0, last: 0 }
    }

    /// Whether it is of this relay.
    fn check(&self, path: &Path, relayed: &Relayed) -> Result<(), RelayError> {
        if (self.form, &self.source, &self.target) != (FORM, &relayed.source, &relayed.target) {
            let theirs = format!("{} → {}", self.source, self.target);
            return Err(RelayError::OtherState { path: path.to_owned(), theirs });
        }
        if self.filter != relayed.filter {
            return Err(RelayError::OtherFilter { path: path.to_owned(), theirs: told(&self.filter) });
        }
        Ok(())
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

    fn relayed(source: &str, target: &str, filter: &[(&str, &str)]) -> Relayed {
        let filter = filter.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Relayed { source: source.to_owned(), target: target.to_owned(), filter: filter.collect() }
    }

    #[test]
    fn a_state_is_found_again_by_the_same_relay_alone_and_by_one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let open =
            |source, target, filter: &[(&str, &str)]| State::open(&path, relayed(source, target, filter));
        let filter = [("region", "150100"), ("type", "PersonLeft")];
        let mut state = open("log", "https://a", &filter).unwrap();
        assert!(state.is_new());
        state.move_to(70, Some(60)).unwrap();
        assert!(matches!(open("log", "https://a", &filter), Err(RelayError::Held { .. })));
        drop(state);
        let state = open("log", "https://a", &filter).unwrap();
        assert_eq!((state.through(), state.last(), state.is_new()), (70, 60, false));
        drop(state);
        for (source, target) in [("other", "https://a"), ("log", "https://b")] {
            assert!(matches!(open(source, target, &filter), Err(RelayError::OtherState { .. })));
        }
        for other in [&[][..], &filter[..1], &[("region", "150200"), filter[1]]] {
            let Err(RelayError::OtherFilter { theirs, .. }) = open("log", "https://a", other) else {
                panic!("{other:?} is another filter");
            };
            assert_eq!(theirs, "region=150100&type=PersonLeft");
        }
        fs::write(&path, "{").unwrap();
        assert!(matches!(open("log", "https://a", &filter), Err(RelayError::State { .. })));
    }

    #[test]
    fn a_state_without_a_filter_is_of_everything() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let before = r#"{"form":1,"source":"log","target":"https://a","through":"7","last":"6"}"#;
        fs::write(&path, before).unwrap();
        assert_eq!(State::open(&path, relayed("log", "https://a", &[])).unwrap().through(), 7);
    }
}
