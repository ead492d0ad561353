//! What a backup holds: `CATALOGUE` and `CATALOGUE.2` in the folder of the events and in that of the keys. Drawn in `docs/format.md`.
//!
//! A catalogue is written last and whole. What it names is there and proven; files that it does not name are not part of the backup.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sigeyi_proof::{CompactTree, Hash, HashAlgorithm};
use sigeyi_store::{Access, Disk, DiskError, Manifest, While, hash_algorithm, read_if_there};
use uuid::Uuid;

use super::{
    copying::{CopyError, write_proven},
    file_hash::{FileHash, checked_line, with_checksum},
};

const COPIES: [&str; 2] = ["CATALOGUE", "CATALOGUE.2"];
/// A catalogue at most, in bytes: the segments of some five terabytes of events.
const CATALOGUE_BYTES_MAX: u64 = 16 << 20;

/// A catalogue that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Neither copy is whole, or they contradict each other. Another backup may be good.
    #[error("both copies of the catalogue in {} are damaged: use another backup, or begin one in an empty folder", .folder.display())]
    Damaged {
        /// The folder.
        folder: PathBuf,
    },
    /// The folders were exchanged.
    #[error("{} holds a backup of {found}, not of {ours}: exchange the two folders", .folder.display())]
    OtherKind {
        /// The folder.
        folder: PathBuf,
        /// What it is.
        found: String,
        /// What is wanted.
        ours: &'static str,
    },
    /// The disk refused.
    #[error(transparent)]
    Io(#[from] DiskError),
}

/// One of the two kinds of catalogue.
pub(crate) trait Catalogue: Serialize + DeserializeOwned {
    /// What is in the folder.
    const KIND: &'static str;
    /// Which backup into the folder it was, from 1.
    fn number(&self) -> u64;
    /// Which log it is of.
    fn log_id(&self) -> Uuid;
}

/// The events up to a position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EventsCatalogue {
    pub(crate) kind: String,
    pub(crate) number: u64,
    pub(crate) manifest: Manifest,
    /// The last event in it.
    pub(crate) position: u64,
    /// Root of the tree over all events up to it.
    pub(crate) root: String,
    /// When it was made: RFC 3339, UTC.
    pub(crate) taken_at: String,
    /// Without gaps from 1. The last one may end before the journal's own does.
    pub(crate) segments: Vec<SegmentEntry>,
    /// The tree before the last segment, from which the next backup goes on.
    pub(crate) tree_before_last: String,
    /// The access log, as soon as it has an entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) access: Option<AccessCatalogue>,
}

/// The access log up to an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccessCatalogue {
    /// The last entry in it.
    pub(crate) entries: u64,
    /// Hash of that.
    pub(crate) hash: String,
    /// Without gaps from 1. The last one may end before the directory's own does.
    pub(crate) segments: Vec<AccessSegmentEntry>,
}

/// A segment of the access log in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccessSegmentEntry {
    pub(crate) number: u32,
    /// Number of its last entry.
    pub(crate) last: u64,
    pub(crate) bytes: u64,
    /// Hash of the file in the international suite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    /// Hash of the file in that of SM3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sm3: Option<String>,
    /// Of its last entry.
    pub(crate) hash: String,
}

/// A segment in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SegmentEntry {
    pub(crate) number: u32,
    /// Position of its last event.
    pub(crate) last: u64,
    pub(crate) bytes: u64,
    /// Hash of the file in the international suite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    /// Hash of the file in that of SM3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sm3: Option<String>,
    /// Of the tree over all events up to its last.
    pub(crate) root: String,
}

/// The wrapped keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeysCatalogue {
    pub(crate) kind: String,
    pub(crate) number: u64,
    pub(crate) log_id: Uuid,
    /// Every event up to it has its keys here.
    pub(crate) position: u64,
    /// When it was made: RFC 3339, UTC.
    pub(crate) taken_at: String,
    pub(crate) bytes: u64,
    /// Hash of the file in the international suite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    /// Hash of the file in that of SM3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sm3: Option<String>,
    /// How often the vault's file had been rewritten.
    #[serde(default)]
    pub(crate) generation: u16,
    /// Whether the root key lies here too.
    pub(crate) root_key: bool,
}

impl Catalogue for EventsCatalogue {
    const KIND: &'static str = "events";

    fn number(&self) -> u64 {
        self.number
    }

    fn log_id(&self) -> Uuid {
        self.manifest.log_id
    }
}

impl Catalogue for KeysCatalogue {
    const KIND: &'static str = "keys";

    fn number(&self) -> u64 {
        self.number
    }

    fn log_id(&self) -> Uuid {
        self.log_id
    }
}

impl EventsCatalogue {
    /// The tree before the last segment; nothing when it is not that of its neighbour's root.
    pub(crate) fn tree_before_last(&self) -> Option<CompactTree> {
        let tree =
            CompactTree::decode(hash_algorithm(self.manifest.suite), &unhex(&self.tree_before_last)?).ok()?;
        let (size, root) = match self.sealed().last() {
            Some(entry) => (entry.last, entry.root.as_str()),
            None => (0, ""),
        };
        (tree.size() == size && (size == 0 || hex(&tree.root()) == root)).then_some(tree)
    }

    /// All segments but the last.
    pub(crate) fn sealed(&self) -> &[SegmentEntry] {
        self.segments.split_last().map_or(&[], |(_, sealed)| sealed)
    }
}

