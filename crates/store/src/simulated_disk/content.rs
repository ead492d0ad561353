//! One file: what is read, and what a power cut leaves of it.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use super::dice::Dice;

/// What a disk writes whole or not at all, in bytes.
pub const SECTOR_BYTES: usize = 512;

type Sector = Arc<[u8; SECTOR_BYTES]>;

/// Most of what is written ahead is zeros, and need not be kept over and over.
static ZEROS: LazyLock<Sector> = LazyLock::new(|| Arc::new([0; SECTOR_BYTES]));

/// A file in the cache and on the disk.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    current: Arc<Vec<u8>>,
    /// What has been synced.
    durable: Arc<Vec<u8>>,
    /// Of each sector that was written since, every state that it had: the disk may have taken any of them.
    dirty: BTreeMap<u64, Vec<Sector>>,
    /// Every length that the file had since.
    lengths: Vec<u64>,
}

impl Content {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.current
    }

    /// Writes, and lets the file grow. What does not reach the cache's list of dirty sectors is never on the disk.
    pub(super) fn write(&mut self, offset: u64, bytes: &[u8], reaches_the_disk: bool) {
        let (start, end) = (offset as usize, offset as usize + bytes.len());
        let current = Arc::make_mut(&mut self.current);
        if current.len() < end {
            current.resize(end, 0);
            self.lengths.push(end as u64);
        }
        current[start..end].copy_from_slice(bytes);
        if reaches_the_disk && start < end {
            self.note(start, end);
        }
    }

    pub(super) fn truncate(&mut self, length: u64) {
        let before = self.current.len();
        Arc::make_mut(&mut self.current).resize(length as usize, 0);
        self.lengths.push(length);
        let (start, end) = (before.min(length as usize), before.max(length as usize));
        if start < end {
            self.note(start, end);
        }
    }

    /// Takes down the present state of the sectors that a range touches.
    fn note(&mut self, start: usize, end: usize) {
        for sector in start / SECTOR_BYTES..=(end - 1) / SECTOR_BYTES {
            let at = sector * SECTOR_BYTES;
            let bytes = self.current.get(at..self.current.len().min(at + SECTOR_BYTES)).unwrap_or_default();
            let state = if bytes.iter().all(|byte| *byte == 0) {
                ZEROS.clone()
            } else {
                let mut state = [0; SECTOR_BYTES];
                state[..bytes.len()].copy_from_slice(bytes);
                Arc::new(state)
            };
            self.dirty.entry(sector as u64).or_default().push(state);
        }
    }

    /// Makes everything durable that is known to be dirty.
    pub(super) fn sync(&mut self) {
        let length = self.lengths.last().copied().unwrap_or(self.durable.len() as u64);
        let latest = self.dirty.iter().filter_map(|(sector, states)| Some((*sector, states.last()?)));
        self.durable = with_sectors(&self.durable, length, latest);
        self.dirty.clear();
        self.lengths.clear();
    }

    /// A sync that failed: the system takes the sectors for clean, though the disk has not got them, and no later sync writes them. The
    /// length belongs to the file system and is still to be written.
    pub(super) fn lose_dirty(&mut self) {
        self.dirty.clear();
    }

    /// One of the files that may be there after a power cut.
    pub(super) fn power_cut(&self, dice: &mut Dice) -> Content {
        if self.dirty.is_empty() && self.lengths.is_empty() {
            return Content {
                current: self.durable.clone(),
                durable: self.durable.clone(),
                ..Content::default()
            };
        }
        let length = self.length_after(dice);
        let leaning = dice.leaning();
        let mut kept = Vec::new();
        for (sector, states) in &self.dirty {
            if dice.percent(leaning) {
                let last = states.len() - 1;
                let state = if dice.percent(50) { last } else { dice.below(states.len() as u64) as usize };
                kept.push((*sector, &states[state]));
            }
        }
        let durable = with_sectors(&self.durable, length, kept.into_iter());
        Content { current: durable.clone(), durable, ..Content::default() }
    }

    fn length_after(&self, dice: &mut Dice) -> u64 {
        let durable = self.durable.len() as u64;
        let lengths = || self.lengths.iter().copied().chain([durable]);
        let (least, most) = (lengths().min().unwrap_or(durable), lengths().max().unwrap_or(durable));
        match dice.below(5) {
            0 => durable,
            1 | 2 => self.lengths.last().copied().unwrap_or(durable),
            3 => least + dice.below(most - least + 1),
            // Where a file system is more likely to end it.
            _ => {
                let sector = SECTOR_BYTES as u64;
                let between = least + dice.below(most - least + 1);
                (between / sector * sector).max(least)
            }
        }
    }
}

fn with_sectors<'a>(
    bytes: &Arc<Vec<u8>>,
    length: u64,
    sectors: impl Iterator<Item = (u64, &'a Sector)>,
) -> Arc<Vec<u8>> {
    let length = length as usize;
    let mut bytes = bytes.clone();
    if bytes.len() != length {
        Arc::make_mut(&mut bytes).resize(length, 0);
    }
    for (sector, state) in sectors {
        let at = sector as usize * SECTOR_BYTES;
        let end = length.min(at + SECTOR_BYTES);
        if at < end && bytes[at..end] != state[..end - at] {
            Arc::make_mut(&mut bytes)[at..end].copy_from_slice(&state[..end - at]);
        }
    }
    bytes
}
