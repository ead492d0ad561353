//! Logs longer than what is worked on at a time, in frames of a single event: each frame's root is compared, and the first place that is wrong is named.

use std::{fs, path::PathBuf};

use sigeyi_proof::{HashAlgorithm, Trusted};
use sigeyi_verifier::{At, EventFault, Fixed, Place, VerifyError, Wrong, verify_directory};

use crate::invented::*;
use crate::journal::*;

/// More than are hashed together.
const EVENTS: usize = 16_384 + 600;
const FIRST_FRAME: usize = 96;
const ROOT: std::ops::Range<usize> = 52..84;
const WRONG_ROOT: Wrong = Wrong::Frame("root is not that over the events up to it");

fn long_log(algorithm: HashAlgorithm) -> Vec<Vec<u8>> {
    let draft = |at: usize| Draft {
        person: at as u128 % 500 + 1,
        command: at as u128,
        index: 0,
        count: 1,
        sealed: vec![at as u8; at % 150 + 20],
    };
    written(algorithm, &(0..EVENTS).map(draft).collect::<Vec<_>>())
}

/// A directory whose only segment can be altered.
struct Altered {
    directory: Directory,
    segment: PathBuf,
    good: Vec<u8>,
    /// Where frames begin, and where the last one ends.
    frames: Vec<usize>,
}

impl Altered {
    fn of(algorithm: HashAlgorithm, log: &[Vec<u8>]) -> Altered {
        let directory = Directory::with_frames(algorithm, log, 1, EVENTS);
        let segment = directory.segment(1);
        let good = fs::read(&segment).unwrap();
        let mut frames = vec![FIRST_FRAME];
        for event in log {
            frames.push(frames.last().unwrap() + 88 + 2 + event.len() + 4);
        }
        Altered { directory, segment, good, frames }
    }

    /// What is found when the roots of the frames of these events are others.
    fn with_other_roots(&self, events: &[usize], trusted: Option<Trusted>) -> (Place, Wrong) {
        let mut bad = self.good.clone();
        for event in events {
            let frame = &mut bad[self.frames[event - 1]..self.frames[*event]];
            frame[ROOT][event % 32] ^= 1;
            reseal_frame(frame);
        }
        fs::write(&self.segment, bad).unwrap();
        match verify_directory(self.directory.path(), None, trusted).unwrap_err() {
            VerifyError::Wrong { place, wrong } => (place, wrong),
            error => panic!("{error}"),
        }
    }

    fn frame_of(&self, event: usize) -> Place {
        Place::Byte(self.segment.clone(), self.frames[event - 1] as u64)
    }

    fn event(&self, event: usize) -> Place {
        let at = self.frames[event - 1] + 88 + 2;
        Place::Event(self.segment.clone(), event as u64, At::Byte(at as u64))
    }
}

#[test]
fn the_root_of_every_frame_is_compared_and_the_first_that_is_wrong_is_named() {
    for algorithm in [SHA256, HashAlgorithm::Sm3] {
        let log = long_log(algorithm);
        let altered = Altered::of(algorithm, &log);
        let verified = verify_directory(altered.directory.path(), None, None).unwrap();
        assert_eq!((verified.end.events, verified.end.fixed), (EVENTS as u64, Fixed::Nowhere));
        for event in [1, 2, 255, 256, 257, 4_096, 8_191, 8_192, 8_193, 16_383, 16_384, 16_385, EVENTS] {
            assert_eq!(altered.with_other_roots(&[event], None), (altered.frame_of(event), WRONG_ROOT));
        }
        for events in [[9_000, 8_999], [EVENTS, 16_384], [12_000, 3]] {
            let first = altered.frame_of(events[1]);
            assert_eq!(altered.with_other_roots(&events, None), (first, WRONG_ROOT));
        }
    }
}

#[test]
fn of_a_root_and_an_event_that_are_wrong_the_earlier_one_is_named() {
    let mut log = long_log(SHA256);
    // A hash that the person's chain does not have.
    let mut other = log[5_000 - 1].clone();
    let at = other.len() - 1;
    other[at] ^= 1;
    log[5_000 - 1] = other;
    let altered = Altered::of(SHA256, &log);
    // The person's next event tells.
    let chain = (altered.event(5_500), Wrong::Event(EventFault::Chain));
    assert_eq!(altered.with_other_roots(&[5_501], None), chain);
    assert_eq!(altered.with_other_roots(&[5_500], None), chain);
    for event in [5_499, 4_999, 1] {
        assert_eq!(altered.with_other_roots(&[event], None), (altered.frame_of(event), WRONG_ROOT));
    }
}

#[test]
fn the_root_of_a_checkpoint_comes_before_that_of_the_frame_that_ends_there() {
    let log = long_log(SHA256);
    let altered = Altered::of(SHA256, &log);
    for size in [1, 7_000, 16_384, EVENTS] {
        let (good, mut other) = (log[..size].to_vec(), log[..size].to_vec());
        other[0][100] ^= 1;
        let (good, other) = (trusted(&good), trusted(&other));
        let wrong = Wrong::Root { size: size as u64 };
        let at = (altered.event(size), wrong);
        assert_eq!(altered.with_other_roots(&[size], Some(other.clone())), at);
        assert_eq!(altered.with_other_roots(&[size], Some(good)), (altered.frame_of(size), WRONG_ROOT));
        assert_eq!(altered.with_other_roots(&[], Some(other.clone())), at);
        if size > 1 {
            let before = (altered.frame_of(size - 1), WRONG_ROOT);
            assert_eq!(altered.with_other_roots(&[size - 1], Some(other)), before);
        }
    }
}
