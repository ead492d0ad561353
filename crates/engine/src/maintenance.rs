//! Work on directories that nobody serves: checks, repairs, copies of them, and directories from copies.

mod access_checks;
mod backup;
mod catalogue;
mod copying;
mod event_checks;
mod file_hash;
mod folders;
mod handing;
mod head_checks;
mod heads_checks;
mod keys;
mod repair;
mod report;
mod report_checks;
mod restore;
mod signed_checks;
mod snapshot_checks;
mod tree_checks;
mod vault_checks;
mod verify;

pub use backup::{BackupError, BackupOptions, BackupReport, backup};
pub use catalogue::CatalogueError;
pub use copying::CopyError;
pub use folders::FolderError;
pub use keys::{
    KeysError, KeysOptions, KeysReport, RotationReport, keys_status, rotate_buckets, rotate_root,
};
pub use repair::{RepairError, RepairOptions, RepairReport, repair};
pub use report::{Checked, Fault, FaultKind, LostEvents, Mend, VerifyReport};
pub use restore::{RestoreError, RestoreOptions, RestoreReport, RestoreStep, restore};
pub use verify::{VerifyError, VerifyOptions, verify};

#[cfg(test)]
pub(crate) use backup::backup_on;
pub(crate) use file_hash::{checked_line, with_checksum};
#[cfg(test)]
pub(crate) use repair::repair_on;
#[cfg(test)]
pub(crate) use restore::restore_on;
pub(crate) use restore::{is_a_file, is_unfinished};
#[cfg(test)]
pub(crate) use verify::verify_on;
