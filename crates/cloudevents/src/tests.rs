//! What an event looks like outside.

use serde_json::{Value, json};
use sigeyi_domain::{Day, EventType, divisions};
use sigeyi_engine::{LogEntry, LogEvent, Position};
use uuid::Uuid;

use crate::{CloudEvents, Ending};

const LOG: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
const PERSON: Uuid = Uuid::from_u128(0x0190_0000_0000_8000_8000_0000_0000_0002);
/// 2024-03-04T16:30:00.000123Z, which is the fifth of March in China.
const RECORDED_AT: i64 = 1_709_569_800_000_123;

fn assessed() -> LogEvent {
    LogEvent {
        position: Position(42),
        person: Some(PERSON),
        version: 3,
        event_type: EventType::AbilityAssessed,
        schema: 1,
        effective: Day::parse("2024-03-05").unwrap(),
        recorded_at: RECORDED_AT,
        region: divisions().region(150_102),
        actor: "actor-of-the-office".into(),
        office: "office-of-the-town".into(),
        command: Uuid::from_u128(7),
        clear: r#"{"assessor":"assessor-0009"}"#.into(),
    }
}

fn written(entry: &LogEntry) -> String {
    let mut text = String::new();
    CloudEvents::of_log(LOG).write(entry, &mut text);
    text
}

fn parsed(event: LogEvent) -> Value {
    let text = written(&LogEntry::Event(Box::new(event)));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn an_event_has_these_attributes_and_no_others() {
    let expected = json!({
        "specversion": "1.0",
        "source": "urn:uuid:01900000-0000-7000-8000-000000000001",
        "id": "42",
        "sequence": "00000000000000000042",
        "type": "sigeyi.AbilityAssessed.v1",
        "time": "2024-03-05T00:00:00+08:00",
        "effectiveon": "2024-03-05",
        "recordedat": "2024-03-04T16:30:00.000123Z",
        "region": "150102",
        "subject": "01900000-0000-8000-8000-000000000002",
        "partitionkey": "01900000-0000-8000-8000-000000000002",
        "datacontenttype": "application/json",
        "data": { "assessor": "assessor-0009" },
    });
    assert_eq!(parsed(assessed()), expected);
}

#[test]
fn names_of_attributes_are_small_letters_and_digits_as_cloudevents_wants_them() {
    let event = parsed(assessed());
    for name in event.as_object().unwrap().keys() {
        let is_plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        assert!(is_plain && name.len() <= 20, "{name}");
    }
}

#[test]
fn what_belongs_to_nobody_has_no_subject() {
    let event = parsed(LogEvent { person: None, region: None, ..assessed() });
    for name in ["subject", "partitionkey", "region"] {
        assert_eq!(event.get(name), None);
    }
}

#[test]
fn of_what_is_withheld_there_is_the_place_alone() {
    let text = written(&LogEntry::Withheld { position: Position(43) });
    let expected = json!({
        "specversion": "1.0",
        "source": "urn:uuid:01900000-0000-7000-8000-000000000001",
        "id": "43",
        "sequence": "00000000000000000043",
        "type": "sigeyi.Withheld.v1",
        "datacontenttype": "application/json",
        "data": { "position": "43", "withheld": true },
    });
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
}

#[test]
fn no_type_of_the_log_is_called_as_what_is_withheld() {
    assert!(EventType::ALL.iter().all(|event| event.name() != "Withheld"));
}

#[test]
fn an_event_is_one_line_however_it_is_stored() {
    let clear = "{\r\n  \"assessor\": \"a\\nb\"\n}".to_owned();
    let event = LogEvent { clear, ..assessed() };
    let text = written(&LogEntry::Event(Box::new(event.clone())));
    assert!(!text.contains(['\n', '\r']), "{text}");
    assert_eq!(parsed(event)["data"], json!({ "assessor": "a\nb" }));
    assert_eq!(parsed(LogEvent { clear: String::new(), ..assessed() })["data"], json!({}));
}

#[test]
fn texts_of_sequences_are_in_the_order_of_positions() {
    let sequence = |position| {
        parsed(LogEvent { position: Position(position), ..assessed() })["sequence"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(sequence(9) < sequence(10));
    assert!(sequence(10) < sequence(u64::MAX));
}

#[test]
fn the_last_line_is_told_from_events_and_read_again() {
    let ending = Ending { count: 3, last_position: 42, through: 50, head: 60 };
    let mut text = String::new();
    ending.write(&mut text);
    assert_eq!(text, r#"{"end":{"count":3,"lastPosition":"42","through":"50","head":"60"}}"#);
    assert_eq!(Ending::parse(&text), Some(ending));
    assert_eq!(Ending::parse(&written(&LogEntry::Event(Box::new(assessed())))), None);
    assert_eq!(Ending::parse(&text[..text.len() - 1]), None, "a line that was cut is no ending");
}
