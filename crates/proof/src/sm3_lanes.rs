//! SM3 of many messages at once: each lane of the processor's vectors hashes a message of its own. Few processors have an instruction for SM3, and one message
//! after the other fills no vector. It is for messages that are no secret: nothing is wiped from memory.
//!
//! GB/T 32905-2016, section 5; `fearless_simd` chooses the widest vectors that the processor has.

use fearless_simd::{Level, Simd, dispatch, prelude::*};

use crate::Hash;

/// Section 4.1.
const INITIAL: [u32; 8] =
    [0x7380_166f, 0x4914_b2b9, 0x1724_42d7, 0xda8a_0600, 0xa96f_30bc, 0x1631_38aa, 0xe38d_ee4d, 0xb0fb_0e4e];
/// Section 4.2, turned left by the number of the round.
const ROUND: [u32; 64] = round_constants();
const BLOCK_BYTES: usize = 64;
/// What stands behind a message at least: the byte 0x80, and its length in bits.
const PADDING_BYTES_MIN: usize = 9;
/// Lanes of the widest vectors: 512 bits.
const LANES_MAX: usize = 16;

const fn round_constants() -> [u32; 64] {
    let mut constants = [0x7a87_9d8a_u32; 64];
    let mut round = 0;
    while round < 64 {
        if round < 16 {
            constants[round] = 0x79cc_4519;
        }
        constants[round] = constants[round].rotate_left(round as u32 % 32);
        round += 1;
    }
    constants
}

/// `SM3(prefix ‖ message)` of each message.
pub(crate) fn digests<M: AsRef<[u8]>>(prefix: u8, messages: &[M]) -> Vec<Hash> {
    digests_at(Level::new(), prefix, messages)
}

fn digests_at<M: AsRef<[u8]>>(level: Level, prefix: u8, messages: &[M]) -> Vec<Hash> {
    let mut hashes = vec![[0; 32]; messages.len()];
    dispatch!(level, simd => hash(simd, prefix, messages, &mut hashes));
    hashes
}

/// What a lane is at.
#[derive(Clone, Copy)]
struct Job {
    message: usize,
    /// The block that comes next.
    block: usize,
    blocks: usize,
}

#[inline(always)]
fn hash<S: Simd, M: AsRef<[u8]>>(simd: S, prefix: u8, messages: &[M], hashes: &mut [Hash]) {
    // Compiled with the instructions of the level, as all that is called in it is inlined.
    simd.vectorize(
        #[inline(always)]
        || {
            let mut states: [S::u32s; 8] = INITIAL.map(|word| S::u32s::splat(simd, word));
            let mut words = [[0_u32; LANES_MAX]; 16];
            let mut jobs = [None; LANES_MAX];
            let lanes = &mut jobs[..S::u32s::LEN];
            let mut waiting = messages.iter().map(|message| blocks_of(message.as_ref())).enumerate();
            loop {
                let mut is_at_work = false;
                for (lane, job) in lanes.iter_mut().enumerate() {
                    if job.is_none() {
                        let next = waiting.next();
                        *job = next.map(|(message, blocks)| Job { message, block: 0, blocks });
                    }
                    // A lane without a message goes on with what it has, and nobody asks for it.
                    let Some(Job { message, block, .. }) = *job else { continue };
                    is_at_work = true;
                    if block == 0 {
                        INITIAL
                            .iter()
                            .zip(&mut states)
                            .for_each(|(word, state)| state.as_mut_slice()[lane] = *word);
                    }
                    let block = block_of(prefix, messages[message].as_ref(), block);
                    for (word, bytes) in words.iter_mut().zip(block.as_chunks::<4>().0) {
                        word[lane] = u32::from_be_bytes(*bytes);
                    }
                }
                if !is_at_work {
                    break;
                }
                let block = words.map(|word| S::u32s::from_slice(simd, &word[..S::u32s::LEN]));
                compress(simd, &mut states, block);
                for (lane, job) in lanes.iter_mut().enumerate() {
                    let Some(Job { message, block, blocks }) = job else { continue };
                    *block += 1;
                    if block == blocks {
                        for (bytes, state) in hashes[*message].as_chunks_mut::<4>().0.iter_mut().zip(&states)
                        {
                            *bytes = state.as_slice()[lane].to_be_bytes();
                        }
                        *job = None;
                    }
                }
            }
        },
    );
}

/// How many blocks a message has with the prefix before it and the padding behind it.
fn blocks_of(message: &[u8]) -> usize {
    (1 + message.len() + PADDING_BYTES_MIN).div_ceil(BLOCK_BYTES)
}

