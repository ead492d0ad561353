//! Cuts the pieces of a body into lines.

use super::{limits::ROW_BYTES_MAX, refusal::Fault};

/// What has come of a line that is not complete, and how many there were before it.
#[derive(Default)]
pub(super) struct Lines {
    begun: Vec<u8>,
    complete: u64,
}

impl Lines {
    /// Gives each line that a piece completes to `each`, with its number from 1.
    pub(super) fn cut(
        &mut self,
        piece: &[u8],
        mut each: impl FnMut(u64, &[u8]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut rest = piece;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (end_of_line, behind) = rest.split_at(end);
            rest = &behind[1..];
            self.require_room(end_of_line.len())?;
            self.complete += 1;
            if self.begun.is_empty() {
                each(self.complete, end_of_line)?;
            } else {
                self.begun.extend_from_slice(end_of_line);
                each(self.complete, &self.begun)?;
                self.begun.clear();
            }
        }
        self.require_room(rest.len())?;
        self.begun.extend_from_slice(rest);
        Ok(())
    }

    /// The last line, when no line feed stands behind it.
    pub(super) fn last(&self) -> Option<(u64, &[u8])> {
        (!self.begun.is_empty()).then_some((self.complete + 1, &self.begun))
    }

    fn require_room(&self, more: usize) -> Result<(), Fault> {
        if self.begun.len() + more > ROW_BYTES_MAX {
            return Err(Fault::RowTooLong { line: self.complete + 1 });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> Result<Vec<(u64, Vec<u8>)>, Fault> {
        let mut lines = Lines::default();
        let mut found = Vec::new();
        for piece in pieces {
            lines.cut(piece, |number, line| {
                found.push((number, line.to_vec()));
                Ok(())
            })?;
        }
        found.extend(lines.last().map(|(number, line)| (number, line.to_vec())));
        Ok(found)
    }

    #[test]
    fn lines_are_the_same_wherever_the_body_is_cut() {
        let body = b"one\ntwo\n\nfour";
        let expected: Vec<_> =
            [(1, "one"), (2, "two"), (3, ""), (4, "four")].map(|(number, text)| (number, text.into())).into();
        for first in 0..=body.len() {
            for second in first..=body.len() {
                let pieces = [&body[..first], &body[first..second], &body[second..]];
                assert_eq!(lines(&pieces).unwrap(), expected, "{first} {second}");
            }
        }
        assert_eq!(lines(&[b"one\n"]).unwrap(), [(1, b"one".to_vec())]);
        assert!(lines(&[]).unwrap().is_empty());
    }

    #[test]
    fn a_line_has_its_length_at_most() {
        let longest = vec![b'x'; ROW_BYTES_MAX];
        assert_eq!(lines(&[&longest, b"\n"]).unwrap().len(), 1);
        let too_long = |pieces: &[&[u8]]| match lines(pieces) {
            Err(Fault::RowTooLong { line }) => line,
            other => panic!("{:?}", other.map(|lines| lines.len())),
        };
        assert_eq!(too_long(&[&longest, b"x"]), 1);
        assert_eq!(too_long(&[b"a\n", &longest, b"x\n"]), 2);
        assert_eq!(too_long(&[b"a\nb", &longest]), 2);
    }
}
