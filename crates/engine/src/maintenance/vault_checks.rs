//! The vault: both copies of its file, the root key, every bucket.

use std::path::{Path, PathBuf};

use sigeyi_store::{CopyState, Disk, TwinError, TwinFile};
use sigeyi_vault::Vault;
use uuid::Uuid;

use super::report::{Fault, FaultKind, Mend, VerifyReport};
use crate::{open::read_root_key, writer::chain};

/// What became of the check.
pub(super) struct VaultCheck {
    /// The vault, if it opens.
    pub(super) vault: Option<Vault>,
    /// Copies of its file that a repair writes again.
    pub(super) copies_to_mend: Vec<PathBuf>,
}

/// Checks the vault of a log; `has_events` tells a lost one from one that was never made.
pub(super) fn check(
    disk: &dyn Disk,
    dir: &Path,
    log_id: Uuid,
    has_events: bool,
    report: &mut VerifyReport,
) -> VaultCheck {
    let vault_dir = dir.join("vault");
    let mut check = VaultCheck { vault: None, copies_to_mend: Vec::new() };
    let fault = |report: &mut VerifyReport, file: &Path, offset, what: String, mend| {
        let (kind, file) = (FaultKind::Vault, file.to_owned());
        report.fault(Fault { kind, file, offset, position: None, what, mend });
    };
    let inspection = match TwinFile::inspect(disk, &vault_dir, "keys", log_id) {
        Ok(inspection) => inspection,
        Err(error) => {
            let offset = if let TwinError::Damaged { offset, .. } = &error { Some(*offset) } else { None };
            fault(report, &vault_dir.join("keys"), offset, chain(&error), Mend::Backup);
            return check;
        }
    };
    if inspection.payloads.is_empty() {
        if has_events {
            let what = "there are events, but both copies of their keys are gone".to_owned();
            fault(report, &vault_dir.join("keys"), None, what, Mend::Backup);
        }
        return check;
    }
    for (path, state) in inspection.copies {
        let what = match state {
            CopyState::Whole => {
                report.checked.vault_copies += 1;
                continue;
            }
            CopyState::Missing => "this copy of the keys is missing",
            CopyState::Damaged => "this copy of the keys is not what the other one is",
        };
        fault(report, &path, None, what.to_owned(), Mend::Repair);
        check.copies_to_mend.push(path);
    }
    let root_path = vault_dir.join("root.key");
    let root = match read_root_key(disk, &root_path) {
        Ok((root, _)) => root,
        Err(error) => {
            fault(report, &root_path, None, chain(&error), Mend::Backup);
            return check;
        }
    };
    match Vault::open(log_id, root, &inspection.payloads) {
        Ok(vault) => {
            report.checked.keys = vault.keys_made().into();
            check.vault = Some(vault);
        }
        Err(error) => fault(report, &vault_dir.join("keys"), None, chain(&error), Mend::Backup),
    }
    check
}
