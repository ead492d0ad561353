//! What the events of a person have to do with each other.

use std::collections::HashMap;

use sigeyi_domain::{Day, Event, Lateness};
use sigeyi_envelope::Position;

use super::{HistoryEvent, register::Register};

/// Of a person's events in order, those that had happened by a day, tied to each other. A voiding that is dated later is not among them and counts all
/// the same.
pub(super) fn tied(mut events: Vec<HistoryEvent>, as_of: Day) -> Vec<HistoryEvent> {
    tie_voidings(&mut events);
    let mut register = Register::default();
    for event in &mut events {
        if event.logged.effective <= as_of || event.voids.is_some() {
            let applied = register.apply(event.logged.position, &event.event);
            (event.changes, event.corrects) = (applied.changes, applied.corrects);
        }
    }
    events.retain(|event| event.logged.effective <= as_of);
    tie_corrections(&mut events);
    events
}

fn tie_voidings(events: &mut [HistoryEvent]) {
    let recorded_on = |event: &HistoryEvent| Day::in_china(event.logged.recorded_at);
    let days: HashMap<Position, Day> =
        events.iter().map(|event| (event.logged.position, recorded_on(event))).collect();
    let mut voidings = HashMap::new();
    for event in events.iter_mut() {
        let Event::RecordVoided { clear, .. } = &event.event else { continue };
        let record = Position(clear.record.0);
        event.voids = Some(record);
        voidings.insert(record, event.logged.position);
        if let Some(counted_from) = days.get(&record) {
            event.lateness = Lateness::of(*counted_from, recorded_on(event));
        }
    }
    for event in events {
        event.voided_by = voidings.get(&event.logged.position).copied();
    }
}

fn tie_corrections(events: &mut [HistoryEvent]) {
    let mut corrections: HashMap<Position, Vec<Position>> = HashMap::new();
    for event in events.iter() {
        for corrected in &event.corrects {
            corrections.entry(*corrected).or_default().push(event.logged.position);
        }
    }
    for event in events {
        event.corrected_by = corrections.remove(&event.logged.position).unwrap_or_default();
    }
}
