//! A history as a server gives it: masked, and without what is sealed.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sigeyi_domain::{Event, EventType};
use sigeyi_engine::{SignedCheckpoint, Times, base64};
use zeroize::Zeroizing;

use super::{
    Who,
    entry::{Change, Checkpoint, Entry, History},
};
use crate::{
    commands::{checkpoint::CHECKPOINT_BYTES_MAX, times::known_at},
    error::CliError,
    output::say_synthetic,
    remote::{Client, ServerError},
};

const QUERY: &str = "
query History($id: ID!, $number: String!, $byNumber: Boolean!, $asOf: Date, $knownAt: KnownAt) {
  byId: person(id: $id, asOf: $asOf, knownAt: $knownAt) @skip(if: $byNumber) { ...Whole }
  byNumber: personByCertificate(number: $number, asOf: $asOf, knownAt: $knownAt) @include(if: $byNumber) { ...Whole }
  head { position logId synthetic }
}
fragment Whole on Person {
  id asOf position
  history {
    position version type label effectiveOn recordedAt recordedAfterDays late region { code name } actor office stored
    voids voidedBy corrects correctedBy
    changes { field before after }
  }
}";
/// The schema number of every event's clear body so far.
const SCHEMA: u8 = 1;
/// The status of a log that has signed nothing.
const NOTHING_LIKE_THAT: &str = "404";

/// The number is a variable, so that it stands in no address and no log.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Variables<'a> {
    id: &'a str,
    number: &'a str,
    by_number: bool,
    as_of: Option<String>,
    known_at: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    by_id: Option<Person>,
    by_number: Option<Person>,
    head: Head,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    position: String,
    log_id: String,
    synthetic: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    id: String,
    as_of: String,
    position: String,
    history: Vec<HistoryEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HistoryEntry {
    position: String,
    version: u32,
    #[serde(rename = "type")]
    event_type: String,
    label: String,
    effective_on: String,
    recorded_at: String,
    recorded_after_days: i32,
    late: bool,
    region: Option<Region>,
    actor: String,
    office: String,
    stored: Value,
    voids: Option<String>,
    voided_by: Option<String>,
    corrects: Vec<String>,
    corrected_by: Vec<String>,
    changes: Vec<HistoryChange>,
}

#[derive(Deserialize)]
struct Region {
    code: String,
    name: String,
}

#[derive(Deserialize)]
struct HistoryChange {
    field: String,
    before: Option<String>,
    after: String,
}

pub(super) fn find(client: &Client, who: &Who, times: Times) -> Result<History, CliError> {
    let (id, number) = match who {
        Who::Id(id) => (id.to_string(), Zeroizing::default()),
        Who::Certificate(number) => (String::new(), Zeroizing::new(number.to_string())),
    };
    let variables = Variables {
        id: &id,
        number: &number,
        by_number: id.is_empty(),
        as_of: times.as_of.map(|day| day.to_string()),
        known_at: times.known_at.map(known_at),
    };
    let answer: Answer = client.run(QUERY, &variables)?;
    if answer.head.synthetic {
        say_synthetic();
    }
    let person = answer.by_id.or(answer.by_number).ok_or(CliError::Nobody)?;
    Ok(History {
        person: person.id,
        log: answer.head.log_id,
        is_synthetic: answer.head.synthetic,
        as_of: person.as_of,
        position: person.position,
        head: answer.head.position,
        checkpoint: None,
        entries: person.history.into_iter().map(entry).collect(),
    })
}

/// The newest checkpoint that the server hands out to everybody; none where it hands out none.
pub(super) fn checkpoint(client: &Client) -> Result<Option<Checkpoint>, CliError> {
    let note = match client.text("/log/checkpoint", CHECKPOINT_BYTES_MAX) {
        Err(ServerError::Refused { code, .. }) if code.starts_with(NOTHING_LIKE_THAT) => return Ok(None),
        answer => answer?,
    };
    let signed = SignedCheckpoint::parse(note.as_bytes())
        .map_err(|_| ServerError::Strange { url: client.url().clone() })?;
    let checkpoint = signed.unverified();
    Ok(Some(Checkpoint {
        origin: checkpoint.origin.clone(),
        size: checkpoint.size,
        root: base64(&checkpoint.root),
    }))
}

fn entry(entry: HistoryEntry) -> Entry {
    let known = EventType::ALL.iter().find(|known| graphql_name(known.name()) == entry.event_type);
    let read = |kind: &EventType| Event::from_json(*kind as u8, SCHEMA, &entry.stored.to_string(), None).ok();
    Entry {
        event: known.and_then(read),
        event_type: known.map_or(entry.event_type, |known| known.name().to_owned()),
        position: entry.position,
        version: entry.version,
        label: entry.label,
        effective_on: entry.effective_on,
        recorded_at: entry.recorded_at.parse().ok(),
        recorded_after_days: entry.recorded_after_days,
        is_late: entry.late,
        region: entry.region.map(|Region { code, name }| (code, name)),
        actor: entry.actor,
        office: entry.office,
        clear: entry.stored,
        sealed: Value::Null,
        changes: entry
            .changes
            .into_iter()
            .map(|HistoryChange { field, before, after }| Change { field, before, after })
            .collect(),
        voids: entry.voids,
        voided_by: entry.voided_by,
        corrects: entry.corrects,
        corrected_by: entry.corrected_by,
    }
}

/// `InfoVerified` as `INFO_VERIFIED`.
pub(in crate::commands) fn graphql_name(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry_of(event_type: &str, stored: Value) -> Entry {
        entry(HistoryEntry {
            position: "7".to_owned(),
            version: 2,
            event_type: event_type.to_owned(),
            label: "标签".to_owned(),
            effective_on: "2023-11-30".to_owned(),
            recorded_at: "2023-11-30T10:00:00.250000Z".to_owned(),
            actor: "local".to_owned(),
            office: "local".to_owned(),
            stored,
            recorded_after_days: 0,
            late: false,
            region: None,
            voids: None,
            voided_by: None,
            corrects: Vec::new(),
            corrected_by: Vec::new(),
            changes: Vec::new(),
        })
    }

    #[test]
    fn every_type_is_known_by_the_name_that_the_schema_gives_it() {
        for known in EventType::ALL {
            assert_eq!(entry_of(&graphql_name(known.name()), Value::Null).event_type, known.name());
        }
        assert_eq!(graphql_name("InfoVerified"), "INFO_VERIFIED");
    }

    #[test]
    fn the_clear_part_is_said_in_the_words_of_the_forms() {
        let entry = entry_of("SERVICE_DELIVERED", serde_json::json!({ "service": "JobFair" }));
        assert_eq!(super::super::says::says(&entry.event.unwrap()), ["专场招聘"]);
        assert_eq!(entry.recorded_at.unwrap().to_string(), "2023-11-30T10:00:00.25Z");
    }

    #[test]
    fn a_type_from_a_newer_server_is_shown_as_it_comes() {
        let entry = entry_of("SOMETHING_NEW", serde_json::json!({ "a": 1 }));
        assert_eq!((entry.event_type.as_str(), entry.event.is_none()), ("SOMETHING_NEW", true));
        assert_eq!(entry.clear["a"], 1);
    }
}
