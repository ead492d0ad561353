//! `repair`: mends what the rest of the directory says how to mend, and keeps everything that it replaces.
//!
//! Each step leaves either the old or the new behind, whenever the power goes, and the next run begins with a check of what it finds.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use sigeyi_envelope::Suite;
use sigeyi_store::{
    Access, Becomes, Disk, DiskError, EventStore, FoundEvent, JournalDamage, JournalStore, Manifest,
    ManifestError, MirrorState, RealDisk, SEGMENT_BYTES_MAX, SegmentDone, SetAside, StoreOptions, TwinError,
    TwinFile, WalkOptions, Walker, Witness, hash_algorithm, walk,
};
use uuid::Uuid;

use super::{
    report::{Mend, VerifyReport},
    verify::{
        BLOCK_EVENTS_MAX, Examination, HEAD, VerifyError, VerifyOptions, examine, lock, refuse_unfinished,
    },
};
use crate::{checkpoints::CheckpointFile, root_keys::KeySource};

/// How to mend.
#[derive(Debug, Clone, Default)]
pub struct RepairOptions {
    /// Where the journal lies, if not in the directory.
    pub journal_dir: Option<PathBuf>,
    /// Who holds the root key.
    pub keys: KeySource,
    /// Whether the operator gives up the events that no file of the directory has.
    pub accept_loss: bool,
}

/// What a repair did.
#[derive(Debug, Clone)]
pub struct RepairReport {
    /// What the check before it said.
    pub before: VerifyReport,
    /// What was done, in order; nothing when nothing was to be done.
    pub done: Vec<String>,
    /// Where what was replaced is kept, if anything was.
    pub set_aside: Option<PathBuf>,
    /// What the check after it said; as before when nothing was done.
    pub after: VerifyReport,
}

