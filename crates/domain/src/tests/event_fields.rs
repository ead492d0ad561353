//! Every field of every event, clear and sealed, and one golden example of each type in `schema/events`.
//!
//! What is clear can be read by everybody who holds the log, for ever. A field that moves from sealed to clear fails the first test here:
//! that is a decision about people's privacy, not a refactoring.

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde_json::Value;

use crate::*;

/// Type, stored number, clear fields, sealed fields.
type Row = (&'static str, u8, &'static [&'static str], &'static [&'static str]);

const FIELDS: [Row; 29] = [
    (
        "PersonEnrolled",
        1,
        &["origin", "county", "employed", "form"],
        &["name", "certificate", "phone", "address", "reason", "office"],
    ),
    (
        "PersonCorrected",
        2,
        &["origin", "fields", "employed", "form"],
        &["name", "phone", "address", "reason", "office"],
    ),
    ("CertificateReissued", 3, &["origin"], &["certificate", "office"]),
    ("InfoVerified", 4, &["outcome", "method", "differing"], &["values", "remarks", "office"]),
    ("VerificationAttempted", 5, &["method"], &["remarks", "office"]),
    ("AbilityAssessed", 6, &["assessor"], &["conclusion", "scores", "remarks", "office"]),
    ("AssessmentDeclined", 7, &["assessor"], &["remarks", "office"]),
    ("DemandRegistered", 8, &[], &["demand", "office"]),
    ("ServiceDelivered", 9, &["service", "provider"], &["remarks", "office"]),
    ("EmploymentStarted", 10, &["form", "employer_kind"], &["employer", "office"]),
    ("EmploymentEnded", 11, &[], &["reason", "office"]),
    ("TrainingCompleted", 12, &["kind", "course"], &["remarks", "office"]),
    ("PersonTransferred", 13, &["origin", "to", "from"], &["remarks", "office"]),
    ("CounsellorAssigned", 14, &["counsellor", "request"], &["remarks", "office"]),
    ("PersonLeft", 15, &[], &["reason", "office"]),
    ("PersonReinstated", 16, &["left"], &["reason", "office"]),
    ("RecordVoided", 17, &["record"], &["reason", "office"]),
    ("ErasureRequested", 18, &["maker", "ground"], &["reason", "office"]),
    ("DataRestricted", 19, &["maker", "cause"], &["reason", "office"]),
    ("RestrictionLifted", 20, &["restriction"], &["reason", "office"]),
    ("DataErased", 21, &["request", "ground"], &["reason", "office"]),
    ("CounsellorRequested", 22, &["maker", "counsellor"], &["remarks", "office"]),
    ("CounsellorDeclined", 23, &["request"], &["reason", "office"]),
    ("RoleRequested", 24, &["maker", "subject", "role", "reads", "writes", "until"], &[]),
    ("RoleGranted", 25, &["checker", "subject", "role", "reads", "writes", "until", "request"], &[]),
    ("RoleWithdrawn", 26, &["maker", "grant"], &[]),
    ("RoleDeclined", 27, &["checker", "request"], &[]),
    (
        "ReportFrozen",
        30,
        &[
            "number",
            "title",
            "region",
            "plan",
            "as_of",
            "known_at",
            "root",
            "plan_hash",
            "divisions_hash",
            "codes_hash",
            "figures",
            "rows",
        ],
        &[],
    ),
    ("HeadsCommitted", 31, &["number", "day", "through", "people", "root"], &[]),
];

#[test]
fn no_field_is_clear_that_is_declared_sealed_here() {
    assert_eq!(EventType::ALL.len(), FIELDS.len());
    for (event_type, (name, number, clear, sealed)) in EventType::ALL.iter().zip(FIELDS) {
        assert_eq!(event_type.name(), name);
        assert_eq!(*event_type as u8, number);
        assert_eq!(event_type.clear_fields(), clear, "clear fields of {name}");
        assert_eq!(event_type.sealed_fields(), sealed, "sealed fields of {name}");
        assert_eq!(EventType::from_number(number), Some(*event_type));
    }
    for number in [0, 28, 255] {
        assert_eq!(EventType::from_number(number), None);
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../schema/events")
}

/// The text of a type's example, and what it says.
fn example(event_type: EventType) -> (String, Value) {
    let path = folder().join(format!("{}.v{}.json", event_type.name(), EventType::SCHEMA));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let value = serde_json::from_str(&text).unwrap();
    (text, value)
}

fn read(event_type: EventType, value: &Value) -> Event {
    let (clear, sealed) = (value["clear"].to_string(), value["sealed"].to_string());
    Event::from_json(event_type as u8, EventType::SCHEMA, &clear, Some(sealed.as_bytes())).unwrap()
}

/// JSON without white space between its parts.
fn compact(text: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let keep = |character: &char| {
        let keep = in_string || !character.is_ascii_whitespace();
        if *character == '"' && !escaped {
            in_string = !in_string;
        }
        escaped = *character == '\\' && !escaped;
        keep
    };
    text.chars().filter(keep).collect()
}

#[test]
fn every_type_has_an_example_and_a_schema_and_nothing_else_lies_there() {
    let files =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names = |it: &EventType| [format!("{}.v1.json", it.name()), format!("{}.v1.schema.json", it.name())];
    let expected = EventType::ALL.iter().flat_map(names);
    assert_eq!(files.collect::<BTreeSet<_>>(), expected.collect::<BTreeSet<_>>());
}

#[test]
fn examples_are_read_and_written_again_byte_for_byte() {
    for event_type in EventType::ALL {
        let (text, value) = example(*event_type);
        let event = read(*event_type, &value);
        assert_eq!(event.event_type(), *event_type);
        let has_sealed = !event_type.sealed_fields().is_empty();
        assert_eq!(event.sealed_json().is_some(), has_sealed, "{}", event_type.name());
        let sealed = event.sealed_json().unwrap_or_else(|| "{}".to_owned());
        let written = format!(r#""clear":{},"sealed":{sealed}}}"#, event.clear_json());
        assert!(compact(&text).ends_with(&written), "{}: {written}", event_type.name());
    }
}

#[test]
fn examples_have_exactly_the_fields_of_their_type() {
    let keys = |value: &Value| -> BTreeSet<String> { value.as_object().unwrap().keys().cloned().collect() };
    let set =
        |fields: &[&str]| -> BTreeSet<String> { fields.iter().map(|field| field.to_string()).collect() };
    for (event_type, (name, number, clear, sealed)) in EventType::ALL.iter().zip(FIELDS) {
        let (_, value) = example(*event_type);
        assert_eq!(
            keys(&value),
            set(&["type", "number", "schema", "label", "note", "clear", "sealed"]),
            "{name}"
        );
        assert_eq!(value["type"], name);
        assert_eq!(value["number"], number);
        assert_eq!(value["schema"], EventType::SCHEMA);
        assert_eq!(value["label"], event_type.label());
        assert!(value["note"].as_str().unwrap().contains("Synthetic"));
        assert_eq!(keys(&value["clear"]), set(clear), "{name}");
        assert_eq!(keys(&value["sealed"]), set(sealed), "{name}");
    }
}

#[test]
fn people_of_the_examples_are_invented() {
    for event_type in EventType::ALL {
        let (_, value) = example(*event_type);
        if let Some(number) = value["sealed"]["certificate"].as_str() {
            let certificate = CertificateNumber::parse(number, Day::MAX).unwrap();
            assert!(certificate.citizen().sequence() >= 900);
        }
    }
}

#[test]
fn examples_are_read_without_what_is_sealed() {
    for event_type in EventType::ALL {
        let (_, value) = example(*event_type);
        let clear = value["clear"].to_string();
        let event = Event::from_json(*event_type as u8, EventType::SCHEMA, &clear, None).unwrap();
        assert_eq!(event.sealed_json(), None);
        assert_eq!(serde_json::from_str::<Value>(&event.clear_json()).unwrap(), value["clear"]);
    }
}

#[test]
fn nothing_of_a_person_shows_in_debug_of_an_event() {
    for event_type in [EventType::PersonEnrolled, EventType::CertificateReissued, EventType::InfoVerified] {
        let (_, value) = example(event_type);
        let shown = format!("{:?}", read(event_type, &value));
        for field in ["name", "certificate", "phone", "address", "values", "remarks", "office"] {
            if let Some(secret) = value["sealed"][field].as_str() {
                assert!(!shown.contains(secret), "{field}: {shown}");
            }
        }
    }
}

#[test]
fn folding_opens_only_what_it_needs() {
    let folded: Vec<&str> =
        EventType::ALL.iter().filter(|event_type| event_type.folds_sealed()).map(|it| it.name()).collect();
    let expected =
        ["PersonEnrolled", "PersonCorrected", "CertificateReissued", "DemandRegistered", "EmploymentEnded"];
    assert_eq!(folded, expected);
}
