//! The folder of an export: its manifest is written after each file, so that a run that was cut off goes on behind the last one.

use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::DirBuilderExt,
    path::Path,
};

use sigeyi_engine::Position;

use super::{
    draft::{Draft, Sum},
    error::FilesError,
    manifest::{Contents, FileEntry, MANIFEST, Manifest},
    rows::Rows,
    table::Column,
};
use crate::{
    args::{FileFormat, What},
    output::say,
};

/// What was recorded of people is for whoever has made the files.
const OWNER_ONLY: u32 = 0o700;

/// A folder that is being filled.
pub(super) struct Folder<'f> {
    path: &'f Path,
    format: FileFormat,
    has_bom: bool,
    /// What an earlier run has left.
    before: Vec<FileEntry>,
    manifest: Manifest,
}

impl<'f> Folder<'f> {
    /// A new folder, or one that was begun with the same contents.
    pub(super) fn open(
        path: &'f Path,
        format: FileFormat,
        contents: Contents,
        head: Position,
        is_anew: bool,
    ) -> Result<Folder<'f>, FilesError> {
        let failed = |source| FilesError::Io { path: path.to_owned(), source };
        DirBuilder::new().recursive(true).mode(OWNER_ONLY).create(path).map_err(failed)?;
        let has_bom = contents.has_bom;
        let before = match Manifest::read(path)? {
            None if has_something_else(path).map_err(failed)? => {
                return Err(FilesError::NotEmpty { folder: path.to_owned() });
            }
            None => Vec::new(),
            Some(before) if before.contents != contents => {
                return Err(FilesError::Other { folder: path.to_owned() });
            }
            Some(before) if before.head.parse().is_ok_and(|theirs: u64| theirs > head.0) => {
                return Err(FilesError::Ahead {
                    folder: path.to_owned(),
                    theirs: before.head,
                    head: head.to_string(),
                });
            }
            Some(_) if is_anew => Vec::new(),
            Some(before) => before.files,
        };
        let folder =
            Folder { path, format, has_bom, before, manifest: Manifest::begin(contents, head.to_string()) };
        // So that a folder that was begun can be told from one that is somebody else's.
        if folder.before.is_empty() {
            folder.note()?;
        }
        Ok(folder)
    }

    /// Keeps the files of finished months that are there and unharmed, from the first one without a gap. Through which position they go.
    pub(super) fn keep_finished_events(&mut self) -> Result<Position, FilesError> {
        let mut through = Position::BEGINNING;
        for entry in std::mem::take(&mut self.before) {
            let position = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<u64>().ok());
            let (Some(first), Some(last)) = (position(&entry.first), position(&entry.last)) else { continue };
            if !entry.is_finished || first != through.0 + 1 {
                break;
            }
            let is_there = entry.is_there(self.path).map_err(|source| self.failed(source))?;
            if !is_there {
                say(&format!(
                    "{}: 文件缺失或已改动，重写 is missing or was changed, and is written anew",
                    entry.name
                ));
                break;
            }
            through = Position(last);
            self.manifest.files.push(entry);
        }
        Ok(through)
    }

    pub(super) fn file_name(&self, stem: &str) -> String {
        format!("{stem}.{}", self.format.name())
    }

    pub(super) fn begin(&self, name: &str, columns: &'static [Column]) -> Result<Rows, FilesError> {
        let draft = Draft::begin(self.path, name);
        let rows = draft.and_then(|draft| Rows::begin(self.format, self.has_bom, columns, draft));
        rows.map_err(|source| self.failed(source))
    }

    /// Notes a file that is durable.
    pub(super) fn add(&mut self, entry: FileEntry) -> Result<(), FilesError> {
        self.manifest.files.push(entry);
        self.note()
    }

    /// Says that everything is there.
    pub(super) fn complete(
        &mut self,
        root: Option<String>,
        checkpoint: Option<String>,
    ) -> Result<&[FileEntry], FilesError> {
        self.manifest.is_complete = true;
        self.manifest.root = root;
        self.manifest.checkpoint = checkpoint;
        self.note()?;
        Ok(&self.manifest.files)
    }

    pub(super) fn failed(&self, source: io::Error) -> FilesError {
        FilesError::Io { path: self.path.to_owned(), source }
    }

    fn note(&self) -> Result<(), FilesError> {
        self.manifest.write(self.path).map_err(|source| self.failed(source))
    }
}

/// Whether a folder without a manifest has more in it than one that was just begun.
fn has_something_else(folder: &Path) -> io::Result<bool> {
    let begun = format!("{MANIFEST}.new");
    for entry in fs::read_dir(folder)? {
        if entry?.file_name() != begun.as_str() {
            return Ok(true);
        }
    }
    Ok(false)
}

impl FileEntry {
    /// Of a file that says how things are now, and is another one tomorrow.
    pub(super) fn of_now(name: String, what: What, count: u64, sum: Sum) -> FileEntry {
        FileEntry {
            name,
            what: what.name().to_owned(),
            month: None,
            is_finished: false,
            first: None,
            last: None,
            count,
            withheld: None,
            bytes: sum.bytes,
            sha256: sum.sha256,
        }
    }
}
