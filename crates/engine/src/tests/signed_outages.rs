//! The power is cut while the log signs: what was handed out is never ahead of what is durable, and the log always goes on from all of it.

use std::sync::Arc;

use sigeyi_store::{Disk, simulated_disk::seeds};

use super::outages::Office;
use crate::{
    CheckpointError, Engine, FaultKind, SystemClock, VerifyOptions,
    checkpoints::{CheckpointFile, declare_fork_on},
    maintenance::verify_on,
    writer::chain,
};

const SECOND: &str = "log.example/second";

/// Opens what a cut has left: it always does, and goes on from everything that was handed out.
#[track_caller]
fn opened(office: &Office) -> Engine {
    let engine = office.open(false).unwrap_or_else(|error| panic!("refused: {}", chain(&error)));
    office.assert_goes_on_from_what_was_handed_out(&engine);
    engine
}

/// What was handed out is on the disk, or the next start could not know that events are missing.
#[track_caller]
fn assert_stored(office: &Office) {
    let given = office.handed_out.as_ref().unwrap().0.lock().clone();
    let given = given.iter().map(|given| given.unverified().size).max().unwrap_or(0);
    let copies = CheckpointFile::of(&office.data()).copies(&office.disk).unwrap();
    let sizes = copies.iter().filter_map(|(_, copy)| Some(copy.as_ref()?.as_ref().ok()?.unverified().size));
    let stored = sizes.max().unwrap_or(0);
    assert!(given <= stored, "{given} events were signed, and {stored} are known of");
}

/// What a check says of what was signed.
#[track_caller]
fn assert_signatures_are_sound(office: &Office) {
    let options = VerifyOptions { journal_dir: office.journal_dir(), ..VerifyOptions::default() };
    let disk: Arc<dyn Disk> = Arc::new(office.disk.clone());
    let report = verify_on(disk, &office.data(), &options, &mut |_, _| ()).unwrap();
    let of_signatures = [FaultKind::LogKey, FaultKind::Checkpoint, FaultKind::Tiles, FaultKind::Forks];
    let faults: Vec<_> = report.faults.iter().filter(|fault| of_signatures.contains(&fault.kind)).collect();
    assert_eq!(faults.len(), 0, "{faults:?}");
}

/// A closed directory of so many events, signed.
fn with_events(seed: u64, events: u64) -> Office {
    let mut office = Office::that_signs(seed);
    let engine = office.open(false).unwrap();
    while engine.head().0 < events {
        let missing = events - engine.head().0;
        let group = (0..missing.min(64)).map(|_| office.anything()).collect();
        office.send(&engine, group);
    }
    drop(engine);
    office
}

/// Goes on until a tile is full, and signs after each group.
fn over_a_tile(office: &mut Office) {
    let Ok(engine) = office.open(false) else { return };
    for _ in 0..3 {
        let group = (0..4).map(|_| office.verification()).collect();
        office.send(&engine, group);
        let _ = engine.sign_checkpoint();
    }
}

#[test]
fn a_cut_at_every_boundary_of_the_first_start_leaves_a_log_that_goes_on_from_what_it_has_signed() {
    let boundaries = {
        let mut office = Office::that_signs(1);
        office.live(2);
        assert!(!office.handed_out.as_ref().unwrap().0.lock().is_empty());
        office.disk.operations()
    };
    for boundary in 1..=boundaries {
        let mut office = Office::that_signs(boundary);
        office.disk.freeze_at(boundary);
        office.live(2);
        office.cut();
        assert_stored(&office);
        office.live(1);
        assert_signatures_are_sound(&office);
    }
}

#[test]
fn a_cut_at_every_boundary_while_a_tile_fills_leaves_a_tree_that_proves_everything() {
    let (before, after) = {
        let mut office = with_events(1, 250);
        let before = office.disk.operations();
        over_a_tile(&mut office);
        (before, office.disk.operations())
    };
    let mut with_tiles = 0;
    for boundary in 1..=after - before {
        let mut office = with_events(1, 250);
        office.disk.freeze_at(office.disk.operations() + boundary);
        over_a_tile(&mut office);
        office.cut();
        assert_stored(&office);
        assert_signatures_are_sound(&office);
        let engine = opened(&office);
        office.send_again(&engine);
        let signed = engine.sign_checkpoint().unwrap().unwrap();
        for position in [1, 250, signed.checkpoint().size] {
            engine.proof(crate::Position(position)).unwrap();
        }
        with_tiles += u64::from(signed.checkpoint().size >= 256);
        drop(engine);
        assert_signatures_are_sound(&office);
    }
    assert!(with_tiles > 0, "no boundary reached a full tile");
}

#[test]
fn whatever_becomes_of_processes_that_sign_everything_that_was_handed_out_stays_true() {
    for seed in seeds(8) {
        let mut office = Office::that_signs(seed.number);
        for _ in 0..5 {
            if office.dice.percent(80) {
                office.disk.freeze_at(office.disk.operations() + 1 + office.dice.below(90));
            }
            let groups = office.dice.below(8);
            office.live(groups);
            if office.dice.percent(70) { office.cut() } else { office.kill() }
        }
        office.live(2);
        assert_signatures_are_sound(&office);
    }
}

fn declare(office: &Office, origin: &str) -> Result<(), CheckpointError> {
    declare_fork_on(&office.disk, &SystemClock, &office.data(), origin).map(|_| ())
}

#[test]
fn a_fork_that_is_cut_anywhere_is_declared_or_is_not_and_can_be_declared_again() {
    let boundaries = {
        let office = with_events(1, 20);
        let before = office.disk.operations();
        declare(&office, SECOND).unwrap();
        office.disk.operations() - before
    };
    let (mut before, mut after) = (0, 0);
    for boundary in 1..=boundaries + 1 {
        let mut office = with_events(1, 20);
        let first = opened(&office).log_key().unwrap().name().to_owned();
        office.disk.freeze_at(office.disk.operations() + boundary);
        let declared = declare(&office, SECOND);
        office.cut();
        assert_signatures_are_sound(&office);
        let name = opened(&office).log_key().unwrap().name().to_owned();
        assert_signatures_are_sound(&office);
        if name == SECOND {
            after += 1;
        } else {
            assert_eq!(name, first);
            assert!(declared.is_err(), "it was declared, and is forgotten");
            before += 1;
            declare(&office, SECOND).unwrap();
            assert_eq!(opened(&office).log_key().unwrap().name(), SECOND);
            assert_signatures_are_sound(&office);
        }
        // The key of the log that ended stays beside the new one.
        let older = office.data().join("identity/log.key.1");
        let forks = office.disk.read(&office.data().join("FORKS")).unwrap();
        assert!(office.disk.exists(&older).unwrap());
        assert!(String::from_utf8(forks).unwrap().lines().last().unwrap().contains(SECOND));
    }
    assert!(before > 0 && after > 0, "{before} before, {after} after");
}
