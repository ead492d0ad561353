//! While the log is open it is read again: what the disk has altered stops it, and is named.

use std::{
    fs::{self, File, OpenOptions},
    os::unix::fs::FileExt,
    path::Path,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{
    any::verification,
    checkpoints::{copied, record, signing},
    world::{IN_TIME, send, submission},
};
use crate::{
    CommandError, Engine, Options, RepairOptions, ScrubPace, ScrubReport, repair,
    scrub::{Scrub, ScrubError},
};

/// Faster than any disk, one pass after the other.
const AT_ONCE: ScrubPace = ScrubPace { bytes_a_second: u64::MAX, pause: Duration::ZERO };
/// Bytes of a segment, so that a few hundred commands fill several.
const SEGMENT_BYTES: u64 = 20_000;

fn options(scrub: Option<ScrubPace>) -> Options {
    Options { scrub, segment_bytes_max: Some(SEGMENT_BYTES), ..signing(None) }
}

fn open(dir: &Path, scrub: Option<ScrubPace>) -> Engine {
    Engine::open(dir, options(scrub)).unwrap()
}

/// A closed directory with several segments and a full tile.
fn with_segments() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    record(&open(dir.path(), None), 0, 400);
    assert!(segment(dir.path(), 3).exists());
    dir
}

fn segment(dir: &Path, number: u32) -> std::path::PathBuf {
    dir.join(format!("journal/{number:010}.log"))
}

/// Waits for something that the scrub says.
fn until(engine: &Engine, what: &str, is_so: impl Fn(ScrubReport) -> bool) {
    let started = Instant::now();
    while !is_so(engine.scrub_report().unwrap()) {
        assert!(started.elapsed() < IN_TIME, "{what}: {:?}", engine.scrub_report());
        std::thread::yield_now();
    }
}

fn flip(path: &Path, at: u64) {
    let file: File = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ 1], at).unwrap();
}

/// Sends until nothing is acknowledged any more; how many were, and why no more is.
fn stopped(engine: &Engine) -> (u128, String) {
    let started = Instant::now();
    for number in 10_000.. {
        assert!(started.elapsed() < IN_TIME, "{:?}", engine.scrub_report());
        match send(engine, &submission(number, 1, verification())) {
            Ok(_) => {}
            Err(CommandError::Stopped(reason)) => return (number - 10_000, reason),
            Err(error) => panic!("another refusal: {error:?}"),
        }
    }
    unreachable!()
}

#[test]
fn a_byte_that_is_altered_in_an_old_segment_is_found_and_nothing_is_acknowledged_any_more() {
    let dir = with_segments();
    let engine = open(dir.path(), Some(AT_ONCE));
    until(&engine, "two passes that find nothing", |report| report.finished >= 2);
    assert!(!engine.is_stopped() && engine.scrub_report().unwrap().finished_at > 0);
    let before = engine.head();
    flip(&segment(dir.path(), 1), SEGMENT_BYTES / 2);
    let (acknowledged, reason) = stopped(&engine);
    assert!(reason.contains("0000000001.log") && reason.contains("sigeyi repair --data DIR"), "{reason}");
    assert!(engine.is_stopped());
    drop(engine);
    // What was acknowledged is there once the segment is mended.
    let report = repair(dir.path(), &RepairOptions::default(), |_, _| ()).unwrap();
    assert!(!report.before.is_sound() && report.after.is_sound(), "{:?}", report.after.faults);
    assert!(u128::from(report.after.head) >= u128::from(before.0) + acknowledged);
}

#[test]
fn a_journal_that_was_put_in_the_place_of_the_one_that_was_signed_is_found() {
    let dir = with_segments();
    let other = copied(&dir);
    let engine = open(dir.path(), None);
    record(&engine, 1_000, 3);
    let size = engine.sign_checkpoint().unwrap().unwrap().checkpoint().size;
    let scrub = Scrub::new(AT_ONCE);
    let pass = || scrub.pass(&engine.shared, engine.checkpoints.as_deref());
    assert!(pass().unwrap(), "it is as it was written");
    // The same beginning, and later other events, all with good checksums and roots.
    record(&open(other.path(), None), 2_000, 6);
    for number in (1..).take_while(|number| segment(other.path(), *number).exists()) {
        let bytes = fs::read(segment(other.path(), number)).unwrap();
        let to = OpenOptions::new().write(true).open(segment(dir.path(), number)).unwrap();
        to.write_all_at(&bytes, 0).unwrap();
    }
    let found = pass().unwrap_err();
    assert!(matches!(found, ScrubError::Checkpoint { size: of } if of == size), "{found:?}");
}

#[test]
fn a_tile_that_is_not_what_the_events_give_is_found() {
    let dir = with_segments();
    let engine = open(dir.path(), Some(AT_ONCE));
    until(&engine, "a pass that finds nothing", |report| report.finished >= 1);
    flip(&dir.path().join("tree/0.tiles"), 500);
    // Nothing is sent: whoever signs more looks at the tiles too, and makes them anew.
    let started = Instant::now();
    while !engine.is_stopped() {
        assert!(started.elapsed() < IN_TIME, "{:?}", engine.scrub_report());
        std::thread::yield_now();
    }
    let (acknowledged, reason) = stopped(&engine);
    assert!(acknowledged == 0 && reason.contains("tile/0/000 is damaged"), "{acknowledged}: {reason}");
}

#[test]
fn no_more_is_read_than_the_pace_says_and_closing_waits_for_none_of_it() {
    let dir = with_segments();
    let slow = ScrubPace { bytes_a_second: 1, pause: Duration::ZERO };
    let started = Instant::now();
    let engine = open(dir.path(), Some(slow));
    until(&engine, "the first piece", |report| report.through.0 > 0);
    // A segment is read in one piece, and the next one is due in hours.
    let report = engine.scrub_report().unwrap();
    assert!(report.through < engine.head() && report.finished == 0, "{report:?}");
    record(&engine, 1_000, 10);
    assert_eq!(engine.scrub_report(), Some(report));
    drop(engine);
    assert!(started.elapsed() < IN_TIME);
}

#[test]
fn without_a_pace_nothing_is_read_again() {
    let dir = with_segments();
    assert_eq!(open(dir.path(), None).scrub_report(), None);
}
