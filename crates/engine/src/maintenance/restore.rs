//! `restore`: a new directory from a backup of the events and one of the keys, checked from the first byte to the last figure.
//!
//! `RESTORING` is there from the first step to the last. Nobody opens a directory that has it; another restore begins it anew.

mod access;
mod error;
mod folder;

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use sigeyi_envelope::Position;
use sigeyi_proof::{CompactTree, Hash};
use sigeyi_store::{
    Access, DirectoryLock, Disk, DiskError, HeadFile, KnownHead, Manifest, OtherVersion, ReadError,
    SegmentFile, While, create_folder, hash_algorithm, twin_payloads,
};
use sigeyi_vault::Vault;
use uuid::Uuid;
use zeroize::Zeroizing;

pub use self::error::RestoreError;
use super::{
    catalogue::{self, EventsCatalogue, KeysCatalogue, unhex_hash},
    copying::write_proven,
    file_hash::FileHash,
    folders::{COPY_APART, Folder, KEYS_APART},
    verify::{VerifyOptions, verify_on},
};
use crate::{
    Options,
    open::{Machine, open_on},
    root_keys::{KeyCommand, KeySource, ROOT_KEY_FILE, read_root_key},
    rotation::KEYS_FILE,
    suite::ciphers,
};

/// Marks a directory whose restore has not come to its end.
const MARKER: &str = "RESTORING";

/// What to bring back where.
#[derive(Debug, Clone)]
pub struct RestoreOptions {
    /// Folder of the events.
    pub events_folder: PathBuf,
    /// Folder of the keys.
    pub keys_folder: PathBuf,
    /// The directory to make: missing, empty, or left by a restore that was cut off.
    pub data: PathBuf,
    /// The file with the root key, if it does not lie beside the wrapped keys.
    pub root_key: Option<PathBuf>,
    /// The program that holds the root key, if no file does.
    pub key_command: Option<PathBuf>,
}

/// What was brought back.
#[derive(Debug, Clone)]
pub struct RestoreReport {
    /// Which log it is.
    pub log_id: Uuid,
    /// The last event: whatever was recorded after it is not in the directory.
    pub position: Position,
    /// Root of the tree over all events up to it.
    pub root: Hash,
    /// When the backup was made: RFC 3339, UTC.
    pub taken_at: String,
    /// Segments in it.
    pub segments: u64,
    /// Length of what was brought back, in bytes.
    pub bytes: u64,
    /// People in it.
    pub people: u64,
    /// Entries of the access log in it.
    pub access_entries: u64,
    /// Copies of a catalogue that are missing or damaged; the other one was whole.
    pub damaged: Vec<PathBuf>,
    /// How long it took.
    pub took: Duration,
}

/// How far a restore is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestoreStep {
    /// So many bytes of so many are copied and proven.
    Copied {
        /// Bytes that are done.
        done: u64,
        /// All of them.
        total: u64,
    },
    /// So many events are folded, which opens what they seal and gives the figures.
    Checking {
        /// All events.
        events: u64,
    },
    /// So many bytes of so many are verified in the new directory.
    Verified {
        /// Bytes that are done.
        done: u64,
        /// All of them.
        total: u64,
    },
}

/// Whether a restore into a directory has not come to its end.
pub(crate) fn is_unfinished(disk: &dyn Disk, data: &Path) -> Result<bool, DiskError> {
    let marker = data.join(MARKER);
    match disk.exists(&marker) {
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Err(is_a_file(data)),
        found => found.doing("look for", &marker),
    }
}

/// What is said where a file lies in place of a data directory.
pub(crate) fn is_a_file(data: &Path) -> DiskError {
    let source = io::Error::new(io::ErrorKind::NotADirectory, "it is a file: check --data");
    DiskError { doing: "use as a data directory", path: data.to_owned(), source }
}

/// Makes a directory from a backup.
///
/// # Errors
/// [`RestoreError`] says what to do. A directory that was begun is left as unfinished: nothing opens it, and it can be restored again.
pub fn restore(
    options: &RestoreOptions,
    mut on_step: impl FnMut(RestoreStep),
) -> Result<RestoreReport, RestoreError> {
    restore_on(&Machine::default().disk, options, &mut on_step)
}

