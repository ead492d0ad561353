//! What the log has signed: its key, both copies of its checkpoint, and the forks that were declared. Whether the events are those that were
//! signed is seen when they are walked through, see [`super::tree_checks`].

use std::path::{Path, PathBuf};

use sigeyi_proof::{SignedCheckpoint, Trust, VerifierKey};
use sigeyi_store::{Disk, DiskError, Manifest, hash_algorithm, read_if_there};

use super::{
    report::{Fault, FaultKind, Mend},
    tree_checks::RootClaim,
    verify::Examination,
};
use crate::{
    CheckpointError,
    checkpoints::{CheckpointFile, KeyFolder, LogSigner, forks_path, parse_fork},
    writer::chain,
};

/// What was signed, as far as the signatures hold.
#[derive(Default)]
pub(super) struct Signed {
    /// Roots that the events must have.
    pub(super) claims: Vec<RootClaim>,
    /// Size of the newest checkpoint: the full tiles of its tree were durable before it was.
    pub(super) size: u64,
}

/// Reads everything that was signed, and names what does not hold.
pub(super) fn check(
    disk: &dyn Disk,
    dir: &Path,
    manifest: &Manifest,
    found: &mut Examination,
) -> Result<Signed, DiskError> {
    let keys = KeyFolder::of(disk, dir);
    let copies = CheckpointFile::of(dir).copies(disk)?;
    let forks = read_if_there(disk, &forks_path(dir))?;
    let mut checks = SignedChecks { dir, found, signed: Signed::default() };
    let begun = checks.key(keys.begun())?;
    // As a start does: the key that was begun counts once the checkpoint is its own, and of both copies the larger one is the checkpoint.
    let larger =
        |one: &SignedCheckpoint, other: &SignedCheckpoint| other.unverified().size > one.unverified().size;
    let whole = copies.iter().filter_map(|(_, copy)| copy.as_ref()?.as_ref().ok());
    let newest = whole.reduce(|one, other| if larger(one, other) { other } else { one });
    let is_begun = begun.as_ref().zip(newest).is_some_and(|(begun, newest)| is_by(begun, newest));
    let key = if is_begun { None } else { checks.key(keys.key())? };
    let (key, begun) = if is_begun { (begun, None) } else { (key, begun) };
    if is_begun {
        let note = "the making of the log's key was cut off; the next start completes it";
        checks.found.report.notes.push(note.to_owned());
    }
    let Some(key) = key else {
        let has_signed = forks.is_some() || copies.iter().any(|(_, copy)| copy.is_some());
        // A damaged key has been named already.
        if has_signed && checks.found.report.faults.iter().all(|fault| fault.kind != FaultKind::LogKey) {
            let path = keys.path();
            let missing = CheckpointError::KeyMissing { path: path.clone() };
            checks.fault(FaultKind::LogKey, path, chain(&missing), Mend::PutBack);
        }
        return Ok(checks.signed);
    };
    let (of_key, of_log) = (key.verifier_key().algorithm(), hash_algorithm(manifest.suite));
    if of_key != of_log {
        let path = keys.path();
        let error =
            CheckpointError::KeySuite { path: path.clone(), key: of_key.suite(), log: of_log.suite() };
        checks.fault(FaultKind::LogKey, path, chain(&error), Mend::PutBack);
        return Ok(checks.signed);
    }
    checks.copies(&key, begun.as_ref(), &copies, is_begun);
    let older = match keys.older() {
        Err(CheckpointError::Io(error)) => return Err(error),
        Err(error) => {
            checks.fault(FaultKind::LogKey, keys.path(), chain(&error), Mend::PutBack);
            Vec::new()
        }
        Ok(older) => older,
    };
    checks.forks(&key, &older, forks.as_deref());
    Ok(checks.signed)
}

type Copies = [(PathBuf, Option<Result<SignedCheckpoint, sigeyi_proof::CheckpointError>>)];

struct SignedChecks<'a> {
    dir: &'a Path,
    found: &'a mut Examination,
    signed: Signed,
}

