//! One event in each suite, byte by byte: made by another program, with key, nonce and ids that are fixed.
//!
//! The key is 00 01 … 1f, the nonce 00 01 … 0b, the sealed body `{"name":"测试甲"}`. That the ciphertexts and ids are those of the suites is shown
//! by the tests of the vault, and the leaf hashes by those of the tree.

use uuid::Uuid;

use crate::*;

const LOG: Uuid = Uuid::from_u128(0x7f1c_0000_0000_4000_8000_0000_0000_0001);
const PERSON: Uuid = Uuid::from_u128(0x0198_c0de_0000_4000_8000_0000_0000_0000);
const COMMAND: Uuid = Uuid::from_u128(0x1122_3344_5566_7788_9900_aabb_ccdd_eeff);

struct Golden {
    suite: Suite,
    key_id: &'static str,
    ciphertext: &'static str,
    stored: &'static str,
}

const GOLDEN: [Golden; 2] = [
    Golden {
        suite: Suite::International,
        key_id: "e96caa7528c5c3c5ca3913a1ce60812cdef67a2a6fdec484531f44e284287e40",
        ciphertext: "3c20b87aa880e021afa722005946ed8a1764a5499a59026c8a0e2384b6a3b73f900d38df",
        stored: "0101010100000000000000010198c0de000040008000000000000000000000010000000000000000000000000000000000000000000000000000000000000000000000000000000000004a3800060a24181e400000024a5611223344556677889900aabbccddeeff0707070707070707070707070707070700010c0600110024636f756e73656c6c6f722d313135303130327b22636f756e7479223a3135303130327de96caa7528c5c3c5ca3913a1ce60812cdef67a2a6fdec484531f44e284287e40000102030405060708090a0b3c20b87aa880e021afa722005946ed8a1764a5499a59026c8a0e2384b6a3b73f900d38df",
    },
    Golden {
        suite: Suite::Guomi,
        key_id: "3a36953258c14a7cb76f3ff0b3eae293021faa9fea0932a58a8ffe681caf9d41",
        ciphertext: "ec64b09aa40fa73add7ac1c639146c81b52523b6c100e3987c8c7c375e408d5ae68462a5",
        stored: "0102010100000000000000010198c0de000040008000000000000000000000010000000000000000000000000000000000000000000000000000000000000000000000000000000000004a3800060a24181e400000024a5611223344556677889900aabbccddeeff0707070707070707070707070707070700010c0600110024636f756e73656c6c6f722d313135303130327b22636f756e7479223a3135303130327d3a36953258c14a7cb76f3ff0b3eae293021faa9fea0932a58a8ffe681caf9d41000102030405060708090a0bec64b09aa40fa73add7ac1c639146c81b52523b6c100e3987c8c7c375e408d5ae68462a5",
    },
];

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn an_event_of_each_suite_is_stored_in_the_bytes_that_are_drawn() {
    for Golden { suite, key_id, ciphertext, stored } in GOLDEN {
        let parts = EventParts {
            suite,
            kind: 1,
            schema: 1,
            position: Position(1),
            person: PERSON,
            version: 1,
            previous: None,
            effective_day: 19_000,
            recorded_at: 1_700_000_000_000_000,
            region: 150_102,
            command: COMMAND,
            digest: [7; 16],
            commit_index: 0,
            commit_count: 1,
            actor: "counsellor-1",
            office: "150102",
            clear: r#"{"county":150102}"#,
            sealed: Some(SealedParts {
                key_id: unhex(key_id).try_into().unwrap(),
                nonce: std::array::from_fn(|at| at as u8),
                ciphertext: &unhex(ciphertext),
            }),
        };
        let bytes = encode(&parts).unwrap();
        assert_eq!(bytes, unhex(stored), "{suite}");
        assert_eq!(StoredEvent::parse(&bytes).unwrap().parts(), &parts);
    }
}

#[test]
fn an_event_of_a_suite_that_is_not_known_is_refused() {
    for number in (0..=u8::MAX).filter(|number| Suite::from_number(*number).is_none()) {
        let mut bytes = unhex(GOLDEN[1].stored);
        bytes[1] = number;
        assert_eq!(StoredEvent::parse(&bytes), Err(DecodeError::Suite(number)));
    }
    for suite in Suite::ALL {
        assert_eq!(Suite::from_number(suite.number()), Some(suite));
    }
}

#[test]
fn the_associated_data_of_the_sealed_body_are_the_same_in_both() {
    let data = associated_data(LOG, PERSON, COMMAND, 0, 1, 1);
    assert_eq!(
        data.to_vec(),
        unhex(
            "7f1c00000000400080000000000000010198c0de00004000800000000000000011223344556677889900aabbccddeeff000101"
        )
    );
}
