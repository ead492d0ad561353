//! Why a directory was not restored.

use std::path::PathBuf;

use sigeyi_store::{AccessReadError, DiskError, HeadError, LockError, ManifestError, ReadError, TwinError};
use sigeyi_vault::VaultError;
use uuid::Uuid;

use crate::{
    maintenance::{catalogue::CatalogueError, copying::CopyError, folders::FolderError, verify::VerifyError},
    open::{OpenError, RootKeyFault},
};

/// Why a directory was not restored. The backup is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// Folders that may not be used together.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// There is nothing to restore.
    #[error("{} holds no backup: it has no catalogue", .folder.display())]
    NoBackup {
        /// The folder.
        folder: PathBuf,
    },
    /// The catalogue.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// Nothing is ever restored over something.
    #[error("{} is not empty, {name} lies in it: give a new directory", .data.display())]
    NotEmpty {
        /// The directory.
        data: PathBuf,
        /// Something that lies in it.
        name: String,
    },
    /// Somebody else works on it.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The folders belong to two logs.
    #[error("the events are of log {events}, the keys of log {keys}: give the folders that belong together")]
    OtherLog {
        /// Whose events they are.
        events: Uuid,
        /// Whose keys they are.
        keys: Uuid,
    },
    /// Keys that were made after them may be missing.
    #[error(
        "the keys were backed up at event {keys}, the events at {events}: give the folder of the keys that was written with them"
    )]
    KeysOlder {
        /// The last event of the events' backup.
        events: u64,
        /// The last event whose keys are there for certain.
        keys: u64,
    },
    /// Without it nothing that is sealed can be read.
    #[error("{} is not there: give the file in which the root key was kept with --root-key", .path.display())]
    RootKeyMissing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// It is unreadable.
    #[error("the root key {} cannot be used", .path.display())]
    RootKey {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: RootKeyFault,
    },
    /// Another root key, or damaged keys.
    #[error("the keys do not open")]
    Vault(#[from] VaultError),
    /// A file of the backup is gone.
    #[error("{} is missing: use another backup, or make this one again", .path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A file of the backup is not what was written.
    #[error(
        "{} is damaged: it is not what the catalogue says was written; use another backup, or make this one again",
        .path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The wrapped keys are not what was written.
    #[error(transparent)]
    Keys(#[from] TwinError),
    /// A segment is not what was written.
    #[error("the backup cannot be used")]
    Events(#[from] ReadError),
    /// A segment of the access log is not what was written.
    #[error("the access log of the backup is damaged: use another backup")]
    Access(#[from] AccessReadError),
    /// The access log does not end with the entry that the catalogue states.
    #[error(
        "the access log of the backup does not end with entry {entry} as the catalogue states: use another backup"
    )]
    OtherAccess {
        /// Its number.
        entry: u64,
    },
    /// An event names a key that is not there.
    #[error("event {position} is sealed with a key that is not among the keys of the backup")]
    KeyMissing {
        /// Its position.
        position: u64,
    },
    /// The events are not those that were backed up.
    #[error("the events up to {position} do not have the root that the catalogue states")]
    OtherRoot {
        /// The last one.
        position: u64,
    },
    /// The new directory does not open.
    #[error("the directory was brought back, but does not open")]
    Open(#[from] OpenError),
    /// It opens, but cannot be verified.
    #[error("the directory was brought back, but cannot be verified")]
    Verify(#[from] VerifyError),
    /// It opens, but not all that is in it is right: the directory was not right when it was backed up.
    #[error("the directory was brought back, but {count} faults were found in it, the first one: {fault}")]
    Faults {
        /// How many.
        count: u64,
        /// The file and what is wrong in it.
        fault: String,
    },
    /// The new directory's manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The new directory's `HEAD`.
    #[error(transparent)]
    Head(#[from] HeadError),
    /// A copy was not made.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The disk refused.
    #[error(transparent)]
    Io(#[from] DiskError),
}
