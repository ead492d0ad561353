//! Snapshots: each is loaded, brought up to the end of the log, and compared with the replay from the first event.

use std::path::{Path, PathBuf};

use sigeyi_envelope::Position;
use sigeyi_projections::{Entry, ReadModel, Secrets, Snapshot, SnapshotError};
use sigeyi_proof::CompactTree;
use sigeyi_store::{Disk, Manifest, Witness, Witnesses, hash_algorithm, snapshots};

use super::report::{Fault, FaultKind, Mend, VerifyReport};
use crate::snapshots::{SnapshotFile, divisions_hash};

/// A snapshot that was loaded.
pub(super) struct Loaded {
    path: PathBuf,
    position: Position,
    model: ReadModel,
    /// Its tree is that of the events up to its position.
    is_tree_right: bool,
}

/// The snapshots of a directory.
#[derive(Default)]
pub(super) struct SnapshotChecks {
    loaded: Vec<Loaded>,
    /// Those that a repair sets aside.
    pub(super) to_set_aside: Vec<PathBuf>,
}

impl SnapshotChecks {
    /// Loads every snapshot; what each knows of the log is added to the witnesses.
    pub(super) fn load(
        disk: &dyn Disk,
        dir: &Path,
        manifest: &Manifest,
        secrets: &impl Secrets,
        witnesses: &mut Witnesses,
        report: &mut VerifyReport,
    ) -> SnapshotChecks {
        let mut checks = SnapshotChecks::default();
        for (_, path) in snapshots(disk, dir) {
            match load(disk, &path, manifest, secrets) {
                Ok((loaded, root)) => {
                    let (position, name) = (loaded.position.0, name_of(&path));
                    witnesses.add(Witness { position, root: Some(root), is_end: false, name });
                    checks.loaded.push(loaded);
                }
                Err(SnapshotError::Other(what)) => {
                    report.notes.push(format!("{} is of another {what}, and is passed over", path.display()));
                }
                Err(error) => checks.bad(path, error.to_string(), report),
            }
        }
        checks
    }

    /// Brings them up to an event.
    pub(super) fn apply(&mut self, entry: &Entry) {
        for loaded in &mut self.loaded {
            if entry.head.position > loaded.position {
                loaded.model.apply(entry);
            }
        }
    }

    /// Its tree is not that of the events.
    pub(super) fn differs(&mut self, name: &str) {
        for loaded in &mut self.loaded {
            loaded.is_tree_right &= name_of(&loaded.path) != name;
        }
    }

    /// Compares them with the replay up to the end of the log.
    pub(super) fn finish(&mut self, replayed: Option<&ReadModel>, end: u64, report: &mut VerifyReport) {
        for Loaded { path, position, model, is_tree_right } in std::mem::take(&mut self.loaded) {
            if position.0 > end {
                // The end of the log is what is at fault; whether the snapshot is right nobody can say any more.
                self.to_set_aside.push(path);
            } else if !is_tree_right {
                self.bad(path, "its tree is not that of the events".to_owned(), report);
            } else if replayed.is_some_and(|replayed| !is_same(&model, replayed)) {
                self.bad(path, "it is not what a replay gives".to_owned(), report);
            } else {
                report.checked.snapshots += u64::from(replayed.is_some());
            }
        }
    }

    fn bad(&mut self, file: PathBuf, what: String, report: &mut VerifyReport) {
        let kind = FaultKind::Snapshot;
        report.fault(Fault {
            kind,
            file: file.clone(),
            offset: None,
            position: None,
            what,
            mend: Mend::Repair,
        });
        self.to_set_aside.push(file);
    }
}

fn name_of(path: &Path) -> String {
    format!("snapshot {}", path.file_name().unwrap_or_default().to_string_lossy())
}

fn load(
    disk: &dyn Disk,
    path: &Path,
    manifest: &Manifest,
    secrets: &impl Secrets,
) -> Result<(Loaded, [u8; 32]), SnapshotError> {
    let file = disk.open_read(path).map_err(|_| SnapshotError::Damaged("header"))?;
    let snapshot = Snapshot::parse(SnapshotFile::new(file), manifest.log_id, divisions_hash(manifest.suite))?;
    let position = snapshot.header().position;
    let tree = CompactTree::decode(hash_algorithm(manifest.suite), snapshot.tree())
        .map_err(|_| SnapshotError::Damaged("tree"))?;
    if tree.size() != position.0 {
        return Err(SnapshotError::Damaged("tree"));
    }
    snapshot.verify_sealed()?;
    let model = snapshot.restore(secrets)?;
    Ok((Loaded { path: path.to_owned(), position, model, is_tree_right: true }, tree.root()))
}

/// The same people with the same facts and heads, the same commands and roles, the same end.
fn is_same(one: &ReadModel, other: &ReadModel) -> bool {
    let ends =
        |model: &ReadModel| (model.head(), model.recorded_at(), model.next_key(), model.commands().len());
    ends(one) == ends(other)
        && one.people().rows() == other.people().rows()
        && one.roles().entries() == other.roles().entries()
        && one
            .commands()
            .iter()
            .all(|(fingerprint, position)| other.commands().find(fingerprint).any(|other| other == position))
}
