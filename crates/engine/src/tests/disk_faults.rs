//! A disk that fails, lies, or is full: what is answered holds, what cannot be recorded is refused with a code, and questions are answered.

use std::path::Path;

use sigeyi_domain::plans;
use sigeyi_envelope::Position;
use sigeyi_store::{
    Disk,
    simulated_disk::{Fault, SimulatedDisk, Step, seeds},
    snapshots,
};

use super::{machine::until, outages::Office};
use crate::{CommandError, Engine, OpenError};

fn figures(engine: &Engine) -> String {
    format!("{:?} {}", engine.progress(&plans()[0], None, None).unwrap().counties, engine.people())
}

#[test]
fn after_a_write_or_sync_that_failed_nothing_is_recorded_until_a_restart_that_verifies() {
    for seed in seeds(6) {
        let mut office = Office::new(seed.number);
        office.live(8);
        let engine = office.open(false).unwrap();
        let step = if office.dice.percent(50) { Step::Write } else { Step::Sync };
        let fault = if office.dice.percent(50) { Fault::FailsOnce } else { Fault::FailsForEver };
        office.disk.plan_fault(".log", step, 1 + office.dice.below(5), fault);
        let is_stopped = |failed: &[CommandError]| {
            !failed.is_empty() && failed.iter().all(|error| error.code() == "STOPPED")
        };
        let failed = (0..30).map(|_| {
            let group = vec![office.verification(), office.verification()];
            office.send(&engine, group)
        });
        let failed: Vec<_> = failed.filter(|failed| !failed.is_empty()).collect();
        assert!(!failed.is_empty() && failed.iter().all(|failed| is_stopped(failed)), "{failed:?}");
        assert!(engine.is_stopped());
        assert_eq!(engine.head(), engine.durable_head());
        figures(&engine);
        drop(engine);

        office.disk.mend();
        if office.dice.percent(50) {
            office.cut()
        } else {
            office.kill()
        }
        office.live(3);
        office.cut();
        office.live(1);
    }
}

