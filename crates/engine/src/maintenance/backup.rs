//! `backup`: events and keys copied apart, incrementally, also while a server holds the directory.
//!
//! What a catalogue names is never touched: files are named by their content, new ones are written beside the old ones, and the catalogue
//! is replaced last. So a backup that is cut off at any moment leaves the one before it as it was.

mod access;
mod error;
mod events;
mod keys;

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use sigeyi_envelope::Position;
use sigeyi_proof::{Hash, HashAlgorithm};
use sigeyi_store::{
    DirectoryLock, Disk, FoundHead, HeadFile, KnownHead, Manifest, While, create_folder, hash_algorithm,
    names_if_there,
};
use uuid::Uuid;

pub use self::error::BackupError;
use super::{
    catalogue::{self, Catalogue, EventsCatalogue, FoundCatalogue, KeysCatalogue},
    folders::{COPY_APART, Folder, KEYS_APART},
    restore::is_unfinished,
};
use crate::{open::Machine, root_keys::KeySource};

/// What to copy where.
#[derive(Debug, Clone)]
pub struct BackupOptions {
    /// The data directory.
    pub data: PathBuf,
    /// Where its journal lies, if not in it.
    pub journal_dir: Option<PathBuf>,
    /// Folder of the events, made if it is missing.
    pub events_folder: PathBuf,
    /// Folder of the keys, made if it is missing; apart from that of the events.
    pub keys_folder: PathBuf,
    /// Who holds the root key.
    pub keys: KeySource,
    /// Copy the root key beside the wrapped keys too.
    pub with_root_key: bool,
}

/// What was backed up.
#[derive(Debug, Clone)]
pub struct BackupReport {
    /// Which log it is.
    pub log_id: Uuid,
    /// The last event in the backup: every event up to it is in it, and none after it.
    pub position: Position,
    /// Root of the tree over them.
    pub root: Hash,
    /// The last event that the backup before had; none if this is the first.
    pub before: Option<Position>,
    /// Segments in it.
    pub segments: u64,
    /// Entries of the access log in it.
    pub access_entries: u64,
    /// Length of the events' segments, in bytes.
    pub events_bytes: u64,
    /// Length of what was written for it now, in bytes, keys included.
    pub copied_bytes: u64,
    /// Wrapped keys in it.
    pub keys: u64,
    /// Whether the root key lies beside them.
    pub has_root_key: bool,
    /// Files of the backup that were missing or damaged, and are good again.
    pub mended: Vec<PathBuf>,
    /// How long it took.
    pub took: Duration,
}

/// Told bytes that are done, and how many there are in all.
pub(crate) type OnProgress<'a> = &'a mut dyn FnMut(u64, u64);

/// Makes or goes on with a backup. Reads the directory and never writes to it, so that a server may hold it.
///
/// # Errors
/// [`BackupError`] says what to do. The backup that was there before is as it was.
pub fn backup(
    options: &BackupOptions,
    mut on_progress: impl FnMut(u64, u64),
) -> Result<BackupReport, BackupError> {
    backup_on(&Machine::default().disk, options, &mut on_progress)
}

pub(crate) fn backup_on(
    disk: &Arc<dyn Disk>,
    options: &BackupOptions,
    on_progress: OnProgress<'_>,
) -> Result<BackupReport, BackupError> {
    let started = Instant::now();
    let machine_disk = disk;
    let disk = &**disk;
    check_folders(options)?;
    let source = Source::look(disk, options)?;
    for folder in [&options.events_folder, &options.keys_folder] {
        create_folder(disk, folder)?;
    }
    let _events_lock = DirectoryLock::acquire(&options.events_folder)?;
    let _keys_lock = DirectoryLock::acquire(&options.keys_folder)?;
    let events_before = read_of_log::<EventsCatalogue>(disk, &options.events_folder, source.manifest.log_id)?;
    let keys_before = read_of_log::<KeysCatalogue>(disk, &options.keys_folder, source.manifest.log_id)?;
    let mut run =
        Run { machine_disk, disk, options, source, copied_bytes: 0, mended: Vec::new(), on_progress };
    run.mended.extend(events_before.damaged.iter().chain(&keys_before.damaged).cloned());

    let mut events = run.copy_events(events_before.catalogue.as_ref())?;
    let access_before = events_before.catalogue.as_ref().and_then(|before| before.access.as_ref());
    events.catalogue.access = run.copy_access(access_before)?;
    // After the events, so that every key which they name is in it.
    let keys = run.copy_keys(keys_before.catalogue.as_ref(), &events)?;
    catalogue::write(disk, &options.keys_folder, run.algorithm(), &keys.catalogue)?;
    catalogue::write(disk, &options.events_folder, run.algorithm(), &events.catalogue)?;
    run.remove_replaced(events_before.catalogue.as_ref(), &events.catalogue)?;
    run.remove_replaced_access(access_before, events.catalogue.access.as_ref())?;
    run.remove_old_keys(keys_before.catalogue.as_ref(), &keys.catalogue)?;
    Ok(BackupReport {
        log_id: run.source.manifest.log_id,
        position: run.source.head.position,
        root: run.source.head.root,
        before: events_before.catalogue.as_ref().map(|before| Position(before.position)),
        access_entries: events.catalogue.access.as_ref().map_or(0, |access| access.entries),
        segments: events.catalogue.segments.len() as u64,
        events_bytes: events.catalogue.segments.iter().map(|entry| entry.bytes).sum(),
        copied_bytes: run.copied_bytes,
        keys: u64::from(keys.keys),
        has_root_key: keys.catalogue.root_key,
        mended: run.mended,
        took: started.elapsed(),
    })
}

