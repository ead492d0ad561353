//! Nobody is shown before it is written down, whatever the disk does; and both questions are answered, also after a restart.

mod directories;
mod disks;
mod looks;

use std::{path::Path, sync::Arc};

use sigeyi_domain::Identifier;
use sigeyi_store::RealDisk;
use uuid::Uuid;

use super::{
    machine::{ToldClock, open_on},
    world::IN_TIME,
};
use crate::{
    AccessAction, AccessEntry, AccessLogError, AccessNote, AccessOutcome, AccessPurpose, Engine, Position,
    RevealedFields,
};

fn actor(number: usize) -> Identifier {
    Identifier::parse(&format!("counsellor-{number}")).unwrap()
}

fn person(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn look(by: usize, people: &[u128]) -> AccessNote {
    AccessNote {
        request: Uuid::new_v4(),
        actor: actor(by),
        office: Some(Identifier::parse("150102").unwrap()),
        action: AccessAction::Person,
        purpose: AccessPurpose::Service,
        outcome: AccessOutcome::Shown,
        position: Position(3),
        people: people.iter().copied().map(person).collect(),
        fields: RevealedFields::NONE,
        reason: None,
    }
}

fn log(engine: &Engine, note: AccessNote) -> Result<u64, AccessLogError> {
    engine.log_access(note)?.wait(IN_TIME).map(|logged| logged.number)
}

fn real(dir: &Path) -> Engine {
    open_on(dir, &Arc::new(ToldClock::default()), Arc::new(RealDisk)).unwrap()
}

fn numbers(entries: &[AccessEntry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.number).collect()
}
