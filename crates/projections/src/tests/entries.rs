//! Reading stored events.

use proptest::{prelude::*, sample::Index};
use sigeyi_domain::EventType;
use uuid::Uuid;

use super::{
    any::stories,
    log::{LOG, Log, ToySecrets, leaf},
};
use crate::{Entry, FoldError, Folding};

fn decode(bytes: &[u8], log: Uuid) -> Result<Entry, FoldError> {
    Entry::decode(bytes, leaf(bytes), log, &ToySecrets::default())
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
    fn events_read_together_are_those_read_one_by_one(
        story in stories(120), damaged in proptest::option::of(any::<Index>())
    ) {
        let mut stored = Log::of(&story).stored;
        if let Some(at) = damaged.filter(|_| !stored.is_empty()) {
            // One of another command, which does not open if it is opened at all, and one that is cut.
            let at = at.index(stored.len());
            stored[at][88] ^= 1;
            let half = stored.len() / 2;
            stored[half].truncate(sigeyi_envelope::HEADER_BYTES - 1);
        }
        let mut together = Vec::new();
        let events = stored.iter().map(|bytes| &bytes[..]);
        let read = Entry::decode_all(events, leaf, LOG, &ToySecrets::default(), &mut together);
        let one_by_one: Result<Vec<Entry>, FoldError> =
            stored.iter().map(|bytes| decode(bytes, LOG)).collect();
        match one_by_one {
            Ok(one_by_one) => {
                prop_assert_eq!(read, Ok(()));
                prop_assert_eq!(format!("{together:?}"), format!("{one_by_one:?}"));
            }
            Err(error) => prop_assert_eq!(read, Err(error)),
        }
    }

    #[test]
    fn an_event_of_unknown_type_or_schema_is_refused_though_its_bodies_are_not_looked_at(
        story in stories(20), which in any::<Index>(), number in EventType::ALL.len() as u8 + 1..
    ) {
        let log = Log::of(&story);
        prop_assume!(!log.stored.is_empty());
        for place in [2, 3] {
            let mut changed = which.get(&log.stored).clone();
            changed[place] = number;
            prop_assert!(decode(&changed, LOG).is_err());
        }
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
