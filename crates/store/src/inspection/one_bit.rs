//! Finding the one bit that was flipped, from a checksum that no longer fits.

/// The Castagnoli polynomial, reflected as CRC32C uses it.
const POLYNOMIAL: u32 = 0x82f6_3b78;

/// The bit of the content whose flip explains the difference between the checksum stored and the one found: byte and mask. No two
/// bits of a frame have the same difference, since the polynomial's period is longer than any frame has bits.
pub(super) fn flipped_bit(content_bytes: usize, difference: u32) -> Option<(usize, u8)> {
    let mut effect = POLYNOMIAL;
    for byte in (0..content_bytes).rev() {
        for bit in (0..8).rev() {
            if effect == difference {
                return Some((byte, 1 << bit));
            }
            effect = (effect >> 1) ^ if effect & 1 == 1 { POLYNOMIAL } else { 0 };
        }
    }
    None
}

/// Flips one bit after the other in a copy until it is right.
pub(super) fn with_one_bit_flipped<const N: usize>(
    bytes: &[u8; N],
    is_right: impl Fn(&[u8; N]) -> bool,
) -> Option<[u8; N]> {
    let mut copy = *bytes;
    for byte in 0..N {
        for bit in 0..8 {
            copy[byte] ^= 1 << bit;
            if is_right(&copy) {
                return Some(copy);
            }
            copy[byte] ^= 1 << bit;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bit_that_was_flipped_is_found() {
        let content: Vec<u8> = (0..3_000_u32).map(|n| (n * 7 + n / 256) as u8).collect();
        let checksum = crc32c::crc32c(&content);
        for (byte, mask) in [(0, 1), (0, 0x80), (1, 4), (1_500, 0x10), (2_999, 1), (2_999, 0x80)] {
            let mut bad = content.clone();
            bad[byte] ^= mask;
            assert_eq!(flipped_bit(bad.len(), crc32c::crc32c(&bad) ^ checksum), Some((byte, mask)));
            bad[7] ^= 0x30;
            assert_eq!(flipped_bit(bad.len(), crc32c::crc32c(&bad) ^ checksum), None, "three bits");
        }
    }

    #[test]
    fn a_header_gets_its_bit_back() {
        let right = [3_u8, 5, 8, 13];
        let bad = [3, 5, 0x48, 13];
        assert_eq!(with_one_bit_flipped(&bad, |bytes| *bytes == right), Some(right));
        assert_eq!(with_one_bit_flipped(&[0, 5, 0, 13], |bytes| *bytes == right), None);
    }
}
