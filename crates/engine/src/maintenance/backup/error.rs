//! Why a backup was not made.

use std::path::PathBuf;

use sigeyi_store::{AccessReadError, DiskError, HeadError, LockError, ManifestError, ReadError, TwinError};
use sigeyi_vault::VaultError;
use uuid::Uuid;

use crate::{
    maintenance::{catalogue::CatalogueError, copying::CopyError, folders::FolderError},
    open::RootKeyFault,
};

/// Why a backup was not made. The one before it, if any, is as it was.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Folders that may not be used together.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// There is no log in the directory.
    #[error("{} holds no data: check --data", .data.display())]
    NoData {
        /// The directory.
        data: PathBuf,
    },
    /// The directory is not whole yet.
    #[error("{} is being restored, or a restore of it was cut off: finish that first", .data.display())]
    Unfinished {
        /// The directory.
        data: PathBuf,
    },
    /// The directory's manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The directory's `HEAD` is another's.
    #[error(transparent)]
    Head(#[from] HeadError),
    /// Nobody says how far the journal is durable.
    #[error("{} is missing or damaged: start the directory once, which makes it again, and look at what it says", .path.display())]
    HeadUnknown {
        /// The file.
        path: PathBuf,
    },
    /// Another backup writes there.
    #[error("another backup is being written there")]
    Lock(#[from] LockError),
    /// What is in the folder cannot be told.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The folder is taken.
    #[error("{} holds a backup of log {found}, this directory is log {ours}: choose another folder", .folder.display())]
    OtherLog {
        /// The folder.
        folder: PathBuf,
        /// Whose backup is there.
        found: Uuid,
        /// Which log was to be copied.
        ours: Uuid,
    },
    /// Files that no catalogue explains.
    #[error("{} has parts of another log's backup but no catalogue: choose another folder", .folder.display())]
    Unexplained {
        /// The folder.
        folder: PathBuf,
    },
    /// The directory has fewer events than its backup.
    #[error(
        "the directory ends at event {ours}, its backup at event {backup}: events are missing; look with 'sigeyi verify', or restore the backup into a new directory"
    )]
    Behind {
        /// The directory's last durable event.
        ours: u64,
        /// The backup's.
        backup: u64,
    },
    /// Both went on from a common past, each in its own way.
    #[error(
        "the events up to {position} are not those of the backup: a directory that was restored or copied has gone on by itself; keep both, and choose another folder"
    )]
    Fork {
        /// The last event of the backup.
        position: u64,
    },
    /// The directory's own files are not what was written.
    #[error("the directory's journal cannot be copied: look with 'sigeyi verify'")]
    Source(#[from] ReadError),
    /// `HEAD` and journal contradict each other.
    #[error(
        "the journal's events up to {position} do not have the root that HEAD states: look with 'sigeyi verify'"
    )]
    HeadDiffers {
        /// Where.
        position: u64,
    },
    /// The directory has fewer entries of the access log than its backup.
    #[error(
        "the access log ends at entry {ours}, that of the backup at entry {backup}: it was set aside or has lost its end; keep the backup, and choose another folder"
    )]
    AccessBehind {
        /// The directory's last durable entry.
        ours: u64,
        /// The backup's.
        backup: u64,
    },
    /// Both access logs went on from a common past, or were begun anew.
    #[error(
        "the access log up to entry {entry} is not that of the backup: it was set aside and begun anew, or a copy has gone on by itself; keep the backup, and choose another folder"
    )]
    AccessFork {
        /// The last entry of the backup.
        entry: u64,
    },
    /// `HEAD.access` and access log contradict each other.
    #[error(
        "the access log's entry {entry} is not the one that HEAD.access states: look with 'sigeyi verify'"
    )]
    AccessHeadDiffers {
        /// Its number.
        entry: u64,
    },
    /// The directory's access log is not what was written.
    #[error("the directory's access log cannot be copied: look with 'sigeyi verify'")]
    AccessSource(#[from] AccessReadError),
    /// The vault's file.
    #[error("the vault's file cannot be copied")]
    VaultFile(#[from] TwinError),
    /// The vault does not open, so its copy would be worth nothing.
    #[error("the vault does not open with its root key")]
    Vault(#[from] VaultError),
    /// The root key is missing or unreadable.
    #[error("the root key {} cannot be used", .path.display())]
    RootKey {
        /// Where it should be.
        path: PathBuf,
        /// Why.
        #[source]
        source: RootKeyFault,
    },
    /// An event names a key that the vault has not.
    #[error("event {position} is sealed with a key that is not in the vault: look with 'sigeyi verify'")]
    KeyMissing {
        /// Its position.
        position: u64,
    },
    /// The keys in the folder are not the first keys of the directory.
    #[error("the keys in {} are not those of this directory: keep them, and choose another folder", .folder.display())]
    OtherKeys {
        /// The folder.
        folder: PathBuf,
    },
    /// A copy was not made.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The disk refused.
    #[error(transparent)]
    Io(#[from] DiskError),
}
