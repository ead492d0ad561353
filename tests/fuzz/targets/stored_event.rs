//! Stored bytes of events: what is read is written again byte for byte.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sigeyi_domain::{Event, EventType};
use sigeyi_envelope::{EVENT_BYTES_MAX, StoredEvent, encode};

fuzz_target!(|bytes: &[u8]| {
    let Ok(event) = StoredEvent::parse(bytes) else { return };
    assert!(bytes.len() <= EVENT_BYTES_MAX);
    assert_eq!(event.bytes(), bytes);
    let parts = event.parts();
    assert_eq!(encode(parts).as_deref(), Ok(bytes));
    let known = EventType::from_number(parts.kind).is_some() && parts.schema == EventType::SCHEMA;
    let read = Event::from_json(parts.kind, parts.schema, parts.clear, None);
    assert!(known || read.is_err(), "an event of a type that nobody knows");
});
