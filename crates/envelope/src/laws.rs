//! Laws of the stored form.

use proptest::prelude::*;
use uuid::Uuid;

use crate::*;

prop_compose! {
    fn header()(
        suite in prop::sample::select(&Suite::ALL), kind: u8, schema: u8, position in 2..u64::MAX, person: u128, version: u32, previous: Option<[u8; 32]>,
        effective_day: i32, recorded_at: i64, region: u32, command: u128, digest: [u8; 16], commit_count in 1..=16_u8,
    ) -> EventParts<'static> {
        EventParts {
            suite, kind, schema, position: Position(position), person: Uuid::from_u128(person), version,
            previous: previous.map(|leaf| Previous { position: Position(position / 2), leaf }),
            effective_day, recorded_at, region, command: Uuid::from_u128(command), digest,
            commit_index: commit_count - 1, commit_count, actor: "", office: "", clear: "", sealed: None,
        }
    }
}

proptest! {
    #[test]
    fn decode_is_the_inverse_of_encode(
        header in header(), actor in "[A-Za-z0-9._-]{1,64}", office in "[A-Za-z0-9._-]{1,64}", clear in ".{0,200}",
        key_id: [u8; 32], nonce: [u8; 12], ciphertext in prop::option::of(prop::collection::vec(any::<u8>(), 16..400)),
    ) {
        let sealed = ciphertext.as_ref().map(|ciphertext| SealedParts { key_id, nonce, ciphertext });
        let parts = EventParts { actor: &actor, office: &office, clear: &clear, sealed, ..header };
        let bytes = encode(&parts).unwrap();
        let stored = StoredEvent::parse(&bytes).unwrap();
        prop_assert_eq!(stored.parts(), &parts);
        prop_assert_eq!(stored.bytes(), &bytes[..]);
        for end in [0, 1, HEADER_BYTES - 1, bytes.len() - 1] {
            prop_assert!(StoredEvent::parse(&bytes[..end]).is_err());
        }
    }

    #[test]
    fn any_bytes_are_parsed_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = StoredEvent::parse(&bytes);
    }
}

#[test]
fn an_event_over_the_limit_is_refused() {
    let clear = "x".repeat(EVENT_BYTES_MAX);
    let parts = EventParts {
        suite: Suite::International,
        kind: 1,
        schema: 1,
        position: Position(1),
        person: Uuid::nil(),
        version: 0,
        previous: None,
        effective_day: 0,
        recorded_at: 0,
        region: 0,
        command: Uuid::nil(),
        digest: [0; 16],
        commit_index: 0,
        commit_count: 1,
        actor: "a",
        office: "o",
        clear: &clear,
        sealed: None,
    };
    assert_eq!(encode(&parts), Err(EncodeError::TooLong { bytes: EVENT_BYTES_MAX + HEADER_BYTES + 2 }));
    assert_eq!(encode(&EventParts { actor: "张三", ..parts }), Err(EncodeError::BadIdentifier));
    assert_eq!(encode(&EventParts { commit_index: 1, ..parts }), Err(EncodeError::BadCommit));
}
