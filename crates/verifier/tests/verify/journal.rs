//! A data directory, byte by byte as `docs/format.md` draws it, made without the store.

use std::path::{Path, PathBuf};

use sigeyi_envelope::{FORMAT, StoredEvent};
use sigeyi_proof::{CompactTree, HashAlgorithm};
use uuid::Uuid;

pub(crate) const LOG: Uuid = Uuid::from_u128(0x7f1c_0000_0000_4000_8000_0000_0000_0001);

/// A directory in a temporary folder.
pub(crate) struct Directory {
    folder: tempfile::TempDir,
}

impl Directory {
    /// A directory with these events, in frames of whole commits of about three events, a new segment after each so many frames.
    pub(crate) fn new(algorithm: HashAlgorithm, log: &[Vec<u8>], frames_a_segment: usize) -> Directory {
        Directory::with_frames(algorithm, log, 3, frames_a_segment)
    }

    /// The same with frames of at least so many events.
    pub(crate) fn with_frames(
        algorithm: HashAlgorithm,
        log: &[Vec<u8>],
        events_min: usize,
        frames_a_segment: usize,
    ) -> Directory {
        Directory::of_frames(algorithm, &frames(log, events_min), frames_a_segment)
    }

    /// The same with these frames.
    pub(crate) fn of_frames(
        algorithm: HashAlgorithm,
        frames: &[&[Vec<u8>]],
        frames_a_segment: usize,
    ) -> Directory {
        let folder = tempfile::tempdir().unwrap();
        let directory = Directory { folder };
        let manifest = format!(
            "{{\"format\":{FORMAT},\"log_id\":\"{LOG}\",\"suite\":{},\"synthetic\":false,\"simulated_clock\":false}}",
            algorithm.suite()
        );
        let manifest = format!("{manifest}\ncrc32c {:08x}\n", crc32c::crc32c(manifest.as_bytes()));
        for name in ["MANIFEST", "MANIFEST.2"] {
            std::fs::write(directory.path().join(name), &manifest).unwrap();
        }
        std::fs::create_dir(directory.path().join("journal")).unwrap();
        let mut tree = CompactTree::new(algorithm);
        for (number, frames) in (1_u32..).zip(frames.chunks(frames_a_segment)) {
            let mut bytes = segment_header(number, &tree);
            for events in frames {
                frame(&mut bytes, number, events, &mut tree);
            }
            std::fs::write(directory.segment(number), bytes).unwrap();
        }
        directory
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn segment(&self, number: u32) -> PathBuf {
        self.path().join("journal").join(format!("{number:010}.log"))
    }
}

/// Groups of whole commits of at least so many events.
fn frames(log: &[Vec<u8>], events_min: usize) -> Vec<&[Vec<u8>]> {
    let (mut frames, mut begin) = (Vec::new(), 0);
    for (at, event) in log.iter().enumerate() {
        let ends = StoredEvent::parse(event)
            .map_or(true, |event| event.parts().commit_index + 1 == event.parts().commit_count);
        if ends && at + 1 - begin >= events_min {
            frames.push(&log[begin..=at]);
            begin = at + 1;
        }
    }
    if begin < log.len() {
        frames.push(&log[begin..]);
    }
    frames
}

fn segment_header(number: u32, before: &CompactTree) -> Vec<u8> {
    let mut bytes = b"SGYSEGMT".to_vec();
    bytes.extend([FORMAT, 0, 0, 0]);
    bytes.extend(number.to_be_bytes());
    bytes.extend(LOG.as_bytes());
    bytes.extend((before.size() + 1).to_be_bytes());
    bytes.extend(before.size().to_be_bytes());
    bytes.extend(before.root());
    bytes.extend([0; 12]);
    bytes.extend(crc32c::crc32c(&bytes).to_be_bytes());
    bytes
}

fn frame(segment: &mut Vec<u8>, number: u32, events: &[Vec<u8>], tree: &mut CompactTree) {
    let first = tree.size() + 1;
    events.iter().for_each(|event| tree.push(tree.algorithm().leaf(event)));
    let content: usize = events.iter().map(|event| event.len() + 2).sum();
    let mut bytes = b"SGYF".to_vec();
    bytes.extend([FORMAT, 0, 0, 0]);
    bytes.extend((88 + content as u32 + 4).to_be_bytes());
    bytes.extend(LOG.as_bytes());
    bytes.extend(number.to_be_bytes());
    bytes.extend(first.to_be_bytes());
    bytes.extend((events.len() as u32).to_be_bytes());
    bytes.extend(tree.size().to_be_bytes());
    bytes.extend(tree.root());
    bytes.extend(crc32c::crc32c(&bytes).to_be_bytes());
    for event in events {
        bytes.extend((event.len() as u16).to_be_bytes());
        bytes.extend(event);
    }
    bytes.extend(crc32c::crc32c(&bytes).to_be_bytes());
    segment.extend(bytes);
}

/// Puts the checksums of a frame right again.
pub(crate) fn reseal_frame(frame: &mut [u8]) {
    let (header, end) = (crc32c::crc32c(&frame[..84]), frame.len() - 4);
    frame[84..88].copy_from_slice(&header.to_be_bytes());
    let whole = crc32c::crc32c(&frame[..end]);
    frame[end..].copy_from_slice(&whole.to_be_bytes());
}

/// Puts the checksum of a segment's header right again.
pub(crate) fn reseal_segment(bytes: &mut [u8]) {
    let checksum = crc32c::crc32c(&bytes[..92]);
    bytes[92..96].copy_from_slice(&checksum.to_be_bytes());
}