impl SignedChecks<'_> {
    fn fault(&mut self, kind: FaultKind, file: PathBuf, what: String, mend: Mend) {
        self.found.report.fault(Fault { kind, file, offset: None, position: None, what, mend });
    }

    /// A key that can be used; one that cannot is named.
    fn key(
        &mut self,
        read: Result<Option<LogSigner>, CheckpointError>,
    ) -> Result<Option<LogSigner>, DiskError> {
        match read {
            Ok(key) => Ok(key),
            Err(CheckpointError::Io(error)) => Err(error),
            Err(error) => {
                let path = match &error {
                    CheckpointError::KeyFile(path) => path.clone(),
                    _ => self.dir.to_owned(),
                };
                self.fault(FaultKind::LogKey, path, chain(&error), Mend::PutBack);
                Ok(None)
            }
        }
    }

    fn copies(&mut self, key: &LogSigner, begun: Option<&LogSigner>, copies: &Copies, is_begun: bool) {
        let whole = copies.iter().filter_map(|(_, copy)| copy.as_ref()?.as_ref().ok());
        let newest = whole.filter(|copy| is_by(key, copy)).max_by_key(|copy| copy.unverified().size);
        // What one copy says is written to the other; where no copy is the log's, nobody here knows it.
        let mend = if newest.is_some() { Mend::Repair } else { Mend::PutBack };
        if copies.iter().all(|(_, copy)| copy.is_none()) {
            let path = CheckpointFile::of(self.dir).path();
            let missing = CheckpointError::CheckpointMissing { path: path.clone() };
            return self.fault(FaultKind::Checkpoint, path, chain(&missing), mend);
        }
        for (path, copy) in copies {
            let what = match copy {
                Some(Ok(copy)) if is_by(key, copy) => {
                    let checkpoint = copy.unverified();
                    let (size, root) = (checkpoint.size, checkpoint.root);
                    self.signed.size = self.signed.size.max(size);
                    self.signed.claims.push(RootClaim { size, root, file: path.clone() });
                    continue;
                }
                // The copies of a key that is just being made are written one after the other.
                Some(Ok(_)) | None if is_begun => continue,
                // Nor does the first one count of a fork that was cut off between the two.
                Some(Ok(copy)) if begun.is_some_and(|begun| is_by(begun, copy)) => continue,
                Some(Ok(copy)) => distrust(key, copy),
                Some(Err(error)) => format!("this copy of the checkpoint is damaged: {}", chain(error)),
                None => "this copy of the checkpoint is missing".to_owned(),
            };
            self.fault(FaultKind::Checkpoint, path.clone(), what, mend);
            self.found.checkpoint = newest.cloned();
        }
    }

    /// Forks: every line can be read, what ended is signed by a key that is known, and the last one leads to the key that signs now.
    fn forks(&mut self, key: &LogSigner, older: &[(PathBuf, LogSigner)], forks: Option<&[u8]>) {
        let path = forks_path(self.dir);
        let fault = |this: &mut Self, what: String| {
            this.fault(FaultKind::Forks, path.clone(), what, Mend::PutBack);
        };
        let Some(bytes) = forks else {
            if let Some((older, _)) = older.first() {
                let what = format!(
                    "{} is the key of a log that has ended, and the fork is written down nowhere",
                    older.display()
                );
                fault(self, what);
            }
            return;
        };
        let mut known: Vec<VerifierKey> = older.iter().map(|(_, key)| key.verifier_key().clone()).collect();
        known.push(key.verifier_key().clone());
        let text = String::from_utf8_lossy(bytes);
        let (mut leads_to, mut ended) = (None, None);
        for (number, line) in text.lines().enumerate() {
            let Some(fork) = parse_fork(line) else {
                return fault(self, format!("line {} is no fork", number + 1));
            };
            if let Some(note) = &fork.ended {
                let Ok(checkpoint) = SignedCheckpoint::parse(note.as_bytes()) else {
                    return fault(self, format!("the checkpoint in line {} is none", number + 1));
                };
                let signers = known.iter().filter(|key| key.name() == checkpoint.unverified().origin);
                let results: Vec<bool> = signers.map(|key| is_of(key, &checkpoint)).collect();
                if !results.is_empty() && !results.contains(&true) {
                    let what = format!(
                        "the checkpoint in line {} is not signed by the log that it ended",
                        number + 1
                    );
                    return fault(self, what);
                }
                ended = Some(checkpoint.unverified().origin.clone());
            }
            let Ok(begun) = VerifierKey::parse(&fork.key) else {
                return fault(self, format!("the key in line {} is none", number + 1));
            };
            if begun.name() != fork.origin {
                return fault(self, format!("the key in line {} is not that of its log", number + 1));
            }
            known.push(begun);
            leads_to = Some(fork.key);
            self.found.report.checked.forks += 1;
        }
        let ours = key.verifier_key();
        // A declaration that was cut off stands there, and the log still is what it was.
        let was_cut_off = ended.as_deref() == Some(ours.name());
        if leads_to.is_some_and(|key| key != ours.to_string()) && !was_cut_off {
            fault(self, format!("the last fork does not lead to {}, which signs now", ours.name()));
        }
    }
}

fn is_by(key: &LogSigner, checkpoint: &SignedCheckpoint) -> bool {
    is_of(key.verifier_key(), checkpoint)
}

fn is_of(key: &VerifierKey, checkpoint: &SignedCheckpoint) -> bool {
    Trust::log(key.clone()).is_ok_and(|trust| trust.verify(checkpoint).is_ok())
}

fn distrust(key: &LogSigner, checkpoint: &SignedCheckpoint) -> String {
    match Trust::log(key.verifier_key().clone()) {
        Ok(trust) => trust.verify(checkpoint).err().map_or_else(String::new, |error| chain(&error)),
        Err(error) => chain(&error),
    }
}
