//! Which keys of a bucket were erased: a bit for each.

use crate::KEYS_PER_BUCKET;

/// Bytes that a bit for each key of a bucket takes.
pub(crate) const MARKS_BYTES: usize = KEYS_PER_BUCKET as usize / 8;

/// One bit a slot, the highest of the first byte for slot 0.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Marks([u8; MARKS_BYTES]);

impl Marks {
    pub(crate) fn none() -> Self {
        Self([0; MARKS_BYTES])
    }

    pub(crate) fn from_bytes(bytes: [u8; MARKS_BYTES]) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8; MARKS_BYTES] {
        &self.0
    }

    pub(crate) fn has(&self, slot: usize) -> bool {
        self.0.get(slot / 8).is_some_and(|byte| byte & (0x80 >> (slot % 8)) != 0)
    }

    pub(crate) fn set(&mut self, slot: usize) {
        if let Some(byte) = self.0.get_mut(slot / 8) {
            *byte |= 0x80 >> (slot % 8);
        }
    }

    pub(crate) fn count(&self) -> u32 {
        self.0.iter().map(|byte| byte.count_ones()).sum()
    }
}
