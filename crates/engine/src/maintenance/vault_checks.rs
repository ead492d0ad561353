//! The vault: both copies of its file, the root key, every bucket.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use sigeyi_store::{CopyState, Disk, Manifest, TwinError, TwinFile};
use sigeyi_vault::Vault;

use super::report::{Fault, FaultKind, Mend, VerifyReport};
use crate::{
    root_keys::{KeySource, ROOT_KEY_FILE, RootKeys},
    rotation::{Intent, KEYS_FILE},
    suite::ciphers,
    writer::chain,
};

/// What became of the check.
pub(super) struct VaultCheck {
    /// The vault, if it opens.
    pub(super) vault: Option<Vault>,
    /// Copies of its file that a repair writes again.
    pub(super) copies_to_mend: Vec<PathBuf>,
}

/// Checks the vault of a log; `has_events` tells a lost one from one that was never made.
pub(super) fn check(
    disk: &Arc<dyn Disk>,
    dir: &Path,
    manifest: &Manifest,
    keys: &KeySource,
    has_events: bool,
    report: &mut VerifyReport,
) -> VaultCheck {
    let (log_id, suite) = (manifest.log_id, ciphers(manifest.suite));
    let vault_dir = dir.join("vault");
    let mut check = VaultCheck { vault: None, copies_to_mend: Vec::new() };
    let fault = |report: &mut VerifyReport, file: &Path, offset, what: String, mend| {
        let (kind, file) = (FaultKind::Vault, file.to_owned());
        report.fault(Fault { kind, file, offset, position: None, what, mend });
    };
    let inspection = match TwinFile::inspect(&**disk, &vault_dir, KEYS_FILE, log_id) {
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
    match Intent::read(&**disk, &vault_dir) {
        Ok(None) => {}
        Ok(Some(_)) => {
            let what = "a rotation of keys was cut off; the next start undoes or completes it";
            report.notes.push(what.to_owned());
        }
        Err(error) => report.notes.push(chain(&error)),
    }
    let roots = match RootKeys::open(disk, &vault_dir, suite, keys) {
        Ok(roots) => roots,
        Err((path, error)) => {
            fault(report, &path, None, chain(&error), Mend::Backup);
            return check;
        }
    };
    if !roots.has_any() {
        let what = "the root key is not there; if a program holds it, name it with --key-command";
        fault(report, &vault_dir.join(ROOT_KEY_FILE), None, what.to_owned(), Mend::Backup);
        return check;
    }
    match Vault::open(suite, log_id, roots, &inspection.payloads) {
        Ok(vault) => {
            report.checked.keys = vault.keys_made().into();
            check.vault = Some(vault);
        }
        Err(error) => fault(report, &vault_dir.join("keys"), None, chain(&error), Mend::Backup),
    }
    check
}