/// Why nothing was mended, or not all.
#[derive(Debug, thiserror::Error)]
pub enum RepairError {
    /// The directory cannot be checked.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// Events are lost, and nobody has said yet that they may be. Nothing was changed.
    #[error("{}: restore a backup, or give up what is lost with --accept-loss; nothing was changed", what_is_lost(.0))]
    LossNotAccepted(Box<VerifyReport>),
    /// The manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The vault's file.
    #[error(transparent)]
    Vault(#[from] TwinError),
    /// The journal that was mended does not open: restore a backup.
    #[error("the journal that was mended does not open")]
    Store(#[from] sigeyi_store::OpenError),
    /// The disk refused: free some space or mend it, then run this again.
    #[error(transparent)]
    Io(#[from] DiskError),
}

/// How long a new mirror may make no progress.
const MIRROR_PATIENCE: Duration = Duration::from_secs(60);
/// Between looks at how far it is.
const MIRROR_PAUSE: Duration = Duration::from_millis(20);

/// Mends a directory. `progress` is told how many bytes of the journal have been checked, and how many there are.
pub fn repair(
    dir: &Path,
    options: &RepairOptions,
    mut progress: impl FnMut(u64, u64),
) -> Result<RepairReport, RepairError> {
    refuse_unfinished(&RealDisk, dir)?;
    repair_on(Arc::new(RealDisk), dir, options, &mut progress)
}

/// [`repair`], on any disk.
pub(crate) fn repair_on(
    disk: Arc<dyn Disk>,
    dir: &Path,
    options: &RepairOptions,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<RepairReport, RepairError> {
    let _lock = lock(dir)?;
    let verify_options =
        VerifyOptions { journal_dir: options.journal_dir.clone(), keys: options.keys.clone() };
    let found = examine(&disk, dir, &verify_options, progress)?;
    let before = found.report.clone();
    if before.is_sound() || found.walked.is_none() {
        let after = before.clone();
        return Ok(RepairReport { before, done: Vec::new(), set_aside: None, after });
    }
    let needs_acceptance = before.faults.iter().any(|fault| fault.mend == Mend::AcceptLoss);
    if needs_acceptance && !options.accept_loss {
        return Err(RepairError::LossNotAccepted(Box::new(before)));
    }
    let aside = SetAside::new(disk.clone(), dir)?;
    // It was read with the log's identity, or nothing would have been walked through.
    let (log_id, suite) = (before.log_id, before.suite.unwrap_or_default());
    let mut repair = Repair { disk: disk.clone(), dir, log_id, suite, aside, done: Vec::new() };
    repair.copies(&found)?;
    repair.access_log(&found)?;
    repair.journal(&found)?;
    repair.signed(&found)?;
    repair.hints(found)?;
    let Repair { aside, done, .. } = repair;
    let after =
        if done.is_empty() { before.clone() } else { examine(&disk, dir, &verify_options, progress)?.report };
    let set_aside = aside.dir().exists().then(|| aside.dir().to_owned());
    Ok(RepairReport { before, done, set_aside, after })
}

/// A repair on its way.
struct Repair<'a> {
    disk: Arc<dyn Disk>,
    dir: &'a Path,
    log_id: Uuid,
    suite: Suite,
    aside: SetAside,
    done: Vec<String>,
}

impl Repair<'_> {
    /// Manifest and vault, each copy from the other.
    fn copies(&mut self, found: &Examination) -> Result<(), RepairError> {
        if !found.manifest_copies.is_empty() {
            for path in &found.manifest_copies {
                self.aside.copy(path, "manifest", Access::Shared)?;
                self.done.push(format!("{} was written again from the other copy", path.display()));
            }
            Manifest::open(&*self.disk, self.dir)?;
        }
        if !found.vault_copies.is_empty() {
            for path in &found.vault_copies {
                self.aside.copy(path, "vault", Access::Private)?;
                self.done.push(format!("{} was written again from the other copy", path.display()));
            }
            TwinFile::open(&*self.disk, &self.dir.join("vault"), "keys", self.log_id)?;
        }
        Ok(())
    }

    /// The access log has no second copy: a damaged one is kept as it is, and the next entry begins a new one.
    fn access_log(&mut self, found: &Examination) -> Result<(), RepairError> {
        for path in &found.access_files {
            if self.disk.exists(path).map_err(|source| doing("look for", path, source))? {
                self.aside.take(path, "access", Access::Shared)?;
                self.done.push(format!(
                    "{} was set aside; what it says is shown to nobody any more",
                    path.display()
                ));
            }
        }
        Ok(())
    }

    /// The segments that are damaged, missing, or lie behind what is given up.
    fn journal(&mut self, found: &Examination) -> Result<(), RepairError> {
        let cut_at = found.report.lost.as_ref().map(|lost| lost.first - 1);
        let mirrors: Vec<_> = [&found.mirror, &found.older_mirror].into_iter().flatten().collect();
        let options = WalkOptions {
            log_id: self.log_id,
            algorithm: hash_algorithm(self.suite),
            mirrors: &mirrors,
            witnesses: &found.witnesses,
            cut_at,
            rebuild: true,
            segment_bytes_max: SEGMENT_BYTES_MAX,
        };
        let mut rewriter = Rewriter { disk: &*self.disk, aside: &self.aside, done: &mut self.done };
        walk(&*self.disk, &found.journal_dir, options, &mut rewriter)?;
        if let Some(lost) = &found.report.lost {
            self.done.push(format!(
                "events {} to {} were given up: {} at least; the log ends at {} now",
                lost.first,
                lost.last,
                lost.count(),
                lost.first - 1
            ));
        }
        Ok(())
    }

    /// A copy of the checkpoint from the other one, and tiles, which the next start makes from the journal.
    fn signed(&mut self, found: &Examination) -> Result<(), RepairError> {
        if let Some(checkpoint) = &found.checkpoint {
            let file = CheckpointFile::of(self.dir);
            for (path, _) in file.copies(&*self.disk)? {
                self.aside.copy(&path, "checkpoint", Access::Shared)?;
            }
            file.write(&*self.disk, checkpoint)?;
            self.done.push(format!("{} and its copy were written again", file.path().display()));
        }
        // Those of events that are given up are as bad.
        if found.are_tiles_bad || found.report.lost.is_some() {
            for path in &found.tile_files {
                self.aside.take(path, "tree", Access::Shared)?;
                self.done.push(format!("{} was set aside; the next start makes it anew", path.display()));
            }
        }
        Ok(())
    }

    /// What is made anew from the journal: snapshots, `HEAD`, mirror.
    fn hints(&mut self, found: Examination) -> Result<(), RepairError> {
        for path in &found.snapshots {
            self.aside.take(path, "snapshots", Access::Shared)?;
            self.done.push(format!("{} was set aside; the next start replays the log", path.display()));
        }
        // After the journal: as long as that is not mended, this one knows how far it was.
        if found.is_head_bad || found.report.lost.is_some() {
            let path = self.dir.join(HEAD);
            if self.disk.exists(&path).map_err(|source| doing("look for", &path, source))? {
                self.aside.take(&path, "head", Access::Shared)?;
            }
            self.done.push(format!("{} was made anew from the journal", path.display()));
        }
        let mirror_dir = self.dir.join("mirror");
        let end = found.report.lost.as_ref().map_or(found.report.head, |lost| lost.first - 1);
        let is_ahead = found.mirror.as_ref().is_some_and(|mirror| mirror.last() > end);
        drop(found.mirror);
        if found.is_mirror_bad || is_ahead {
            self.aside.take_folder(&mirror_dir)?;
            self.done.push("the mirror was set aside and made anew from the journal".to_owned());
        }
        if !self.done.is_empty() {
            self.reopen(&mirror_dir, found.journal_dir)?;
        }
        Ok(())
    }

    /// Opens the log and closes it in good order once the mirror has everything; that writes `HEAD` too.
    fn reopen(&self, mirror_dir: &Path, journal_dir: PathBuf) -> Result<(), RepairError> {
        let options = StoreOptions {
            suite: self.suite,
            mirror_dir: Some(mirror_dir.to_owned()),
            head_path: Some(self.dir.join(HEAD)),
            ..StoreOptions::new(journal_dir, self.log_id)
        };
        let store = JournalStore::open(options, self.disk.clone())?;
        let (mut through, mut moved_at) = (0, Instant::now());
        // A mirror that cannot be made is said by the check that follows.
        while store.head().0 - through > BLOCK_EVENTS_MAX
            && moved_at.elapsed() < MIRROR_PATIENCE
            && matches!(
                store.mirror_state(),
                MirrorState::Opening | MirrorState::Following | MirrorState::Stalled
            )
        {
            let now = store.mirrored_through().0;
            if now > through {
                (through, moved_at) = (now, Instant::now());
            }
            std::thread::sleep(MIRROR_PAUSE);
        }
        store.close();
        Ok(())
    }
}

fn doing(doing: &'static str, path: &Path, source: std::io::Error) -> DiskError {
    DiskError { doing, path: path.to_owned(), source }
}

fn what_is_lost(report: &VerifyReport) -> String {
    let first = report.faults.iter().find(|fault| fault.mend == Mend::AcceptLoss);
    match &report.lost {
        Some(lost) => format!(
            "{} events or more, from position {} to {}, are in no file that can be read",
            lost.count(),
            lost.first,
            lost.last
        ),
        None => first.map_or_else(String::new, |fault| format!("{}: {}", fault.file.display(), fault.what)),
    }
}

/// Puts in place what a walk makes of damaged segments.
struct Rewriter<'a> {
    disk: &'a dyn Disk,
    aside: &'a SetAside,
    done: &'a mut Vec<String>,
}

impl Walker for Rewriter<'_> {
    fn event(&mut self, _: &FoundEvent<'_>) {}
    fn damage(&mut self, _: JournalDamage) {}
    fn differs(&mut self, _: &Witness) {}

    fn segment(&mut self, done: SegmentDone) -> Result<(), DiskError> {
        match done.becomes {
            Becomes::Same => {}
            Becomes::New(bytes) => {
                if let Some(folder) = done.path.parent() {
                    let made = self.disk.create_dir_all(folder);
                    made.map_err(|source| doing("create", folder, source))?;
                }
                self.aside.replace(&done.path, "journal", Access::Shared, &bytes)?;
                self.done.push(format!("{} was written anew", done.path.display()));
            }
            Becomes::Gone => {
                self.aside.take(&done.path, "journal", Access::Shared)?;
                self.done.push(format!("{} was set aside", done.path.display()));
            }
        }
        Ok(())
    }
}
