//! One event.

use std::{
    borrow::Cow,
    fmt::{self, Write},
};

use jiff::Timestamp;
use sigeyi_engine::{LogEntry, LogEvent, Position};
use uuid::Uuid;

/// Type of what stands at a place that must not be shown.
const WITHHELD: &str = "Withheld";
/// Schema number of that.
const WITHHELD_SCHEMA: u8 = 1;
/// A day begins at this offset: days are those of China.
const DAY_BEGINS: &str = "T00:00:00+08:00";
/// Of an event without clear fields.
const NOTHING: &str = "{}";

/// Writes the events of one log.
#[derive(Debug, Clone)]
pub struct CloudEvents {
    /// `{"specversion":"1.0","source":"urn:uuid:…","id":"`.
    opening: String,
}

/// The attribute `type`: `sigeyi.`, the name of the event's type and the version of its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Type {
    name: &'static str,
    schema: u8,
}

impl CloudEvents {
    /// Of the log with this id, which is their `source`.
    pub fn of_log(log: Uuid) -> CloudEvents {
        CloudEvents { opening: format!(r#"{{"specversion":"1.0","source":"urn:uuid:{log}","id":""#) }
    }

    /// The attribute `type` of an event.
    pub fn type_of(entry: &LogEntry) -> Type {
        match entry {
            LogEntry::Event(event) => Type { name: event.event_type.name(), schema: event.schema },
            LogEntry::Withheld { .. } => Type { name: WITHHELD, schema: WITHHELD_SCHEMA },
        }
    }

    /// An event as JSON on one line, without the line's end. What is written needs no escapes: codes, ids, numbers and moments.
    pub fn write(&self, entry: &LogEntry, out: &mut String) {
        // Writing into a text cannot fail.
        let _ = self.open(entry, out).and_then(|()| match entry {
            LogEntry::Event(event) => event_after_opening(event, out),
            LogEntry::Withheld { position } => withheld_after_opening(*position, out),
        });
    }

    /// What every event has: its place twice, the second time so that texts are in the order of places.
    fn open(&self, entry: &LogEntry, out: &mut String) -> fmt::Result {
        let (opening, place) = (&self.opening, entry.position().0);
        let kind = CloudEvents::type_of(entry);
        write!(out, r#"{opening}{place}","sequence":"{place:020}","type":"{kind}""#)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sigeyi.{}.v{}", self.name, self.schema)
    }
}

fn event_after_opening(event: &LogEvent, out: &mut String) -> fmt::Result {
    let recorded = Timestamp::from_microsecond(event.recorded_at).unwrap_or_default();
    let day = event.effective;
    write!(out, r#","time":"{day}{DAY_BEGINS}","effectiveon":"{day}","recordedat":"{recorded:.6}""#)?;
    if let Some(region) = event.region {
        write!(out, r#","region":"{}""#, region.division().code)?;
    }
    if let Some(person) = event.person {
        write!(out, r#","subject":"{person}","partitionkey":"{person}""#)?;
    }
    write!(out, r#","datacontenttype":"application/json","data":{}}}"#, one_line(&event.clear))
}

fn withheld_after_opening(position: Position, out: &mut String) -> fmt::Result {
    write!(
        out,
        r#","datacontenttype":"application/json","data":{{"position":"{position}","withheld":true}}}}"#
    )
}

/// A stored body goes out as it is stored, which is one line in all logs of this version.
fn one_line(clear: &str) -> Cow<'_, str> {
    if clear.is_empty() {
        return NOTHING.into();
    }
    if clear.bytes().any(|byte| byte == b'\n' || byte == b'\r') {
        // Between the parts of JSON alone: within a text they are escaped.
        return clear.replace(['\n', '\r'], " ").into();
    }
    clear.into()
}
