//! The words that the texts of this crate are made of. There is one way to write each, and only that is read.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::Hash;

/// A decimal number without leading zeros, of ASCII digits alone.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let is_plain = text == "0" || !text.starts_with('0');
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_plain && is_digits).then(|| text.parse().ok()).flatten()
}

/// Base64 of RFC 4648 section 4, padded, without bits left over.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Reads what [`base64`] wrote.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// A hash in base64.
pub(crate) fn hash(text: &str) -> Option<Hash> {
    from_base64(text)?.try_into().ok()
}

/// The line at the beginning of a text, without its line feed, and what follows it; `None` when no line ends.
pub(crate) fn line(text: &str) -> Option<(&str, &str)> {
    text.split_once('\n')
}

/// Hashes, one a line, up to an empty line; and what follows that. `None` when a line is no hash, or there are more than `max`.
pub(crate) fn hashes(mut text: &str, max: usize) -> Option<(Vec<Hash>, &str)> {
    let mut found = Vec::new();
    loop {
        let (first, rest) = line(text)?;
        if first.is_empty() {
            return Some((found, rest));
        }
        if found.len() == max {
            return None;
        }
        found.push(hash(first)?);
        text = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_form() {
        assert_eq!([decimal("0"), decimal("20852163")], [Some(0), Some(20_852_163)]);
        assert_eq!(decimal("18446744073709551615"), Some(u64::MAX));
        for bad in ["", "00", "01", "+1", "-1", " 1", "1 ", "1_0", "١", "18446744073709551616"] {
            assert_eq!(decimal(bad), None, "{bad}");
        }
    }

    #[test]
    fn base64_has_one_form() {
        assert_eq!(from_base64("AQ=="), Some(vec![1]));
        // Without padding, with bits left over, of the other alphabet, with a blank.
        for bad in ["AQ", "AR==", "_-8=", "AQ= ="] {
            assert_eq!(from_base64(bad), None, "{bad}");
        }
    }
}
