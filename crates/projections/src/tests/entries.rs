//! Reading stored events.

use proptest::{prelude::*, sample::Index};
use uuid::Uuid;

use super::{
    any::stories,
    log::{LOG, Log, ToySecrets, leaf},
};
use crate::{Entry, FoldError, Folding};

fn decode(bytes: &[u8], log: Uuid) -> Result<Entry, FoldError> {
    Entry::decode(bytes, leaf(bytes), log, &ToySecrets)
}

proptest! {
    #[test]
    fn any_bytes_at_all_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = decode(&bytes, LOG);
    }

    #[test]
    fn an_event_with_a_byte_changed_or_cut_off_is_read_or_refused(
        story in stories(20), which in any::<Index>(), place in any::<Index>(), byte in any::<u8>()
    ) {
        let log = Log::of(&story);
        prop_assume!(!log.stored.is_empty());
        let bytes = which.get(&log.stored);
        let _ = decode(&bytes[..place.index(bytes.len())], LOG);
        let mut changed = bytes.clone();
        changed[place.index(bytes.len())] = byte;
        let _ = decode(&changed, LOG);
        // Right lengths with anything in the bodies.
        let place = sigeyi_envelope::HEADER_BYTES + place.index(bytes.len() - sigeyi_envelope::HEADER_BYTES);
        changed[place..].fill(byte);
        let _ = decode(&changed, LOG);
    }

    #[test]
    fn a_sealed_body_opens_only_where_it_was_sealed(story in stories(20), which in any::<Index>()) {
        let log = Log::of(&story);
        prop_assume!(!log.stored.is_empty());
        let which = which.index(log.stored.len());
        let bytes = &log.stored[which];
        let position = which as u64 + 1;
        let entry = decode(bytes, LOG).unwrap();
        let folds_sealed = matches!(&entry.event, Folding::Whole(event) if event.event_type().folds_sealed());
        let is_opened = entry.key.is_some() && folds_sealed;
        let elsewhere = decode(bytes, Uuid::from_u128(1)).err();
        prop_assert_eq!(elsewhere, is_opened.then_some(FoldError::Sealed { position }));
        if is_opened {
            // Another person, command, index, type or schema; the type and schema may be unknown as well.
            for place in [12, 88] {
                let mut moved = bytes.clone();
                moved[place] ^= 1;
                prop_assert_eq!(decode(&moved, LOG).err(), Some(FoldError::Sealed { position }));
            }
        }
    }
}
