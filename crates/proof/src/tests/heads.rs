//! Trees over everybody's newest events.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;

use crate::*;

fn bytes<const N: usize>(text: &Value) -> [u8; N] {
    let text = text.as_str().unwrap();
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(byte).collect::<Vec<u8>>().try_into().unwrap()
}

fn head(person: u8, version: u32, position: u64) -> PersonHead {
    PersonHead { person: [person; 16], version, position, leaf: sha256(&position.to_be_bytes()) }
}

#[test]
fn roots_leaves_and_paths_are_those_that_were_computed_elsewhere() {
    let vectors: Value = serde_json::from_str(include_str!("../../vectors/vectors.json")).unwrap();
    for vector in vectors["heads"].as_array().unwrap() {
        let algorithm = HashAlgorithm::of_suite(vector["suite"].as_u64().unwrap() as u8).unwrap();
        let head = |head: &Value| PersonHead {
            person: bytes(&head["person"]),
            version: head["version"].as_u64().unwrap() as u32,
            position: head["position"].as_u64().unwrap(),
            leaf: bytes(&head["leaf"]),
        };
        let unsorted: Vec<PersonHead> = vector["heads"].as_array().unwrap().iter().map(head).collect();
        let heads = Heads::new(algorithm, unsorted.clone());
        assert_eq!(heads.root(), bytes(&vector["root"]));
        let encoded: [u8; PERSON_HEAD_BYTES] = bytes(&vector["head"]);
        let third = unsorted.iter().find(|head| head.encode() == encoded).unwrap();
        let path = heads.path_of(&third.person).unwrap();
        let expected: Vec<Hash> = vector["path"].as_array().unwrap().iter().map(bytes).collect();
        assert_eq!((path.head, path.index, &path.path), (*third, 2, &expected));
        for head in &unsorted {
            let HeadPath { head: found, index, path } = heads.path_of(&head.person).unwrap();
            let leaf = found.hash(algorithm);
            assert_eq!(found, *head);
            assert_eq!(verify_inclusion(algorithm, &leaf, index, heads.len(), &path, &heads.root()), Ok(()));
        }
        assert_eq!(heads.path_of(&[0xee; 16]), None);
    }
}

#[test]
fn each_part_of_a_head_is_in_its_hash() {
    let whole = head(7, 3, 9);
    let others = [
        PersonHead { person: [8; 16], ..whole },
        PersonHead { version: 4, ..whole },
        PersonHead { position: 10, ..whole },
        PersonHead { leaf: [0; 32], ..whole },
    ];
    for algorithm in [HashAlgorithm::Sha256, HashAlgorithm::Sm3] {
        for other in others {
            assert_ne!(other.hash(algorithm), whole.hash(algorithm));
        }
    }
}

proptest! {
    /// Whoever walks back from the end finds what whoever stops there has counted.
    #[test]
    fn heads_at_an_earlier_position_are_those_that_were_there(
        people in proptest::collection::vec(proptest::option::of(0_u8..6), 1..60),
    ) {
        let mut newest: BTreeMap<PersonId, PersonHead> = BTreeMap::new();
        let (mut behind, mut after_each) = (HeadsBehind::default(), Vec::new());
        for (position, person) in (1..).zip(&people) {
            let of = person.map(|person| {
                let before = newest.get(&[person; 16]).copied();
                let version = before.map_or(0, |before| before.version) + 1;
                newest.insert([person; 16], head(person, version, position));
                ([person; 16], before)
            });
            behind.push(of, position as i32 * 10);
            after_each.push(newest.clone());
        }
        for (position, expected) in (1..).zip(after_each) {
            let found = behind.heads_at(position, newest.values().copied()).unwrap();
            let expected: Vec<PersonHead> = expected.into_values().collect();
            prop_assert_eq!(found, expected);
            prop_assert_eq!(behind.day_of(position), Some(position as i32 * 10));
        }
        prop_assert_eq!(behind.heads_at(0, newest.values().copied()), None);
        prop_assert_eq!(behind.heads_at(people.len() as u64 + 1, newest.values().copied()), None);
    }
}

#[test]
fn what_lies_too_far_behind_is_not_told() {
    let mut behind = HeadsBehind::default();
    let events = HEADS_BEHIND_EVENTS_MAX + 3;
    for event in 1..=events {
        let before = (event > 1).then(|| head(1, event as u32 - 1, event - 1));
        behind.push(Some(([1; 16], before)), event as i32);
    }
    let newest = || std::iter::once(head(1, events as u32, events));
    let farthest = events - HEADS_BEHIND_EVENTS_MAX;
    assert_eq!(behind.heads_at(farthest, newest()), Some(vec![head(1, farthest as u32, farthest)]));
    assert_eq!(behind.heads_at(farthest - 1, newest()), None);
    assert_eq!(behind.day_of(farthest - 1), None);
}

#[test]
fn what_an_event_says_of_heads_is_compared_part_by_part() {
    let algorithm = HashAlgorithm::Sha256;
    let walk = || {
        let mut behind = HeadsBehind::default();
        behind.push(Some(([1; 16], None)), 100);
        behind.push(Some(([2; 16], None)), 100);
        // What came after the position at which they are taken.
        behind.push(Some(([1; 16], Some(head(1, 1, 1)))), 101);
        behind.push(None, 101);
        behind
    };
    let newest = || [head(1, 2, 3), head(2, 1, 2)].into_iter();
    let root = Heads::new(algorithm, vec![head(1, 1, 1), head(2, 1, 2)]).root();
    let good = HeadsStatement { number: 1, day: 100, through: 2, people: 2, root };
    assert_eq!(walk().check(algorithm, &good, newest()), Ok(()));
    for (wrong, fault) in [
        (HeadsStatement { number: 2, ..good }, HeadsFault::Number { expected: 1, found: 2 }),
        (HeadsStatement { through: 0, ..good }, HeadsFault::Order),
        (HeadsStatement { through: 5, ..good }, HeadsFault::Order),
        (HeadsStatement { day: 101, ..good }, HeadsFault::Day),
        (HeadsStatement { people: 3, ..good }, HeadsFault::People { expected: 2, found: 3 }),
        (HeadsStatement { through: 3, day: 101, ..good }, HeadsFault::Root),
        (HeadsStatement { root: [0; 32], ..good }, HeadsFault::Root),
    ] {
        assert_eq!(walk().check(algorithm, &wrong, newest()), Err(fault), "{wrong:?}");
    }
    // The same again is behind nothing new.
    let mut behind = walk();
    behind.check(algorithm, &good, newest()).unwrap();
    let again = HeadsStatement { number: 2, ..good };
    assert_eq!(behind.check(algorithm, &again, newest()), Err(HeadsFault::Order));
}
