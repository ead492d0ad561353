//! A history from an open directory.

use serde_json::Value;
use sigeyi_engine::{AccessAction, Engine, HistoryEvent, RevealedFields, Times, base64};

use super::{
    Who,
    entry::{Change, Checkpoint, Entry, History},
};
use crate::{access_note::write_down, error::CliError};

pub(super) fn find(engine: &Engine, who: &Who, times: Times) -> Result<History, CliError> {
    let person = match who {
        Who::Id(id) => *id,
        Who::Certificate(number) => engine.find(number.citizen()).ok_or(CliError::Nobody)?,
    };
    let reading = engine.read();
    let view = reading.view(times)?;
    let events = reading.history_at(person, view)?.ok_or(CliError::Nobody)?;
    write_down(engine, AccessAction::History, &[person], everything())?;
    Ok(History {
        person: person.to_string(),
        log: engine.log_id().to_string(),
        is_synthetic: engine.is_synthetic(),
        as_of: view.as_of.to_string(),
        position: view.known_at.to_string(),
        head: engine.head().to_string(),
        checkpoint: engine.checkpoint().map(|published| {
            let checkpoint = published.checkpoint();
            Checkpoint {
                origin: checkpoint.origin.clone(),
                size: checkpoint.size,
                root: base64(&checkpoint.root),
            }
        }),
        entries: events.into_iter().map(entry).collect(),
    })
}

/// Everything that is sealed of the person is about to be printed.
fn everything() -> RevealedFields {
    use RevealedFields as Fields;
    Fields::NAME
        .with(Fields::CERTIFICATE)
        .with(Fields::PHONE)
        .with(Fields::ADDRESS)
        .with(Fields::NEEDS)
        .with(Fields::REMARKS)
}

fn entry(event: HistoryEvent) -> Entry {
    let value = |text: Option<String>| {
        text.and_then(|text| serde_json::from_str::<Value>(&text).ok()).unwrap_or_default()
    };
    let changes = event.changes.into_iter();
    let region = event.logged.region.map(|region| region.division());
    Entry {
        position: event.logged.position.to_string(),
        version: event.logged.version,
        event_type: event.event.event_type().name().to_owned(),
        label: event.event.event_type().label().to_owned(),
        effective_on: event.logged.effective.to_string(),
        recorded_at: jiff::Timestamp::from_microsecond(event.logged.recorded_at).ok(),
        recorded_after_days: event.lateness.after_days,
        is_late: event.lateness.is_late,
        region: region.map(|division| (division.code.to_string(), division.name.to_owned())),
        actor: event.logged.actor,
        office: event.logged.office,
        clear: value(Some(event.event.clear_json())),
        sealed: value(event.event.sealed_json()),
        event: Some(event.event),
        changes: changes
            .map(|change| Change {
                field: change.field.to_owned(),
                before: change.before,
                after: change.after,
            })
            .collect(),
        voids: event.voids.map(|record| record.to_string()),
        voided_by: event.voided_by.map(|by| by.to_string()),
        corrects: event.corrects.iter().map(ToString::to_string).collect(),
        corrected_by: event.corrected_by.iter().map(ToString::to_string).collect(),
    }
}
