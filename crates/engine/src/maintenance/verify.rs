//! `verify`: everything that a directory holds is checked, and nothing in it is changed.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use sigeyi_proof::SignedCheckpoint;
use sigeyi_store::{
    CopyState, DirectoryLock, Disk, DiskError, HeadError, LockError, Loss, Manifest, ManifestError,
    MirrorCopy, MirrorCopyError, RealDisk, SEGMENT_BYTES_MAX, TileInspection, WalkEnd, WalkOptions,
    Witnesses, hash_algorithm, walk,
};
use sigeyi_vault::Vault;

use super::{
    access_checks,
    event_checks::EventChecks,
    handing::{Handing, handing},
    head_checks,
    report::{Fault, FaultKind, LostEvents, Mend, VerifyReport},
    report_checks::ReportChecks,
    restore::is_unfinished,
    signed_checks::{self, Signed},
    snapshot_checks::SnapshotChecks,
    tree_checks::TreeChecks,
    vault_checks,
};
use crate::{keyring::VaultSecrets, root_keys::KeySource, writer::chain};

/// The name under which `HEAD` is a witness.
pub(super) const HEAD: &str = "HEAD";

/// Events that may be missing in a mirror that has taken in everything: one block that is not full.
pub(super) const BLOCK_EVENTS_MAX: u64 = 48;

/// What to check.
#[derive(Debug, Clone, Default)]
pub struct VerifyOptions {
    /// Where the journal lies, if not in the directory.
    pub journal_dir: Option<PathBuf>,
    /// Who holds the root key.
    pub keys: KeySource,
}

