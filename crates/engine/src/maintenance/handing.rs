//! The two halves of a check side by side: one thread reads the journal, proves its bytes and compares them with the mirror; the other follows
//! chains, opens what is sealed and folds. What is found goes from the one to the other in the order of the log.

use std::{
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
};

use sigeyi_proof::Hash;
use sigeyi_store::{Becomes, DiskError, FoundEvent, JournalDamage, MirrorCopy, SegmentDone, Walker, Witness};

use super::report::{Fault, FaultKind, Mend};
use crate::writer::chain;

/// Events that are handed over together.
const BATCH_EVENTS: usize = 1_024;
/// Batches that are handed over and not checked yet at most: a few MB.
const BATCHES_WAITING: usize = 8;
/// Faults of the mirror after which it is compared no further: it is made anew as a whole.
const MIRROR_FAULTS_MAX: usize = 16;

/// What a walk has found.
pub(super) enum Found {
    Events(Batch),
    Damage(JournalDamage),
    /// The witness of this name knows another root.
    Differs(String),
    /// Nothing of a segment stays.
    SegmentGone,
}

/// Events of one segment that follow each other.
#[derive(Default)]
pub(super) struct Batch {
    path: PathBuf,
    bytes: Vec<u8>,
    places: Vec<Place>,
}

struct Place {
    position: u64,
    /// Where its stored bytes end.
    end: usize,
    leaf: Hash,
    ends_frame: bool,
    offset: u64,
}

impl Batch {
    fn push(&mut self, found: &FoundEvent<'_>) {
        if self.places.is_empty() {
            self.path = found.path.to_owned();
        }
        self.bytes.extend_from_slice(found.stored);
        let (end, FoundEvent { position, leaf, ends_frame, offset, .. }) = (self.bytes.len(), *found);
        self.places.push(Place { position, end, leaf, ends_frame, offset });
    }

    /// Gives every event in order.
    pub(super) fn each(&self, mut take: impl FnMut(&FoundEvent<'_>)) {
        let mut start = 0;
        for Place { position, end, leaf, ends_frame, offset } in &self.places {
            let (stored, path) = (&self.bytes[start..*end], &*self.path);
            let (position, leaf, ends_frame, offset) = (*position, *leaf, *ends_frame, *offset);
            take(&FoundEvent { position, stored, leaf, ends_frame, path, offset });
            start = *end;
        }
    }
}

/// The way from the thread that walks to the one that checks.
pub(super) fn handing() -> (SyncSender<Found>, Receiver<Found>) {
    sync_channel(BATCHES_WAITING)
}

/// Hands over what a walk finds.
pub(super) struct Handing<'a> {
    to: SyncSender<Found>,
    batch: Batch,
    mirror: Option<&'a MirrorCopy>,
    mirror_dir: &'a Path,
    /// What was found in the mirror, which is for this thread alone.
    pub(super) compared: Compared,
    /// Told how many bytes of the journal have been gone through.
    progress: &'a mut dyn FnMut(u64),
    bytes_before: u64,
}

/// What the mirror was found to be.
#[derive(Default)]
pub(super) struct Compared {
    /// The last event that is the journal's.
    pub(super) through: u64,
    pub(super) faults: Vec<Fault>,
}

impl<'a> Handing<'a> {
    pub(super) fn new(
        to: SyncSender<Found>,
        mirror: Option<&'a MirrorCopy>,
        mirror_dir: &'a Path,
        progress: &'a mut dyn FnMut(u64),
    ) -> Handing<'a> {
        let (batch, compared) = (Batch::default(), Compared::default());
        Handing { to, batch, mirror, mirror_dir, compared, progress, bytes_before: 0 }
    }

    /// The last events go, and nothing more comes.
    pub(super) fn end(mut self) -> Compared {
        self.hand_over_events();
        self.compared
    }

    fn hand_over_events(&mut self) {
        if !self.batch.places.is_empty() {
            let batch = std::mem::take(&mut self.batch);
            self.hand_over(Found::Events(batch));
        }
    }

    fn hand_over(&self, found: Found) {
        // Whoever does not take it has panicked, which is noticed at the end.
        let _ = self.to.send(found);
    }

    fn compare(&mut self, found: &FoundEvent<'_>) {
        let Some(mirror) = self.mirror.filter(|mirror| found.position <= mirror.last()) else { return };
        if self.compared.faults.len() >= MIRROR_FAULTS_MAX {
            return;
        }
        let what = match mirror.event(found.position) {
            Ok(Some(event)) if event == found.stored => {
                self.compared.through = found.position;
                return;
            }
            Ok(Some(_)) => "this event is not the journal's in the mirror".to_owned(),
            Ok(None) => "this event is missing in the mirror".to_owned(),
            Err(error) => chain(&error),
        };
        self.compared.faults.push(Fault {
            kind: FaultKind::Mirror,
            file: self.mirror_dir.to_owned(),
            offset: None,
            position: Some(found.position),
            what,
            mend: Mend::Repair,
        });
    }
}

impl Walker for Handing<'_> {
    fn event(&mut self, found: &FoundEvent<'_>) {
        if found.ends_frame {
            (self.progress)(self.bytes_before + found.offset);
        }
        self.compare(found);
        self.batch.push(found);
        if self.batch.places.len() >= BATCH_EVENTS {
            self.hand_over_events();
        }
    }

    fn damage(&mut self, damage: JournalDamage) {
        self.hand_over_events();
        self.hand_over(Found::Damage(damage));
    }

    fn differs(&mut self, witness: &Witness) {
        self.hand_over_events();
        self.hand_over(Found::Differs(witness.name.clone()));
    }

    fn segment(&mut self, done: SegmentDone) -> Result<(), DiskError> {
        self.hand_over_events();
        if done.becomes == Becomes::Gone {
            self.hand_over(Found::SegmentGone);
        }
        self.bytes_before += done.length;
        (self.progress)(self.bytes_before);
        Ok(())
    }
}
