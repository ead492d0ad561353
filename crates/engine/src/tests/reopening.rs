//! Fold equals replay, with and without snapshots.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use proptest::prelude::*;
use sigeyi_simulator::{SimulatedDay, Simulation, SimulationOptions};

use super::{
    any::{PEOPLE, certificate, enrolment, seventeen, stories},
    reference::{self, assert_one_writer_could_have_made_it},
    world::{IN_TIME, World, answers, send, submission},
};
use crate::{Engine, Options, Position, ReplayError, SimulatedClock, Submission, Target};

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 256, ..ProptestConfig::default() })]

    #[test]
    fn a_directory_that_is_opened_again_answers_as_before(
        story in stories(60), snapshots in proptest::collection::vec(any::<usize>(), 0..4)
    ) {
        let mut world = World::new();
        let snapshots: Vec<usize> = snapshots.iter().map(|at| at % (story.len() + 1)).collect();
        for (at, step) in story.iter().enumerate() {
            if snapshots.contains(&at) {
                world.take_snapshot();
            }
            world.tell(step);
        }
        let newest = snapshots.iter().any(|at| *at < story.len());
        let before = answers(world.engine());
        let head = world.engine().head();

        world.reopen(true);
        let report = world.engine().start_report();
        prop_assert_eq!((report.snapshot, report.replayed), (None, head.0));
        prop_assert_eq!(&answers(world.engine()), &before);

        world.reopen(false);
        let report = world.engine().start_report();
        prop_assert_eq!(report.snapshot.is_some(), newest);
        prop_assert_eq!(report.replayed, head.0 - report.snapshot.map_or(0, |position| position.0));
        prop_assert_eq!(&report.passed_over, &Vec::<String>::new());
        prop_assert_eq!(&answers(world.engine()), &before);

        world.assert_everything_is_remembered();
        prop_assert_eq!(world.engine().head(), head);
        assert_one_writer_could_have_made_it(world.engine(), &world.sent);
    }

    #[test]
    fn a_story_goes_on_after_every_start_as_if_there_had_been_none(
        story in stories(40), starts in proptest::collection::vec(any::<usize>(), 1..3)
    ) {
        let mut world = World::new();
        for (at, step) in story.iter().enumerate() {
            if starts.iter().any(|start| start % story.len() == at) {
                world.take_snapshot();
                world.reopen(at % 2 == 0);
            }
            world.tell(step);
        }
        assert_one_writer_could_have_made_it(world.engine(), &world.sent);
        let before = answers(world.engine());
        world.reopen(true);
        prop_assert_eq!(answers(world.engine()), before);
    }
}

/// Says that the story is told, even where it broke off: otherwise the taker would go on for ever.
struct Told<'a>(&'a AtomicBool);

impl Drop for Told<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// sled has all of it whole, and is not asked: a replay is of the journal.
#[test]
fn a_replay_of_a_journal_that_was_damaged_meanwhile_is_refused() {
    let mut world = World::new();
    for who in 0..PEOPLE {
        let enrolment = enrolment(certificate(&seventeen(who), "42"));
        send(world.engine(), &submission(who as u128 + 1, who, enrolment)).unwrap();
    }
    let refolded = world.engine().refold().unwrap();
    assert_eq!((refolded.events, refolded.is_equal), (PEOPLE as u64, true));
    // A start from a snapshot of everything keeps no event in memory.
    world.take_snapshot();
    world.reopen(false);
    let path = world.dir.path().join("journal/0000000001.log");
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.iter().rposition(|byte| *byte != 0).unwrap() - 100;
    bytes[at] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let refused = world.engine().refold().unwrap_err();
    assert!(matches!(refused, ReplayError::Read(_)), "{refused}");
}

/// Three simulated years of a few people, while one snapshot after the other is taken.
#[test]
fn snapshots_taken_while_the_log_grows_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(SimulatedClock::starting_at(0));
    let options = Options { create: true, simulated_clock: Some(clock.clone()), ..Options::default() };
    let engine = Engine::open(dir.path(), options).unwrap();
    let snapshots = crate::snapshots::Snapshots::new(
        Arc::new(sigeyi_store::RealDisk),
        dir.path(),
        crate::Suite::International,
        0,
    );
    let is_told = AtomicBool::new(false);
    let taken = std::thread::scope(|scope| {
        let taker = scope.spawn(|| {
            let mut taken = Position::BEGINNING;
            while !is_told.load(Ordering::SeqCst) {
                taken = snapshots.take(&engine.shared).unwrap();
                let (restored, _) = snapshots.newest(engine.log_id(), |snapshot| {
                    Ok((snapshot.header().touched_through, snapshot.restore(&engine.shared.keyring)?))
                });
                let (touched_through, model) = restored.unwrap();
                assert!(model.people().rows().iter().all(|row| row.head.position <= touched_through));
            }
            taken
        });
        let told = Told(&is_told);
        for SimulatedDay { day, commands } in Simulation::new(SimulationOptions { people: 400, seed: 5 }) {
            clock.advance_to(i64::from(day.days()) * 86_400_000_000, 1_000);
            let sent: Vec<_> = commands
                .into_iter()
                .map(|simulated| {
                    let submission = Submission {
                        command_id: simulated.command_id,
                        content: engine.digest(&[simulated.command_id.as_bytes()]),
                        actor: simulated.actor,
                        office: simulated.office.into(),
                        target: Target::Citizen(simulated.citizen),
                        expected_version: None,
                        command: simulated.command,
                    };
                    engine.submit_waiting(submission).unwrap()
                })
                .collect();
            sent.into_iter().for_each(|ticket| {
                ticket.wait(IN_TIME).unwrap();
            });
        }
        drop(told);
        taker.join().unwrap()
    });
    assert!(taken > Position::BEGINNING);
    let before = answers(&engine);
    drop(engine);
    for ignore_snapshots in [false, true] {
        let engine = Engine::open(dir.path(), Options { ignore_snapshots, ..Options::default() }).unwrap();
        assert_eq!(engine.start_report().snapshot, (!ignore_snapshots).then_some(taken));
        assert_eq!(answers(&engine), before);
        let replayed = reference::folded(&engine, &reference::log(&engine));
        assert_eq!(engine.shared.folded.read().model.people().rows(), replayed.people().rows());
    }
}
