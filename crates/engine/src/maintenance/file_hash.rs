//! The hash of a file, by the algorithm of the log's suite. Drawn in `docs/format.md` (Backup).

use sigeyi_proof::HashAlgorithm;

use super::catalogue::hex;

/// Digits of a file's hash in its name.
const NAME_DIGITS: usize = 16;

/// What a catalogue states of a file, in a field that is called as the algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileHash<'a> {
    algorithm: HashAlgorithm,
    digits: &'a str,
}

impl<'a> FileHash<'a> {
    /// The field that is there. Without either no file has this hash.
    pub(crate) fn stated(sha256: Option<&'a str>, sm3: Option<&'a str>) -> FileHash<'a> {
        let algorithm = if sm3.is_some() { HashAlgorithm::Sm3 } else { HashAlgorithm::Sha256 };
        FileHash { algorithm, digits: sm3.or(sha256).unwrap_or_default() }
    }

    /// The two fields for these bytes, `sha256` and `sm3`: one of them is there.
    pub(crate) fn fields(algorithm: HashAlgorithm, bytes: &[u8]) -> (Option<String>, Option<String>) {
        let digits = Some(hex(&algorithm.digest(bytes)));
        match algorithm {
            HashAlgorithm::Sha256 => (digits, None),
            HashAlgorithm::Sm3 => (None, digits),
        }
    }

    /// Whether these bytes have it.
    pub(crate) fn is_of(self, bytes: &[u8]) -> bool {
        hex(&self.algorithm.digest(bytes)) == self.digits
    }

    /// What of it goes into the name of the file: digits alone, whatever a catalogue says.
    pub(crate) fn name_digits(self) -> String {
        self.digits.chars().filter(char::is_ascii_hexdigit).take(NAME_DIGITS).collect()
    }
}

/// A line with its hash in a second one, which begins with the name of the algorithm.
pub(crate) fn with_checksum(algorithm: HashAlgorithm, line: &[u8]) -> Vec<u8> {
    let name = match algorithm {
        HashAlgorithm::Sha256 => "sha256",
        HashAlgorithm::Sm3 => "sm3",
    };
    let mut text = line.to_vec();
    text.extend_from_slice(format!("\n{name} {}\n", hex(&algorithm.digest(line))).as_bytes());
    text
}

/// The line, if the second one has its hash by either algorithm.
pub(crate) fn checked_line(text: &[u8]) -> Option<&[u8]> {
    let end = text.iter().position(|byte| *byte == b'\n')?;
    let line = &text[..end];
    let algorithm =
        if text[end..].starts_with(b"\nsm3 ") { HashAlgorithm::Sm3 } else { HashAlgorithm::Sha256 };
    (with_checksum(algorithm, line) == text).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_held_by_the_hash_of_either_suite_and_by_no_other() {
        for algorithm in [HashAlgorithm::Sha256, HashAlgorithm::Sm3] {
            let text = with_checksum(algorithm, b"{}");
            assert_eq!(checked_line(&text), Some(&b"{}"[..]));
            for at in 0..text.len() {
                let mut bad = text.clone();
                bad[at] ^= 1;
                assert_eq!(checked_line(&bad), None, "byte {at}");
            }
        }
    }

    #[test]
    fn a_file_is_told_by_the_field_that_is_there() {
        for algorithm in [HashAlgorithm::Sha256, HashAlgorithm::Sm3] {
            let (sha256, sm3) = FileHash::fields(algorithm, b"abc");
            assert_eq!(sm3.is_some(), algorithm == HashAlgorithm::Sm3);
            let stated = FileHash::stated(sha256.as_deref(), sm3.as_deref());
            assert!(stated.is_of(b"abc") && !stated.is_of(b"abd"));
            assert!(hex(&algorithm.digest(b"abc")).starts_with(&stated.name_digits()));
        }
        assert!(!FileHash::stated(None, None).is_of(b""));
    }
}