/// A block of a message with its prefix and its padding: section 5.2.
#[inline(always)]
fn block_of(prefix: u8, message: &[u8], number: usize) -> [u8; BLOCK_BYTES] {
    let mut block = [0; BLOCK_BYTES];
    // The message begins behind the prefix.
    let (skipped, begin) = if number == 0 { (0, 1) } else { (number * BLOCK_BYTES - 1, 0) };
    if number == 0 {
        block[0] = prefix;
    }
    let rest = message.get(skipped..).unwrap_or_default();
    if rest.len() >= BLOCK_BYTES - begin {
        block[begin..].copy_from_slice(&rest[..BLOCK_BYTES - begin]);
        return block;
    }
    block[begin..begin + rest.len()].copy_from_slice(rest);
    // Else it stands in the block before.
    if skipped <= message.len() {
        block[begin + rest.len()] = 0x80;
    }
    if number + 1 == blocks_of(message) {
        let bits = (1 + message.len() as u64) * 8;
        block[BLOCK_BYTES - 8..].copy_from_slice(&bits.to_be_bytes());
    }
    block
}

#[inline(always)]
fn rotated<S: Simd>(words: S::u32s, bits: u32) -> S::u32s {
    (words << bits) | (words >> (32 - bits))
}

/// Section 5.3, of one block in each lane. Words of the message are made when they are due: word `n + 16` stands where word `n` stood.
#[inline(always)]
fn compress<S: Simd>(simd: S, states: &mut [S::u32s; 8], mut words: [S::u32s; 16]) {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *states;
    for rounds in 0..4 {
        for at in 0..16 {
            let word = words[at];
            let turned = rotated::<S>(a, 12);
            let ss1 = rotated::<S>(turned + e + S::u32s::splat(simd, ROUND[rounds * 16 + at]), 7);
            let (ff, gg) = match rounds {
                0 => (a ^ b ^ c, e ^ f ^ g),
                _ => ((a & b) | (c & (a | b)), ((f ^ g) & e) ^ g),
            };
            let tt1 = ff + d + (ss1 ^ turned) + (word ^ words[(at + 4) % 16]);
            let tt2 = gg + h + ss1 + word;
            (d, c, b, a) = (c, rotated::<S>(b, 9), a, tt1);
            (h, g, f, e) = (g, rotated::<S>(f, 19), e, tt2 ^ rotated::<S>(tt2, 9) ^ rotated::<S>(tt2, 17));
            let next = word ^ words[(at + 7) % 16] ^ rotated::<S>(words[(at + 13) % 16], 15);
            let next = next ^ rotated::<S>(next, 15) ^ rotated::<S>(next, 23);
            words[at] = next ^ rotated::<S>(words[(at + 3) % 16], 7) ^ words[(at + 10) % 16];
        }
    }
    for (state, word) in states.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *state ^= word;
    }
}

#[cfg(test)]
mod tests {
    use sm3::{Digest, Sm3};

    use super::*;

    /// The processor's level and those below it.
    fn levels() -> Vec<Level> {
        let newest = Level::new();
        let mut levels = vec![newest, Level::baseline()];
        #[cfg(target_arch = "x86_64")]
        {
            levels.extend(newest.as_avx2().map(Level::Avx2));
            levels.extend(newest.as_sse4_2().map(Level::Sse4_2));
        }
        levels
    }

    fn one_by_one(prefix: u8, messages: &[Vec<u8>]) -> Vec<Hash> {
        let one =
            |message: &Vec<u8>| Sm3::new().chain_update([prefix]).chain_update(message).finalize().into();
        messages.iter().map(one).collect()
    }

    #[test]
    fn messages_of_every_length_hash_as_one_by_one_at_every_level() {
        let message = |length: usize| (0..length).map(|at| (at * 31 + length) as u8).collect();
        let upwards: Vec<Vec<u8>> = (0..400).map(message).collect();
        // Beside each other lie messages of quite different lengths.
        let mixed: Vec<Vec<u8>> = (0..400).map(|at| message(at * 263 % 1_024)).collect();
        for level in levels() {
            for (prefix, messages) in [(0, &upwards), (1, &mixed), (0xff, &mixed)] {
                assert_eq!(digests_at(level, prefix, messages), one_by_one(prefix, messages), "{level:?}");
            }
        }
    }

    #[test]
    fn any_number_of_messages_is_hashed() {
        let messages: Vec<Vec<u8>> = (0..50_u8).map(|at| vec![at; 64]).collect();
        for level in levels() {
            for count in 0..messages.len() {
                let messages = &messages[..count];
                assert_eq!(digests_at(level, 1, messages), one_by_one(1, messages), "{count}, {level:?}");
            }
        }
    }
}
