//! A frame that is damaged, brought back to what it was. What comes out is proven: by the tree root that its header states, or, where the
//! header itself is gone, by the frame's own checksum.

use std::ops::Range;

use bytes::Bytes;
use sigeyi_envelope::StoredEvent;
use sigeyi_proof::CompactTree;
use uuid::Uuid;

use super::framing::frame_of;
use super::one_bit::{flipped_bit, with_one_bit_flipped};
use super::pieces::any_header;
use super::walk::Mended;
use crate::frame::{
    CheckedHeader, FRAME_BYTES_MAX, FRAME_CHECKSUM_BYTES, FRAME_EVENTS_MAX, FRAME_HEADER_BYTES,
};
use crate::run::EVENT_LENGTH_BYTES;

/// What is known around a damaged frame.
pub(super) struct Around<'a> {
    pub(super) log_id: Uuid,
    pub(super) segment: u32,
    /// The tree over everything before it.
    pub(super) tree: &'a CompactTree,
}

/// A frame that is whole again.
pub(super) struct MendedFrame {
    pub(super) frame: Vec<u8>,
    /// How many bytes of the segment it stands for.
    pub(super) length: usize,
    pub(super) how: Mended,
}

impl Around<'_> {
    /// A frame whose header is whole: the header's root tells whether the events are the right ones.
    pub(super) fn broken(
        &self,
        bytes: &[u8],
        header: &CheckedHeader,
        mut event_at: impl FnMut(u64) -> Option<Bytes>,
    ) -> Option<MendedFrame> {
        let prove = |events: Vec<Bytes>, how| {
            let (frame, tree) = frame_of(&events, self.log_id, self.segment, self.tree);
            let is_it = tree.root() == header.header.root && frame.len() == header.length;
            is_it.then_some(MendedFrame { frame, length: bytes.len(), how })
        };
        let alone = events_in(bytes, header, |_| None).and_then(|events| prove(events, Mended::Itself));
        alone
            .or_else(|| {
                let events = events_in(&one_bit_back(bytes, header)?, header, |_| None)?;
                prove(events, Mended::OneBit)
            })
            .or_else(|| prove(events_in(bytes, header, &mut event_at)?, Mended::Mirror))
    }

    /// A frame that should begin here and whose header is not whole.
    pub(super) fn headless(&self, bytes: &[u8]) -> Option<MendedFrame> {
        self.with_header_bit(bytes).or_else(|| self.with_new_header(bytes))
    }

    /// One bit of the header was flipped.
    fn with_header_bit(&self, bytes: &[u8]) -> Option<MendedFrame> {
        let due = self.tree.size() + 1;
        let is_right = |header: &[u8; FRAME_HEADER_BYTES]| {
            any_header(header, self.log_id, self.segment).is_some_and(|header| header.header.first == due)
        };
        let right = with_one_bit_flipped(bytes.first_chunk()?, is_right)?;
        let header = any_header(&right, self.log_id, self.segment)?;
        let mut frame = bytes.get(..header.length)?.to_vec();
        frame[..FRAME_HEADER_BYTES].copy_from_slice(&right);
        let events = events_in(&frame, &header, |_| None)?;
        let (again, _) = frame_of(&events, self.log_id, self.segment, self.tree);
        (again == frame).then_some(MendedFrame { length: frame.len(), frame, how: Mended::OneBit })
    }

    /// Everything in a header follows from the events behind it; the checksum at the end says whether they are all.
    fn with_new_header(&self, bytes: &[u8]) -> Option<MendedFrame> {
        let (mut at, mut events) = (FRAME_HEADER_BYTES, Vec::new());
        let first = self.tree.size() + 1;
        while let Some(range) = event_range(bytes, at, first + events.len() as u64)
            && events.len() < FRAME_EVENTS_MAX
            && range.end + FRAME_CHECKSUM_BYTES <= FRAME_BYTES_MAX
        {
            at = range.end;
            events.push(Bytes::copy_from_slice(&bytes[range]));
        }
        if events.is_empty() {
            return None;
        }
        let (frame, _) = frame_of(&events, self.log_id, self.segment, self.tree);
        let checksum = frame.get(at..)?;
        (bytes.get(at..at + FRAME_CHECKSUM_BYTES)? == checksum).then_some(MendedFrame {
            length: frame.len(),
            frame,
            how: Mended::Itself,
        })
    }
}

/// The events of a frame: those that the other source has, and the rest as they stand in the frame.
fn events_in(
    bytes: &[u8],
    header: &CheckedHeader,
    mut event_at: impl FnMut(u64) -> Option<Bytes>,
) -> Option<Vec<Bytes>> {
    let mut at = FRAME_HEADER_BYTES;
    let mut events = Vec::with_capacity(header.header.count as usize);
    for position in header.header.first..=header.last() {
        let other = event_at(position).filter(|event| StoredEvent::parse(event).is_ok());
        let event = match other {
            Some(event) => event,
            None => Bytes::copy_from_slice(&bytes[event_range(bytes, at, position)?]),
        };
        at += EVENT_LENGTH_BYTES + event.len();
        events.push(event);
    }
    Some(events)
}

/// Where an event's stored bytes lie, if one with this position stands here.
fn event_range(bytes: &[u8], at: usize, position: u64) -> Option<Range<usize>> {
    let length = u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?) as usize;
    let range = at + EVENT_LENGTH_BYTES..at + EVENT_LENGTH_BYTES + length;
    let event = StoredEvent::parse(bytes.get(range.clone())?).ok()?;
    (event.parts().position.0 == position).then_some(range)
}

/// The frame with the one bit flipped back that its checksum points at.
fn one_bit_back(bytes: &[u8], header: &CheckedHeader) -> Option<Vec<u8>> {
    let frame = bytes.get(..header.length)?;
    let (content, checksum) = frame.split_last_chunk::<FRAME_CHECKSUM_BYTES>()?;
    let difference = crc32c::crc32c(content) ^ u32::from_be_bytes(*checksum);
    let (byte, mask) = flipped_bit(content.len(), difference)?;
    let mut frame = frame.to_vec();
    frame[byte] ^= mask;
    Some(frame)
}
