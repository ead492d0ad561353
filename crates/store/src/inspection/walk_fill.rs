//! What the mirror gives back: to a gap in a segment, for segments that are missing, and behind the journal's end.

use std::ops::Range;

use super::framing::{NEW_FRAME_BYTES, frame_of, whole_commits};
use super::walk::{Mended, Walk};
use super::walk_frames::Place;
use crate::disk::DiskError;
use crate::journal_fault::JournalFault;
use crate::segment::segment_path;

impl Walk<'_> {
    /// Events that should be here up to `last`, or to wherever the mirror knows, are not: says so, and takes them from the mirror.
    pub(super) fn gap(&mut self, place: &Place, at: u64, last: Option<u64>) {
        let first = self.next();
        let is_due = match last {
            Some(last) => last >= first,
            None => self.is_known_beyond(),
        };
        if is_due {
            self.gap_from(place, at, last, "what follows");
            let mended = (self.tree.size() >= first).then_some(Mended::Mirror);
            self.out.is_changed |= mended.is_some();
            let fault = JournalFault::EventMissing { position: first };
            self.say(place, at, first, fault, mended.filter(|_| self.loss.is_none()));
        }
    }

    /// Takes events from the mirror up to `last`, or as many as there are and one segment takes.
    pub(super) fn gap_from(&mut self, place: &Place, at: u64, last: Option<u64>, known_by: &str) {
        let end = last.unwrap_or(u64::MAX).min(self.options.cut_at.unwrap_or(u64::MAX));
        while self.next() <= end
            && !self.is_over()
            && (last.is_some() || self.out.length <= self.options.segment_bytes_max)
        {
            let frame_bytes = NEW_FRAME_BYTES.min(self.options.segment_bytes_max as usize / 8);
            if !self.take_mirrored(place, at, end, frame_bytes) {
                break;
            }
        }
        if let Some(last) = last
            && self.next() <= last
        {
            self.lose(self.next(), last, known_by);
        }
    }

    /// Takes one frame's worth of the mirror's events. False when it has not one whole commit more.
    fn take_mirrored(&mut self, place: &Place, at: u64, last: u64, frame_bytes: usize) -> bool {
        let end = last.min(self.mirrored_through());
        let events = whole_commits(self.next(), end, frame_bytes, |position| self.mirrored(position));
        if events.is_empty() {
            return false;
        }
        self.out.is_changed = true;
        let (frame, _) = frame_of(&events, self.options.log_id, self.out.number, &self.tree);
        self.take(place, at, &frame, None, JournalFault::Root);
        true
    }

    /// Segments that are not there, before one that is.
    pub(super) fn missing(&mut self, numbers: Range<u32>, next_first: Option<u64>) -> Result<(), DiskError> {
        let Some(last) = next_first.map(|first| first - 1).filter(|last| *last >= self.next()) else {
            let place = self.absent(numbers.start);
            let fault = JournalFault::SegmentMissing { number: numbers.start };
            self.say(&place, 0, self.next(), fault, None);
            let first = self.next();
            self.lose(first, first, "the segments behind it");
            return Ok(());
        };
        let count = (numbers.end - numbers.start) as usize;
        let bytes: usize = if count == 1 {
            usize::MAX
        } else {
            (self.next()..=last).filter_map(|position| self.mirrored(position)).map(|event| event.len()).sum()
        };
        // Each is to have its share, and the last one the rest.
        let share = bytes / count;
        for number in numbers.clone() {
            if self.is_over() {
                break;
            }
            let place = self.absent(number);
            let first = self.next();
            self.begin(number);
            let is_last = number + 1 == numbers.end;
            while self.next() <= last && (is_last || self.out.length < share as u64) && !self.is_over() {
                let at = self.out.length;
                if !self.take_mirrored(&place, at, last, NEW_FRAME_BYTES.min(share / 8)) {
                    self.lose(self.next(), last, "the segment behind it");
                }
            }
            let mended = self.loss.is_none().then_some(Mended::Mirror);
            self.say(&place, 0, first, JournalFault::SegmentMissing { number }, mended);
            if self.next() > first {
                self.end(0)?;
            }
        }
        Ok(())
    }

    /// What the mirror has beyond the last segment, in new ones.
    pub(super) fn new_segments(&mut self, mut number: u32) -> Result<(), DiskError> {
        while !self.is_over() && self.mirrored_through() >= self.next() {
            let place = self.absent(number);
            let first = self.next();
            self.begin(number);
            self.gap_from(&place, self.out.length, None, "");
            if self.next() == first {
                // Not even one whole commit.
                return Ok(());
            }
            let fault = JournalFault::SegmentMissing { number };
            self.say(&place, 0, first, fault, Some(Mended::Mirror));
            self.end(0)?;
            number += 1;
        }
        Ok(())
    }

    fn absent(&self, number: u32) -> Place {
        Place { number, path: segment_path(self.dir, number), length: 0, first: None }
    }
}