impl SegmentEntry {
    /// The entry of a segment's bytes, up to the tree that they end with.
    pub(crate) fn of(number: u32, bytes: &[u8], tree: &CompactTree) -> SegmentEntry {
        let (sha256, sm3) = FileHash::fields(tree.algorithm(), bytes);
        let (last, root) = (tree.size(), hex(&tree.root()));
        SegmentEntry { number, last, bytes: bytes.len() as u64, sha256, sm3, root }
    }

    /// What is stated of the file.
    pub(crate) fn file(&self) -> FileHash<'_> {
        FileHash::stated(self.sha256.as_deref(), self.sm3.as_deref())
    }

    /// Where it lies. Computed and never read, so that no catalogue leads out of its folder.
    pub(crate) fn path(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{:010}-{}{SEGMENT_SUFFIX}", self.number, self.file().name_digits()))
    }
}

impl AccessSegmentEntry {
    /// What is stated of the file.
    pub(crate) fn file(&self) -> FileHash<'_> {
        FileHash::stated(self.sha256.as_deref(), self.sm3.as_deref())
    }

    /// Where it lies.
    pub(crate) fn path(&self, folder: &Path) -> PathBuf {
        let digits = self.file().name_digits();
        folder.join(format!("{ACCESS_PREFIX}{:010}-{digits}{SEGMENT_SUFFIX}", self.number))
    }
}

impl KeysCatalogue {
    /// What is stated of the file.
    pub(crate) fn file(&self) -> FileHash<'_> {
        FileHash::stated(self.sha256.as_deref(), self.sm3.as_deref())
    }

    /// Where the wrapped keys lie.
    pub(crate) fn path(&self, folder: &Path) -> PathBuf {
        keys_path(folder, self.file())
    }
}

/// Ends the name of a segment in a backup.
pub(crate) const SEGMENT_SUFFIX: &str = ".segment";
/// Begins the name of a segment of the access log in a backup.
pub(crate) const ACCESS_PREFIX: &str = "access-";
/// Begins the name of the wrapped keys in a backup.
pub(crate) const KEYS_PREFIX: &str = "keys-";

/// Where wrapped keys with this hash lie.
pub(crate) fn keys_path(folder: &Path, hash: FileHash<'_>) -> PathBuf {
    folder.join(format!("{KEYS_PREFIX}{}", hash.name_digits()))
}

/// A catalogue as it was found.
pub(crate) struct FoundCatalogue<C> {
    /// The newest whole copy; nothing when there is none of either.
    pub(crate) catalogue: Option<C>,
    /// Copies that are missing or damaged while the other is whole.
    pub(crate) damaged: Vec<PathBuf>,
}

/// Reads both copies, and mends nothing.
pub(crate) fn read<C: Catalogue>(
    disk: &dyn Disk,
    folder: &Path,
) -> Result<FoundCatalogue<C>, CatalogueError> {
    let damaged = || CatalogueError::Damaged { folder: folder.to_owned() };
    let (mut catalogue, mut bad): (Option<C>, Vec<PathBuf>) = (None, Vec::new());
    let mut missing = 0;
    for name in COPIES {
        let path = folder.join(name);
        let text = read_text(disk, &path)?;
        missing += usize::from(text.is_none());
        let Some(found) = text.as_deref().and_then(checked_line) else {
            bad.push(path);
            continue;
        };
        #[derive(Deserialize)]
        struct Kind {
            kind: String,
        }
        let Kind { kind } = serde_json::from_slice(found).map_err(|_| damaged())?;
        if kind != C::KIND {
            let folder = folder.to_owned();
            return Err(CatalogueError::OtherKind { folder, found: kind, ours: C::KIND });
        }
        let found: C = serde_json::from_slice(found).map_err(|_| damaged())?;
        if catalogue.as_ref().is_some_and(|other| other.log_id() != found.log_id()) {
            return Err(damaged());
        }
        if catalogue.as_ref().is_none_or(|other| other.number() < found.number()) {
            catalogue = Some(found);
        }
    }
    if catalogue.is_none() && missing < COPIES.len() {
        return Err(damaged());
    }
    if catalogue.is_none() {
        bad.clear();
    }
    Ok(FoundCatalogue { catalogue, damaged: bad })
}

/// Writes both copies, one after the other, each whole or not at all.
pub(crate) fn write<C: Catalogue>(
    disk: &dyn Disk,
    folder: &Path,
    algorithm: HashAlgorithm,
    catalogue: &C,
) -> Result<(), CopyError> {
    let line = serde_json::to_vec(catalogue).map_err(|_| CopyError::Catalogue)?;
    let text = with_checksum(algorithm, &line);
    for name in COPIES {
        write_proven(disk, &folder.join(name), Access::Shared, &text)?;
    }
    Ok(())
}

fn read_text(disk: &dyn Disk, path: &Path) -> Result<Option<Vec<u8>>, DiskError> {
    if !disk.exists(path).doing("look for", path)? {
        return Ok(None);
    }
    let length = disk.open_read(path).doing("open", path)?.len().doing("measure", path)?;
    // Longer than any that was written: damaged.
    if length > CATALOGUE_BYTES_MAX { Ok(Some(Vec::new())) } else { read_if_there(disk, path) }
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some((digit(*high)? << 4 | digit(*low)?) as u8),
            _ => None,
        })
        .collect()
}

/// A hash that a catalogue states.
pub(crate) fn unhex_hash(text: &str) -> Option<Hash> {
    unhex(text)?.try_into().ok()
}
