//! A disk in memory that loses what a power cut may lose: for tests, behind the feature `simulated-disk`.
//!
//! What is written is in the cache until it is synced. [`SimulatedDisk::power_cut`] gives one of the disks that may come back then: every
//! sector that was not synced is as it was at any moment since it was, whatever became of the others; a file's length is anything that
//! lies between; a name that was made, changed or removed without a sync of its folder is there or not, a rename wholly or not at all.
//! What a disk is taken to promise is that a sector is written whole or not at all and that writing one does not harm its neighbours.
//!
//! The same seed gives the same disk, so that what a test has found can be looked at again.

mod content;
mod dice;
mod disk;
mod fault;
mod names;
mod seeds;
#[cfg(test)]
mod tests;

pub use content::SECTOR_BYTES;
pub use dice::Dice;
pub use disk::SimulatedDisk;
pub use fault::{Fault, Step};
pub use seeds::{Seed, seeds};
