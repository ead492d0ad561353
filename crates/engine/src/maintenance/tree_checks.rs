//! The tree that the events give, against everything that says what it should be: checkpoints, tiles, frozen reports.

use std::{collections::VecDeque, path::PathBuf};

use sigeyi_proof::{CompactTree, Hash, HashAlgorithm, Tile, TileId, TileMaker};
use sigeyi_store::{TileFileError, TileInspection};

use super::{
    report::{Fault, FaultKind, Mend, VerifyReport},
    signed_checks::Signed,
};
use crate::{CheckpointError, writer::chain};

/// Newest leaves that are kept, so that the root at any size among them can be told: 8 MiB. Few in tests, so that their reports know older ones.
const LEAVES_KEPT: usize = if cfg!(test) { 4 } else { 1 << 18 };
/// Faults of tiles after which no more are named: all of them are made anew together.
const TILE_FAULTS_MAX: u64 = 16;

/// Somebody's word for the root at a size.
pub(super) struct RootClaim {
    pub(super) size: u64,
    pub(super) root: Hash,
    /// Where it stands.
    pub(super) file: PathBuf,
}

/// Follows the events in order.
pub(super) struct TreeChecks {
    /// The tree before the leaves that are kept.
    before: CompactTree,
    kept: VecDeque<Hash>,
    signed: Signed,
    tiles: Option<(TileMaker, TileInspection)>,
    /// Tiles that are not what the events give.
    pub(super) bad_tiles: u64,
    missing_tiles: u64,
    torn_tiles: u64,
    /// Nothing is missing before the next event.
    is_whole: bool,
}

impl TreeChecks {
    pub(super) fn new(algorithm: HashAlgorithm, signed: Signed, tiles: Option<TileInspection>) -> TreeChecks {
        TreeChecks {
            before: CompactTree::new(algorithm),
            kept: VecDeque::new(),
            signed,
            tiles: tiles.map(|tiles| (TileMaker::new(algorithm), tiles)),
            bad_tiles: 0,
            missing_tiles: 0,
            torn_tiles: 0,
            is_whole: true,
        }
    }

    /// Before the first event: a log that has signed nothing yet has signed the tree of nothing.
    pub(super) fn begin(&self, report: &mut VerifyReport) {
        self.compare_claims(report);
    }

    /// Events so far.
    pub(super) fn size(&self) -> u64 {
        self.before.size() + self.kept.len() as u64
    }

    /// The root at a size that is not long gone; none for another.
    pub(super) fn root_at(&self, size: u64) -> Option<Hash> {
        if size == 0 {
            return Some(self.before.algorithm().empty());
        }
        let more = size.checked_sub(self.before.size()).filter(|more| *more <= self.kept.len() as u64)?;
        let mut tree = self.before.clone();
        self.kept.iter().take(more as usize).for_each(|leaf| tree.push(*leaf));
        Some(tree.root())
    }

    /// Takes in the leaf of the next event.
    pub(super) fn leaf(&mut self, position: u64, leaf: Hash, report: &mut VerifyReport) {
        self.is_whole &= position == self.size() + 1;
        if !self.is_whole {
            return;
        }
        self.kept.push_back(leaf);
        if self.kept.len() > LEAVES_KEPT
            && let Some(oldest) = self.kept.pop_front()
        {
            self.before.push(oldest);
        }
        self.compare_claims(report);
        let Some((maker, _)) = &mut self.tiles else { return };
        let mut filled = Vec::new();
        maker.push(leaf, |id, tile| filled.push((id, tile)));
        filled.iter().for_each(|(id, tile)| self.compare_tile(*id, tile, report));
    }

    fn compare_claims(&self, report: &mut VerifyReport) {
        let size = self.size();
        if self.signed.claims.iter().all(|claim| claim.size != size) {
            return;
        }
        let root = self.root_at(size);
        for claim in self.signed.claims.iter().filter(|claim| claim.size == size) {
            if Some(claim.root) == root {
                report.checked.checkpoints += 1;
                continue;
            }
            let what = chain(&CheckpointError::Forked { size });
            report.fault(fault(claim, what, Some(size)));
        }
    }

    fn compare_tile(&mut self, id: TileId, made: &Tile, report: &mut VerifyReport) {
        let Some((_, tiles)) = &self.tiles else { return };
        let what = match tiles.tile(id) {
            Ok(stored) if stored == *made => {
                report.checked.tiles += 1;
                return;
            }
            Ok(_) => format!("{id} is not what the events give"),
            Err(TileFileError::Missing(_)) => {
                self.missing_tiles += 1;
                return;
            }
            // Behind the checkpoint nothing promises that it was durable.
            Err(TileFileError::Damaged(_)) if !id.is_full_at(self.signed.size) => {
                self.torn_tiles += 1;
                return;
            }
            Err(error) => chain(&error),
        };
        self.bad_tiles += 1;
        if self.bad_tiles <= TILE_FAULTS_MAX {
            let (file, offset) = tiles.place(id);
            let (kind, offset, mend) = (FaultKind::Tiles, Some(offset), Mend::Repair);
            report.fault(Fault { kind, file, offset, position: None, what, mend });
        }
    }

    /// After the last event: what is left says more than there is.
    pub(super) fn finish(&mut self, report: &mut VerifyReport) {
        let size = self.size();
        for claim in &self.signed.claims {
            if claim.size > size {
                let behind = CheckpointError::Behind { size: claim.size, head: size };
                report.fault(fault(claim, chain(&behind), Some(size + 1)));
            }
        }
        let Some((_, tiles)) = &self.tiles else { return };
        for file in tiles.foreign() {
            let what = "this file is not of the tree of this log".to_owned();
            let (kind, file, mend) = (FaultKind::Tiles, file.clone(), Mend::Repair);
            report.fault(Fault { kind, file, offset: None, position: None, what, mend });
            self.bad_tiles += 1;
        }
        if let Some(id) = tiles.first_beyond(size).filter(|id| tiles.tile(*id).is_ok()) {
            let (file, offset) = tiles.place(id);
            let what = format!("{id} is of more events than there are");
            let (kind, offset, mend) = (FaultKind::Tiles, Some(offset), Mend::Repair);
            report.fault(Fault { kind, file, offset, position: None, what, mend });
            self.bad_tiles += 1;
        }
        if self.missing_tiles + self.torn_tiles > 0 {
            report.notes.push(format!(
                "{} tiles of the tree are not there, and {} were not written to their end; the next start makes them from the journal",
                self.missing_tiles, self.torn_tiles
            ));
        }
    }

    /// Files that hold tiles.
    pub(super) fn tile_files(&self) -> Vec<PathBuf> {
        self.tiles.as_ref().map(|(_, tiles)| tiles.files()).unwrap_or_default()
    }
}

fn fault(claim: &RootClaim, what: String, position: Option<u64>) -> Fault {
    let (kind, file, mend) = (FaultKind::Checkpoint, claim.file.clone(), Mend::Fork);
    Fault { kind, file, offset: None, position, what, mend }
}
