//! New frames around events that were found elsewhere.

use bytes::Bytes;
use sigeyi_envelope::StoredEvent;
use sigeyi_proof::CompactTree;
use uuid::Uuid;

use crate::encoded_events::EncodedEvents;
use crate::frame::{FRAME_HEADER_BYTES, FrameHeader};
use crate::run::EVENT_LENGTH_BYTES;

/// A frame that is made anew takes no further commit beyond this, in bytes.
pub(super) const NEW_FRAME_BYTES: usize = 1 << 20;

/// A whole frame around events, and the tree after them.
pub(super) fn frame_of(
    events: &[Bytes],
    log_id: Uuid,
    segment: u32,
    tree: &CompactTree,
) -> (Vec<u8>, CompactTree) {
    let bytes = events.iter().map(|event| event.len()).sum();
    let mut encoded = EncodedEvents::with_capacity(events.len(), bytes);
    let mut tree = tree.clone();
    let first = tree.size() + 1;
    for event in events {
        let leaf = tree.algorithm().leaf(event);
        encoded.push(event, leaf);
        tree.push(leaf);
    }
    let header = FrameHeader {
        log_id,
        segment,
        first,
        count: events.len() as u32,
        tree_size: tree.size(),
        root: tree.root(),
    };
    let (frame, _) = encoded.into_frame(header);
    (frame, tree)
}

/// Whole commits from a position on, until a frame of them would have so many bytes. Empty when there is not even one whole commit up to `last`.
pub(super) fn whole_commits(
    first: u64,
    last: u64,
    frame_bytes: usize,
    mut event_at: impl FnMut(u64) -> Option<Bytes>,
) -> Vec<Bytes> {
    let (mut events, mut whole, mut bytes) = (Vec::new(), 0, FRAME_HEADER_BYTES);
    for position in first..=last {
        let Some(event) = event_at(position) else { break };
        let Ok(stored) = StoredEvent::parse(&event) else { break };
        let parts = stored.parts();
        // A commit goes on where the last one was left, and begins where none is open.
        let (index, is_last) =
            (usize::from(parts.commit_index), parts.commit_index + 1 == parts.commit_count);
        if parts.position.0 != position || index != events.len() - whole {
            break;
        }
        bytes += EVENT_LENGTH_BYTES + event.len();
        events.push(event);
        if is_last {
            whole = events.len();
            if bytes >= frame_bytes {
                break;
            }
        }
    }
    events.truncate(whole);
    events
}
