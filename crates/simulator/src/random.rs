//! Random choices that follow from the seed for ever.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

/// A source of choices. ChaCha8 is defined by its authors, so its numbers do not change with a release of a library; what is made of
/// them here uses integers and the exact operations of IEEE 754 only.
#[derive(Debug, Clone)]
pub(crate) struct Draw(ChaCha8Rng);

/// The independent sources of one seed.
#[derive(Debug, Clone)]
pub(crate) struct Sources {
    seed: u64,
    details: ChaCha8Rng,
}

const COUNTIES: u8 = 1;
const TIMELINES: u8 = 2;
const DETAILS: u8 = 3;
/// What ChaCha8 makes at once: four blocks of 16 words. One entry's details take no more.
const DETAIL_WORDS: u128 = 64;

impl Sources {
    pub(crate) fn new(seed: u64) -> Sources {
        Sources { seed, details: source(seed, DETAILS) }
    }

    /// For the conditions in the counties.
    pub(crate) fn counties(&self) -> Draw {
        Draw(source(self.seed, COUNTIES))
    }

    /// For one person's data and timeline.
    pub(crate) fn timeline(&self, person: u32) -> Draw {
        let mut source = source(self.seed, TIMELINES);
        source.set_stream(u64::from(person));
        Draw(source)
    }

    /// For what is not kept of one entry of a timeline, and made again whenever its command is.
    pub(crate) fn details(&self, person: u32, ordinal: u8) -> Draw {
        let mut source = self.details.clone();
        source.set_stream(u64::from(person));
        source.set_word_pos(u128::from(ordinal) * DETAIL_WORDS);
        Draw(source)
    }
}

fn source(seed: u64, purpose: u8) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8] = purpose;
    ChaCha8Rng::from_seed(key)
}

impl Draw {
    /// From 0 up to, but not including, 1: 53 bits, so the value is exact.
    pub(crate) fn unit(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.0.next_u64() >> 11) as f64 * STEP
    }

    /// True with this probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// 0 up to, but not including, `end`; 0 when that is 0. The bias is below 2^-32.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        (((self.0.next_u64() >> 32) * u64::from(end)) >> 32) as u32
    }

    /// From `first` to `last`, both included; `first` when nothing lies between.
    pub(crate) fn between(&mut self, first: i32, last: i32) -> i32 {
        let count = last.saturating_sub(first).saturating_add(1).max(1);
        first + self.below(count.unsigned_abs()) as i32
    }

    /// An early day of a stretch more often than a late one: the smaller of two, within the first `reach` of it.
    pub(crate) fn early(&mut self, first: i32, last: i32, reach: f64) -> i32 {
        let part = self.unit().min(self.unit()) * reach;
        first + (part * f64::from((last - first).max(0))) as i32
    }

    /// One of several.
    pub(crate) fn one_of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len() as u32) as usize]
    }

    /// 16 random bytes.
    pub(crate) fn bytes(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        bytes
    }
}
