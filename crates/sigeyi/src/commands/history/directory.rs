//! A history from an open directory.

use std::time::Duration;

use serde_json::Value;
use sigeyi_domain::Identifier;
use sigeyi_engine::{
    AccessAction, AccessLogError, AccessNote, AccessOutcome, AccessPurpose, Engine, HistoryEvent,
    RevealedFields, Times,
};
use uuid::Uuid;

use super::{
    Who,
    entry::{Change, Entry, History},
};
use crate::error::CliError;

pub(super) fn find(engine: &Engine, who: &Who, times: Times) -> Result<History, CliError> {
    let person = match who {
        Who::Id(id) => *id,
        Who::Certificate(number) => engine.find(number.citizen()).ok_or(CliError::Nobody)?,
    };
    let reading = engine.read();
    let view = reading.view(times)?;
    let events = reading.history_at(person, view)?.ok_or(CliError::Nobody)?;
    write_down(engine, person).map_err(CliError::AccessLog)?;
    Ok(History {
        person: person.to_string(),
        as_of: view.as_of.to_string(),
        position: view.known_at.to_string(),
        head: engine.head().to_string(),
        entries: events.into_iter().map(entry).collect(),
    })
}

/// Whoever may read the directory, without a name: the system knows which user of the machine that was.
const LOCAL: &str = "local";
/// A disk that takes longer is taken to have failed.
const DURABLE_WITHIN: Duration = Duration::from_secs(60);

/// Everything that is sealed of the person is about to be printed.
fn write_down(engine: &Engine, person: Uuid) -> Result<(), AccessLogError> {
    use RevealedFields as Fields;
    let actor = Identifier::parse(LOCAL).map_err(|error| AccessLogError::Stopped(error.to_string()))?;
    let note = AccessNote {
        request: Uuid::new_v4(),
        actor,
        office: None,
        action: AccessAction::History,
        purpose: AccessPurpose::Unstated,
        outcome: AccessOutcome::Revealed,
        position: engine.head(),
        people: vec![person],
        fields: Fields::NAME
            .with(Fields::CERTIFICATE)
            .with(Fields::PHONE)
            .with(Fields::ADDRESS)
            .with(Fields::NEEDS)
            .with(Fields::REMARKS),
        reason: None,
    };
    engine.log_access(note)?.wait(DURABLE_WITHIN).map(drop)
}

fn entry(event: HistoryEvent) -> Entry {
    let value = |text: Option<String>| {
        text.and_then(|text| serde_json::from_str::<Value>(&text).ok()).unwrap_or_default()
    };
    let changes = event.changes.into_iter();
    Entry {
        position: event.logged.position.to_string(),
        version: event.logged.version,
        event_type: event.event.event_type().name().to_owned(),
        label: event.event.event_type().label().to_owned(),
        effective_on: event.logged.effective.to_string(),
        recorded_at: jiff::Timestamp::from_microsecond(event.logged.recorded_at).ok(),
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
        voided_by: event.voided_by.map(|by| by.to_string()),
    }
}
