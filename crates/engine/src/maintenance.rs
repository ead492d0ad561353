//! Work on directories that are not open here: copies of them, and directories from copies.

mod backup;
mod catalogue;
mod copying;
mod folders;
mod restore;

pub use backup::{BackupError, BackupOptions, BackupReport, backup};
pub use catalogue::CatalogueError;
pub use copying::CopyError;
pub use folders::FolderError;
pub use restore::{RestoreError, RestoreOptions, RestoreReport, RestoreStep, restore};

pub(crate) use restore::is_unfinished;
