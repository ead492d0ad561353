//! The folder of an export: its manifest is written after each file, so that a run that was cut off goes on behind the last one.

use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::DirBuilderExt,
    path::Path,
};

use sigeyi_engine::Position;

use super::{
    draft::{Draft, Sum, UNFINISHED},
    error::FilesError,
    manifest::{Contents, FileEntry, MANIFEST, Manifest},
    month::Month,
    rows::Rows,
    table::Column,
};
use crate::{
    args::{FileFormat, What},
    commands::chosen_events::told,
};

/// What was recorded of people is for whoever has made the files.
const OWNER_ONLY: u32 = 0o700;

/// How names of files of events begin; the month follows.
const MONTHS: &str = "events-";

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
            Some(before)
                if (Contents { filter: contents.filter.clone(), ..before.contents.clone() }) != contents =>
            {
                return Err(FilesError::Other { folder: path.to_owned() });
            }
            Some(before) if before.contents.filter != contents.filter && !is_anew => {
                let theirs = told(&before.contents.filter);
                return Err(FilesError::OtherFilter { folder: path.to_owned(), theirs });
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

    /// The files of finished months that an earlier run has left, from the first one; nobody is given them twice.
    pub(super) fn take_finished(&mut self) -> Vec<FileEntry> {
        let before = std::mem::take(&mut self.before);
        before.into_iter().take_while(|entry| entry.is_finished).collect()
    }

    /// Whether the file is there as it was written.
    pub(super) fn has(&self, entry: &FileEntry) -> Result<bool, FilesError> {
        entry.is_there(self.path).map_err(|source| self.failed(source))
    }

    /// Leaves a file as it is. The manifest says so with the next one that is written.
    pub(super) fn keep(&mut self, entry: FileEntry) {
        self.manifest.files.push(entry);
    }

    /// The position through which the files of events go.
    pub(super) fn through(&self) -> Position {
        let last = self.manifest.files.iter().rev().find_map(|entry| entry.ends());
        last.map_or(Position::BEGINNING, |(_, last)| last)
    }

    pub(super) fn file_name(&self, stem: &str) -> String {
        format!("{stem}.{}", self.format.name())
    }

    /// Name of the file of a month's events.
    pub(super) fn month_file_name(&self, month: Month) -> String {
        self.file_name(&format!("{MONTHS}{month}"))
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
        self.remove_strange_months().map_err(|source| self.failed(source))?;
        self.manifest.is_complete = true;
        self.manifest.root = root;
        self.manifest.checkpoint = checkpoint;
        self.note()?;
        Ok(&self.manifest.files)
    }

    pub(super) fn failed(&self, source: io::Error) -> FilesError {
        FilesError::Io { path: self.path.to_owned(), source }
    }

    /// Whether it is a file of a month, or what was to become one.
    fn is_of_a_month(&self, name: &str) -> bool {
        let name = name.strip_suffix(UNFINISHED).unwrap_or(name);
        let stem = name.strip_suffix(self.format.name()).and_then(|name| name.strip_suffix('.'));
        stem.and_then(|stem| stem.strip_prefix(MONTHS)).is_some_and(Month::is_one)
    }

    /// Takes away what an earlier run has written and this one has not: of another filter, or of a month of which nothing is left that may be shown.
    fn remove_strange_months(&self) -> io::Result<()> {
        for file in fs::read_dir(self.path)? {
            let file = file?;
            let is_listed = self.manifest.files.iter().any(|entry| file.file_name() == entry.name.as_str());
            if !is_listed && file.file_name().to_str().is_some_and(|name| self.is_of_a_month(name)) {
                fs::remove_file(file.path())?;
            }
        }
        fs::File::open(self.path)?.sync_all()
    }

    fn note(&self) -> Result<(), FilesError> {
        self.manifest.write(self.path).map_err(|source| self.failed(source))
    }
}

/// Whether a folder without a manifest has more in it than one that was just begun.
fn has_something_else(folder: &Path) -> io::Result<bool> {
    let begun = format!("{MANIFEST}{UNFINISHED}");
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
            withheld_digest: None,
            bytes: sum.bytes,
            sha256: sum.sha256,
        }
    }
}
