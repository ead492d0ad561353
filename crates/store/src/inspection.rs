//! Reading what may be damaged, for `verify` and `repair`. Nothing in here changes a file of the directory.
//!
//! [`walk`] goes through the whole journal in order of position, says what is wrong, goes on after it, and says of every damage
//! whether it can be mended: from the frame itself, from one bit, or from the mirror, and always proven by a tree root.

mod framing;
mod mending;
mod mirror_copy;
mod one_bit;
mod pieces;
mod walk;
mod walk_fill;
mod walk_frames;
mod witnesses;

#[cfg(test)]
mod tests;

pub use mirror_copy::{MirrorCopy, MirrorCopyError};
pub use walk::{
    Becomes, FoundEvent, JournalDamage, Loss, Mended, SegmentDone, WalkEnd, WalkOptions, Walker, walk,
};
pub use witnesses::{Witness, Witnesses};