/// A backup on its way.
struct Run<'a> {
    machine_disk: &'a Arc<dyn Disk>,
    disk: &'a dyn Disk,
    options: &'a BackupOptions,
    source: Source,
    copied_bytes: u64,
    mended: Vec<PathBuf>,
    on_progress: OnProgress<'a>,
}

/// What is copied, as far as it is known to be durable.
struct Source {
    manifest: Manifest,
    journal_dir: PathBuf,
    head: KnownHead,
}

impl Source {
    fn look(disk: &dyn Disk, options: &BackupOptions) -> Result<Source, BackupError> {
        let data = &options.data;
        if is_unfinished(disk, data)? {
            return Err(BackupError::Unfinished { data: data.clone() });
        }
        let manifest = Manifest::inspect(disk, data)?.map(|found| found.manifest);
        let manifest = manifest.ok_or_else(|| BackupError::NoData { data: data.clone() })?;
        let journal_dir = options.journal_dir.clone().unwrap_or_else(|| data.join("journal"));
        manifest.check_suite(disk, data, &journal_dir)?;
        let path = data.join("HEAD");
        match HeadFile::read(disk, &path, manifest.log_id)? {
            FoundHead::Known(head) => Ok(Source { manifest, journal_dir, head }),
            FoundHead::Missing | FoundHead::Damaged => Err(BackupError::HeadUnknown { path }),
        }
    }
}

fn check_folders(options: &BackupOptions) -> Result<(), BackupError> {
    let [events, keys, data] =
        [&options.events_folder, &options.keys_folder, &options.data].map(|path| Folder::resolve(path));
    let (events, keys, data) = (events?, keys?, data?);
    events.apart_from(&keys, KEYS_APART)?;
    let journal = options.journal_dir.as_deref().map(Folder::resolve).transpose()?;
    for folder in [&events, &keys] {
        folder.apart_from(&data, COPY_APART)?;
        if let Some(journal) = &journal {
            folder.apart_from(journal, COPY_APART)?;
        }
        folder.is_no_data()?;
    }
    Ok(())
}

/// The catalogue of a folder, unless it is another log's.
fn read_of_log<C: Catalogue>(
    disk: &dyn Disk,
    folder: &Path,
    ours: Uuid,
) -> Result<FoundCatalogue<C>, BackupError> {
    let found = catalogue::read::<C>(disk, folder)?;
    match &found.catalogue {
        Some(catalogue) if catalogue.log_id() != ours => {
            Err(BackupError::OtherLog { folder: folder.to_owned(), found: catalogue.log_id(), ours })
        }
        _ => Ok(found),
    }
}

impl Run<'_> {
    /// How the directory hashes; its backup does the same.
    fn algorithm(&self) -> HashAlgorithm {
        hash_algorithm(self.source.manifest.suite)
    }

    /// Removes a file that the new catalogue does not name; one that is not there is as good.
    fn remove(&self, path: &Path) -> Result<(), BackupError> {
        match self.disk.remove(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Ok(Err(error).doing("remove", path)?),
            _ => Ok(()),
        }
    }

    /// Whether a file that no catalogue names, left by a run that was cut off, holds nothing that one of the backup has not.
    fn is_beginning_of(&self, path: &Path, whole: &Path) -> Result<bool, BackupError> {
        let part = self.disk.read(path).doing("read", path)?;
        let whole = self.disk.read(whole).doing("read", whole)?;
        Ok(whole.starts_with(&part))
    }

    /// Removes what a run that was cut off had begun to write.
    fn remove_unfinished(&self, folder: &Path, is_ours: impl Fn(&str) -> bool) -> Result<(), BackupError> {
        for name in names_if_there(self.disk, folder)? {
            if name.strip_suffix(".new").is_some_and(&is_ours) {
                self.remove(&folder.join(name))?;
            }
        }
        Ok(())
    }
}

/// The time of the machine in words.
fn now() -> String {
    // To the second: nobody needs more of it.
    jiff::Timestamp::from_second(jiff::Timestamp::now().as_second()).unwrap_or_default().to_string()
}