pub(crate) fn restore_on(
    machine_disk: &Arc<dyn Disk>,
    options: &RestoreOptions,
    on_step: &mut dyn FnMut(RestoreStep),
) -> Result<RestoreReport, RestoreError> {
    let started = Instant::now();
    let disk = &**machine_disk;
    check_folders(options)?;
    let found_events = catalogue::read::<EventsCatalogue>(disk, &options.events_folder)?;
    let found_keys = catalogue::read::<KeysCatalogue>(disk, &options.keys_folder)?;
    let no_backup = |folder: &PathBuf| RestoreError::NoBackup { folder: folder.clone() };
    let events = found_events.catalogue.ok_or_else(|| no_backup(&options.events_folder))?;
    let keys = found_keys.catalogue.ok_or_else(|| no_backup(&options.keys_folder))?;
    OtherVersion::refuse(events.manifest.format, events.manifest.preview)
        .map_err(|source| RestoreError::OtherVersion { folder: options.events_folder.clone(), source })?;
    // Before anything is written: without the right keys nothing that is brought back could be read.
    let opened = OpenedKeys::open(disk, options, &events, &keys)?;

    create_folder(disk, &options.data)?;
    folder::check_free(disk, &options.data)?;
    let lock = DirectoryLock::acquire(&options.data)?;
    folder::begin(disk, &options.data, events.manifest.log_id)?;
    let root = bring_back(disk, options, &events, &opened, on_step)?;
    let access_entries = access::bring_back(machine_disk, options, &events)?;
    opened.write(disk, &options.data.join("vault"))?;
    write_head(machine_disk, &options.data, &events, root)?;
    Manifest::create(disk, &options.data, &events.manifest)?;
    drop(lock);

    on_step(RestoreStep::Checking { events: events.position });
    let machine = Machine { disk: machine_disk.clone(), ..Machine::default() };
    let keys = KeySource { command: options.key_command.clone(), to_file: false };
    let engine_options = Options { ignore_snapshots: true, keys: keys.clone(), ..Options::default() };
    let engine = open_on(machine, &options.data, engine_options)?;
    let (tree, people) = (engine.shared.store.tree(), engine.people());
    drop(engine);
    if tree.size() != events.position || tree.root() != root {
        return Err(RestoreError::OtherRoot { position: events.position });
    }
    // Chains, commits, times, and the mirror that the start has made, which a replay does not look at.
    let bytes: u64 = events.segments.iter().map(|entry| entry.bytes).sum();
    let checked = verify_on(
        machine_disk.clone(),
        &options.data,
        &VerifyOptions { journal_dir: None, keys },
        &mut |done, _| {
            on_step(RestoreStep::Verified { done: done.min(bytes), total: bytes });
        },
    )?;
    if let Some(fault) = checked.faults.first() {
        let count = checked.faults.len() as u64 + checked.more_faults;
        let fault = format!("{}: {}", fault.file.display(), fault.what);
        return Err(RestoreError::Faults { count, fault });
    }
    folder::finish(disk, &options.data)?;
    Ok(RestoreReport {
        log_id: events.manifest.log_id,
        position: Position(events.position),
        root,
        segments: events.segments.len() as u64,
        bytes,
        taken_at: events.taken_at,
        people: people as u64,
        access_entries,
        damaged: found_events.damaged.into_iter().chain(found_keys.damaged).collect(),
        took: started.elapsed(),
    })
}

fn check_folders(options: &RestoreOptions) -> Result<(), RestoreError> {
    let [events, keys, data] =
        [&options.events_folder, &options.keys_folder, &options.data].map(|path| Folder::resolve(path));
    let (events, keys, data) = (events?, keys?, data?);
    events.apart_from(&keys, KEYS_APART)?;
    data.apart_from(&events, COPY_APART)?;
    Ok(data.apart_from(&keys, COPY_APART)?)
}

/// The keys of the backup, opened.
struct OpenedKeys {
    vault: Vault,
    wrapped: Vec<u8>,
    /// None when a program holds it.
    root_text: Option<Zeroizing<String>>,
}

impl OpenedKeys {
    fn open(
        disk: &dyn Disk,
        options: &RestoreOptions,
        events: &EventsCatalogue,
        keys: &KeysCatalogue,
    ) -> Result<OpenedKeys, RestoreError> {
        let (log_id, suite) = (events.manifest.log_id, ciphers(events.manifest.suite));
        if keys.log_id != log_id {
            return Err(RestoreError::OtherLog { events: log_id, keys: keys.log_id });
        }
        if keys.position < events.position {
            return Err(RestoreError::KeysOlder { events: events.position, keys: keys.position });
        }
        let path = keys.path(&options.keys_folder);
        let wrapped = proven(disk, &path, keys.bytes, keys.file())?;
        let payloads = twin_payloads(&wrapped, log_id, &path)?;
        let at = |path: &Path, source| RestoreError::RootKey { path: path.to_owned(), source };
        if let (Some(program), None) = (&options.key_command, &options.root_key) {
            let command = KeyCommand::new(program).map_err(|error| at(program, error.into()))?;
            let vault = Vault::open(suite, log_id, Arc::new(command), &payloads)?;
            return Ok(OpenedKeys { vault, wrapped, root_text: None });
        }
        let path = match &options.root_key {
            Some(path) => path.clone(),
            None => options.keys_folder.join(ROOT_KEY_FILE),
        };
        let root = read_root_key(disk, suite, &path).map_err(|source| at(&path, source))?;
        let root = root.ok_or(RestoreError::RootKeyMissing { path })?;
        let root_text = Some(root.to_hex());
        let vault = Vault::open(suite, log_id, Arc::new(root), &payloads)?;
        Ok(OpenedKeys { vault, wrapped, root_text })
    }