#[test]
fn what_a_lying_disk_has_lost_is_missed_by_head_and_the_directory_refused() {
    let (mut refused, mut runs) = (0, 0);
    for seed in seeds(8) {
        runs += 1;
        let mut office = Office::new(seed.number);
        office.live(8);
        let engine = office.open(false).unwrap();
        office.disk.plan_fault(".log", Step::Sync, 1 + office.dice.below(4), Fault::LiesForEver);
        for _ in 0..8 {
            let group = vec![office.verification(), office.verification()];
            assert_eq!(office.send(&engine, group), []);
        }
        drop(engine);
        office.cut();
        match office.open(false) {
            Ok(engine) => office.assert_kept(&engine),
            Err(OpenError::Damaged { .. }) => refused += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(runs == 1 || refused > 0);
}

#[test]
fn what_a_lying_disk_has_lost_is_missed_by_sled_although_head_is_lost_too() {
    let (mut stopped, mut runs) = (0, 0);
    for seed in seeds(6) {
        runs += 1;
        let mut office = Office::new(seed.number);
        office.live(8);
        let engine = office.open(false).unwrap();
        office.disk.plan_fault(".log", Step::Sync, 1, Fault::LiesForEver);
        for _ in 0..40 {
            let group = vec![office.verification(), office.verification()];
            assert_eq!(office.send(&engine, group), []);
        }
        until(|| engine.mirror().0.0 > 60);
        let mirrored = engine.mirror().0;
        drop(engine);
        // The simulated disk alone: sled comes back as it was.
        office.disk = office.disk.power_cut(seed.number);
        office.disk.remove(&office.head_file()).unwrap();
        match office.open(true) {
            Ok(engine) if engine.durable_head() < mirrored => {
                let group = vec![office.verification()];
                let failed = office.send(&engine, group);
                let says =
                    failed.iter().any(|error| error.to_string().contains("the journal has lost its end"));
                assert!(says, "{failed:?}");
                figures(&engine);
                stopped += 1;
            }
            Ok(_) | Err(OpenError::Damaged { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert!(runs == 1 || stopped > 0);
}

#[test]
fn a_full_disk_refuses_answers_questions_and_goes_on_by_itself() {
    let mut office = Office::new(1);
    office.live(8);
    let mut engine = office.open(false).unwrap();
    office.disk.set_capacity(office.disk.used_bytes());
    // Zeros that were ahead are used up first.
    let failed = (0..200).find_map(|_| {
        let group = (0..100).map(|_| office.verification()).collect();
        let failed = office.send(&engine, group);
        (!failed.is_empty()).then_some(failed)
    });
    assert!(failed.unwrap().iter().all(|error| error.code() == "DISK_FULL"));
    for is_started_again in [false, true] {
        if is_started_again {
            drop(engine);
            office.disk.set_capacity(office.disk.used_bytes());
            engine = office.open(false).unwrap();
        }
        // What is recorded is known, what is not is refused, and questions are answered.
        office.assert_known(&engine);
        let before = (engine.head(), figures(&engine));
        let failed = office.send_again(&engine);
        assert!(!failed.is_empty() && failed.iter().all(|error| error.code() == "DISK_FULL"), "{failed:?}");
        assert_eq!((engine.head(), figures(&engine)), before);
        assert!(!engine.is_stopped());
    }
    office.disk.set_capacity(u64::MAX);
    let office = std::cell::RefCell::new(office);
    until(|| office.borrow_mut().send_again(&engine).is_empty());
    let mut office = office.into_inner();
    office.assert_kept(&engine);
    drop(engine);
    office.cut();
    office.live(2);
}

#[test]
fn a_snapshot_that_finds_no_room_is_given_up_and_said_the_log_goes_on_and_a_later_one_is_taken() {
    const EVERY: usize = 60;
    for seed in seeds(6) {
        let mut office = Office::new(seed.number);
        office.live(8);
        let dir = office.data().join("snapshots");
        let taken = |disk: &SimulatedDisk| snapshots(disk, &dir).first().map(|(position, _)| *position);
        let record = |office: &mut Office, engine: &Engine| {
            let group = (0..EVERY).map(|_| office.verification()).collect();
            assert_eq!(office.send(engine, group), []);
        };
        office.snapshot_every = Some(EVERY as u64);
        let engine = office.open(false).unwrap();
        record(&mut office, &engine);
        until(|| taken(&office.disk) > Some(Position::BEGINNING));

        // Zeros for what is recorded are written already; behind them there is no room.
        let disk = office.disk.clone();
        disk.set_capacity(disk.used_bytes() + office.dice.below(2_000));
        record(&mut office, &engine);
        record(&mut office, &engine);
        until(|| !engine.notes().is_empty());
        let (before, said) = (taken(&disk), engine.notes().len());
        record(&mut office, &engine);
        record(&mut office, &engine);
        until(|| engine.notes().len() > said && !has_unfinished(&disk, &dir));
        for note in engine.notes() {
            assert!(note.contains("no snapshot was taken") && note.contains("space"), "{note}");
        }
        assert_eq!(taken(&disk), before);
        figures(&engine);
        // Whoever starts on the disk as it is finds nothing that is in his way.
        for after in [disk.process_end(), disk.power_cut(office.dice.any())] {
            assert!(snapshots(&after, &dir).iter().all(|(position, _)| Some(*position) <= before));
        }

        disk.set_capacity(u64::MAX);
        until_later(&mut office, &engine, record, |disk| taken(disk) > before);
        office.assert_kept(&engine);
        drop(engine);
        office.cut();
        office.live(2);
    }
}

/// Records more and more until something is so on the disk.
fn until_later(
    office: &mut Office,
    engine: &Engine,
    record: impl Fn(&mut Office, &Engine),
    so: impl Fn(&SimulatedDisk) -> bool,
) {
    for _ in 0..100 {
        record(office, engine);
        if so(&office.disk) {
            return;
        }
    }
    panic!("not after a hundred groups");
}

fn has_unfinished(disk: &SimulatedDisk, dir: &Path) -> bool {
    disk.list(dir).unwrap().iter().any(|name| name.ends_with(".new"))
}
