//! What a folder of files says of itself.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};
use sigeyi_engine::Position;

use super::{
    draft::{Draft, Sum},
    error::FilesError,
};
use crate::commands::chosen_events::FilterWords;

/// Name of the file.
pub(super) const MANIFEST: &str = "manifest.json";
/// Its form. Another number is another form.
const FORM: u32 = 1;
/// Its length at most, in bytes: a file of a month takes some 300.
const BYTES_MAX: u64 = 16 << 20;

/// The whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    pub(super) form: u32,
    pub(super) contents: Contents,
    /// False while the files are being written, and where that was cut off.
    pub(super) is_complete: bool,
    /// The end of the log.
    pub(super) head: String,
    /// Root of the tree of the log up to there, hexadecimal; none of an empty log.
    pub(super) root: Option<String>,
    /// The signed checkpoint of that root, as `sigeyi-verify` reads it.
    pub(super) checkpoint: Option<String>,
    pub(super) files: Vec<FileEntry>,
}

/// Of what the files are, and how they are written. A folder holds files of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Contents {
    /// Id of the log.
    pub(super) log: String,
    /// Whether every person is invented.
    pub(super) is_synthetic: bool,
    pub(super) format: String,
    pub(super) what: Vec<String>,
    pub(super) has_bom: bool,
    pub(super) is_published: bool,
    /// Which events.
    #[serde(default)]
    pub(super) filter: FilterWords,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FileEntry {
    pub(super) name: String,
    pub(super) what: String,
    /// Of events: the month in which they were recorded.
    pub(super) month: Option<String>,
    /// Whether it never changes any more.
    pub(super) is_finished: bool,
    /// Of events: the first position and the last.
    pub(super) first: Option<String>,
    pub(super) last: Option<String>,
    /// Rows.
    pub(super) count: u64,
    /// Of events: so many of the rows are withheld.
    pub(super) withheld: Option<u64>,
    /// Of events: a keyed digest of the places that were withheld then, from the file before it to its last position, hexadecimal.
    #[serde(default)]
    pub(super) withheld_digest: Option<String>,
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

impl Manifest {
    pub(super) fn begin(contents: Contents, head: String) -> Manifest {
        Manifest {
            form: FORM,
            contents,
            is_complete: false,
            head,
            root: None,
            checkpoint: None,
            files: Vec::new(),
        }
    }

    /// That of a folder, if it has one.
    pub(super) fn read(folder: &Path) -> Result<Option<Manifest>, FilesError> {
        let path = folder.join(MANIFEST);
        let mut text = String::new();
        match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file
                .and_then(|file| file.take(BYTES_MAX).read_to_string(&mut text))
                .map_err(|source| FilesError::Io { path: path.clone(), source })?,
        };
        let manifest: Manifest = serde_json::from_str(&text)
            .map_err(|source| FilesError::Manifest { path: path.clone(), source })?;
        if manifest.form == FORM { Ok(Some(manifest)) } else { Err(FilesError::OtherForm { path }) }
    }

    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        let mut draft = Draft::begin(folder, MANIFEST)?;
        serde_json::to_writer_pretty(&mut draft, self)?;
        writeln!(draft)?;
        draft.finish().map(drop)
    }
}

impl FileEntry {
    /// Of events: the first position and the last.
    pub(super) fn ends(&self) -> Option<(Position, Position)> {
        let position = |text: &Option<String>| text.as_ref()?.parse().ok().map(Position);
        Some((position(&self.first)?, position(&self.last)?))
    }

    /// Whether the file is there as it was written.
    pub(super) fn is_there(&self, folder: &Path) -> io::Result<bool> {
        let sum = Sum::of(&folder.join(&self.name))?;
        Ok(sum.is_some_and(|sum| sum.bytes == self.bytes && sum.sha256 == self.sha256))
    }
}