    fn write(&self, disk: &dyn Disk, vault_dir: &Path) -> Result<(), RestoreError> {
        create_folder(disk, vault_dir)?;
        let root_text = self.root_text.as_ref().map(|text| (ROOT_KEY_FILE, text.as_bytes()));
        let copies = [(KEYS_FILE, &*self.wrapped), ("keys.2", &*self.wrapped)];
        for (name, bytes) in copies.into_iter().chain(root_text) {
            write_proven(disk, &vault_dir.join(name), Access::Private, bytes)?;
        }
        Ok(())
    }
}

/// Copies the segments, checking each event's place in the tree and that its key is there. Gives the root at the end.
fn bring_back(
    disk: &dyn Disk,
    options: &RestoreOptions,
    events: &EventsCatalogue,
    keys: &OpenedKeys,
    on_step: &mut dyn FnMut(RestoreStep),
) -> Result<Hash, RestoreError> {
    let journal_dir = options.data.join("journal");
    create_folder(disk, &journal_dir)?;
    let total = events.segments.iter().map(|entry| entry.bytes).sum();
    let (mut tree, mut done) = (CompactTree::new(hash_algorithm(events.manifest.suite)), 0);
    // Most keys are named by several events.
    let mut known = HashMap::new();
    for (entry, number) in events.segments.iter().zip(1..) {
        let path = entry.path(&options.events_folder);
        if entry.number != number {
            return Err(RestoreError::Damaged { path });
        }
        let bytes = proven(disk, &path, entry.bytes, entry.file())?;
        let file = SegmentFile { number, path };
        let mut missing = None;
        file.check(&bytes, events.manifest.log_id, &mut tree, |event, _| {
            if let Some(sealed) = event.parts().sealed
                && !*known.entry(sealed.key_id).or_insert_with(|| keys.vault.find(&sealed.key_id).is_some())
            {
                missing.get_or_insert(event.parts().position.0);
            }
        })
        .map_err(ReadError::from)?;
        if let Some(position) = missing {
            return Err(RestoreError::KeyMissing { position });
        }
        write_proven(disk, &SegmentFile::of(&journal_dir, number).path, Access::Shared, &bytes)?;
        done += entry.bytes;
        on_step(RestoreStep::Copied { done, total });
    }
    let stated = unhex_hash(&events.root);
    if tree.size() != events.position || stated != Some(tree.root()) {
        return Err(RestoreError::OtherRoot { position: events.position });
    }
    Ok(tree.root())
}

/// The bytes of a file of the backup, which must have the length and hash that the catalogue states.
fn proven(disk: &dyn Disk, path: &Path, length: u64, stated: FileHash<'_>) -> Result<Vec<u8>, RestoreError> {
    let damaged = || RestoreError::Damaged { path: path.to_owned() };
    if !disk.exists(path).doing("look for", path)? {
        return Err(RestoreError::Missing { path: path.to_owned() });
    }
    // No file is read that is longer than what is stated.
    let file = disk.open_read(path).doing("open", path)?;
    if file.len().doing("measure", path)? != length {
        return Err(damaged());
    }
    let bytes = disk.read(path).doing("read", path)?;
    if stated.is_of(&bytes) { Ok(bytes) } else { Err(damaged()) }
}

/// Says where the journal ends, so that the next start notices if something of it is gone.
fn write_head(
    disk: &Arc<dyn Disk>,
    data: &Path,
    events: &EventsCatalogue,
    root: Hash,
) -> Result<(), RestoreError> {
    let Some(last) = events.segments.last() else { return Ok(()) };
    let (mut file, _) = HeadFile::open(disk.clone(), &data.join("HEAD"), events.manifest.log_id)?;
    let position = Position(events.position);
    file.save(KnownHead { position, root, segment: last.number, end: last.bytes, is_closed: true })?;
    Ok(())
}