/// Why a directory cannot be checked at all.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// There is no log in it.
    #[error("{0} holds no data: check --data")]
    NoData(PathBuf),
    /// A restore was cut off: what is missing is in the backup.
    #[error(
        "{0} is being restored, or a restore of it was cut off and is not whole: run 'sigeyi restore' again"
    )]
    Unfinished(PathBuf),
    /// Another process holds it: a server checks nothing while it serves.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// It was made by another version, or with a suite that this one does not know.
    #[error(transparent)]
    OtherVersion(ManifestError),
    /// `HEAD` is another log's or another version's.
    #[error(transparent)]
    Head(#[from] HeadError),
    /// The mirror cannot be copied.
    #[error(transparent)]
    Mirror(#[from] MirrorCopyError),
    /// The disk refused.
    #[error(transparent)]
    Io(#[from] DiskError),
}

/// Checks a directory. `progress` is told how many bytes of the journal have been gone through, and how many there are.
pub fn verify(
    dir: &Path,
    options: &VerifyOptions,
    mut progress: impl FnMut(u64, u64),
) -> Result<VerifyReport, VerifyError> {
    refuse_unfinished(&RealDisk, dir)?;
    verify_on(Arc::new(RealDisk), dir, options, &mut progress)
}

/// [`verify`], on any disk.
pub(crate) fn verify_on(
    disk: Arc<dyn Disk>,
    dir: &Path,
    options: &VerifyOptions,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<VerifyReport, VerifyError> {
    let _lock = lock(dir)?;
    Ok(examine(&disk, dir, options, progress)?.report)
}

/// What is not restored to its end is neither checked nor mended: it is restored again.
pub(super) fn refuse_unfinished(disk: &dyn Disk, dir: &Path) -> Result<(), VerifyError> {
    if is_unfinished(disk, dir)? { Err(VerifyError::Unfinished(dir.to_owned())) } else { Ok(()) }
}

/// Holds a directory that is there.
pub(super) fn lock(dir: &Path) -> Result<DirectoryLock, VerifyError> {
    if !dir.is_dir() {
        return Err(VerifyError::NoData(dir.to_owned()));
    }
    Ok(DirectoryLock::acquire(dir)?)
}

/// What a check found, with what a repair needs of it.
pub(super) struct Examination {
    pub(super) report: VerifyReport,
    pub(super) journal_dir: PathBuf,
    /// Copies of manifest and vault that are written again from the other one.
    pub(super) manifest_copies: Vec<PathBuf>,
    pub(super) vault_copies: Vec<PathBuf>,
    pub(super) snapshots: Vec<PathBuf>,
    /// Files of the access log that cannot stay, in the order in which they are set aside.
    pub(super) access_files: Vec<PathBuf>,
    /// The newest checkpoint of the log, where a copy is to be written anew.
    pub(super) checkpoint: Option<SignedCheckpoint>,
    /// Files of tiles that are made anew.
    pub(super) tile_files: Vec<PathBuf>,
    /// Whether some of them are not what the events give.
    pub(super) are_tiles_bad: bool,
    /// Whether `HEAD` knows another root than the events have.
    pub(super) head_differs: bool,
    /// Whether `HEAD` is to be made anew.
    pub(super) is_head_bad: bool,
    /// Whether the mirror is to be made anew.
    pub(super) is_mirror_bad: bool,
    pub(super) mirror: Option<MirrorCopy>,
    /// A mirror that a server has set aside; it may have what nothing else has.
    pub(super) older_mirror: Option<MirrorCopy>,
    pub(super) witnesses: Witnesses,
    /// The journal; nothing when the log's identity is not known.
    pub(super) walked: Option<WalkEnd>,
}

pub(super) fn journal_dir(dir: &Path, options: &VerifyOptions) -> PathBuf {
    options.journal_dir.clone().unwrap_or_else(|| dir.join("journal"))
}

/// Checks a directory that is held.
pub(super) fn examine(
    machine_disk: &Arc<dyn Disk>,
    dir: &Path,
    options: &VerifyOptions,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Examination, VerifyError> {
    let disk = &**machine_disk;
    let journal_dir = journal_dir(dir, options);
    let mut found = Examination {
        report: VerifyReport::default(),
        journal_dir,
        manifest_copies: Vec::new(),
        vault_copies: Vec::new(),
        snapshots: Vec::new(),
        access_files: Vec::new(),
        checkpoint: None,
        tile_files: Vec::new(),
        are_tiles_bad: false,
        head_differs: false,
        is_head_bad: false,
        is_mirror_bad: false,
        mirror: None,
        older_mirror: None,
        witnesses: Witnesses::default(),
        walked: None,
    };
    let Some(manifest) = check_manifest(disk, dir, &mut found)? else { return Ok(found) };
    let log_id = manifest.log_id;
    found.report.log_id = log_id;
    found.report.suite = Some(manifest.suite);
    open_mirror(dir, &mut found)?;
    let known = head_checks::read(disk, dir, log_id, &mut found)?;
    let bytes = journal_bytes(disk, &found.journal_dir)?;
    let has_events = bytes > 0 || found.mirror.is_some() || found.older_mirror.is_some();
    let vault =
        vault_checks::check(machine_disk, dir, &manifest, &options.keys, has_events, &mut found.report);
    found.vault_copies = vault.copies_to_mend;
    let signed = signed_checks::check(disk, dir, &manifest, &mut found)?;
    let of_log = OfLog { manifest: &manifest, vault: vault.vault.as_ref(), signed };
    check_events(disk, dir, of_log, &mut found, &mut |done| progress(done, bytes))?;
    head_checks::compare(dir, known, &mut found);
    access_checks::check(disk, dir, &manifest, &mut found)?;
    Ok(found)
}

fn check_manifest(
    disk: &dyn Disk,
    dir: &Path,
    found: &mut Examination,
) -> Result<Option<Manifest>, VerifyError> {
    let fault = |file: PathBuf, what: String, mend| Fault {
        kind: FaultKind::Manifest,
        file,
        offset: None,
        position: None,
        what,
        mend,
    };
    let inspection = match Manifest::inspect(disk, dir) {
        Ok(Some(inspection)) => inspection,
        Ok(None) => return Err(VerifyError::NoData(dir.to_owned())),
        Err(error @ (ManifestError::OtherVersion(_) | ManifestError::SuiteUnknown { .. })) => {
            return Err(VerifyError::OtherVersion(error));
        }
        Err(ManifestError::Io(error)) => return Err(error.into()),
        Err(error) => {
            found.report.fault(fault(dir.join("MANIFEST"), chain(&error), Mend::Backup));
            return Ok(None);
        }
    };
    for (path, state) in inspection.copies {
        let what = match state {
            CopyState::Whole => {
                found.report.checked.manifest_copies += 1;
                continue;
            }
            CopyState::Missing => "this copy of the manifest is missing",
            CopyState::Damaged => "this copy of the manifest is damaged",
        };
        found.report.fault(fault(path.clone(), what.to_owned(), Mend::Repair));
        found.manifest_copies.push(path);
    }
    // Read by other algorithms than it was written by, everything would look damaged.
    match inspection.manifest.check_suite(disk, dir, &found.journal_dir) {
        Ok(()) => Ok(Some(inspection.manifest)),
        Err(ManifestError::Io(error)) => Err(error.into()),
        Err(error) => {
            found.report.fault(fault(dir.join("MANIFEST"), chain(&error), Mend::Backup));
            Ok(None)
        }
    }
}

fn open_mirror(dir: &Path, found: &mut Examination) -> Result<(), VerifyError> {
    let mirror_dir = dir.join("mirror");
    // What cannot be read of one that failed before is no news.
    found.older_mirror = MirrorCopy::open(&dir.join("mirror.set-aside")).unwrap_or_default();
    match MirrorCopy::open(&mirror_dir) {
        Ok(Some(mirror)) => found.mirror = Some(mirror),
        Ok(None) => found.report.notes.push("there is no mirror; the next start makes it".to_owned()),
        Err(MirrorCopyError::Damaged(what)) => {
            let kind = FaultKind::Mirror;
            let mend = Mend::Repair;
            found.report.fault(Fault { kind, file: mirror_dir, offset: None, position: None, what, mend });
            found.is_mirror_bad = true;
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// What is known of a log before its events are read.
struct OfLog<'a> {
    manifest: &'a Manifest,
    vault: Option<&'a Vault>,
    signed: Signed,
}

fn check_events(
    disk: &dyn Disk,
    dir: &Path,
    OfLog { manifest, vault, signed }: OfLog<'_>,
    found: &mut Examination,
    progress: &mut dyn FnMut(u64),
) -> Result<(), VerifyError> {
    let algorithm = hash_algorithm(manifest.suite);
    let tiles = TileInspection::open(disk, &dir.join("tree"), manifest.log_id, algorithm)?;
    // A log that signs nothing keeps no tiles.
    let tiles = Some(tiles).filter(|tiles| signed.size > 0 || !tiles.files().is_empty());
    let tree = TreeChecks::new(algorithm, signed, tiles);
    tree.begin(&mut found.report);
    let Examination { report, journal_dir, mirror, older_mirror, witnesses, .. } = found;
    let mirrors: Vec<&MirrorCopy> = [&*mirror, &*older_mirror].into_iter().flatten().collect();
    let snapshots = match vault {
        Some(vault) => {
            let dir = dir.join("snapshots");
            SnapshotChecks::load(disk, &dir, manifest, &VaultSecrets(vault), witnesses, report)
        }
        None => {
            report.notes.push("sealed bodies and snapshots were not checked: there are no keys".to_owned());
            SnapshotChecks::default()
        }
    };
    let options = WalkOptions {
        log_id: manifest.log_id,
        algorithm,
        mirrors: &mirrors,
        witnesses,
        cut_at: None,
        rebuild: false,
        segment_bytes_max: SEGMENT_BYTES_MAX,
    };
    let mirror_dir = dir.join("mirror");
    let (to, found_there) = handing();
    let mut handing = Handing::new(to, mirror.as_ref(), &mirror_dir, progress);
    let reports = ReportChecks::new(algorithm);
    let mut checks = EventChecks::new(manifest, vault, (snapshots, tree, reports), report);
    let (end, compared, mut checks) = std::thread::scope(|scope| {
        let checking = scope.spawn(move || {
            found_there.into_iter().for_each(|found| checks.take(found));
            checks
        });
        let end = walk(disk, journal_dir, options, &mut handing);
        // Nothing more comes, so that it ends.
        let compared = handing.end();
        (end, compared, checking.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let end = end?;
    checks.report.checked.people = checks.people();
    checks.compare_erasures(&dir.join("vault/keys"));
    let EventChecks { mut snapshots, mut tree, reports, model, head_differs, report, .. } = checks;
    tree.finish(report);
    reports.finish(disk, journal_dir, options, report)?;
    report.checked.mirrored_through = compared.through;
    found.is_mirror_bad |= !compared.faults.is_empty();
    compared.faults.into_iter().for_each(|fault| report.fault(fault));
    snapshots.finish(model.as_ref(), end.tree.size(), report);
    report.head = end.tree.size();
    report.root = end.tree.root();
    report.checked.segments = end.segments;
    report.checked.journal_bytes = end.bytes;
    report.checked.frames = end.frames;
    if let Some((path, offset)) = &end.torn {
        report.notes.push(format!(
            "a write that was not finished lies in {} at byte {offset}; nobody was told of it, and the next start cuts it",
            path.display()
        ));
    }
    if let Some(mirror) = &*mirror
        && end.tree.size() > mirror.last() + BLOCK_EVENTS_MAX
    {
        report.notes.push(format!(
            "the mirror ends at event {}; the next start has it take in the {} that are missing",
            mirror.last(),
            end.tree.size() - mirror.last()
        ));
    }
    if let Some(loss) = &end.loss {
        say_lost(loss, &mirrors, journal_dir, report);
    }
    found.head_differs = head_differs;
    found.are_tiles_bad = tree.bad_tiles > 0;
    found.tile_files = tree.tile_files();
    found.snapshots = snapshots.to_set_aside;
    found.walked = Some(end);
    Ok(())
}

fn say_lost(loss: &Loss, mirrors: &[&MirrorCopy], journal_dir: &Path, report: &mut VerifyReport) {
    let lost = LostEvents {
        first: loss.first,
        last: loss.last,
        known_by: loss.known_by.clone(),
        whole_behind: loss.whole_behind,
        mirrored_through: mirrors.iter().map(|mirror| mirror.last()).max().unwrap_or(0),
    };
    report.fault(Fault {
        kind: FaultKind::EventsLost,
        file: journal_dir.to_owned(),
        offset: None,
        position: Some(lost.first),
        what: format!(
            "events {} to {} are in no file that can be read ({} at least, known by {}; {} of them are whole behind the gap); the mirror has the log through {}",
            lost.first, lost.last, lost.count(), lost.known_by, lost.whole_behind, lost.mirrored_through
        ),
        mend: Mend::AcceptLoss,
    });
    report.lost = Some(lost);
}

/// Length of all segments, in bytes.
fn journal_bytes(disk: &dyn Disk, journal_dir: &Path) -> Result<u64, DiskError> {
    let doing = |doing, path: &Path| {
        let path = path.to_owned();
        move |source| DiskError { doing, path, source }
    };
    let names = match disk.list(journal_dir) {
        Ok(names) => names,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(doing("list", journal_dir)(error)),
    };
    let mut bytes = 0;
    for path in names.iter().filter(|name| name.ends_with(".log")).map(|name| journal_dir.join(name)) {
        let length = disk.open_read(&path).and_then(|file| file.len());
        bytes += length.map_err(doing("measure", &path))?;
    }
    Ok(bytes)
}
