//! Looks at people per second: what it takes until one is written down, durably, so that it may be answered.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use sigeyi_domain::Identifier;
use sigeyi_engine::{
    AccessAction, AccessNote, AccessOutcome, AccessPurpose, Engine, Options, Position, RevealedFields,
};
use uuid::Uuid;

use crate::fresh;

/// Who look at a time.
const LOOKERS: [usize; 3] = [1, 64, 256];
/// Looks of each in a round.
const LOOKS: usize = 500;
const WRITTEN_WITHIN: Duration = Duration::from_secs(30);

pub(crate) fn run(work: &Path) {
    println!("## Looks at people, written down before they are answered");
    let dir = fresh(&work.join("looks"));
    let engine =
        Engine::open(&dir, Options { create: true, ..Options::default() }).expect("the directory opens");
    println!("each shows two people\n| callers | looks /s | mean time | bytes each |\n|---|---|---|---|");
    for lookers in LOOKERS {
        let before = engine.access_log();
        let started = Instant::now();
        std::thread::scope(|scope| {
            for looker in 0..lookers {
                let engine = &engine;
                scope.spawn(move || {
                    for round in 0..LOOKS {
                        let ticket = engine.log_access(note(looker, round)).expect("there is room");
                        ticket.wait(WRITTEN_WITHIN).expect("it is written down");
                    }
                });
            }
        });
        let (after, took) = (engine.access_log(), started.elapsed());
        let looks = after.entries - before.entries;
        println!(
            "| {lookers} | {:.0} | {:?} | {} |",
            looks as f64 / took.as_secs_f64(),
            took * lookers as u32 / looks as u32,
            (after.bytes - before.bytes) / looks,
        );
    }
    println!();
    drop(engine);
    fresh(&dir);
}

fn note(looker: usize, round: usize) -> AccessNote {
    AccessNote {
        request: Uuid::new_v4(),
        actor: Identifier::parse(&format!("u-{looker}")).expect("an id"),
        office: None,
        action: AccessAction::Person,
        purpose: AccessPurpose::Service,
        outcome: AccessOutcome::Shown,
        position: Position(1),
        people: vec![Uuid::from_u128(round as u128), Uuid::from_u128(7)],
        fields: RevealedFields::NONE,
        reason: None,
    }
}
