//! The index of commands.

use std::collections::HashSet;

use proptest::prelude::*;
use sigeyi_envelope::Position;

use crate::CommandIndex;

#[test]
fn two_commands_with_one_fingerprint_are_both_found() {
    let mut index = CommandIndex::default();
    assert!(index.is_empty());
    index.insert(7, Position(1));
    index.insert(7, Position(2));
    // Differs in its low bits only, or in its high bits only.
    index.insert(8, Position(3));
    index.insert(7 | 1 << 63, Position(4));
    assert_eq!(index.find(7).collect::<HashSet<_>>(), HashSet::from([Position(1), Position(2)]));
    assert_eq!(index.find(8).collect::<Vec<_>>(), [Position(3)]);
    assert_eq!(index.find(9).count(), 0);
    assert_eq!(index.len(), 4);
}

proptest! {
    #[test]
    fn whatever_was_put_in_is_found_and_nothing_else(
        fingerprints in proptest::collection::vec(prop_oneof![0_u64..8, any::<u64>()], 0..300)
    ) {
        let mut index = CommandIndex::with_capacity(fingerprints.len() / 2);
        for (fingerprint, position) in fingerprints.iter().zip(1..) {
            index.insert(*fingerprint, Position(position));
        }
        prop_assert_eq!(index.len(), fingerprints.len());
        for asked in fingerprints.iter().copied().chain([9, u64::MAX]) {
            let found: HashSet<u64> = index.find(asked).map(|position| position.0).collect();
            let expected = fingerprints.iter().zip(1..).filter(|(one, _)| **one == asked);
            prop_assert_eq!(found, expected.map(|(_, position)| position).collect::<HashSet<u64>>());
        }
    }
}
