//! Everything that can be read of a golden directory, as JSON.

use serde_json::{Value, json};
use sigeyi_domain::{Figure, divisions, plans};
use sigeyi_engine::{Engine, HistoryEvent, KnownAt, LogEntry, LogFilter, Position};

use crate::story::{PEOPLE, somebody};

/// Positions beyond those of the story.
const EVENTS_MAX: usize = 1_000;

pub(crate) fn everything(engine: &Engine) -> Value {
    let head = engine.head();
    let reading = engine.read();
    let page = reading.events(Position(0), &LogFilter::default(), EVENTS_MAX, EVENTS_MAX).unwrap();
    let events: Vec<Value> = page.events.iter().map(event).collect();
    let reports: Vec<Value> = (1..=head.0)
        .filter_map(|position| reading.report(Position(position)).unwrap())
        .map(|report| json!({ "position": report.position.0, "body": report.body }))
        .collect();
    let heads = engine.committed_heads().unwrap().unwrap();
    let people: Vec<Value> = ids(&page.events)
        .into_iter()
        .map(|person| {
            let history = engine.history(person).unwrap();
            json!({
                "person": person,
                "history": history.map(|history| history.iter().map(entry).collect::<Vec<_>>()),
            })
        })
        .collect();
    // Whoever was erased is found by no number any more.
    let found: Vec<Value> = (0..PEOPLE).map(|who| json!(engine.find(somebody(who).citizen()))).collect();
    json!({
        "head": head.0,
        "checkpoint": checkpoint(engine),
        "log_id": engine.log_id(),
        "suite": engine.suite().number(),
        "is_synthetic": engine.is_synthetic(),
        "events": events,
        "people": people,
        "found": found,
        "figures": figures(engine),
        "reports": reports,
        "heads": { "position": heads.position.0, "body": heads.body },
        "roles": engine.roles().entries().len(),
    })
}

/// What was signed last.
fn checkpoint(engine: &Engine) -> Value {
    let root = |root: &[u8; 32]| -> String { root.iter().map(|byte| format!("{byte:02x}")).collect() };
    engine.checkpoint().map_or(Value::Null, |published| {
        let checkpoint = published.checkpoint();
        json!({ "origin": checkpoint.origin, "size": checkpoint.size, "root": root(&checkpoint.root) })
    })
}

fn ids(events: &[LogEntry]) -> Vec<uuid::Uuid> {
    let mut ids = Vec::new();
    for event in events {
        if let LogEntry::Event(event) = event
            && let Some(person) = event.person
            && !ids.contains(&person)
        {
            ids.push(person);
        }
    }
    ids
}

fn event(entry: &LogEntry) -> Value {
    match entry {
        LogEntry::Withheld { position } => json!({ "position": position.0, "withheld": true }),
        LogEntry::Event(event) => json!({
            "position": event.position.0,
            "person": event.person,
            "version": event.version,
            "type": event.event_type.name(),
            "schema": event.schema,
            "effective": event.effective,
            "recorded_at": event.recorded_at,
            "region": event.region.map(|region| region.division().code),
            "actor": event.actor,
            "office": event.office,
            "command": event.command,
            "clear": serde_json::from_str::<Value>(&event.clear).unwrap(),
        }),
    }
}

fn entry(event: &HistoryEvent) -> Value {
    let sealed = event.event.sealed_json().map(|sealed| serde_json::from_str::<Value>(&sealed).unwrap());
    let changes: Vec<Value> =
        event.changes.iter().map(|change| json!([change.field, change.before, change.after])).collect();
    json!({
        "position": event.logged.position.0,
        "type": event.logged.event_type.name(),
        "office": event.logged.office,
        "sealed": sealed,
        "changes": changes,
        "voided_by": event.voided_by.map(|position| position.0),
    })
}

/// Of each plan at its end and now, for the whole and the two counties of the story, and as known half-way.
fn figures(engine: &Engine) -> Value {
    let half = KnownAt::Position(Position(engine.head().0 / 2));
    let mut all = Vec::new();
    for plan in plans() {
        for (as_of, known_at) in [(None, None), (Some(plan.to.min(engine.today())), Some(half))] {
            let answer = engine.progress(plan, as_of, known_at).unwrap();
            for code in [150_000, 150_102, 150_103] {
                let progress = answer.counties.of(divisions().region(code).unwrap());
                let counts: Vec<u32> = Figure::ALL.iter().map(|figure| progress.get(*figure)).collect();
                all.push(
                    json!({ "plan": plan.id, "half": known_at.is_some(), "region": code, "counts": counts }),
                );
            }
        }
    }
    json!(all)
}
